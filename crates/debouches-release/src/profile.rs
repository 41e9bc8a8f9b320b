//! The profile of a release: what it holds in each vintage of each slice, in numbers small enough to be kept for ever.
//!
//! It is computed on the table as published, hence holds nothing that the release hides. The next release is compared
//! with it ([`crate::drift`]), even when the release itself is gone.

use std::collections::{BTreeMap, BTreeSet};

use debouches_model::ValueStatus;
use debouches_model::spec::{ColumnSpec, TableSpec};
use debouches_table::{Table, TableError, TextColumn};
use serde::{Deserialize, Serialize};

use crate::PackageError;

/// Name of the profile in the folder of a release.
pub const PROFILE_FILE: &str = "profile.json";

/// Fewest measured cells for which quantiles are kept.
const FEWEST_FOR_QUANTILES: u64 = 20;
/// The quantiles of a rate, in percent of the cells.
const QUANTILES: [u64; 3] = [10, 50, 90];
/// Places for rates from 0 to 100, one for each whole percent.
const BINS: usize = 101;

/// The profile of a release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReleaseProfile {
    /// Format number of this structure.
    pub format: u32,
    /// One profile for each table, in the order of the release.
    pub tables: Vec<TableProfile>,
}

impl ReleaseProfile {
    /// The profile of these tables.
    #[must_use]
    pub fn of(tables: Vec<TableProfile>) -> Self {
        Self { format: 1, tables }
    }

    /// Reads a profile.
    ///
    /// # Errors
    /// When the bytes are not one.
    pub fn read(bytes: &[u8]) -> Result<Self, PackageError> {
        serde_json::from_slice(bytes).map_err(PackageError::Record)
    }

    /// The text of the file.
    ///
    /// # Panics
    /// Never: a profile is always written.
    #[must_use]
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).expect("a profile is always written") + "\n"
    }
}

/// The profile of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableProfile {
    /// Its name.
    pub table: String,
    /// Number of rows.
    pub rows: u64,
    /// Number of distinct values of each column of the key.
    pub keys: BTreeMap<String, u64>,
    /// Each slice in each vintage, in the order of dimensions, values and vintages.
    pub cells: Vec<Cell>,
}

/// A slice in a vintage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// What cuts the table.
    pub dimension: Dimension,
    /// Value of the dimension, in words; empty for the whole table.
    pub value: String,
    /// Vintage, as published.
    pub vintage: String,
    /// Number of rows.
    pub rows: u64,
    /// What the measures hold, by column.
    pub measures: BTreeMap<String, Measured>,
}

impl Cell {
    /// Adds the rows of another vintage of the slice; quantiles of both together cannot be known.
    fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        for (name, measured) in &other.measures {
            let total = self.measures.entry(name.clone()).or_default();
            total.measured += measured.measured;
            total.hidden += measured.hidden;
            total.sum += measured.sum;
            total.quantiles = None;
        }
    }
}

/// What cuts a table into slices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// The whole table.
    #[serde(rename = "whole")]
    Total,
    /// Région of the Code officiel géographique.
    Region,
    /// Académie.
    Academie,
    /// Domain of the nomenclature of specialities (NSF).
    TradeDomain,
    /// Type of diploma, or first character of the diploma code.
    DiplomaLevel,
}

impl Dimension {
    /// Every dimension, widest first.
    pub const ALL: [Self; 5] = [
        Self::Total,
        Self::Region,
        Self::Academie,
        Self::TradeDomain,
        Self::DiplomaLevel,
    ];

    /// Its name in messages and in waivers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Total => "ensemble",
            Self::Region => "région",
            Self::Academie => "académie",
            Self::TradeDomain => "domaine",
            Self::DiplomaLevel => "niveau",
        }
    }
}

/// What a measure holds in a slice and a vintage. Cells announced as not produced or not reached yet are in no count.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Cells with a value.
    pub measured: u64,
    /// Cells hidden or absent.
    pub hidden: u64,
    /// Sum of the values.
    pub sum: f64,
    /// Tenth, fiftieth and ninetieth percentiles of a rate, to the whole percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantiles: Option<[f64; 3]>,
}

/// Profiles a table as published: tagged, and with its small groups hidden.
///
/// # Errors
/// When a column of the specification is missing.
pub fn profile(spec: &TableSpec, table: &Table, jobs: usize) -> Result<TableProfile, TableError> {
    let cuts = cuts(spec, table)?;
    // A measure that the dataset leaves out is in no profile.
    let measures: Vec<&ColumnSpec> = spec
        .measures()
        .filter(|measure| table.column(&measure.name).is_some())
        .collect();
    let share = measures.len().div_ceil(jobs.max(1)).max(1);
    let counted: Vec<Vec<Vec<Measured>>> = std::thread::scope(|scope| {
        let cuts = &cuts;
        let workers: Vec<_> = measures
            .chunks(share)
            .map(|part| {
                scope.spawn(move || {
                    part.iter()
                        .map(|measure| count(measure, table, cuts))
                        .collect::<Result<Vec<_>, _>>()
                })
            })
            .collect();
        let parts = workers
            .into_iter()
            .map(|worker| worker.join().expect("counting does not panic"));
        parts
            .collect::<Result<Vec<_>, TableError>>()
            .map(|parts| parts.into_iter().flatten().collect())
    })?;
    let mut cells = Vec::new();
    for (index, cut) in cuts.iter().enumerate() {
        for (group, (value, vintage)) in cut.groups.iter().enumerate() {
            let of = |(measure, counted): (&&ColumnSpec, &Vec<Vec<Measured>>)| {
                (measure.name.clone(), counted[index][group].clone())
            };
            cells.push(Cell {
                dimension: cut.dimension,
                value: value.clone(),
                vintage: vintage.clone(),
                rows: cut.rows[group],
                measures: measures.iter().zip(&counted).map(of).collect(),
            });
        }
    }
    cells.sort_by(|a, b| {
        (a.dimension, &a.value, &a.vintage).cmp(&(b.dimension, &b.value, &b.vintage))
    });
    let keys = spec.key.iter().map(|name| {
        let column = table.text(name)?;
        let distinct = column.counts().iter().filter(|rows| **rows > 0).count();
        Ok((name.clone(), distinct as u64))
    });
    Ok(TableProfile {
        table: spec.id.to_string(),
        rows: table.rows() as u64,
        keys: keys.collect::<Result<_, TableError>>()?,
        cells,
    })
}

/// A way to cut the table: the group of each row, and what each group is.
struct Cut {
    dimension: Dimension,
    /// Group of each row; `u32::MAX` for a row without a value of the dimension.
    group_of: Vec<u32>,
    groups: Vec<(String, String)>,
    rows: Vec<u64>,
}

const NOWHERE: u32 = u32::MAX;

fn cuts(spec: &TableSpec, table: &Table) -> Result<Vec<Cut>, TableError> {
    let vintage = spec
        .partition()
        .map(|vintage| table.text(&vintage.column))
        .transpose()?;
    let complete = TextColumn::constant(Some(""), table.rows());
    let mut cuts = Vec::new();
    for dimension in Dimension::ALL {
        let column = match dimension {
            Dimension::Total => Some(complete.clone()),
            Dimension::Region => table.text("region_nom").ok().cloned(),
            Dimension::Academie => table.text("academie_nom").ok().cloned(),
            Dimension::TradeDomain => table.text("nsf_domaine_libelle").ok().cloned(),
            Dimension::DiplomaLevel => level(table),
        };
        if let Some(column) = column {
            cuts.push(cut(dimension, &column, vintage));
        }
    }
    Ok(cuts)
}

/// The type of diploma when the table has one, else the level that begins the first diploma code.
fn level(table: &Table) -> Option<TextColumn> {
    if let Ok(column) = table.text("type_diplome") {
        return Some(column.clone());
    }
    let codes = table.text("cfd_codes").ok()?;
    Some(codes.map(|codes| codes.chars().next().map(String::from)))
}

fn cut(dimension: Dimension, column: &TextColumn, vintage: Option<&TextColumn>) -> Cut {
    let values: Vec<&str> = column.distinct().collect();
    let vintages: Vec<&str> =
        vintage.map_or_else(|| vec![""], |vintage| vintage.distinct().collect());
    let mut places: Vec<u32> = vec![NOWHERE; values.len() * vintages.len()];
    let mut groups = Vec::new();
    let mut rows: Vec<u64> = Vec::new();
    let mut group_of = Vec::with_capacity(column.rows());
    for row in 0..column.rows() {
        let vintage = vintage.map_or(Some(0), |vintage| vintage.key(row));
        let (Some(value), Some(vintage)) = (column.key(row), vintage) else {
            group_of.push(NOWHERE);
            continue;
        };
        let index = &mut places[value * vintages.len() + vintage];
        if *index == NOWHERE {
            *index = u32::try_from(groups.len()).expect("fewer slices than rows");
            groups.push((values[value].to_owned(), vintages[vintage].to_owned()));
            rows.push(0);
        }
        rows[*index as usize] += 1;
        group_of.push(*index);
    }
    Cut {
        dimension,
        group_of,
        groups,
        rows,
    }
}

/// What a measure holds in each group of each cut.
fn count(
    measure: &ColumnSpec,
    table: &Table,
    cuts: &[Cut],
) -> Result<Vec<Vec<Measured>>, TableError> {
    let value_of = table.numbers(&measure.name)?;
    let statuses = table.statuses(&measure.status_name())?;
    let is_rate = measure.unit.as_deref() == Some("%");
    let mut counted: Vec<Vec<Measured>> = cuts
        .iter()
        .map(|cut| vec![Measured::default(); cut.groups.len()])
        .collect();
    let mut bins: Vec<Vec<u32>> = cuts
        .iter()
        .map(|cut| vec![0; if is_rate { cut.groups.len() * BINS } else { 0 }])
        .collect();
    for (row, status) in statuses.iter().enumerate() {
        let value = value_of(row);
        for ((cut, counted), bins) in cuts.iter().zip(&mut counted).zip(&mut bins) {
            let Some(cell) = counted.get_mut(cut.group_of[row] as usize) else {
                continue;
            };
            match (status, value) {
                (ValueStatus::Measured, Some(value)) => {
                    cell.measured += 1;
                    cell.sum += value;
                    if is_rate {
                        bins[cut.group_of[row] as usize * BINS + bin(value)] += 1;
                    }
                }
                (ValueStatus::Measured | ValueStatus::Suppressed | ValueStatus::Absent, _) => {
                    cell.hidden += 1
                }
                (ValueStatus::NotYet | ValueStatus::NotProduced, _) => {}
            }
        }
    }
    for (counted, bins) in counted.iter_mut().zip(&bins) {
        for (cell, bins) in counted.iter_mut().zip(bins.chunks(BINS)) {
            cell.quantiles = quantiles(cell.measured, bins);
        }
    }
    Ok(counted)
}

fn bin(value: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the value is brought within the places"
    )]
    let index = value.clamp(0.0, 100.0).round() as usize;
    index
}

fn quantiles(cells: u64, bins: &[u32]) -> Option<[f64; 3]> {
    (cells >= FEWEST_FOR_QUANTILES && !bins.is_empty()).then(|| {
        QUANTILES.map(|percent| {
            let wanted = (cells * percent).div_ceil(100);
            let mut seen = 0;
            let index = bins.iter().position(|count| {
                seen += u64::from(*count);
                seen >= wanted
            });
            f64::from(u32::try_from(index.unwrap_or(BINS - 1)).unwrap_or(100))
        })
    })
}

impl TableProfile {
    /// The profile with all vintages as one: that of a table whose vintage is a state of its rows, also when an earlier release cut
    /// it by that state.
    pub(crate) fn undivided(&self) -> Self {
        let mut merged: BTreeMap<(Dimension, String), Cell> = BTreeMap::new();
        for cell in &self.cells {
            match merged.get_mut(&(cell.dimension, cell.value.clone())) {
                Some(total) => total.add(cell),
                None => {
                    let first = Cell {
                        vintage: String::new(),
                        ..cell.clone()
                    };
                    merged.insert((cell.dimension, cell.value.clone()), first);
                }
            }
        }
        Self {
            cells: merged.into_values().collect(),
            ..self.clone()
        }
    }

    /// Rows of each vintage of the whole table.
    #[must_use]
    pub fn vintages(&self) -> BTreeMap<&str, u64> {
        let complete = self
            .cells
            .iter()
            .filter(|cell| cell.dimension == Dimension::Total);
        complete
            .map(|cell| (cell.vintage.as_str(), cell.rows))
            .collect()
    }

    /// The values of a dimension.
    pub(crate) fn values(&self, dimension: Dimension) -> BTreeSet<&str> {
        self.cells
            .iter()
            .filter(|cell| cell.dimension == dimension)
            .map(|cell| cell.value.as_str())
            .collect()
    }

    /// A slice in a vintage.
    pub(crate) fn cell(&self, dimension: Dimension, value: &str, vintage: &str) -> Option<&Cell> {
        let wanted = (dimension, value, vintage);
        let index = self.cells.binary_search_by(|cell| {
            (cell.dimension, cell.value.as_str(), cell.vintage.as_str()).cmp(&wanted)
        });
        index.ok().map(|index| &self.cells[index])
    }
}
