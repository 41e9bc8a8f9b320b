//! Collects the findings and measures of one enrichment and builds its report.

use std::collections::BTreeMap;

use debouches_model::spec::TableSpec;
use debouches_model::{Finding, Report, RowCounts, RuleCode, RuleTally, Severity, Stage, Verdict};

/// Where the rows of a table come from, so that a finding can name file and line.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// Name of the file as received.
    pub file: String,
    /// For each row, the line on which it begins.
    pub lines: Vec<u32>,
}

/// Findings, counts and shares of one enrichment.
#[derive(Debug, Default)]
pub struct FindingCollector {
    origin: Option<Origin>,
    findings: Vec<Finding>,
    rows: BTreeMap<RuleCode, u64>,
    measures: BTreeMap<String, f64>,
}

impl FindingCollector {
    /// No finding yet, about a table that comes from there.
    pub(crate) fn about(origin: Option<Origin>) -> Self {
        Self {
            origin,
            ..Self::default()
        }
    }

    /// Adds a finding that concerns that many rows, the first of which is `row`.
    pub fn push(&mut self, row: usize, rows: u64, finding: Finding) {
        *self.rows.entry(finding.rule).or_default() += rows;
        let located = match &self.origin {
            Some(origin) => {
                let finding = finding.file(&origin.file);
                match origin.lines.get(row) {
                    Some(line) => finding.line(u64::from(*line)),
                    None => finding,
                }
            }
            None => finding,
        };
        self.findings.push(located);
    }

    /// Sets a number of the report.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub fn count(&mut self, name: &str, count: u64) {
        self.measures.insert(name.to_owned(), count as f64);
    }

    /// Sets a share of the report, from 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub fn share(&mut self, name: &str, part: u64, total: u64) {
        self.measures
            .insert(name.to_owned(), part as f64 / total.max(1) as f64);
    }

    /// The findings with their severity, and the report with its verdict.
    pub(crate) fn finish(self, spec: &TableSpec, rows: RowCounts) -> (Vec<Finding>, Report) {
        let mut report = Report::new(Stage::Enrich, &spec.id);
        report.rows = rows;
        report.measures = self.measures;
        report.rules = self
            .rows
            .iter()
            .map(|(&rule, &findings)| {
                let (severity, tolerance) = spec.policy(rule);
                let exceeded =
                    severity != Severity::Warning && tolerance.exceeded_by(findings, rows.received);
                RuleTally {
                    rule,
                    severity,
                    findings,
                    tolerance,
                    exceeded,
                }
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
