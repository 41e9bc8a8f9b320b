//! The data of retracted releases, which is never published again in another guise.
//!
//! A row is its key and its measures: titles, labels, added columns, forms and file formats change nothing. Of a retracted
//! table are kept the digests of the rows that are in no release that stands. After a purge, one of them that comes back is
//! refused: nobody knows here which of them disclosed something. After a yank, what was wrong is among them, and a correction
//! changes it: the table is refused when some of them come back and none has other values under the same key, whatever rows
//! left or joined. In a table whose counts are protected, a figure that appears or disappears may be our own suppression, which
//! moves with the rows around it: there, only a figure that was shown and is shown otherwise is a correction.
//!
//! The keys are read in the yanked release, whose bytes stay in the state. Where they are gone, digests do not tell which row
//! took the place of another: then the table is refused when all of them come back. Of a register taken back from a portal or a
//! site, only the digest of the complete table is known.
//!
//! When no figure of a release is its own, what was wrong is in its words: a row is then its key and all the columns of its
//! specification, those without a figure included.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Seek as _;

use anyhow::Context as _;
use debouches_model::spec::{Role, TableSpec, measure_of_status};
use debouches_model::{
    ArtefactKey, DatasetId, Decree, Fault, RetractedTable, Sha256, Stage, Version, Withdrawal,
};
use debouches_store::Artefact;

use super::register;
use crate::blocking::blocking;
use crate::config::DatasetConfig;
use crate::context::Context;
use crate::failure::Decided;

/// The digests of the rows of a table, each of eight bytes.
pub(crate) type Rows = BTreeSet<[u8; 8]>;

/// The rows that are kept of a retracted table.
pub(super) struct RowsFile {
    pub(super) path: String,
    pub(super) bytes: Vec<u8>,
}

/// The data of the tables of a release, and the rows that no other release that stands has.
pub(super) async fn of_release(
    context: &Context,
    dataset: &DatasetConfig,
    release: &Artefact,
) -> anyhow::Result<(Vec<RetractedTable>, Vec<RowsFile>)> {
    let by_figures = distinct(context, dataset, release, Compared::Figures).await?;
    let is_same = |all: &[Distinct]| all.iter().all(|table| table.rows.is_empty());
    let chosen = if is_same(&by_figures) {
        let by_words = distinct(context, dataset, release, Compared::Words).await?;
        if is_same(&by_words) {
            by_figures
        } else {
            by_words
        }
    } else {
        by_figures
    };
    let tables = chosen.iter().map(|item| RetractedTable {
        table: item.spec.id.to_string(),
        data: item.data,
        distinct: item.rows.len() as u64,
        words: item.compared == Compared::Words,
    });
    let tables = tables.collect();
    let files = chosen.into_iter().map(|item| RowsFile {
        path: register::rows_path(item.spec.id.as_str()),
        bytes: item.rows.into_iter().flatten().collect(),
    });
    Ok((tables, files.collect()))
}

/// What makes two rows the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Compared {
    /// Key and measures; a row without a figure is none.
    Figures,
    /// Every column of the specification.
    Words,
}

impl Compared {
    fn of(retracted: &RetractedTable) -> Self {
        if retracted.words {
            Self::Words
        } else {
            Self::Figures
        }
    }
}

/// The rows of a table that no other release that stands has.
struct Distinct {
    spec: &'static TableSpec,
    compared: Compared,
    /// Digest of all its rows.
    data: Sha256,
    rows: Rows,
}

async fn distinct(
    context: &Context,
    dataset: &DatasetConfig,
    release: &Artefact,
    compared: Compared,
) -> anyhow::Result<Vec<Distinct>> {
    let standing = standing(context, dataset.id(), release).await?;
    let mut tables = Vec::new();
    for spec in dataset.tables.iter().copied() {
        let Some(Content { mut rows, .. }) = content_of(spec, release, compared).await? else {
            continue;
        };
        let data = digest(&rows);
        for other in &standing {
            if let Some(others) = content_of(spec, other, compared).await? {
                rows.retain(|row| !others.rows.contains(row));
            }
        }
        tables.push(Distinct {
            spec,
            compared,
            data,
            rows,
        });
    }
    Ok(tables)
}

/// Refuses tables about to be released that bring back the data of a retracted one.
///
/// # Errors
/// [`Decided`] with the fault of data, naming the release and how to lift its retraction.
pub(crate) async fn check(
    context: &Context,
    tables: Vec<(&'static TableSpec, File)>,
) -> anyhow::Result<()> {
    for (spec, file) in tables {
        let mut read_as: BTreeMap<Compared, Content> = BTreeMap::new();
        for decision in context.retracted().await?.forbidden() {
            let retracted = decision
                .tables
                .iter()
                .find(|digest_of| digest_of.table == spec.id.as_str() && digest_of.distinct > 0);
            let Some(retracted) = retracted else {
                continue;
            };
            let content = match read_as.entry(Compared::of(retracted)) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unread) => {
                    let mut again = file.try_clone()?;
                    again.rewind()?;
                    let compared = *unread.key();
                    unread.insert(read(spec, again, compared).await?)
                }
            };
            if let Some(count) = comes_back(context, decision, (spec, retracted), content).await? {
                return Err(refusal(decision, spec, count).into());
            }
        }
    }
    Ok(())
}

/// Refuses a release that brings back the data of a retracted one: it was made before the retraction, or by a state that had
/// forgotten it.
///
/// # Errors
/// As [`check`].
pub(crate) async fn check_release(
    context: &Context,
    dataset: &DatasetConfig,
    release: &Artefact,
) -> anyhow::Result<()> {
    if context.retracted().await?.forbidden().next().is_none() {
        return Ok(());
    }
    let mut tables = Vec::new();
    for spec in dataset.tables.iter().copied() {
        let path = format!("{}.csv", spec.id);
        if release.manifest().file(&path).is_some() {
            tables.push((spec, release.open_file(&path).await?.into_file()));
        }
    }
    check(context, tables).await
}

/// How many retracted rows come back, when that is refused.
async fn comes_back(
    context: &Context,
    decision: &Withdrawal,
    (spec, retracted): (&'static TableSpec, &RetractedTable),
    now: &Content,
) -> anyhow::Result<Option<usize>> {
    if digest(&now.rows) == retracted.data {
        return Ok(Some(now.rows.len()));
    }
    let Some(kept) = register::rows(&context.store, decision, &retracted.table).await? else {
        return Ok(None);
    };
    let kept: Rows = kept
        .chunks_exact(8)
        .filter_map(|row| <[u8; 8]>::try_from(row).ok())
        .collect();
    let back = kept.intersection(&now.rows).count();
    if back == 0 {
        return Ok(None);
    }
    let refused = match decision.decision {
        Decree::Purge => true,
        Decree::Yank | Decree::Unyank | Decree::Lift => {
            let key = ArtefactKey::new(Stage::Package, &decision.dataset, decision.version);
            let before = match context.store.find(&key).await? {
                Some(release) => content_of(spec, &release, Compared::of(retracted)).await?,
                None => None,
            };
            match before {
                Some(before) => !before.is_corrected(&kept, now),
                None => back == kept.len(),
            }
        }
    };
    Ok(refused.then_some(back))
}

fn refusal(decision: &Withdrawal, spec: &TableSpec, count: usize) -> Decided {
    let Withdrawal {
        dataset, version, ..
    } = decision;
    let (done, why) = match decision.decision {
        Decree::Purge => ("purged", ""),
        Decree::Yank | Decree::Unyank | Decree::Lift => {
            ("yanked", ", and none of them was corrected")
        }
    };
    let message = format!(
        "{count} rows of table {} are those of {dataset} {version}, which was {done}{why}: {}. Nothing is released until somebody lifts it: `debouches retract --lift {dataset}@{version} --reason … --by …`",
        spec.id,
        decision.reason.trim_end_matches('.')
    );
    Decided {
        message,
        fault: Fault::Data,
    }
}

/// The releases of a dataset that stand, but this one.
async fn standing(
    context: &Context,
    dataset: &DatasetId,
    but: &Artefact,
) -> anyhow::Result<Vec<Artefact>> {
    let retracted = context.retracted().await?;
    let mut all = Vec::new();
    for key in context.store.list(Stage::Package, dataset.as_str()).await? {
        let stands = key
            .id
            .parse::<Version>()
            .is_ok_and(|version| retracted.find(dataset, version).is_none());
        if stands
            && key != *but.key()
            && let Some(release) = context
                .store
                .find(&ArtefactKey::new(Stage::Package, dataset, &key.id))
                .await?
        {
            all.push(release);
        }
    }
    Ok(all)
}

/// The rows of a table, and under which key each of them is.
#[derive(Default)]
struct Content {
    rows: Rows,
    /// Each row by the digest of its key, rows without a figure included.
    by_key: BTreeMap<[u8; 8], Row>,
}

struct Row {
    digest: [u8; 8],
    /// Where suppression moves figures, a short digest of each cell that is shown; empty elsewhere.
    shown: Box<[Option<[u8; 8]>]>,
}

impl Row {
    fn is_corrected(&self, now: &Self) -> bool {
        if self.shown.is_empty() {
            return self.digest != now.digest;
        }
        let mut cells = self.shown.iter().zip(&now.shown);
        cells.any(|(before, now)| before.is_some() && now.is_some() && before != now)
    }
}

impl Content {
    /// Whether one of these rows has other values now, under the same key.
    fn is_corrected(&self, rows: &Rows, now: &Self) -> bool {
        self.by_key
            .iter()
            .filter(|(_, row)| rows.contains(&row.digest))
            .any(|(key, row)| now.by_key.get(key).is_some_and(|now| row.is_corrected(now)))
    }
}

async fn content_of(
    spec: &'static TableSpec,
    release: &Artefact,
    compared: Compared,
) -> anyhow::Result<Option<Content>> {
    let path = format!("{}.csv", spec.id);
    if release.manifest().file(&path).is_none() {
        return Ok(None);
    }
    let file = release.open_file(&path).await?.into_file();
    read(spec, file, compared).await.map(Some)
}

/// The rows of a published CSV.
async fn read(spec: &'static TableSpec, file: File, compared: Compared) -> anyhow::Result<Content> {
    blocking(move || {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(b';')
            .flexible(true)
            .from_reader(std::io::BufReader::new(file));
        let context = || format!("cannot read the released {}", spec.id);
        let header = reader.headers().with_context(context)?.clone();
        let index = |name: &str| {
            header
                .iter()
                .position(|heading| heading.trim_start_matches('\u{feff}') == name)
        };
        let keys: Vec<usize> = spec.key.iter().filter_map(|name| index(name)).collect();
        let is_compared = |role: Role| match compared {
            Compared::Figures => role == Role::Measure,
            Compared::Words => true,
        };
        let values: Vec<usize> = spec
            .columns
            .iter()
            .filter(|column| is_compared(column.role))
            .filter_map(|column| index(&column.name))
            .collect();
        // A status says why a figure is hidden: it moves with the suppression.
        let cells: Vec<usize> = spec
            .columns
            .iter()
            .filter(|_| spec.secrecy_policy().is_some())
            .filter(|column| is_compared(column.role) && measure_of_status(&column.name).is_none())
            .filter_map(|column| index(&column.name))
            .collect();
        let mut content = Content::default();
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record).with_context(context)? {
            let field = |index: &usize| record.get(*index).unwrap_or_default();
            let joined = |indexes: &[usize]| -> String {
                let fields = indexes.iter().map(field);
                fields.fold(String::new(), |text, field| text + field + "\u{1f}")
            };
            let key = joined(&keys);
            let row = short_digest(&(key.clone() + &joined(&values)));
            let shown = cells.iter().map(field);
            let shown = shown.map(|text| (!text.is_empty()).then(|| short_digest(text)));
            let by_key = Row {
                digest: row,
                shown: shown.collect(),
            };
            content.by_key.insert(short_digest(&key), by_key);
            let has_figure = values.iter().any(|index| !field(index).is_empty());
            if compared == Compared::Words || has_figure {
                content.rows.insert(row);
            }
        }
        Ok(content)
    })
    .await
}

/// The first eight bytes of a digest.
fn short_digest(text: &str) -> [u8; 8] {
    let digest = Sha256::of(text.as_bytes()).to_string();
    let short = u64::from_str_radix(&digest[..16], 16).unwrap_or_default();
    short.to_be_bytes()
}

fn digest(rows: &Rows) -> Sha256 {
    let bytes: Vec<u8> = rows.iter().flatten().copied().collect();
    Sha256::of(&bytes)
}
