//! Gathers findings while rules run, remembers which rows are refused, and makes the report.

use std::collections::BTreeMap;

use debouches_model::spec::TableSpec;
use debouches_model::{Finding, Report, RowCounts, RuleCode, RuleTally, Severity, Stage, Verdict};
use debouches_table::Table;

/// Findings listed per rule; beyond, they are counted only, and the report says so.
const LISTED_PER_RULE: u64 = 1000;

/// Findings so far.
pub(crate) struct Findings<'a> {
    spec: &'a TableSpec,
    file: String,
    listed: Vec<(Option<usize>, Finding)>,
    counts: BTreeMap<RuleCode, u64>,
    lines: Vec<u32>,
    refused: Vec<bool>,
    fatal: bool,
}

impl<'a> Findings<'a> {
    pub(crate) fn new(spec: &'a TableSpec, file: &str) -> Self {
        Self {
            spec,
            file: file.to_owned(),
            listed: Vec::new(),
            counts: BTreeMap::new(),
            lines: Vec::new(),
            refused: Vec::new(),
            fatal: false,
        }
    }

    /// Says on which line each row begins, before any finding names one.
    pub(crate) fn expect_rows(&mut self, lines: Vec<u32>) {
        self.refused = vec![false; lines.len()];
        self.lines = lines;
    }

    /// A finding about the file, or about a row that is in no table.
    pub(crate) fn about_file(&mut self, finding: Finding) {
        self.push(None, finding);
    }

    /// A finding about a row of the table; the row is refused when the severity says so.
    pub(crate) fn about_row(&mut self, row: usize, finding: Finding) {
        let (severity, _) = self.spec.policy(finding.rule);
        if severity >= Severity::Error {
            self.refused[row] = true;
        }
        self.push(Some(row), finding);
    }

    /// A finding about a row that says on which line another row is.
    pub(crate) fn about_row_beside(&mut self, row: usize, other: usize, finding: Finding) {
        let line = self.lines.get(other).map(ToString::to_string).unwrap_or_default();
        self.about_row(row, finding.expected(line));
    }

    /// Name of the file.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// True when a finding makes it useless to go on.
    pub(crate) fn is_fatal(&self) -> bool {
        self.fatal
    }

    /// For each row, true when it is kept.
    pub(crate) fn kept_rows(&self) -> Vec<bool> {
        self.refused.iter().map(|refused| !refused).collect()
    }

    /// The lines on which the kept rows begin.
    pub(crate) fn kept_lines(&self) -> Vec<u32> {
        self.lines.iter().zip(&self.refused).filter(|(_, refused)| !**refused).map(|(line, _)| *line).collect()
    }

    fn push(&mut self, row: Option<usize>, finding: Finding) {
        let (severity, _) = self.spec.policy(finding.rule);
        self.fatal |= severity == Severity::Fatal;
        let count = self.counts.entry(finding.rule).or_default();
        *count += 1;
        if *count <= LISTED_PER_RULE {
            let finding = finding.severity(severity).file(self.file.clone());
            self.listed.push((row, finding));
        }
    }

    /// Completes the findings with lines and keys, in the order of lines, and decides.
    pub(crate) fn finish(self, table: Option<&Table>, set_aside: u64) -> (Vec<Finding>, Report) {
        let received = self.refused.len() as u64 + set_aside;
        let mut findings: Vec<Finding> = self
            .listed
            .into_iter()
            .map(|(row, finding)| match row {
                Some(row) => {
                    let finding = finding.line(u64::from(self.lines[row]));
                    match table.map(|table| table.key_of(&self.spec.key, row)) {
                        Some(key) if finding.key.is_none() => finding.key(key),
                        _ => finding,
                    }
                }
                None => finding,
            })
            .collect();
        findings.sort_by(|a, b| (a.line, a.rule, &a.column).cmp(&(b.line, b.rule, &b.column)));

        let mut report = Report::new(Stage::Validate, &self.spec.id);
        report.rules = self
            .counts
            .iter()
            .map(|(&rule, &count)| {
                let (severity, tolerance) = self.spec.policy(rule);
                let exceeded = match severity {
                    Severity::Warning => false,
                    Severity::Error => tolerance.exceeded_by(count, received),
                    Severity::Fatal => true,
                };
                RuleTally { rule, severity, findings: count, tolerance, exceeded }
            })
            .collect();
        if let Some(most) = self.counts.values().max().filter(|count| **count > LISTED_PER_RULE) {
            report
                .notes
                .insert("listed".to_owned(), format!("{LISTED_PER_RULE} findings per rule are listed, of {most} at most"));
        }
        let refused = self.refused.iter().filter(|refused| **refused).count() as u64 + set_aside;
        report.rows = RowCounts { received, refused, kept: received - refused, ..RowCounts::default() };
        if self.fatal || report.rules.iter().any(|tally| tally.exceeded) {
            report.verdict = Verdict::Refused;
        }
        (findings, report)
    }
}
