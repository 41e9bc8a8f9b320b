//! Gathers findings while rules run, remembers which rows are set aside, and makes the report.

use std::collections::{BTreeMap, BTreeSet};

use debouches_model::spec::TableSpec;
use debouches_model::{
    Finding, Report, RowCounts, RuleCode, RuleTally, Severity, SliceTally, Stage, Tolerance,
    Verdict,
};
use debouches_table::Table;

use crate::Budget;

/// Findings listed per rule; beyond, they are counted only, and the report and the list say so.
const LISTED_PER_RULE: u64 = 1000;

/// What a finding about a cell costs when its rule is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cost {
    /// The row is set aside.
    Row,
    /// The cell is emptied, the row kept.
    Cell,
    /// Nothing: the value is certain, and how it was written is told.
    Nothing,
}

/// Why rows are set aside: a rule, and the column that it speaks of.
type Reason = (RuleCode, Option<String>);

/// Findings so far.
pub(crate) struct Findings<'a> {
    spec: &'a TableSpec,
    budget: Budget,
    file: String,
    listed: Vec<(Option<usize>, Finding)>,
    counts: BTreeMap<RuleCode, u64>,
    /// Findings about the file or a column as a whole, which no budget of rows accepts.
    about_file: BTreeMap<RuleCode, u64>,
    /// How many rows each rule could look at: a rule that compared nothing proves nothing.
    compared: BTreeMap<RuleCode, u64>,
    /// The rows that break each rule.
    broken: BTreeMap<RuleCode, Bits>,
    /// The lines of the records set aside for each reason, until the table is refused anyway.
    reasons: BTreeMap<Reason, Vec<u32>>,
    lines: Vec<u32>,
    delivered: BTreeSet<String>,
    refused: Bits,
    /// Rows that count against the budget of the table: set aside, or robbed of a cell.
    spent: Bits,
    /// Rows set aside whose key cannot be trusted.
    in_doubt: Vec<(Option<usize>, u64)>,
    records: u64,
    muted: BTreeSet<usize>,
    fatal: bool,
    is_lost: bool,
}

/// A set of rows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bits {
    words: Vec<u64>,
    count: u64,
}

impl Bits {
    /// Adds a row; true when it was not there.
    fn insert(&mut self, row: usize) -> bool {
        let (word, bit) = (row / 64, 1_u64 << (row % 64));
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        let is_new = self.words[word] & bit == 0;
        self.words[word] |= bit;
        self.count += u64::from(is_new);
        is_new
    }

    pub(crate) fn contains(&self, row: usize) -> bool {
        let word = self.words.get(row / 64).copied().unwrap_or_default();
        word & (1 << (row % 64)) != 0
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.words.len() * 64).filter(|row| self.contains(*row))
    }
}

impl<'a> Findings<'a> {
    pub(crate) fn new(spec: &'a TableSpec, file: &str, budget: Budget) -> Self {
        Self {
            spec,
            budget,
            file: file.to_owned(),
            listed: Vec::new(),
            counts: BTreeMap::new(),
            about_file: BTreeMap::new(),
            compared: BTreeMap::new(),
            broken: BTreeMap::new(),
            reasons: BTreeMap::new(),
            lines: Vec::new(),
            delivered: BTreeSet::new(),
            refused: Bits::default(),
            spent: Bits::default(),
            in_doubt: Vec::new(),
            records: 0,
            muted: BTreeSet::new(),
            fatal: false,
            is_lost: false,
        }
    }

    /// Says on which line each row begins, before any finding names one.
    pub(crate) fn expect_rows(&mut self, lines: Vec<u32>) {
        self.lines = lines;
    }

    /// A finding about the file, or about a row that is in no table.
    pub(crate) fn about_file(&mut self, finding: Finding) {
        *self.about_file.entry(finding.rule).or_default() += 1;
        self.push(None, finding);
    }

    /// A finding about a record that is in no table, on that line: it is set aside, and nobody knows its key.
    pub(crate) fn about_record(&mut self, line: u64, finding: Finding) {
        self.records += 1;
        self.in_doubt.push((None, line));
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

    /// The lines of the records set aside, for each reason.
    pub(crate) fn reasons(&self) -> impl Iterator<Item = (String, &[u32])> {
        self.reasons.iter().map(|((rule, column), lines)| {
            let column = column.as_deref();
            let column = column
                .map(|column| format!(" ({column})"))
                .unwrap_or_default();
            (format!("{rule}{column}"), lines.as_slice())
        })
    }

    fn refuse(&mut self, line: u32, finding: &Finding) {
        if self.is_lost {
            return;
        }
        let reason = (finding.rule, finding.column.clone());
        let lines = self.reasons.entry(reason).or_default();
        if lines.last() != Some(&line) {
            lines.push(line);
        }
    }

    /// A finding about a row of the table; the row is set aside when the severity says so.
    pub(crate) fn about_row(&mut self, row: usize, finding: Finding) {
        self.about_cell(row, finding, Cost::Row);
    }

    /// A finding about a cell of the table, with what it costs when the severity is that of an error.
    pub(crate) fn about_cell(&mut self, row: usize, finding: Finding, cost: Cost) {
        if self.muted.contains(&row) {
            return;
        }
        let (severity, tolerance) = self.spec.policy(finding.rule);
        // A rule with a tolerance of its own is about values that the producer writes on purpose: their rows have a key.
        let is_declared = tolerance != Tolerance::default();
        let (rule, of_key) = (finding.rule, !is_declared && self.is_of_key(&finding));
        if severity >= Severity::Error {
            if cost == Cost::Row {
                if self.refused.insert(row) && of_key {
                    self.in_doubt.push((Some(row), u64::from(self.lines[row])));
                }
                self.refuse(self.lines[row], &finding);
            }
            if !is_declared {
                self.spent.insert(row);
            }
        }
        self.broken.entry(rule).or_default().insert(row);
        self.push(Some(row), finding);
        self.give_up_when_lost(rule, severity, tolerance);
    }

    /// True when the finding says that the key of its row is not what it should be.
    fn is_of_key(&self, finding: &Finding) -> bool {
        let of_key = |column: &String| self.spec.key.contains(column);
        // Twins have a key, and a header repeated in the middle of a file is no row.
        !matches!(
            finding.rule,
            RuleCode::DuplicateKey | RuleCode::HeaderRepeated
        ) && finding.column.as_ref().is_some_and(of_key)
    }

    /// Stops gathering reasons once the table is refused whatever comes: a body that is all wrong must not fill the memory.
    fn give_up_when_lost(&mut self, rule: RuleCode, severity: Severity, tolerance: Tolerance) {
        if self.is_lost || severity < Severity::Error {
            return;
        }
        let received = self.received();
        let count = self.counts.get(&rule).copied().unwrap_or_default();
        let over_own = tolerance != Tolerance::default() && tolerance.exceeded_by(count, received);
        let over_budget = self
            .budget
            .is_exceeded(self.spent.count() + self.records, received);
        let many = LISTED_PER_RULE;
        self.is_lost = (over_own && count > many) || (over_budget && self.spent.count() > many);
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

    /// True when the table is refused whatever comes.
    pub(crate) fn is_lost(&self) -> bool {
        self.is_lost
    }

    /// The rows set aside so far.
    pub(crate) fn refused(&self) -> &Bits {
        &self.refused
    }

    /// Rows set aside whose key cannot be trusted: none is known for a record that is in no table.
    pub(crate) fn in_doubt(&self) -> &[(Option<usize>, u64)] {
        &self.in_doubt
    }

    /// For each row, true when it is kept.
    pub(crate) fn kept_rows(&self) -> Vec<bool> {
        (0..self.lines.len())
            .map(|row| !self.refused.contains(row))
            .collect()
    }

    /// The lines on which the kept rows begin.
    pub(crate) fn kept_lines(&self) -> Vec<u32> {
        let lines = self.lines.iter().enumerate();
        lines
            .filter(|(row, _)| !self.refused.contains(*row))
            .map(|(_, line)| *line)
            .collect()
    }

    fn received(&self) -> u64 {
        self.lines.len() as u64 + self.records
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
    pub(crate) fn finish(self, table: Option<&Table>) -> (Vec<Finding>, Report) {
        let received = self.received();
        let slices = table
            .map(|table| slices_of(self.spec, table, &self.broken))
            .unwrap_or_default();
        let mut findings: Vec<Finding> = self
            .listed
            .iter()
            .map(|(row, finding)| match *row {
                Some(row) => {
                    let finding = finding.clone().line(u64::from(self.lines[row]));
                    match table.map(|table| table.key_of(&self.spec.key, row)) {
                        Some(key) if finding.key.is_none() => finding.key(key),
                        _ => finding,
                    }
                }
                None => finding.clone(),
            })
            .collect();
        findings.sort_by(|a, b| (a.line, a.rule, &a.column).cmp(&(b.line, b.rule, &b.column)));
        findings.extend(self.cut());

        let mut report = Report::new(Stage::Validate, &self.spec.id);
        report.rules = self.tallies(received);
        report.slices = slices;
        #[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^52")]
        report.measures.extend(
            self.compared
                .iter()
                .map(|(rule, rows)| (format!("compared.{rule}"), *rows as f64)),
        );
        let refused = self.refused.count() + self.records;
        report.rows = RowCounts {
            received,
            refused,
            kept: received - refused,
            ..RowCounts::default()
        };
        if refused > 0 {
            let tolerance = self.budget.tolerance();
            let budget = format!("{} rows or {} %", tolerance.rows, tolerance.share * 100.0);
            report.notes.insert("quarantine_budget".to_owned(), budget);
        }
        if self.fatal || report.rules.iter().any(|tally| tally.exceeded) {
            report.verdict = Verdict::Refused;
        }
        (findings, report)
    }

    /// One finding for each rule of which the list holds a part only.
    fn cut(&self) -> impl Iterator<Item = Finding> + '_ {
        let cut = self
            .counts
            .iter()
            .filter(|(_, count)| **count > LISTED_PER_RULE);
        cut.map(|(rule, count)| {
            Finding::new(RuleCode::FindingsCut)
                .file(self.file.clone())
                .column(rule.as_str())
                .value(LISTED_PER_RULE.to_string())
                .expected(count.to_string())
        })
    }

    /// A rule with a tolerance of its own is judged alone; the others share the budget of the table.
    fn tallies(&self, received: u64) -> Vec<RuleTally> {
        let spent = self.spent.count() + self.records;
        let over_budget = self.budget.is_exceeded(spent, received);
        let tally = |(&rule, &findings): (&RuleCode, &u64)| {
            let (severity, item) = self.spec.policy(rule);
            let about_file = self.about_file.get(&rule).copied().unwrap_or_default();
            let is_declared = item != Tolerance::default();
            let exceeded = match severity {
                Severity::Warning => false,
                Severity::Error if is_declared => item.exceeded_by(findings, received),
                Severity::Error => about_file > 0 || over_budget,
                Severity::Fatal => true,
            };
            let shares_budget = severity == Severity::Error && !is_declared && about_file == 0;
            RuleTally {
                rule,
                severity,
                findings,
                tolerance: if shares_budget {
                    self.budget.tolerance()
                } else {
                    item
                },
                exceeded,
            }
        };
        self.counts.iter().map(tally).collect()
    }
}

/// How often each rule is broken in each vintage and each value of the columns that count them.
fn slices_of(
    spec: &TableSpec,
    table: &Table,
    broken: &BTreeMap<RuleCode, Bits>,
) -> Vec<SliceTally> {
    let mut tallies = Vec::new();
    for name in spec.slices() {
        let Ok(column) = table.text(name) else {
            continue;
        };
        let mut counts: BTreeMap<(RuleCode, Option<usize>), u64> = BTreeMap::new();
        // A repeated header is of no vintage and of no région.
        for (rule, rows) in broken
            .iter()
            .filter(|(rule, _)| **rule != RuleCode::HeaderRepeated)
        {
            for row in rows.iter() {
                *counts.entry((*rule, column.key(row))).or_default() += 1;
            }
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
