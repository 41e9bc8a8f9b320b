//! What the tables can show of each line of a catalogue of trainings, and why not.
//!
//! Works from the validated tables of the state, suppressed as `enrich` suppresses them: the newest figures, published or about to be.

mod catalogue;
mod document;
mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use debouches_insertion::{
    Answer, AskedVintages, CODE_TABLES, CodeSystem, Coverage, Grain, Totals,
};
use debouches_model::Vintage;
use serde_json::Value;

use crate::blocking::blocking;
use crate::context::Context;
use crate::failure::Usage;
use crate::stages::enrich::configured;

pub use catalogue::{Catalogue, Line};
pub use document::{SCHEMA, share};

/// Which catalogue to cover, and with which figures.
#[derive(Debug, Clone)]
pub struct Request {
    /// Delimited text with a heading, plain or gzip.
    pub catalogue: PathBuf,
    /// Code system of the column that names trainings.
    pub system: CodeSystem,
    /// Column of the code; recognised by its heading when absent.
    pub column: Option<String>,
    /// Column of the establishment.
    pub uai_column: Option<String>,
    /// Column that distinguishes school from apprenticeship.
    pub voie_column: Option<String>,
    /// Day on which a training is open or closed; today when absent.
    pub on: Option<NaiveDate>,
    /// Which vintages take part.
    pub vintages: AskedVintages,
}

/// A catalogue with the answer of the tables to each of its lines.
pub struct Covered {
    /// The catalogue as read.
    pub catalogue: Catalogue,
    /// The figures that answered.
    pub coverage: Coverage,
    /// One for each line of the catalogue.
    pub answers: Vec<BTreeMap<Grain, Answer>>,
    /// Lines by grain and answer.
    pub totals: Totals,
    /// Which vintages took part.
    pub asked: AskedVintages,
}

/// Looks each line of a catalogue up in the tables of the state.
///
/// # Errors
/// Fails when the catalogue cannot be read, or when no table has figures to answer with.
pub async fn cover(context: &Context, request: &Request) -> anyhow::Result<Covered> {
    let (owned, threads) = (request.clone(), context.jobs());
    // The catalogue first: a mistake of the call shows at once.
    let catalogue = blocking(move || catalogue::read(&owned.catalogue, &owned, threads)).await?;
    let domain = context.pipeline.domain;
    let figure_tables = domain.figure_tables();
    let figures = configured(context, &figure_tables).await?;
    if figures.is_empty() {
        let known = figure_tables.join(", ");
        return Err(Usage(format!(
            "no table with figures is configured in profile `{}` ({known})",
            context.pipeline.profile
        ))
        .into());
    }
    let mut references = configured(context, &CODE_TABLES).await?;
    references.extend(figures);
    let on = request
        .on
        .unwrap_or_else(|| context.clock.now().date_naive())
        .to_string();
    let asked = request.vintages;
    blocking(move || {
        let coverage = domain.coverage(&references, Some(on), asked)?;
        if let (AskedVintages::AnsweringFor(vintage), true) = (asked, coverage.tables().is_empty())
        {
            return Err(nobody_answers(vintage, &coverage).into());
        }
        let answers: Vec<_> = catalogue
            .lines
            .iter()
            .map(|line| coverage.answer(&line.asked))
            .collect();
        let mut totals = Totals::default();
        answers.iter().for_each(|answers| totals.add(answers));
        Ok(Covered {
            catalogue,
            coverage,
            answers,
            totals,
            asked,
        })
    })
    .await
}

impl Covered {
    /// The totals as JSON, as [`SCHEMA`] describes them.
    pub fn document(&self) -> Value {
        document::document(self)
    }

    /// Writes a row for each line of the catalogue: Parquet when the name ends in `.parquet`, else CSV.
    ///
    /// # Errors
    /// Fails when the file cannot be written.
    pub fn write_rows(&self, path: &Path, threads: usize) -> anyhow::Result<()> {
        rows::write(self, path, threads)
    }
}

/// No table has the vintage asked: the message lists those that exist.
fn nobody_answers(asked: Vintage, coverage: &Coverage) -> Usage {
    let existing = coverage
        .existing_vintages()
        .iter()
        .filter(|(_, vintages)| !vintages.is_empty());
    let existing: Vec<String> = existing
        .map(|(table, vintages)| format!("{table} has {}", names(vintages)))
        .collect();
    Usage(format!(
        "no table has figures of vintage {asked}, nor of one that answers for it: {}",
        existing.join("; ")
    ))
}

/// Vintages as an enumeration: `2018_2019 and 2019`.
pub fn names(vintages: &BTreeSet<Vintage>) -> String {
    let names: Vec<String> = vintages.iter().map(ToString::to_string).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} and {last}", first.join(", ")),
        None => String::new(),
    }
}
