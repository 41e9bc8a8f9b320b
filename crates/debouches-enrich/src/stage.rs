//! The stage: tags, then secrecy, then the decision.

use debouches_model::spec::TableSpec;
use debouches_model::{Finding, Report, RowCounts};
use debouches_table::Table;

use crate::reference::{References, references_of};
use crate::told::{Origin, Told};
use crate::{
    EnrichError, derive, foreign_keys, outcomes, registered, secrecy, territory, trades, validity,
    value_added, vintages,
};

/// Format number of the output: moves when the same table gives another one.
pub const FORMAT: u32 = 4;

/// What came out. The table is there only when the verdict is favourable.
#[derive(Debug)]
pub struct Outcome {
    /// The tagged table.
    pub table: Option<Table>,
    /// Counts, coverage and verdict.
    pub report: Report,
    /// One finding per unknown code or place.
    pub findings: Vec<Finding>,
}

/// Adds to a validated table the columns that its specification asks for, and hides small groups.
///
/// A derived table has no validated form: `table` is `None`, and it is made of the references first.
/// `origin` lets findings name the file and the line of a row.
///
/// # Errors
/// When a nomenclature is missing, or the table cannot be handled.
pub fn enrich(
    spec: &TableSpec,
    table: Option<Table>,
    references: &References,
    origin: Option<Origin>,
) -> Result<Outcome, EnrichError> {
    for (reference, optional) in references_of(spec) {
        if !optional && !references.keys().any(|name| name.as_str() == reference) {
            return Err(EnrichError::MissingReference {
                table: spec.id.clone(),
                reference: reference.to_owned(),
            });
        }
    }
    let wrap = |source| EnrichError::Table {
        table: spec.id.clone(),
        source,
    };
    let mut told = Told::about(origin);
    let mut table = match table {
        Some(table) => table,
        None => derive::derive(spec, references, &mut told)?,
    };
    let received = table.rows() as u64;
    let mut rows = RowCounts {
        received,
        kept: received,
        ..RowCounts::default()
    };
    if spec.outcomes {
        outcomes::add(&mut table, &mut told).map_err(wrap)?;
    }
    for registered in &spec.registered {
        registered::add(registered, &mut table).map_err(wrap)?;
    }
    if let Some(territory) = &spec.territory {
        territory::add(spec, territory, &mut table, references, &mut told).map_err(wrap)?;
    }
    if let Some(trades) = &spec.trades {
        trades::add(trades, &mut table, references, &mut told).map_err(wrap)?;
    }
    foreign_keys::look(spec, &table, references, &mut told).map_err(wrap)?;
    // A derived table lends figures to closed codes by design.
    if spec.derived.is_none() {
        validity::look(spec, &table, references, &mut told).map_err(wrap)?;
    }
    if let Some(value) = &spec.value_added {
        value_added::add(value, &mut table).map_err(wrap)?;
    }
    if let Some(vintage) = spec.vintage.as_ref().filter(|_| spec.tells_cohorts()) {
        vintages::add(vintage, &mut table).map_err(wrap)?;
    }
    secrecy::apply(spec, &mut table, &mut rows, &mut told).map_err(wrap)?;
    let (findings, mut report) = told.finish(spec, rows);
    for (name, reference) in references {
        report
            .notes
            .insert(format!("version.{name}"), reference.version.clone());
    }
    let table = (!report.is_refused()).then_some(table);
    Ok(Outcome {
        table,
        report,
        findings,
    })
}
