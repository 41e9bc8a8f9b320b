//! The stage: tags, then secrecy, then the decision.

use std::collections::BTreeMap;

use debouches_model::spec::TableSpec;
use debouches_model::{Finding, Report, RowCounts, RuleCode, RuleTally, Severity, Stage, Verdict};
use debouches_table::Table;

use crate::reference::{References, references_of};
use crate::{EnrichError, secrecy, territory, trades};

/// Format number of the output: moves when the same table gives another one.
pub const FORMAT: u32 = 1;

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
/// # Errors
/// When a nomenclature is missing, or the table cannot be handled.
pub fn enrich(spec: &TableSpec, mut table: Table, references: &References) -> Result<Outcome, EnrichError> {
    for (reference, optional) in references_of(spec) {
        if !optional && !references.keys().any(|name| name.as_str() == reference) {
            return Err(EnrichError::MissingReference { table: spec.id.clone(), reference });
        }
    }
    let wrap = |source| EnrichError::Table { table: spec.id.clone(), source };
    let received = table.rows() as u64;
    let mut rows = RowCounts { received, kept: received, ..RowCounts::default() };
    let mut told = Told::default();
    if let Some(territory) = &spec.territory {
        territory::add(territory, &mut table, references, &mut told).map_err(wrap)?;
    }
    if let Some(trades) = &spec.trades {
        trades::add(trades, &mut table, references, &mut told).map_err(wrap)?;
    }
    secrecy::apply(spec, &mut table, &mut rows, &mut told).map_err(wrap)?;
    let (findings, mut report) = told.finish(spec, rows);
    for (name, reference) in references {
        report.notes.insert(format!("version.{name}"), reference.version.clone());
    }
    let table = (!report.is_refused()).then_some(table);
    Ok(Outcome { table, report, findings })
}

/// Findings and figures gathered by the additions.
#[derive(Debug, Default)]
pub(crate) struct Told {
    findings: Vec<Finding>,
    rows: BTreeMap<RuleCode, u64>,
    measures: BTreeMap<String, f64>,
}

impl Told {
    /// A finding that concerns that many rows.
    pub(crate) fn push(&mut self, rows: u64, finding: Finding) {
        *self.rows.entry(finding.rule).or_default() += rows;
        self.findings.push(finding);
    }

    /// A number for the report.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub(crate) fn count(&mut self, name: &str, count: u64) {
        self.measures.insert(name.to_owned(), count as f64);
    }

    /// A share for the report, from 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub(crate) fn share(&mut self, name: &str, part: u64, whole: u64) {
        self.measures.insert(name.to_owned(), part as f64 / whole.max(1) as f64);
    }

    fn finish(self, spec: &TableSpec, rows: RowCounts) -> (Vec<Finding>, Report) {
        let mut report = Report::new(Stage::Enrich, &spec.id);
        report.rows = rows;
        report.measures = self.measures;
        report.rules = self
            .rows
            .iter()
            .map(|(&rule, &findings)| {
                let (severity, tolerance) = spec.policy(rule);
                let exceeded = severity != Severity::Warning && tolerance.exceeded_by(findings, rows.received);
                RuleTally { rule, severity, findings, tolerance, exceeded }
            })
            .collect();
        if report.rules.iter().any(|tally| tally.exceeded) {
            report.verdict = Verdict::Refused;
        }
        let findings = self.findings.into_iter().map(|finding| {
            let (severity, _) = spec.policy(finding.rule);
            finding.severity(severity)
        });
        (findings.collect(), report)
    }
}
