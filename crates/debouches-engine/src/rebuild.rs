//! A release made again from `pipeline.lock` and the snapshots, in a state of its own that is thrown away.
//!
//! Its version and the decisions of people are taken from its record, since no source tells them; its changelogs and its disclosure
//! report too when the release before is not in the state. Everything else must come out the same, `SHA256SUMS` included.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use debouches_model::spec::Tables;
use debouches_model::{ArtefactKey, DatasetId, Fault, Sha256, Stage, Version};
use debouches_release::{
    Decision, EarlierRelease, Outline, PROFILE_FILE, RECORD_FILE, ReleaseChange, ReleaseFacts,
    ReleaseRecord, SIGNATURE_FILE, SUMS_FILE, TextFile, VersionRule, WrittenFile, sums,
};
use debouches_store::{Artefact, Lock};

use crate::checks::disclosure::{Earlier, find_release, sums_of};
use crate::config::DatasetConfig;
use crate::context::Context;
use crate::failure::{Decided, Usage};
use crate::folder::{copy, digest};
use crate::retraction::DISCLOSURE_FILE;
use crate::selection::Selection;
use crate::stages::package::{
    Candidate, Package, announcements, changelogs, changes_of, ingredients,
};
use crate::stages::{self, runner, validate};
use crate::summary::{Outcome, Summary};

const CHANGELOGS: [&str; 2] = ["CHANGELOG.md", "CHANGELOG.en.md"];

/// What a rebuild gave.
pub struct Rebuilt {
    /// The files that came out otherwise, in the order of their names.
    pub different: Vec<String>,
    /// What was taken from the release, or could not be compared.
    pub notes: Vec<String>,
}

/// Makes a release again and compares it with the one in `folder`. The state is read, never written.
///
/// # Errors
/// Fails when the release cannot be built again; files that come out otherwise are in the result.
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
        .find(|item| item.id() == dataset)
        .ok_or_else(no_dataset)?;
    let recorded = recorded(folder, dataset)?;
    let index = tempfile::tempdir().context("cannot make a temporary folder")?;
    let scratch = context.elsewhere(index.path()).await?;
    let lock = scratch.lock("debouches verify").await?;
    let again = to_make_again(context, &recorded.published_before).await?;
    let named = again
        .iter()
        .map(|earlier| earlier.dataset.clone())
        .chain([dataset.to_string()]);
    let selection = Selection::of(&scratch.pipeline, &named.collect::<Vec<_>>())?;
    bring(context, &scratch, config, &selection, version).await?;
    bring_earlier(context, &scratch, &recorded.published_before).await?;
    make_tables(&scratch, config, &selection, &recorded, &lock).await?;
    let made = make(&scratch, config, version, (folder, recorded)).await?;
    compare(folder, made)
}

/// The releases beside which one was judged and that the state does not have: they are made again first, from the snapshots.
async fn to_make_again(
    context: &Context,
    earlier: &[EarlierRelease],
) -> anyhow::Result<Vec<EarlierRelease>> {
    let mut out = Vec::new();
    for name in earlier {
        if find_release(context, name).await?.is_none() {
            out.push(name.clone());
        }
    }
    Ok(out)
}

/// Copies the releases beside which one was judged, as far as the state has them, with the tables that they were made from: they
/// tell what those releases hid.
async fn bring_earlier(
    context: &Context,
    scratch: &Context,
    earlier: &[EarlierRelease],
) -> anyhow::Result<()> {
    for name in earlier {
        let Some(release) = find_release(context, name).await? else {
            continue;
        };
        copy(&release, &scratch.store).await?;
        for input in &release.manifest().inputs {
            let key = ArtefactKey::new(input.stage, &input.subject, &input.id);
            if let Some(table) = context.store.find(&key).await? {
                copy(&table, &scratch.store).await?;
            }
        }
    }
    Ok(())
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
    for item in &selection.datasets {
        let id = item.id().as_str();
        let purged = context.store.list_rejected(Stage::Package, id).await?;
        for key in context
            .store
            .list(Stage::Package, id)
            .await?
            .into_iter()
            .chain(purged)
        {
            let is_wanted = item.id() != dataset.id()
                || key
                    .id
                    .parse::<Version>()
                    .is_ok_and(|earlier| earlier < version);
            if is_wanted && let Some(earlier) = context.store.find(&key).await? {
                copy(&earlier, &scratch.store).await?;
            }
        }
    }
    Ok(())
}

/// The tables, the releases beside which they were judged, and those whose figures they repeat.
async fn make_tables(
    scratch: &Context,
    dataset: &DatasetConfig,
    selection: &Selection<'_>,
    recorded: &ReleaseFacts,
    lock: &Lock,
) -> anyhow::Result<()> {
    let mut summary = Summary::default();
    for stage in [Stage::Validate, Stage::Enrich] {
        stages::run(stage, scratch, selection, lock, &mut summary).await?;
    }
    make_earlier(scratch, dataset, recorded, lock, &mut summary).await?;
    let mut copied = Selection::of(&scratch.pipeline, &[dataset.id().to_string()])?;
    copied.datasets.retain(|item| item.id() != dataset.id());
    // The release exists: nobody judges again what it was made of.
    copied.judged.clear();
    stages::run(Stage::Package, scratch, &copied, lock, &mut summary).await?;
    check_made(&summary)
}

/// Makes again the releases of other datasets that the state has lost, each beside those that were there before it. One that the
/// snapshots do not give is left out.
async fn make_earlier(
    scratch: &Context,
    dataset: &DatasetConfig,
    recorded: &ReleaseFacts,
    lock: &Lock,
    summary: &mut Summary,
) -> anyhow::Result<()> {
    for (index, name) in recorded.published_before.iter().enumerate() {
        let is_there = find_release(scratch, name).await?.is_some();
        if is_there || name.dataset == dataset.id().as_str() {
            continue;
        }
        let mut datasets = scratch.pipeline.datasets.iter();
        let Some(earlier) = datasets.find(|item| item.id().as_str() == name.dataset) else {
            continue;
        };
        let before = recorded.published_before[..index].to_vec();
        let package = Package::beside(scratch, before);
        runner::run(&package, [earlier], &*scratch.observer, lock, summary).await;
        check_made(summary)?;
        if let Some(made) = find_release(scratch, name).await?
            && sums_of(&made) != name.sums
        {
            scratch.store.discard(made.key(), lock).await?;
        }
    }
    Ok(())
}

/// Stops where something could not be made.
fn check_made(summary: &Summary) -> anyhow::Result<()> {
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
                fault: step.fault.unwrap_or(Fault::Data),
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
    (folder, recorded): (&Path, ReleaseFacts),
) -> anyhow::Result<Made> {
    let (_, tables) = ingredients(scratch, dataset).await?;
    let earlier = Earlier::still_there(scratch, &recorded.published_before).await?;
    let there = earlier.names();
    let candidate = Candidate::build(scratch, dataset, &tables, earlier).await?;
    let ReleaseFacts {
        previous,
        decisions,
        retracted,
        set_aside,
        published_before,
        ..
    } = recorded.clone();
    let last = match previous {
        Some(previous) => {
            let key = ArtefactKey::new(Stage::Package, dataset.id(), previous);
            scratch.store.find(&key).await?
        }
        None => None,
    };
    let mut notes = Vec::new();
    for lost in recorded
        .published_before
        .iter()
        .filter(|name| !there.contains(name))
    {
        notes.push(format!(
            "judged without {} {}, which the state does not have and the snapshots do not give",
            lost.dataset, lost.version
        ));
    }
    if !decisions.is_empty() {
        notes.push(format!(
            "what people decided (waivers, breaks, retractions) is taken from its {RECORD_FILE}"
        ));
    }
    let is_blind = previous.is_some() && last.is_none();
    let changes = if is_blind {
        recorded.changes
    } else {
        changes(
            scratch.pipeline.domain.tables,
            &candidate,
            dataset,
            (last.as_ref(), recorded.changes),
        )
        .await?
    };
    let facts = ReleaseFacts {
        previous,
        changes,
        decisions,
        retracted,
        set_aside,
        published_before,
    };
    let described = candidate.describe(&Outline {
        version,
        facts,
        changelogs: changelogs(last.as_ref()).await?,
    });
    let mut texts = described.texts;
    if is_blind {
        notes.extend(take_history(&mut texts, folder));
        renew_sums(&mut texts, candidate.files());
    }
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

/// The facts that a release records of itself.
fn recorded(folder: &Path, dataset: &DatasetId) -> anyhow::Result<ReleaseFacts> {
    let path = folder.join(RECORD_FILE);
    let bytes = std::fs::read(&path).map_err(|error| {
        Usage(format!(
            "{} cannot be read ({error}): it tells which release was before, and what people decided",
            path.display()
        ))
    })?;
    let record = ReleaseRecord::read(&bytes)?;
    if record.dataset != *dataset {
        return Err(Decided {
            message: format!("{} is of dataset {}", path.display(), record.dataset),
            fault: Fault::Integrity,
        }
        .into());
    }
    Ok(record.facts)
}

/// What the release changes since the one before, as `package` finds it.
async fn changes(
    tables: &'static Tables,
    candidate: &Candidate<'_>,
    dataset: &DatasetConfig,
    (last, recorded): (Option<&Artefact>, Vec<ReleaseChange>),
) -> anyhow::Result<Vec<ReleaseChange>> {
    let record = match last {
        Some(last) => Some(ReleaseRecord::read(&last.read(RECORD_FILE).await?)?),
        None => None,
    };
    let rule = VersionRule {
        last: record.as_ref(),
    };
    let mut changes = match (rule.decide(&candidate.record), last) {
        (Decision::New { changes, .. }, Some(last)) => {
            // Which nomenclatures moved is told by tables of the release before, which are not made again.
            let cause = recorded
                .into_iter()
                .filter(|change| matches!(change, ReleaseChange::ReferencesMoved { .. }));
            let report = candidate.compared_with(tables, last).await?;
            cause.chain(changes_of(&report, changes)).collect()
        }
        (Decision::New { changes, .. }, None) => changes,
        (Decision::Unchanged(_), _) => Vec::new(),
    };
    changes.extend(announcements(dataset, record.as_ref()));
    Ok(changes)
}

/// Takes the changelogs and the disclosure report of the release where the one before is not there to make them again.
fn take_history(texts: &mut [TextFile], folder: &Path) -> Vec<String> {
    let mut notes = Vec::new();
    for name in CHANGELOGS.into_iter().chain([DISCLOSURE_FILE]) {
        let Ok(recorded) = std::fs::read_to_string(folder.join(name)) else {
            continue;
        };
        let Some(rebuilt) = texts.iter_mut().find(|file| file.path == name) else {
            continue;
        };
        if rebuilt.text != recorded {
            notes.push(format!(
                "{name} is taken as it is: the release before is not in the state"
            ));
            rebuilt.text = recorded;
        }
    }
    notes
}

/// Writes the sums again, after texts were taken from elsewhere.
fn renew_sums(texts: &mut [TextFile], data: &[WrittenFile]) {
    let summed: Vec<TextFile> = texts
        .iter()
        .filter(|file| ![SUMS_FILE, PROFILE_FILE].contains(&file.path.as_str()))
        .cloned()
        .collect();
    if let Some(file) = texts.iter_mut().find(|file| file.path == SUMS_FILE) {
        file.text = sums(data, &summed);
    }
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
        let (actual, _) =
            digest(&folder.join(&path)).with_context(|| format!("cannot read {path}"))?;
        if actual != expected {
            different.push(format!(
                "{path}: sha256 is {actual}, a rebuild gives {expected}"
            ));
        } else if path == SUMS_FILE {
            notes.insert(
                0,
                format!("made again from the snapshots: the same {SUMS_FILE}, sha256 {actual}"),
            );
        }
    }
    let absent: Vec<&str> = files
        .keys()
        .map(String::as_str)
        .filter(|path| *path != PROFILE_FILE)
        .collect();
    if !absent.is_empty() {
        notes.push(format!(
            "not there, hence not compared: {}",
            absent.join(", ")
        ));
    }
    Ok(Rebuilt { different, notes })
}
