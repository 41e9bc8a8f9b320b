//! What a publication would write: releases that are not there, pages that would read otherwise.

use std::collections::BTreeMap;

use chrono::{DateTime, SubsecRound as _, Utc};
use debouches_model::{ArtefactKey, DatasetId, Decree, Fault, FileEntry, Stage, Version};
use debouches_publish::first_published;
use debouches_release::PROFILE_FILE;
use debouches_site::{
    DatasetRecord, Expectation, File, Preview, Release, Texts, Withdrawal, dataset_files,
    known_datasets, root_files,
};
use debouches_store::{Artefact, Pointer};

use super::Catalogue;
use crate::calendar;
use crate::config::DatasetConfig;
use crate::failure::Decided;
use crate::retraction::register;

/// Files of a release that are ours, and not for readers.
const OURS: [&str; 1] = [PROFILE_FILE];

/// What a publication of a dataset would write.
pub struct Pending {
    /// What the catalogue will know of it.
    pub record: DatasetRecord,
    /// Files of releases that are not there, in the order of versions.
    pub data: Vec<Data>,
    /// What moves, in order.
    pub moves: Vec<Move>,
    /// Files of purged releases, and pointers to them, that are still there.
    pub removals: Vec<String>,
}

/// A file of a release.
pub struct Data {
    pub path: String,
    pub release: Artefact,
    pub entry: FileEntry,
    /// False when the whole release is not known to be there: a file of the right size is read back all the same.
    is_missing: bool,
}

/// A page or a feed that would read otherwise, and what is there now.
pub struct Move {
    pub file: File,
    pub from: Pointer,
}

/// A write, for people.
pub struct Write {
    /// Where.
    pub path: String,
    /// Why, in a few words.
    pub reason: &'static str,
}

impl Pending {
    /// The writes, in order.
    pub fn writes(&self) -> Vec<Write> {
        let data = self.data.iter().filter(|data| data.is_missing);
        let data = data.map(|data| Write {
            path: data.path.clone(),
            reason: "the catalogue does not have it",
        });
        let removed = self.removals.iter().map(|path| Write {
            path: path.clone(),
            reason: "its release was withdrawn",
        });
        data.chain(self.moves.iter().map(Move::write))
            .chain(removed)
            .collect()
    }
}

impl Move {
    pub fn write(&self) -> Write {
        let reason = if self.from.bytes.is_some() {
            "it would read otherwise"
        } else {
            "the catalogue does not have it"
        };
        Write {
            path: self.file.path.clone(),
            reason,
        }
    }
}

impl Catalogue<'_> {
    /// What would be written of a dataset; writes nothing.
    ///
    /// # Errors
    /// Fails when the site or the state cannot be read.
    pub async fn pending(&self, dataset: &DatasetConfig) -> anyhow::Result<Pending> {
        let previous = self.record(dataset.id()).await?;
        let artefacts = releases(self, dataset.id()).await?;
        if let Some(record) = &previous {
            self.check(record, &artefacts).await?;
        }
        let mut read = Vec::new();
        for (_, artefact) in &artefacts {
            read.push(read_release(artefact).await?);
        }
        let withdrawals = self.withdrawals(dataset.id()).await?;
        let newest = artefacts
            .iter()
            .zip(&mut read)
            .rev()
            .find(|((version, _), _)| !withdrawals.contains_key(version));
        if let Some(((_, artefact), release)) = newest {
            release.previews = previews(artefact, release).await?;
        }
        let expected = calendar::awaited(self.context, dataset).await?;
        let expected: Vec<Expectation> = expected
            .into_iter()
            .map(|awaited| Expectation {
                by: awaited.by,
                what: awaited.what.fr,
            })
            .collect();
        let first = self.first_days(dataset.id()).await?;
        let now = self.context.clock.now().trunc_subsecs(0);
        let published = |version: Version| first.get(&version).copied().unwrap_or(now);
        let withdrawals = |version: Version| withdrawals.get(&version).cloned();
        let record = DatasetRecord::with(
            previous.as_ref(),
            &read,
            &expected,
            &published,
            &withdrawals,
        )?;
        let mut record =
            record.ok_or_else(|| anyhow::anyhow!("dataset {} has no release", dataset.id()))?;
        let register = self.context.retracted().await?;
        record.retractions = register::kept(register, dataset.id()).or(record.retractions);
        let newer = record
            .versions
            .iter()
            .find(|item| artefacts.iter().all(|(version, _)| *version < item.version));
        if let Some(newer) = newer.filter(|newer| newer.is_there()) {
            let (id, version) = (dataset.id(), newer.version);
            tracing::warn!(
                "{} has {id} {version}, newer than what is here: its pages stay as they are",
                self.shelf.display()
            );
        }
        let mut data = Vec::new();
        for (version, artefact) in &artefacts {
            let is_known = previous
                .as_ref()
                .is_some_and(|previous| previous.version(*version).is_some());
            data.extend(self.missing(&record, *version, artefact, is_known).await?);
        }
        let moves = self
            .different(dataset_files(&self.site, &record, &read))
            .await?;
        Ok(Pending {
            data,
            moves,
            removals: self.purged(&record).await?,
            record,
        })
    }

    /// Refuses a record that says more than the state knows: a retraction that the register forgot, a version that was
    /// never published from here. With `--force` every file is read back too.
    async fn check(
        &self,
        record: &DatasetRecord,
        artefacts: &[(Version, Artefact)],
    ) -> anyhow::Result<()> {
        let (context, id) = (self.context, &record.dataset);
        let withdrawals = context.retracted().await?;
        let receipts = context.store.list(Stage::Publish, id.as_str()).await?;
        let ours = format!("/{}", self.name());
        let receipts: Vec<Version> = receipts
            .iter()
            .filter_map(|key| key.id.strip_suffix(&ours)?.parse().ok())
            .collect();
        for entry in &record.versions {
            let version = entry.version;
            if entry.retracted.is_some() && !withdrawals.mentions(id, version) {
                return Err(self.altered(format!(
                    "it says that {id} {version} was retracted, and the register of the state does not: take it back with `debouches portal adopt`"
                )));
            }
            let is_known = receipts.contains(&version)
                || artefacts.iter().any(|(known, _)| *known == version)
                || withdrawals.mentions(id, version);
            // A state that was lost knows nothing, and takes what is there.
            if !is_known && !receipts.is_empty() {
                return Err(self.altered(format!(
                    "it has {id} {version}, which was never published from here"
                )));
            }
        }
        if context.options.force {
            for entry in record.versions.iter().filter(|entry| entry.is_there()) {
                for file in &entry.files {
                    let path = format!("{id}/{}/{}", entry.version, file.path);
                    match self.shelf.digest(&path).await? {
                        Some(actual) if actual != file.sha256 => {
                            return Err(self.overwritten(&path));
                        }
                        Some(_) | None => {}
                    }
                }
            }
        }
        Ok(())
    }

    fn overwritten(&self, path: &str) -> anyhow::Error {
        self.altered(format!(
            "{path} holds other bytes than the release, and what was released never changes; find out who wrote them, then remove it there and run `debouches publish`, which puts it back"
        ))
    }

    fn altered(&self, what: String) -> anyhow::Error {
        let message = format!("{} cannot be trusted: {what}", self.shelf.display());
        Decided {
            message,
            fault: Fault::Integrity,
        }
        .into()
    }

    /// What would be written of the index. `pending` are datasets that are about to be written.
    ///
    /// # Errors
    /// Fails when the site or the state cannot be read.
    pub async fn pending_index(&self, pending: &[DatasetRecord]) -> anyhow::Result<Vec<Move>> {
        let there = self
            .shelf
            .pointer("catalog.jsonld")
            .await?
            .bytes
            .unwrap_or_default();
        let mut ids: Vec<DatasetId> = self
            .context
            .pipeline
            .datasets
            .iter()
            .map(|dataset| dataset.id().clone())
            .collect();
        // What others published in the same catalogue stays in its index.
        ids.extend(known_datasets(&there));
        ids.sort();
        ids.dedup();
        let mut records = Vec::new();
        for id in ids {
            match pending.iter().find(|record| record.dataset == id) {
                Some(record) => records.push(record.clone()),
                None => records.extend(self.record(&id).await?),
            }
        }
        // The same order whoever writes.
        records
            .sort_by(|one, other| (&one.title, &one.dataset).cmp(&(&other.title, &other.dataset)));
        self.different(root_files(&self.site, &records)).await
    }

    /// The writes of the index, for people.
    ///
    /// # Errors
    /// Fails when the site or the state cannot be read.
    pub async fn index_writes(&self, pending: &[DatasetRecord]) -> anyhow::Result<Vec<Write>> {
        Ok(self
            .pending_index(pending)
            .await?
            .iter()
            .map(Move::write)
            .collect())
    }

    /// The files of a release to put. Of a version that the catalogue knows, every file was read back once: its size is
    /// enough now. One that was removed is put back: nobody edits a static site, and these bytes are ours.
    ///
    /// # Errors
    /// When one of another size is there: it is never written over.
    async fn missing(
        &self,
        record: &DatasetRecord,
        version: Version,
        artefact: &Artefact,
        is_known: bool,
    ) -> anyhow::Result<Vec<Data>> {
        let mut data = Vec::new();
        let entries = record
            .version(version)
            .filter(|item| item.is_there())
            .map(|item| item.files.as_slice())
            .unwrap_or_default();
        for entry in entries {
            let path = format!("{}/{version}/{}", record.dataset, entry.path);
            let size = self.shelf.size(&path).await?;
            if size.is_some_and(|size| size != entry.bytes) {
                return Err(self.overwritten(&path));
            }
            let is_missing = size.is_none();
            if is_missing || !is_known {
                data.push(Data {
                    path,
                    release: artefact.clone(),
                    entry: entry.clone(),
                    is_missing,
                });
            }
        }
        Ok(data)
    }

    async fn purged(&self, record: &DatasetRecord) -> anyhow::Result<Vec<String>> {
        let gone = record.versions.iter().filter(|version| !version.is_there());
        let mut paths: Vec<String> = gone
            .flat_map(|version| {
                version
                    .files
                    .iter()
                    .map(|file| format!("{}/{}/{}", record.dataset, version.version, file.path))
            })
            .collect();
        if record.latest().is_none() {
            // A pointer to nothing would mislead a program.
            paths.extend(
                ["latest.json", "latest.html"].map(|name| format!("{}/{name}", record.dataset)),
            );
        }
        let mut there = Vec::new();
        for path in paths {
            if self.shelf.size(&path).await?.is_some() {
                there.push(path);
            }
        }
        Ok(there)
    }

    /// The files that are not as they should be.
    async fn different(&self, wanted: Vec<File>) -> anyhow::Result<Vec<Move>> {
        let mut moves = Vec::new();
        for file in wanted {
            let from = self.shelf.pointer(&file.path).await?;
            if from.bytes.as_deref() != Some(file.text.as_bytes()) {
                moves.push(Move { file, from });
            }
        }
        Ok(moves)
    }

    /// The day on which each version was first published, on whatever portal: the journals tell it.
    async fn first_days(
        &self,
        dataset: &DatasetId,
    ) -> anyhow::Result<BTreeMap<Version, DateTime<Utc>>> {
        let mut days = BTreeMap::new();
        for key in self
            .context
            .store
            .list(Stage::Publish, dataset.as_str())
            .await?
        {
            let Some(version) = key
                .id
                .split('/')
                .next()
                .and_then(|version| version.parse().ok())
            else {
                continue;
            };
            let Some(receipt) = self.context.store.find(&key).await? else {
                continue;
            };
            let sealed = first_published(&self.context.store, &key, dataset).await?;
            let day = sealed
                .unwrap_or(receipt.manifest().created_at)
                .trunc_subsecs(0);
            days.entry(version)
                .and_modify(|first: &mut DateTime<Utc>| *first = day.min(*first))
                .or_insert(day);
        }
        Ok(days)
    }

    /// The versions that readers are told not to use.
    async fn withdrawals(
        &self,
        dataset: &DatasetId,
    ) -> anyhow::Result<BTreeMap<Version, Withdrawal>> {
        let withdrawals = self.context.retracted().await?;
        let write = withdrawals.of(dataset).map(|item| {
            let legal_basis = (item.decision == Decree::Purge).then(|| item.reason.clone());
            (
                item.version,
                Withdrawal {
                    on: item.at.trunc_subsecs(0),
                    reason: item.reason.clone(),
                    legal_basis,
                },
            )
        });
        Ok(write.collect())
    }
}

/// The releases of the state, the oldest first.
async fn releases(
    catalogue: &Catalogue<'_>,
    dataset: &DatasetId,
) -> anyhow::Result<Vec<(Version, Artefact)>> {
    let store = &catalogue.context.store;
    let mut published_releases = Vec::new();
    for key in store.list(Stage::Package, dataset.as_str()).await? {
        let Ok(version) = key.id.parse::<Version>() else {
            continue;
        };
        if let Some(artefact) = store
            .find(&ArtefactKey::new(Stage::Package, dataset, version))
            .await?
        {
            published_releases.push((version, artefact));
        }
    }
    published_releases.sort_by_key(|(version, _)| *version);
    Ok(published_releases)
}

async fn read_release(artefact: &Artefact) -> anyhow::Result<Release> {
    let manifest = artefact.manifest();
    let notice = manifest
        .release
        .as_ref()
        .ok_or_else(|| anyhow::anyhow!("{} is not a release", artefact.key()))?;
    let texts = Texts {
        datapackage: text(artefact, "datapackage.json").await?,
        readme: text(artefact, "README.md").await?,
        changelog: text(artefact, "CHANGELOG.md").await?,
    };
    Ok(Release::read(notice, manifest, &OURS, texts)?)
}

async fn text(artefact: &Artefact, path: &str) -> anyhow::Result<String> {
    Ok(String::from_utf8_lossy(&artefact.read(path).await?).into_owned())
}

async fn previews(artefact: &Artefact, release: &Release) -> anyhow::Result<Vec<Preview>> {
    let mut previews = Vec::new();
    for path in release.tables() {
        let file = artefact.open_file(&path).await?.into_file();
        previews.push(Preview::read(&path, std::io::BufReader::new(file))?);
    }
    Ok(previews)
}
