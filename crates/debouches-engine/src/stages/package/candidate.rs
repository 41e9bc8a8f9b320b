//! A release that is built and not committed: the one place where tables, texts and files become one.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use debouches_model::spec::{TableKind, TableSpec, Tables};
use debouches_model::{
    ArtefactKey, Ingredients, Manifest, Report, Severity, Stage, TableId, Version,
};
use debouches_release::{
    DescribedRelease, DiffReport, EarlierRelease, Outline, Part, PreparedTable, ReferenceMove,
    ReleaseChange, ReleaseProfile, ReleaseRecord, SetAside, Side, SideTable, SourceNote,
    TableShape, TextFile, WrittenFile, describe, diff_changes, media_type, prepare,
    require_vintage, set_aside_once, write_forms,
};
use debouches_store::{Artefact, Spooled, StoreError};
use debouches_table::{ParquetFile, Table};

use super::ingredients::copied_release;
use crate::blocking::blocking;
use crate::checks::disclosure::linked::Original;
use crate::checks::disclosure::repeated::repeats;
use crate::checks::disclosure::{self, Earlier, linked, repeated};
use crate::config::DatasetConfig;
use crate::context::Context;
use crate::released::sidecar;
use crate::stages::target::{load_private, load_report, load_table};

/// A release whose data is written, without a version yet.
pub struct Candidate<'a> {
    dataset: &'a DatasetConfig,
    prepared: Vec<PreparedTable<'static>>,
    /// The files of each table.
    data: Vec<Vec<(WrittenFile, Spooled)>>,
    /// The files of all tables.
    files: Vec<WrittenFile>,
    /// Digests of all of it.
    pub record: ReleaseRecord,
    /// Releases that the disclosure audit read beside it.
    pub published_before: Vec<EarlierRelease>,
}

impl<'a> Candidate<'a> {
    /// Writes the tables of a dataset, suppressed as its release must be beside these earlier releases.
    ///
    /// # Errors
    /// Fails when the disclosure audit refuses a table, or when a file cannot be written.
    pub async fn build(
        context: &Context,
        dataset: &'a DatasetConfig,
        tables: &[Artefact],
        earlier: Earlier,
    ) -> anyhow::Result<Self> {
        // What repeats figures of others is made of releases that others decide.
        let depends = dataset.tables.iter().any(|spec| {
            disclosure::is_judged(spec) || spec.copies().is_some() || !repeats(spec).is_empty()
        });
        let earlier = if depends { earlier } else { Earlier::default() };
        let written = write_tables(context, dataset, tables, &earlier).await?;
        let (prepared, data): (Vec<_>, Vec<_>) = written
            .into_iter()
            .map(|data| (data.table, data.files))
            .unzip();
        let files: Vec<WrittenFile> = data
            .iter()
            .flatten()
            .map(|(file, _)| file.clone())
            .collect();
        Ok(Self {
            record: ReleaseRecord::of(&dataset.notice, &prepared, &files),
            dataset,
            prepared,
            data,
            files,
            published_before: earlier.names(),
        })
    }

    /// The CSV of each table.
    ///
    /// # Errors
    /// Fails when one cannot be opened.
    pub fn published(&self) -> Result<Vec<(&'static TableSpec, std::fs::File)>, StoreError> {
        let csv = |spec: &&'static TableSpec| {
            let path = format!("{}.csv", spec.id);
            let (_, spooled) = self
                .data
                .iter()
                .flatten()
                .find(|(file, _)| file.path == path)?;
            Some(spooled.open().map(|file| (*spec, file)))
        };
        self.dataset.tables.iter().filter_map(csv).collect()
    }

    /// The figures of each slice, for the drift check.
    pub fn profile(&self) -> ReleaseProfile {
        let profiles = self.prepared.iter().map(|table| table.profile.clone());
        ReleaseProfile::of(profiles.collect())
    }

    /// The rows compared with those of a release.
    ///
    /// # Errors
    /// Fails when one of them cannot be read.
    pub async fn compared_with(
        &self,
        specs: &'static Tables,
        last: &Artefact,
    ) -> anyhow::Result<DiffReport> {
        let before = sidecar::of_release(last).await?;
        let mut tables = Vec::new();
        for (table, files) in self.prepared.iter().zip(&self.data) {
            let shape = TableShape::of(table.spec.id.as_str(), &table.spec.key, &table.columns);
            let Some((_, spooled)) = files.iter().find(|(file, _)| file.path == shape.parquet)
            else {
                continue;
            };
            let file = ParquetFile::open(spooled.open()?)?;
            tables.push(SideTable { shape, file });
        }
        let after = Side {
            name: "candidate".to_owned(),
            tables,
        };
        blocking(move || Ok(debouches_release::diff(specs, &before, &after, 0.0, None)?)).await
    }

    /// Rows of its sources that it does not publish, each table once.
    pub fn set_aside(&self) -> Vec<SetAside> {
        set_aside_once(self.prepared.iter().flat_map(|table| &table.set_aside))
    }

    /// The texts of the release.
    pub fn describe(&self, outline: &Outline) -> DescribedRelease {
        describe(&self.dataset.notice, outline, &self.prepared, &self.files)
    }

    /// The files of the tables.
    pub fn files(&self) -> &[WrittenFile] {
        &self.files
    }

    /// Commits the release under its version, with these texts; the manifest says what it is made of.
    ///
    /// # Errors
    /// Fails when the state cannot be written.
    pub async fn commit(
        self,
        context: &Context,
        version: Version,
        texts: &[TextFile],
        fill: impl FnOnce(&mut Manifest),
    ) -> anyhow::Result<Artefact> {
        let key = ArtefactKey::new(Stage::Package, self.dataset.id(), version);
        let draft = context.store.draft(key.clone())?;
        for (file, spooled) in self.data.into_iter().flatten() {
            draft.take(spooled, &file.path, media_type(&file.path), file.rows)?;
        }
        for text in texts {
            draft.write(&text.path, &text.media_type, text.text.as_bytes())?;
        }
        let mut manifest = Manifest::new(&key, context.tool.clone(), context.clock.now());
        fill(&mut manifest);
        Ok(draft.commit(manifest).await?)
    }
}

/// What changed, from a comparison of the rows; `ruled`, from digests, when it shows nothing.
#[must_use]
pub fn changes_of(report: &DiffReport, ruled: Vec<ReleaseChange>) -> Vec<ReleaseChange> {
    let changes = diff_changes(report);
    if changes.is_empty() { ruled } else { changes }
}

/// The nomenclatures that the tables of a dataset read and that changed since a release, as far as the state remembers.
///
/// # Errors
/// Fails when the state cannot be read.
pub(super) async fn references_moved(
    context: &Context,
    last: &Artefact,
    tables: &[Artefact],
) -> anyhow::Result<Option<ReleaseChange>> {
    let mut moved: BTreeSet<ReferenceMove> = BTreeSet::new();
    for table in tables {
        let inputs = &last.manifest().inputs;
        let Some(input) = inputs
            .iter()
            .find(|input| input.subject == table.key().subject)
        else {
            continue;
        };
        let key = ArtefactKey::new(input.stage, &input.subject, &input.id);
        let Some(before) = context.store.find(&key).await? else {
            continue;
        };
        let (before, now) = (
            &before.manifest().ingredients,
            &table.manifest().ingredients,
        );
        let value = |all: &Ingredients, name: &str| {
            all.iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| value.to_owned())
        };
        for (name, digest) in now.iter() {
            let Some(reference) = name.strip_prefix("nomenclature.") else {
                continue;
            };
            let is_nomenclature = context
                .pipeline
                .domain
                .tables
                .named(reference)
                .is_some_and(|spec| spec.kind == TableKind::Nomenclature);
            let is_other = value(before, name).is_some_and(|known| known != digest);
            if is_nomenclature && is_other {
                // An edition that nobody named is told by its digest in the state: it says nothing to readers.
                let edition = |all: &Ingredients| {
                    value(all, &format!("{name}.version"))
                        .filter(|version| !version.starts_with("sha256:"))
                };
                moved.insert(ReferenceMove {
                    table: reference.to_owned(),
                    before: edition(before),
                    after: edition(now),
                });
            }
        }
    }
    let references: Vec<ReferenceMove> = moved.into_iter().collect();
    Ok((!references.is_empty()).then_some(ReleaseChange::ReferencesMoved { references }))
}

/// A table whose CSV and Parquet are on the disk, without a name yet.
struct WrittenData {
    table: PreparedTable<'static>,
    files: Vec<(WrittenFile, Spooled)>,
}

/// Writes all the tables of a dataset.
async fn write_tables(
    context: &Context,
    dataset: &DatasetConfig,
    tables: &[Artefact],
    earlier: &Earlier,
) -> anyhow::Result<Vec<WrittenData>> {
    let mut written: Vec<Option<WrittenData>> = tables.iter().map(|_| None).collect();
    // What repeats the figures of another table of the dataset waits for it.
    for waits in [false, true] {
        let places: Vec<usize> = (0..tables.len())
            .filter(|index| {
                let spec = dataset.tables[*index];
                let copies = linked::gated(context.pipeline.domain.tables, spec).is_some();
                (copies || !repeats(spec).is_empty()) == waits
            })
            .collect();
        let mut candidates = Vec::new();
        for index in &places {
            let spec = dataset.tables[*index];
            let mut table = load_table(&context.bench(), &tables[*index]).await?;
            if let Some(copies) = linked::gated(context.pipeline.domain.tables, spec) {
                let original = original(context, &written, &copies.table).await?;
                table = linked::followed(
                    context.pipeline.domain.tables,
                    spec,
                    table,
                    original,
                    context.jobs(),
                )
                .await?;
            }
            table = shown_there(context, &written, spec, table).await?;
            let private = load_private(&tables[*index]).await?;
            candidates.push(disclosure::Candidate {
                spec,
                table,
                private,
            });
        }
        let judged = disclosure::guarded(context, dataset, earlier, candidates).await?;
        for (index, (candidate, secrecy)) in places.into_iter().zip(judged) {
            let (sources, set_aside) = origins(context, &tables[index]).await?;
            let disclosure::Candidate { spec, table, .. } = candidate;
            let part = Part {
                spec,
                table,
                dataset: dataset.notice.clone(),
                sources,
                set_aside,
                secrecy,
            };
            written[index] = Some(write_data(context, part).await?);
        }
    }
    let written: Vec<WrittenData> = written.into_iter().flatten().collect();
    require_vintage(written.iter().map(|data| &data.table))?;
    Ok(written)
}

/// The table, without the figures that it repeats from releases that do not show them.
async fn shown_there(
    context: &Context,
    written: &[Option<WrittenData>],
    spec: &'static TableSpec,
    table: Table,
) -> anyhow::Result<Table> {
    let mut repeated = Vec::new();
    for repeat in repeats(spec) {
        let is_published = linked::publisher(&context.pipeline, &repeat.table).is_some();
        let original = match is_published {
            true => Some(original(context, written, &repeat.table).await?),
            false => None,
        };
        repeated.push((repeat, original));
    }
    if repeated.is_empty() {
        return Ok(table);
    }
    repeated::shown_there(spec, table, repeated, context.jobs()).await
}

/// The CSV whose figures a table repeats: of the same dataset, written just before, else of the release that holds it.
async fn original(
    context: &Context,
    written: &[Option<WrittenData>],
    table: &TableId,
) -> anyhow::Result<Original> {
    let name = format!("{table}.csv");
    let mut files = written.iter().flatten().flat_map(|data| &data.files);
    if let Some((_, spooled)) = files.find(|(file, _)| file.path == name) {
        return Ok(Original {
            file: spooled.open()?,
            name,
        });
    }
    let release = copied_release(context, table).await?;
    Ok(Original {
        file: release.open_file(&name).await?.into_file(),
        name: release.location(&name),
    })
}

async fn write_data(context: &Context, part: Part<'static>) -> anyhow::Result<WrittenData> {
    let (mut csv, mut parquet) = (context.store.spool()?, context.store.spool()?);
    let jobs = context.jobs();
    let (id, forms, store) = (
        part.spec.id.clone(),
        part.dataset.forms.clone(),
        context.store.clone(),
    );
    blocking(move || {
        let table = prepare(part, &mut csv, &mut parquet, jobs)?;
        let mut files = Vec::new();
        for (extension, spool) in [("csv", csv), ("parquet", parquet)] {
            let spooled = spool.finish()?;
            files.push(written(format!("{id}.{extension}"), table.rows, spooled));
        }
        let csv = files.first().map(|(_, spooled)| spooled);
        let open = || {
            csv.map(Spooled::open)
                .transpose()
                .map_err(std::io::Error::other)?
                .ok_or(std::io::ErrorKind::NotFound.into())
        };
        let further = write_forms(&forms, &table, &open, &mut || {
            store.spool().map_err(std::io::Error::other)
        })?;
        for form in further {
            files.push(written(form.path, form.rows, form.out.finish()?));
        }
        Ok(WrittenData { table, files })
    })
    .await
}

fn written(path: String, rows: u64, spooled: Spooled) -> (WrittenFile, Spooled) {
    (
        WrittenFile {
            path,
            bytes: spooled.bytes(),
            sha256: spooled.sha256(),
            rows: Some(rows),
        },
        spooled,
    )
}

/// The sources that a table comes from, and the rows set aside on the way: a walk through manifests, down to the snapshots.
async fn origins(
    context: &Context,
    table: &Artefact,
) -> anyhow::Result<(Vec<SourceNote>, Vec<SetAside>)> {
    let mut notes: BTreeMap<String, SourceNote> = BTreeMap::new();
    let mut set_aside: BTreeMap<String, SetAside> = BTreeMap::new();
    let mut waiting = table.manifest().inputs.clone();
    while let Some(input) = waiting.pop() {
        let key = ArtefactKey::new(input.stage, &input.subject, &input.id);
        let artefact = context
            .store
            .find(&key)
            .await?
            .with_context(|| format!("{key} is gone from the state"))?;
        if input.stage == Stage::Fetch {
            let source = context
                .pipeline
                .sources
                .iter()
                .find(|source| source.id().as_str() == input.subject);
            let body = debouches_fetch::body_of(&artefact);
            let is_public = source.is_some_and(|source| {
                source
                    .spec
                    .secrecy
                    .as_ref()
                    .is_none_or(|policy| !policy.unpublished)
            });
            let note = SourceNote {
                id: input.subject.clone(),
                producer: source
                    .map(|source| source.spec.producer.clone())
                    .unwrap_or_default(),
                address: artefact
                    .manifest()
                    .origin
                    .as_ref()
                    .map(|origin| public_address(&origin.url))
                    .unwrap_or_default(),
                sha256: is_public.then_some(body.sha256),
                version: source.and_then(|source| source.request.version.clone()),
            };
            notes.insert(input.subject, note);
        } else {
            if input.stage == Stage::Validate {
                let report = load_report(&artefact).await?;
                let spec = context.pipeline.domain.tables.named(&input.subject);
                if let Some(rows) = rows_set_aside(&input.subject, spec, &report) {
                    set_aside.insert(input.subject, rows);
                }
            }
            waiting.extend(artefact.manifest().inputs.clone());
        }
    }
    Ok((
        notes.into_values().collect(),
        set_aside.into_values().collect(),
    ))
}

/// The rows that a validated table does not have, when there are any.
fn rows_set_aside(table: &str, spec: Option<&TableSpec>, report: &Report) -> Option<SetAside> {
    if report.rows.refused == 0 {
        return None;
    }
    let errors = report
        .rules
        .iter()
        .filter(|tally| tally.severity >= Severity::Error);
    let note = |name: &str| report.notes.get(name).cloned();
    Some(SetAside {
        table: table.to_owned(),
        title: spec.map(|spec| spec.title.clone()).unwrap_or_default(),
        rows: report.rows.refused,
        received: report.rows.received,
        rules: errors.map(|tally| tally.rule).collect(),
        keys: note("keys_set_aside").unwrap_or_default(),
        reason: note("quarantine_reason"),
    })
}

/// An address that means something to a reuser: of a file or an object of ours, its name only.
fn public_address(url: &str) -> String {
    let is_public = url.starts_with("https://") || url.starts_with("http://");
    if is_public {
        url.to_owned()
    } else {
        url.rsplit('/').next().unwrap_or_default().to_owned()
    }
}
