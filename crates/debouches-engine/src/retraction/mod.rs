//! Withdrawn releases: what they forbid to the releases that follow, and what is left of them.

mod data;
mod decide;
pub(crate) mod note;
pub(crate) mod register;

use std::collections::BTreeMap;
use std::io::Write as _;

use anyhow::Context as _;
use debouches_model::spec::TableSpec;
use debouches_model::{
    ArtefactKey, Change, DatasetId, Decree, Fault, Ingredients, Manifest, Stage, Version,
    Withdrawal,
};
use debouches_release::{
    Decision, DiffReport, RECORD_FILE, ReleaseChange, ReleaseRecord, Retracted, VersionRule,
};
use debouches_store::{Artefact, Draft};
use debouches_table::{ReadLimits, read_csv};

use crate::blocking::blocking;
use crate::config::DatasetConfig;
use crate::context::Context;
use crate::failure::Decided;
use crate::released::Layout;

pub(crate) use data::{check as check_data, check_release};
pub use decide::{Grounds, Retraction};

/// Says which counts may be hidden beside small ones; kept of a purged release.
pub const DISCLOSURE_FILE: &str = "disclosure.json";

/// A withdrawn release, and its digests.
pub struct RetractedRelease {
    withdrawal: Withdrawal,
    /// None when the state that kept it was lost.
    record: Option<ReleaseRecord>,
    /// Its manifest, while its bytes are there.
    release: Option<Artefact>,
}

/// The withdrawn releases of a dataset, the oldest first.
///
/// # Errors
/// Fails when the state cannot be read, or forgot what the register names.
pub async fn retracted_releases(
    context: &Context,
    dataset: &DatasetId,
) -> anyhow::Result<Vec<RetractedRelease>> {
    let mut all = Vec::new();
    for withdrawal in context.retracted().await?.of(dataset) {
        let release = context
            .store
            .find(&ArtefactKey::new(
                Stage::Package,
                dataset,
                withdrawal.version,
            ))
            .await?;
        let remaining = match &release {
            Some(release) => Some(release.clone()),
            None => {
                context
                    .store
                    .find(&tombstone_key(dataset, withdrawal.version))
                    .await?
            }
        };
        let record = match remaining {
            Some(remaining) => Some(ReleaseRecord::read(&remaining.read(RECORD_FILE).await?)?),
            // The register was taken back from a portal, after the state was lost: the digests of the data are in it.
            None if !withdrawal.tables.is_empty() => None,
            None => {
                let message = format!(
                    "version {} of {dataset} is withdrawn, and nothing of it is left",
                    withdrawal.version
                );
                return Err(Decided {
                    message,
                    fault: Fault::Integrity,
                }
                .into());
            }
        };
        all.push(RetractedRelease {
            withdrawal: withdrawal.clone(),
            record,
            release,
        });
    }
    Ok(all)
}

/// Where what is left of a purged release is: never seen by the next stage.
pub fn tombstone_key(dataset: &DatasetId, version: Version) -> ArtefactKey {
    ArtefactKey::rejected(Stage::Package, dataset, version)
}

/// The withdrawn release that these ingredients would give again.
///
/// # Errors
/// Fails when the state cannot be read, or forgot what the register names.
pub async fn made_again<'a>(
    context: &Context,
    retracted: &'a [RetractedRelease],
    ingredients: &Ingredients,
) -> anyhow::Result<Option<&'a RetractedRelease>> {
    for item in retracted {
        if is_lifted(context, item).await? {
            continue;
        }
        if item.withdrawal.fingerprint.as_ref() == Some(&ingredients.fingerprint()) {
            return Ok(Some(item));
        }
        if let Some(release) = &item.release
            && crate::releases::is_current(context, release, ingredients).await?
        {
            return Ok(Some(item));
        }
    }
    Ok(None)
}

/// Whether somebody said that the data of a retracted release may be published again.
async fn is_lifted(context: &Context, item: &RetractedRelease) -> anyhow::Result<bool> {
    let Withdrawal {
        dataset, version, ..
    } = &item.withdrawal;
    Ok(context.retracted().await?.is_lifted(dataset, *version))
}

/// True when these ingredients would give a withdrawn release again.
///
/// # Errors
/// Fails when the state cannot be read, or forgot what the register names.
pub async fn is_retracted(
    context: &Context,
    dataset: &DatasetId,
    now: &Ingredients,
) -> anyhow::Result<bool> {
    Ok(
        made_again(context, &retracted_releases(context, dataset).await?, now)
            .await?
            .is_some(),
    )
}

/// The withdrawn release whose content the candidate has.
///
/// # Errors
/// Fails when the state cannot be read, or forgot what the register names.
pub async fn same_content<'a>(
    context: &Context,
    retracted: &'a [RetractedRelease],
    candidate: &ReleaseRecord,
) -> anyhow::Result<Option<&'a RetractedRelease>> {
    for item in retracted {
        if item.has_content_of(candidate) && !is_lifted(context, item).await? {
            return Ok(Some(item));
        }
    }
    Ok(None)
}

impl RetractedRelease {
    fn has_content_of(&self, candidate: &ReleaseRecord) -> bool {
        let decision = self
            .record
            .as_ref()
            .map(|record| VersionRule { last: Some(record) }.decide(candidate));
        matches!(decision, Some(Decision::Unchanged(_)))
    }

    /// The version and the changes that follow this release, by its digests.
    fn followed_by(&self, candidate: &ReleaseRecord) -> (Version, Vec<ReleaseChange>) {
        let Some(record) = &self.record else {
            let version = self.withdrawal.version.after(Change::Minor);
            return (version, Vec::new());
        };
        match (VersionRule { last: Some(record) }).decide(candidate) {
            // Its retraction was lifted: the same content takes the next number.
            Decision::Unchanged(version) => (version.after(Change::Patch), Vec::new()),
            Decision::New {
                version, changes, ..
            } => (version, changes),
        }
    }

    /// The version and the changes that follow this release, when readers had no other: rows that are gone break who counts on them.
    /// `report` compares the rows, while its bytes are there.
    fn followed_alone_by(
        &self,
        candidate: &ReleaseRecord,
        report: Option<&DiffReport>,
    ) -> (Version, Vec<ReleaseChange>) {
        let (version, changes) = self.followed_by(candidate);
        let Some(record) = &self.record else {
            return (version, changes);
        };
        let rule = VersionRule { last: Some(record) };
        let Decision::New {
            change: Some(change),
            ..
        } = rule.decide(candidate)
        else {
            return (version, changes);
        };
        let version = match report {
            Some(report) => rule.weighed(change, report).0,
            None if loses_rows(record, candidate) => record.version.after(Change::Major),
            None => version,
        };
        (version, changes)
    }

    /// Its version.
    pub fn version(&self) -> Version {
        self.withdrawal.version
    }

    /// Its files; none once they were purged.
    pub fn release(&self) -> Option<&Artefact> {
        self.release.as_ref()
    }

    /// What readers may know of it.
    pub fn as_fact(&self) -> Retracted {
        Retracted::of(&self.withdrawal)
    }

    /// Why nothing is made, in a sentence.
    pub fn description(&self) -> String {
        let Withdrawal {
            version,
            at,
            reason,
            ..
        } = &self.withdrawal;
        format!(
            "the data is that of version {version}, withdrawn on {} and not released again: {reason}",
            at.format("%Y-%m-%d")
        )
    }
}

/// Whether rows of a release are certainly gone, by its digests alone: other keys, and no more of them.
fn loses_rows(before: &ReleaseRecord, now: &ReleaseRecord) -> bool {
    before.tables.iter().any(|table| {
        let same = now.tables.iter().find(|item| item.table == table.table);
        same.is_some_and(|now| now.keys_sha256 != table.keys_sha256 && now.rows <= table.rows)
    })
}

/// What withdrawn releases add to the decision about a candidate: their numbers are never used again. `reports` compares its rows
/// with theirs, when no release stands that it could follow.
pub fn past(
    retracted: &[RetractedRelease],
    candidate: &ReleaseRecord,
    reports: &BTreeMap<Version, DiffReport>,
    ruled: (Version, Option<Change>, Vec<ReleaseChange>),
) -> (Version, Option<Change>, Vec<ReleaseChange>) {
    let (mut version, change, mut changes) = ruled;
    for item in retracted
        .iter()
        .filter(|item| item.withdrawal.version >= Version::FIRST)
    {
        let (next, compared) = match change {
            Some(_) => item.followed_by(candidate),
            None => item.followed_alone_by(candidate, reports.get(&item.withdrawal.version)),
        };
        if next > version {
            version = next;
            // Nothing is left to compare with but what was withdrawn.
            if change.is_none() {
                changes = compared;
            }
        }
    }
    (version, change, changes)
}

/// The newest number that a withdrawn release had.
pub fn newest(retracted: &[RetractedRelease]) -> Option<Version> {
    retracted.iter().map(|item| item.withdrawal.version).max()
}

/// The release to mark on the portal when every release of a dataset is withdrawn: the last to be withdrawn, which readers were
/// led to until then, if its bytes are there.
///
/// # Errors
/// Fails when the state cannot be read, or forgot what the register names.
pub async fn to_mark(context: &Context, dataset: &DatasetId) -> anyhow::Result<Option<Artefact>> {
    let retracted = context.retracted().await?;
    let mut yanked: Vec<_> = retracted
        .of(dataset)
        .filter(|item| item.decision == Decree::Yank)
        .collect();
    yanked.sort_by_key(|item| item.at);
    for withdrawal in yanked.into_iter().rev() {
        let key = ArtefactKey::new(Stage::Package, dataset, withdrawal.version);
        if let Some(release) = context.store.find(&key).await? {
            return Ok(Some(release));
        }
    }
    Ok(None)
}

/// Keeps of a release what the disclosure audit must remember, since readers have seen it: keys, counts, rates. And its digests.
///
/// # Errors
/// Fails when the state cannot be read, or forgot what the register names.
pub async fn keep_tombstone(
    context: &Context,
    dataset: &DatasetConfig,
    release: &Artefact,
) -> anyhow::Result<Artefact> {
    let version: Version = release.key().id.parse()?;
    let key = tombstone_key(dataset.id(), version);
    if let Some(known) = context.store.find(&key).await? {
        return Ok(known);
    }
    let draft = context.store.draft(key.clone())?;
    for name in [RECORD_FILE, DISCLOSURE_FILE] {
        if release.manifest().file(name).is_some() {
            draft.write(name, "application/json", &release.read(name).await?)?;
        }
    }
    for spec in context.pipeline.domain.tables {
        if release
            .manifest()
            .file(&format!("{}.csv", spec.id))
            .is_some()
        {
            keep_counts(context, &draft, spec, release).await?;
        }
    }
    let mut manifest = Manifest::new(&key, context.tool.clone(), context.clock.now());
    manifest.ingredients = release.manifest().ingredients.clone();
    Ok(draft.commit(manifest).await?)
}

/// The columns of a table that the policy names; nothing when it names none, since the audit does not judge it.
async fn keep_counts(
    context: &Context,
    draft: &Draft,
    spec: &'static TableSpec,
    release: &Artefact,
) -> anyhow::Result<()> {
    let Some(policy) = spec
        .secrecy_policy()
        .filter(|policy| !policy.count.is_empty())
    else {
        return Ok(());
    };
    let Some(layout) = Layout::of(spec) else {
        return Ok(());
    };
    let counts = policy.count.iter().flat_map(|count| {
        [
            count.column.clone(),
            debouches_model::spec::status_column(&count.column),
        ]
    });
    let wanted: Vec<String> = layout
        .columns()
        .into_iter()
        .chain(counts)
        .chain(policy.rate.iter().map(|rate| rate.rate.clone()))
        .collect();
    let path = format!("{}.csv", spec.id);
    let (body, jobs) = (release.open_file(&path).await?.into_file(), context.jobs());
    let mut file = draft.file(&path, "text/csv")?;
    blocking(move || {
        let raw = read_csv(body, ReadLimits::default(), jobs, &mut |_| {})
            .context("cannot read the released table")?;
        let places: Vec<usize> = wanted
            .iter()
            .filter_map(|name| raw.header.iter().position(|item| item == name))
            .collect();
        let mut out = csv::WriterBuilder::new()
            .delimiter(b';')
            .from_writer(&mut file);
        out.write_record(places.iter().map(|index| &raw.header[*index]))?;
        for row in 0..raw.rows() {
            out.write_record(places.iter().map(|index| raw.column(*index).value(row)))?;
        }
        out.flush()?;
        drop(out);
        file.flush()?;
        file.finish(Some(raw.rows() as u64))?;
        Ok(())
    })
    .await
}
