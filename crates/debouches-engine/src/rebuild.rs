//! A release made again from `pipeline.lock` and the snapshots, in a state of its own that is thrown away.
//!
//! Its version is taken from it, and so are its changelogs and its secrecy report where they tell what no source tells: the
//! decisions of people, and releases that are not in the state. Everything else must come out the same, `SHA256SUMS` included.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use debouches_model::{ArtefactKey, DatasetId, Sha256, Stage, Text, Version};
use debouches_release::{
    Decision, Former, PROFILE_FILE, RECORD_FILE, ReleaseRecord, SIGNATURE_FILE, TextFile,
    VersionRule,
};
use debouches_store::Lock;

use crate::config::DatasetConfig;
use crate::context::Context;
use crate::failure::{Decided, Usage};
use crate::folder::{copy, digest};
use crate::retraction::DISCLOSURE_FILE;
use crate::selection::Selection;
use crate::stages::package::{Candidate, changelog, ingredients, notices};
use crate::stages::{self, validate};
use crate::summary::{Outcome, Summary};

const SUMS_FILE: &str = "SHA256SUMS";
const CHANGELOGS: [&str; 2] = ["CHANGELOG.md", "CHANGELOG.en.md"];

/// How lines of a changelog begin that tell a decision: no source gives them.
const DECISIONS: [&str; 8] = [
    "- Rupture sans préavis (",
    "- Break without notice (",
    "- Dérogation à la règle ",
    "- Waiver of rule ",
    "- Version retirée : ",
    "- Withdrawn version: ",
    "- Version supprimée : ",
    "- Purged version: ",
];

/// What a rebuild gave.
pub struct Rebuilt {
    /// The files that came out otherwise, in the order of their names.
    pub different: Vec<String>,
    pub notes: Vec<String>,
}

/// Makes a release again and compares it with the one in `folder`. The state is read, never written.
pub async fn rebuild(
    context: &Context,
    dataset: &DatasetId,
    version: Version,
    folder: &Path,
) -> anyhow::Result<Rebuilt> {
    let no_dataset = || {
        Usage(format!(
            "profile `{}` has no dataset {dataset}: it cannot be rebuilt",
            context.pipeline.profile
        ))
    };
    let config = context
        .pipeline
        .datasets
        .iter()
        .find(|own| own.id() == dataset)
        .ok_or_else(no_dataset)?;
    let place = tempfile::tempdir().context("cannot make a temporary folder")?;
    let scratch = context.elsewhere(place.path()).await?;
    let lock = scratch.lock("debouches verify").await?;
    let selection = Selection::of(&scratch.pipeline, &[dataset.to_string()])?;
    bring(context, &scratch, config, &selection, version).await?;
    make_tables(&scratch, config, &selection, &lock).await?;
    let made = make(&scratch, config, version, folder).await?;
    compare(folder, made)
}

/// Copies the snapshots that the lock file names, the releases before this one, and those of datasets whose figures it repeats.
async fn bring(
    context: &Context,
    scratch: &Context,
    dataset: &DatasetConfig,
    selection: &Selection<'_>,
    version: Version,
) -> anyhow::Result<()> {
    for source in &selection.sources {
        let (_, snapshot) = validate::target(context, source).await?;
        copy(&snapshot, &scratch.store).await?;
    }
    for own in &selection.datasets {
        let id = own.id().as_str();
        let purged = context.store.list_rejected(Stage::Package, id).await?;
        for key in context
            .store
            .list(Stage::Package, id)
            .await?
            .into_iter()
            .chain(purged)
        {
            let is_wanted = own.id() != dataset.id()
                || key
                    .id
                    .parse::<Version>()
                    .is_ok_and(|former| former < version);
            if is_wanted && let Some(former) = context.store.find(&key).await? {
                copy(&former, &scratch.store).await?;
            }
        }
    }
    Ok(())
}

/// The tables, and the releases whose figures they repeat.
async fn make_tables(
    scratch: &Context,
    dataset: &DatasetConfig,
    selection: &Selection<'_>,
    lock: &Lock,
) -> anyhow::Result<()> {
    let mut summary = Summary::default();
    for stage in [Stage::Validate, Stage::Enrich] {
        stages::run(stage, scratch, selection, lock, &mut summary).await?;
    }
    let mut copied = selection.clone();
    copied.datasets.retain(|own| own.id() != dataset.id());
    stages::run(Stage::Package, scratch, &copied, lock, &mut summary).await?;
    let failed = summary
        .steps
        .iter()
        .find(|step| !matches!(step.outcome, Outcome::Made | Outcome::Kept));
    match failed {
        None => Ok(()),
        Some(step) => {
            let message = format!(
                "the release cannot be made again: {} {}: {}",
                step.stage, step.subject, step.detail
            );
            Err(Decided {
                message,
                fault: step.fault.unwrap_or(debouches_model::Fault::Data),
            }
            .into())
        }
    }
}

/// The files of a release made again, and what was taken from the one it is compared with.
struct Made {
    files: BTreeMap<String, Sha256>,
    notes: Vec<String>,
}

async fn make(
    scratch: &Context,
    dataset: &DatasetConfig,
    version: Version,
    folder: &Path,
) -> anyhow::Result<Made> {
    let (_, tables) = ingredients(scratch, dataset).await?;
    let candidate = Candidate::build(scratch, dataset, &tables).await?;
    let last = match former_version(folder) {
        Some(former) => {
            scratch
                .store
                .find(&ArtefactKey::new(Stage::Package, dataset.id(), former))
                .await?
        }
        None => None,
    };
    let mut former = Former::default();
    let mut reasons: Vec<Text> = Vec::new();
    let record = match &last {
        Some(last) => Some(ReleaseRecord::read(&last.read(RECORD_FILE).await?)?),
        None => None,
    };
    if let Decision::New { reasons: ruled, .. } = (VersionRule {
        last: record.as_ref(),
    })
    .decide(&candidate.record)
    {
        reasons = match &last {
            Some(last) => candidate.changes_since(last, ruled).await?,
            None => ruled,
        };
    }
    reasons.extend(notices(dataset, record.as_ref()));
    if let Some(last) = &last {
        former = Former {
            french: changelog(last, CHANGELOGS[0]).await?,
            english: changelog(last, CHANGELOGS[1]).await?,
        };
    }
    let mut texts = candidate.describe(version, &reasons, &former).texts;
    let notes = take_history(&mut texts, folder, last.is_some());
    let texts = texts
        .into_iter()
        .map(|file| (file.path, Sha256::of(file.text.as_bytes())));
    Ok(Made {
        files: candidate
            .files()
            .iter()
            .map(|file| (file.path.clone(), file.sha256))
            .chain(texts)
            .collect(),
        notes,
    })
}

/// The release that this one followed, as its changelog tells: the second heading.
fn former_version(folder: &Path) -> Option<Version> {
    let text = std::fs::read_to_string(folder.join(CHANGELOGS[0])).ok()?;
    text.lines()
        .filter_map(|line| line.strip_prefix("## "))
        .nth(1)?
        .trim()
        .parse()
        .ok()
}

/// Takes the changelogs and the secrecy report of the release where they tell what cannot be made again, and puts them into the sums.
fn take_history(texts: &mut [TextFile], folder: &Path, has_former: bool) -> Vec<String> {
    let mut notes = Vec::new();
    for name in CHANGELOGS.into_iter().chain([DISCLOSURE_FILE]) {
        let Ok(recorded) = std::fs::read_to_string(folder.join(name)) else {
            continue;
        };
        let Some(own) = texts.iter_mut().find(|file| file.path == name) else {
            continue;
        };
        if own.text == recorded {
            continue;
        }
        if !has_former && tells_of_former(name, &recorded) {
            notes.push(format!(
                "{name} is taken as it is: the release before is not in the state"
            ));
        } else if name != DISCLOSURE_FILE
            && without_decisions(&recorded) == without_decisions(&own.text)
        {
            notes.push(format!(
                "{name} is taken as it is where it tells a decision: a waiver, a break without notice, a withdrawal"
            ));
        } else {
            continue;
        }
        let (made, taken) = (
            Sha256::of(own.text.as_bytes()),
            Sha256::of(recorded.as_bytes()),
        );
        own.text = recorded;
        if let Some(sums) = texts.iter_mut().find(|file| file.path == SUMS_FILE) {
            sums.text = sums
                .text
                .replace(&format!("{made}  {name}\n"), &format!("{taken}  {name}\n"));
        }
    }
    notes
}

/// True when a file of a release speaks of the releases before it.
fn tells_of_former(name: &str, text: &str) -> bool {
    if name != DISCLOSURE_FILE {
        return text.matches("\n## ").count() > 1;
    }
    let document: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let names = |table: &serde_json::Value, list: &str| {
        table[list].as_array().is_some_and(|list| !list.is_empty())
    };
    let of_former =
        |table: &serde_json::Value| names(table, "releases") || names(table, "not_comparable");
    document["tables"]
        .as_array()
        .is_some_and(|tables| tables.iter().any(of_former))
}

fn without_decisions(changelog: &str) -> String {
    let is_decision = |line: &&str| {
        DECISIONS
            .iter()
            .any(|beginning| line.starts_with(beginning))
    };
    changelog
        .lines()
        .filter(|line| !is_decision(line))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Compares what was made again with the folder, which may lack files that are not shown everywhere.
fn compare(folder: &Path, made: Made) -> anyhow::Result<Rebuilt> {
    let Made {
        mut files,
        mut notes,
    } = made;
    let mut different = Vec::new();
    for path in crate::folder::files(folder)? {
        let Some(expected) = files.remove(&path) else {
            let ours = [
                debouches_model::MANIFEST_FILE,
                SIGNATURE_FILE,
                "journal.jsonl",
            ];
            if !ours.contains(&path.as_str()) {
                different.push(format!("{path}: a rebuild makes no such file"));
            }
            continue;
        };
        let (found, _) =
            digest(&folder.join(&path)).with_context(|| format!("cannot read {path}"))?;
        if found != expected {
            different.push(format!(
                "{path}: sha256 is {found}, a rebuild gives {expected}"
            ));
        } else if path == SUMS_FILE {
            notes.insert(
                0,
                format!("made again from the snapshots: the same {SUMS_FILE}, sha256 {found}"),
            );
        }
    }
    let absent: Vec<&str> = files
        .keys()
        .map(String::as_str)
        .filter(|path| ![RECORD_FILE, PROFILE_FILE].contains(path))
        .collect();
    if !absent.is_empty() {
        notes.push(format!(
            "not there, hence not compared: {}",
            absent.join(", ")
        ));
    }
    Ok(Rebuilt { different, notes })
}
