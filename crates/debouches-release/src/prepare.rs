//! Sorts a table, checks its secrecy a last time, and writes it as CSV and Parquet.

use std::io::Write;

use debouches_model::spec::{ColumnKind, ColumnSpec, Role, TableSpec};
use debouches_model::{Coverage, Hasher, Sha256, ValueStatus, Vintage};
use debouches_table::{ParquetLayout, Table, write_csv, write_parquet};

use crate::PackageError;
use crate::dataset::{Dataset, Part, SecrecyNote, SourceNote};
use crate::profile::{TableProfile, profile};
use crate::secrecy::leaks;
use crate::set_aside::SetAside;
use crate::{comparisons, intervals};

/// For each column, its values and the rows that have each.
pub type Breakdown = Vec<(String, Vec<(String, u64)>)>;

/// Longest list of values whose rows are counted in the texts.
const MOST_LISTED: usize = 20;

/// A table whose data is written.
#[derive(Debug)]
pub struct PreparedTable<'a> {
    /// Its specification.
    pub spec: &'a TableSpec,
    /// Its title in French; that of figures made up for a trial says so.
    pub title: String,
    /// Every published column, in order, status and added columns included.
    pub columns: Vec<ColumnSpec>,
    /// Number of rows.
    pub rows: u64,
    /// Digest of the primary keys, in order.
    pub keys_sha256: Sha256,
    /// For each measure, the number of cells in each state, in the order of [`ValueStatus::ALL`].
    pub states: Vec<(String, [u64; 5])>,
    /// For a derived table, the rows by value of each of its short lists of values, in the order of the specification.
    pub breakdown: Breakdown,
    /// The columns that have no value in this release, and those that have the same on every row.
    pub constant: Vec<(String, Option<String>)>,
    /// First and last cohort.
    pub vintages: Option<(u16, u16)>,
    /// The distinct vintages as published, sorted.
    pub vintage_labels: Vec<String>,
    /// What it holds in each slice and vintage, for the release that follows.
    pub profile: TableProfile,
    /// Where the figures come from.
    pub sources: Vec<SourceNote>,
    /// Rows set aside in it and in the tables that it was made from.
    pub set_aside: Vec<SetAside>,
    /// What the disclosure audit says of it.
    pub secrecy: Option<SecrecyNote>,
}

/// The tables of a release, written.
pub type Prepared<'a> = Vec<PreparedTable<'a>>;

/// Writes a table as CSV and Parquet, sorted as its specification says.
///
/// # Errors
/// When a figure under the threshold remains, or when the bytes cannot be written.
pub fn prepare<'a>(
    part: Part<'a>,
    csv: impl Write + Send,
    parquet: impl Write + Send,
    jobs: usize,
) -> Result<PreparedTable<'a>, PackageError> {
    let Part {
        spec,
        table,
        dataset,
        sources,
        set_aside,
        secrecy,
    } = part;
    let wrap = |source| PackageError::Table {
        table: spec.id.clone(),
        source,
    };
    if let (count, Some(first)) = leaks(spec, &table).map_err(wrap)? {
        return Err(PackageError::Leak {
            table: spec.id.clone(),
            count,
            first: Box::new(first),
        });
    }
    let columns: Vec<ColumnSpec> = published_columns(spec)
        .into_iter()
        .filter(|column| !dataset.omits(spec.id.as_str(), &column.name))
        .collect();
    // One list gives the columns of the files and those of their description.
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let mut table = table;
    intervals::add(spec, &mut table).map_err(wrap)?;
    comparisons::add(spec, &mut table).map_err(wrap)?;
    let received = table.without(|name| dataset.omits(spec.id.as_str(), name));
    let table = received
        .sorted_by(&published_order(spec, &dataset))
        .and_then(|table| table.arranged(&names))
        .map_err(wrap)?;
    write_csv(&table, csv, jobs).map_err(wrap)?;
    write_parquet(&table, &layout(spec, &columns, &dataset), parquet, jobs).map_err(wrap)?;
    let states = columns
        .iter()
        .filter(|column| column.is_measure())
        .map(|column| {
            Ok((
                column.name.clone(),
                table.statuses(&column.status_name())?.counts(),
            ))
        });
    let states = states.collect::<Result<_, _>>().map_err(wrap)?;
    let (vintages, vintage_labels) = vintages(spec, &table);
    // A derived table may have no row, or none of a known year: the tables beside it say what the release covers.
    if vintages.is_none() && spec.derived.is_none() {
        return Err(PackageError::NoVintage(spec.id.clone()));
    }
    Ok(PreparedTable {
        profile: profile(spec, &table, jobs).map_err(wrap)?,
        breakdown: breakdown(spec, &table).map_err(wrap)?,
        constant: constant(&columns, &table),
        title: dataset.entitled(&spec.title),
        rows: table.rows() as u64,
        keys_sha256: keys_digest(spec, &table).map_err(wrap)?,
        states,
        spec,
        columns,
        vintages,
        vintage_labels,
        sources,
        set_aside,
        secrecy,
    })
}

/// Refuses a release of which no table has a row of a known vintage.
///
/// # Errors
/// [`PackageError::NoVintage`], with the first table.
pub fn require_vintage<'a>(
    tables: impl IntoIterator<Item = &'a PreparedTable<'static>>,
) -> Result<(), PackageError> {
    let mut first = None;
    for table in tables {
        if table.vintages.is_some() {
            return Ok(());
        }
        first.get_or_insert_with(|| table.spec.id.clone());
    }
    first.map_or(Ok(()), |table| Err(PackageError::NoVintage(table)))
}

impl PreparedTable<'_> {
    /// The days that the cohorts of the table span, leavers counted from the year of their exit; none without a vintage.
    ///
    /// # Panics
    /// Never: a vintage is a year between 1900 and 2200.
    #[must_use]
    pub fn coverage(&self) -> Option<Coverage> {
        let (first, last) = self.vintages?;
        let day = |year: u16, month, day| {
            chrono::NaiveDate::from_ymd_opt(i32::from(year), month, day).expect("the day exists")
        };
        Some(Coverage {
            start: day(first, 1, 1),
            end: day(last, 12, 31),
        })
    }
}

/// The columns as published: the common ones, those that say what the row is about, each measure followed by its status,
/// then labels, notes and what `enrich` added.
fn published_columns(spec: &TableSpec) -> Vec<ColumnSpec> {
    let item = spec.columns.iter().flat_map(|column| {
        let status = column.is_measure().then(|| status_column(column));
        let interval = intervals::columns(spec, column);
        let compared = comparisons::columns(spec, column);
        std::iter::once((column.role, column.clone()))
            .chain(status.map(|status| (column.role, status)))
            .chain(interval.into_iter().map(|bound| (column.role, bound)))
            .chain(compared.into_iter().map(|made| (column.role, made)))
    });
    let added = spec
        .added_columns()
        .map(|column| (column.role, column.clone()));
    let mut columns: Vec<(Role, ColumnSpec)> = item.chain(added).collect();
    // The sort keeps the order of columns of one rank.
    columns.sort_by_key(|(role, column)| match spec.rank(&column.name) {
        Some(index) => (0, index),
        None => match role {
            Role::Dimension => (1, 0),
            Role::Measure => (2, 0),
            Role::Label | Role::Note | Role::Tag => (3, 0),
        },
    });
    columns.into_iter().map(|(_, column)| column).collect()
}

fn status_column(measure: &ColumnSpec) -> ColumnSpec {
    ColumnSpec {
        name: measure.status_name(),
        kind: ColumnKind::Text,
        role: Role::Note,
        unit: None,
        denominator: None,
        label: format!("{}, état", measure.label),
        description: format!(
            "Explique pourquoi `{}` est vide, ou indique que la valeur est là (mesure).",
            measure.name
        ),
        required: true,
        min: None,
        max: None,
        values: ValueStatus::ALL
            .iter()
            .map(|status| status.as_str().to_owned())
            .collect(),
        format: None,
        except: Vec::new(),
        formula_is_text: false,
        version: false,
        produced_from: None,
        produced_until: None,
        not_yet_from: None,
        not_produced: false,
        base: debouches_model::spec::Base::default(),
    }
}

/// What a derived table is made of, as rows by value: where figures come from, and what is missing.
fn breakdown(spec: &TableSpec, table: &Table) -> Result<Breakdown, debouches_table::TableError> {
    let listed = |column: &&ColumnSpec| {
        column.kind == ColumnKind::Text && (2..=MOST_LISTED).contains(&column.values.len())
    };
    let columns = spec
        .columns
        .iter()
        .filter(|_| spec.derived.is_some())
        .filter(listed);
    let counted = columns.map(|column| {
        let text = table.text(&column.name)?;
        let counts: std::collections::HashMap<&str, u64> =
            text.distinct().zip(text.counts()).collect();
        let rows = column.values.iter().map(|value| {
            (
                value.clone(),
                counts.get(value.as_str()).copied().unwrap_or_default(),
            )
        });
        Ok((
            column.name.clone(),
            rows.filter(|(_, rows)| *rows > 0).collect(),
        ))
    });
    counted.collect()
}

/// Columns without a value, and columns with one value: readers need not look at them.
fn constant(columns: &[ColumnSpec], table: &Table) -> Vec<(String, Option<String>)> {
    use debouches_table::Column;
    let known = columns.iter().filter_map(|column| {
        let value = match table.column(&column.name)? {
            Column::Text(text) | Column::List(text) => {
                let counts = text.counts();
                let mut used = text.distinct().zip(counts).filter(|(_, rows)| *rows > 0);
                match (used.next(), used.next()) {
                    (None, _) => None,
                    (Some((value, rows)), None) if rows == table.rows() as u64 => {
                        Some(value.to_owned())
                    }
                    _ => return None,
                }
            }
            Column::Integer(values) if values.iter().all(|value| value.is_none()) => None,
            Column::Decimal(values) if values.iter().all(|value| value.is_none()) => None,
            _ => return None,
        };
        Some((column.name.clone(), value))
    });
    if table.rows() < 2 {
        Vec::new()
    } else {
        known.collect()
    }
}

/// What the rows are sorted by, columns that are left out left aside.
fn published_order(spec: &TableSpec, dataset: &Dataset) -> Vec<String> {
    spec.order()
        .into_iter()
        .filter(|name| !dataset.omits(spec.id.as_str(), name))
        .collect()
}

/// Bloom filters on the codes that readers look up; lists have none.
fn layout(spec: &TableSpec, columns: &[ColumnSpec], dataset: &Dataset) -> ParquetLayout {
    let is_code = |column: &&ColumnSpec| {
        column.kind == ColumnKind::Text && column.format.is_some_and(|format| format.is_looked_up)
    };
    ParquetLayout {
        sorted_by: published_order(spec, dataset),
        bloom: columns
            .iter()
            .filter(is_code)
            .map(|column| column.name.clone())
            .collect(),
    }
}

fn keys_digest(spec: &TableSpec, table: &Table) -> Result<Sha256, debouches_table::TableError> {
    let keys = spec
        .key
        .iter()
        .map(|name| table.text(name))
        .collect::<Result<Vec<_>, _>>()?;
    let mut hasher = Hasher::default();
    let mut line = Vec::new();
    for row in 0..table.rows() {
        line.clear();
        for key in &keys {
            line.extend_from_slice(key.get(row).unwrap_or_default().as_bytes());
            line.push(0);
        }
        hasher.update(&line);
    }
    Ok(hasher.finish())
}

fn vintages(spec: &TableSpec, table: &Table) -> (Option<(u16, u16)>, Vec<String>) {
    let Some(vintage) = &spec.vintage else {
        return (None, Vec::new());
    };
    let Ok(column) = table.text(&vintage.column) else {
        return (None, Vec::new());
    };
    let used = column
        .distinct()
        .zip(column.counts())
        .filter(|(_, rows)| *rows > 0)
        .map(|(label, _)| label.to_owned());
    let mut labels: Vec<String> = used.collect();
    labels.sort();
    let parsed: Vec<Vintage> = labels
        .iter()
        .filter_map(|label| Vintage::parse(label, &vintage.style))
        .collect();
    let first = parsed.iter().map(|vintage| vintage.first).min();
    let span = first.zip(parsed.iter().map(|vintage| vintage.last).max());
    let of_none = vintage
        .empty
        .filter(|_| table.rows() == 0)
        .map(|year| (year, year));
    (span.or(of_none), labels)
}
