//! The stage: additions, then primary suppression, then the verdict.

use debouches_model::spec::TableSpec;
use debouches_model::{Finding, Report, RowCounts};
use debouches_table::Table;

use crate::addition::Job;
use crate::derivation::Inputs;
use crate::derive::derive;
use crate::finding_collector::{FindingCollector, Origin};
use crate::reference::References;
use crate::registry::Registry;
use crate::secrecy::suppress_small_groups;
use crate::{EnrichError, foreign_keys};

/// Format number of the output: moves when the same table gives another one.
pub const FORMAT: u32 = 6;

/// What came out. The table is there only when the verdict is favourable.
#[derive(Debug)]
pub struct Outcome {
    /// The tagged table.
    pub table: Option<Table>,
    /// The counts hidden by the threshold, with their true values, row by row; none when nothing was hidden.
    pub private: Option<Table>,
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
    registry: &Registry,
    spec: &TableSpec,
    table: Option<Table>,
    references: &References,
    origin: Option<Origin>,
) -> Result<Outcome, EnrichError> {
    for (reference, optional) in registry.references_of(spec) {
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
    let mut findings = FindingCollector::about(origin);
    let mut table = match table {
        Some(table) => table,
        None => derive(registry, Inputs { spec, references }, &mut findings)?,
    };
    let received = table.rows() as u64;
    let mut rows = RowCounts {
        received,
        kept: received,
        ..RowCounts::default()
    };
    let job = Job { spec, references };
    for addition in registry.additions(spec) {
        addition.add(job, &mut table, &mut findings).map_err(wrap)?;
    }
    foreign_keys::check(spec, &table, references, &mut findings).map_err(wrap)?;
    for addition in registry.additions(spec) {
        addition.check(job, &table, &mut findings).map_err(wrap)?;
    }
    let private =
        suppress_small_groups(spec, &mut table, &mut rows, &mut findings).map_err(wrap)?;
    let (findings, mut report) = findings.finish(spec, rows);
    for (name, reference) in references {
        report
            .notes
            .insert(format!("version.{name}"), reference.version.clone());
    }
    let table = (!report.is_refused()).then_some(table);
    Ok(Outcome {
        private: private.filter(|_| table.is_some()),
        table,
        report,
        findings,
    })
}
