//! Gathers findings while rules run, remembers which rows are refused, and makes the report.

use std::collections::{BTreeMap, BTreeSet};

use debouches_model::spec::TableSpec;
use debouches_model::{
    Finding, Report, RowCounts, RuleCode, RuleTally, Severity, SliceTally, Stage, Verdict,
};
use debouches_table::Table;

/// Findings listed per rule; beyond, they are counted only, and the report says so.
const LISTED_PER_RULE: u64 = 1000;

/// Findings so far.
pub(crate) struct Findings<'a> {
    spec: &'a TableSpec,
    file: String,
    listed: Vec<(Option<usize>, Finding)>,
    counts: BTreeMap<RuleCode, u64>,
    /// How many rows each rule could look at: a rule that compared nothing proves nothing.
    compared: BTreeMap<RuleCode, u64>,
    /// The rule and the row of every finding about a row, listed or not.
    broken: Vec<(RuleCode, u32)>,
    /// Why each refused record is refused, by the line on which it begins.
    reasons: BTreeMap<u32, BTreeSet<String>>,
    lines: Vec<u32>,
    delivered: BTreeSet<String>,
    refused: Vec<bool>,
    muted: BTreeSet<usize>,
    fatal: bool,
}

impl<'a> Findings<'a> {
    pub(crate) fn new(spec: &'a TableSpec, file: &str) -> Self {
        Self {
            spec,
            file: file.to_owned(),
            listed: Vec::new(),
            counts: BTreeMap::new(),
            compared: BTreeMap::new(),
            broken: Vec::new(),
            reasons: BTreeMap::new(),
            lines: Vec::new(),
            delivered: BTreeSet::new(),
            refused: Vec::new(),
            muted: BTreeSet::new(),
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

    /// A finding about a record that is in no table, on that line: it is set aside.
    pub(crate) fn about_record(&mut self, line: u64, finding: Finding) {
        self.refuse(u32::try_from(line).unwrap_or(u32::MAX), &finding);
        self.push(None, finding.line(line));
    }

    /// Says that a rule could look at one more row.
    pub(crate) fn compared(&mut self, rule: RuleCode) {
        self.compared_all(rule, 1);
    }

    /// Says that a rule could look at that many more rows.
    pub(crate) fn compared_all(&mut self, rule: RuleCode, rows: u64) {
        *self.compared.entry(rule).or_default() += rows;
    }

    /// Nothing more is told of that row.
    pub(crate) fn mute(&mut self, row: usize) {
        self.muted.insert(row);
    }

    /// Why each refused record is refused, by the line on which it begins.
    pub(crate) fn reasons(&self) -> &BTreeMap<u32, BTreeSet<String>> {
        &self.reasons
    }

    fn refuse(&mut self, line: u32, finding: &Finding) {
        let column = finding
            .column
            .as_deref()
            .map(|column| format!(" ({column})"))
            .unwrap_or_default();
        self.reasons
            .entry(line)
            .or_default()
            .insert(format!("{}{column}", finding.rule));
    }

    /// A finding about a row of the table; the row is refused when the severity says so.
    pub(crate) fn about_row(&mut self, row: usize, finding: Finding) {
        if self.muted.contains(&row) {
            return;
        }
        let (severity, _) = self.spec.policy(finding.rule);
        if severity >= Severity::Error {
            self.refused[row] = true;
            self.refuse(self.lines[row], &finding);
        }
        self.broken
            .push((finding.rule, u32::try_from(row).unwrap_or(u32::MAX)));
        self.push(Some(row), finding);
    }

    /// A finding about a row that says on which line another row is.
    pub(crate) fn about_row_beside(&mut self, row: usize, other: usize, finding: Finding) {
        let line = self
            .lines
            .get(other)
            .map(ToString::to_string)
            .unwrap_or_default();
        self.about_row(row, finding.expected(line));
    }

    /// Name of the file.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// Says which columns the generation delivers: an absent one is not suddenly empty.
    pub(crate) fn expect_columns<'n>(&mut self, columns: impl Iterator<Item = &'n String>) {
        self.delivered = columns.cloned().collect();
    }

    /// True when the generation delivers that column.
    pub(crate) fn delivers(&self, column: &str) -> bool {
        self.delivered.contains(column)
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
        self.lines
            .iter()
            .zip(&self.refused)
            .filter(|(_, refused)| !**refused)
            .map(|(line, _)| *line)
            .collect()
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
        let slices = table
            .map(|table| slices_of(self.spec, table, &self.broken))
            .unwrap_or_default();
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
                RuleTally {
                    rule,
                    severity,
                    findings: count,
                    tolerance,
                    exceeded,
                }
            })
            .collect();
        report.slices = slices;
        #[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^52")]
        report.measures.extend(
            self.compared
                .iter()
                .map(|(rule, rows)| (format!("compared.{rule}"), *rows as f64)),
        );
        if let Some(most) = self
            .counts
            .values()
            .max()
            .filter(|count| **count > LISTED_PER_RULE)
        {
            report.notes.insert(
                "listed".to_owned(),
                format!("{LISTED_PER_RULE} findings per rule are listed, of {most} at most"),
            );
        }
        let refused = self.refused.iter().filter(|refused| **refused).count() as u64 + set_aside;
        report.rows = RowCounts {
            received,
            refused,
            kept: received - refused,
            ..RowCounts::default()
        };
        if self.fatal || report.rules.iter().any(|tally| tally.exceeded) {
            report.verdict = Verdict::Refused;
        }
        (findings, report)
    }
}

/// How often each rule is broken in each vintage and each value of the columns that count them.
fn slices_of(spec: &TableSpec, table: &Table, broken: &[(RuleCode, u32)]) -> Vec<SliceTally> {
    let mut tallies = Vec::new();
    for name in spec.slices() {
        let Ok(column) = table.text(name) else {
            continue;
        };
        let mut counts: BTreeMap<(RuleCode, Option<usize>), u64> = BTreeMap::new();
        // A repeated header is of no vintage and of no région.
        for (rule, row) in broken
            .iter()
            .filter(|(rule, _)| *rule != RuleCode::HeaderRepeated)
        {
            *counts
                .entry((*rule, column.key(*row as usize)))
                .or_default() += 1;
        }
        let values: Vec<&str> = column.distinct().collect();
        let value = |key: Option<usize>| key.map_or("–", |key| values[key]).to_owned();
        tallies.extend(
            counts
                .into_iter()
                .map(|((rule, key), findings)| SliceTally {
                    rule,
                    column: name.to_owned(),
                    value: value(key),
                    findings,
                }),
        );
    }
    tallies.sort_by(|a, b| (a.rule, &a.column, &a.value).cmp(&(b.rule, &b.column, &b.value)));
    tallies
}
