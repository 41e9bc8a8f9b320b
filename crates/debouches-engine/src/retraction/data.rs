//! The data of retracted releases, which is never published again in another guise.
//!
//! A row is its key and its measures: titles, labels, added columns, forms and file formats change nothing. Of a retracted
//! table are kept the digests of the rows that are in no release that stands. After a purge, one of them that comes back is
//! refused: nobody knows here which of them disclosed something. After a yank, the table is refused when all of them do:
//! what was wrong is among them, and a correction changes it.

use std::collections::BTreeSet;
use std::fs::File;

use anyhow::Context as _;
use debouches_model::spec::{Role, TableSpec};
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
    let (mut tables, mut files) = (Vec::new(), Vec::new());
    for spec in &dataset.tables {
        let Some(all) = rows_of(spec, release).await? else {
            continue;
        };
        let mut distinct = all.clone();
        for standing in standing(context, dataset.id(), release).await? {
            if let Some(rows) = rows_of(spec, &standing).await? {
                distinct.retain(|row| !rows.contains(row));
            }
        }
        tables.push(RetractedTable {
            table: spec.id.to_string(),
            data: digest(&all),
            distinct: distinct.len() as u64,
        });
        files.push(RowsFile {
            path: register::rows_path(spec.id.as_str()),
            bytes: distinct.into_iter().flatten().collect(),
        });
    }
    Ok((tables, files))
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
        let mut rows: Option<Rows> = None;
        let mut file = Some(file);
        for decision in context.retracted().await?.forbidden() {
            let retracted = decision
                .tables
                .iter()
                .find(|own| own.table == spec.id.as_str() && own.distinct > 0);
            let Some(retracted) = retracted else {
                continue;
            };
            if let Some(file) = file.take() {
                rows = Some(read(spec, file).await?);
            }
            let Some(rows) = &rows else { continue };
            if let Some(count) = comes_back(context, decision, retracted, rows).await? {
                return Err(refusal(decision, spec, count).into());
            }
        }
    }
    Ok(())
}

/// How many retracted rows come back, when that is refused.
async fn comes_back(
    context: &Context,
    decision: &Withdrawal,
    retracted: &RetractedTable,
    rows: &Rows,
) -> anyhow::Result<Option<usize>> {
    if digest(rows) == retracted.data {
        return Ok(Some(rows.len()));
    }
    let Some(kept) = register::rows(&context.store, decision, &retracted.table).await? else {
        return Ok(None);
    };
    let kept = kept.chunks_exact(8);
    let (total, back) = kept.fold((0, 0), |(total, back), row| {
        let is_back = <[u8; 8]>::try_from(row).is_ok_and(|row| rows.contains(&row));
        (total + 1, back + usize::from(is_back))
    });
    let refused = match decision.decision {
        Decree::Purge => back > 0,
        Decree::Yank | Decree::Unyank | Decree::Lift => back == total && total > 0,
    };
    Ok(refused.then_some(back))
}

fn refusal(decision: &Withdrawal, spec: &TableSpec, count: usize) -> Decided {
    let Withdrawal {
        dataset, version, ..
    } = decision;
    let done = match decision.decision {
        Decree::Purge => "purged",
        Decree::Yank | Decree::Unyank | Decree::Lift => "yanked",
    };
    let message = format!(
        "{count} rows of table {} are those of {dataset} {version}, which was {done}: {}. Nothing is released until somebody lifts it:          `debouches retract --lift {dataset}@{version} --reason … --by …`",
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

async fn rows_of(spec: &'static TableSpec, release: &Artefact) -> anyhow::Result<Option<Rows>> {
    let path = format!("{}.csv", spec.id);
    if release.manifest().file(&path).is_none() {
        return Ok(None);
    }
    let file = release.open_file(&path).await?.into_file();
    read(spec, file).await.map(Some)
}

/// The rows of a published CSV that have a figure.
async fn read(spec: &'static TableSpec, file: File) -> anyhow::Result<Rows> {
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
        let measures: Vec<usize> = spec
            .columns
            .iter()
            .filter(|column| column.role == Role::Measure)
            .filter_map(|column| index(&column.name))
            .collect();
        let mut rows = Rows::new();
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record).with_context(context)? {
            let field = |index: &usize| record.get(*index).unwrap_or_default();
            if measures.iter().all(|index| field(index).is_empty()) {
                continue;
            }
            let mut text = String::new();
            for index in keys.iter().chain(&measures) {
                text.push_str(field(index));
                text.push('\u{1f}');
            }
            let digest = Sha256::of(text.as_bytes()).to_string();
            let short = u64::from_str_radix(&digest[..16], 16).unwrap_or_default();
            rows.insert(short.to_be_bytes());
        }
        Ok(rows)
    })
    .await
}

fn digest(rows: &Rows) -> Sha256 {
    let bytes: Vec<u8> = rows.iter().flatten().copied().collect();
    Sha256::of(&bytes)
}
