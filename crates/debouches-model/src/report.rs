//! What a stage says of a table: counts, findings per rule, verdict.

mod html;
mod junit;
mod schema;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use html::About;

use crate::{Finding, RuleCode, Severity, Stage};

/// The report of a stage on a table, written as `report.json` beside the table or in `rejected/`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Format number of this structure.
    pub schema_version: u32,
    /// The stage.
    pub stage: Stage,
    /// The table.
    pub subject: String,
    /// Rows in, out and between.
    pub rows: RowCounts,
    /// One line per rule that found something, in the order of the catalogue.
    pub rules: Vec<RuleTally>,
    /// How often each rule is broken in each vintage and each région.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slices: Vec<SliceTally>,
    /// Named figures of the stage, for instance the share of rows that have a région.
    pub measures: BTreeMap<String, f64>,
    /// Choices made while reading: encoding, separator, shape, version of a nomenclature.
    pub notes: BTreeMap<String, String>,
    /// Accepted or refused.
    pub verdict: Verdict,
}

/// Counts of rows and cells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowCounts {
    /// Rows received from the stage before.
    pub received: u64,
    /// Rows left out, each with a finding.
    pub refused: u64,
    /// Rows passed on.
    pub kept: u64,
    /// Cells hidden by this stage for statistical secrecy.
    pub suppressed_cells: u64,
    /// Rows with at least one cell hidden by this stage.
    pub suppressed_rows: u64,
}

/// How often a rule was broken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleTally {
    /// The rule.
    pub rule: RuleCode,
    /// Its severity for this table.
    pub severity: Severity,
    /// Number of findings, listed or not.
    pub findings: u64,
    /// How many are accepted.
    pub tolerance: Tolerance,
    /// True when there are more than that.
    pub exceeded: bool,
}

/// How often a rule was broken in a part of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SliceTally {
    /// The rule.
    pub rule: RuleCode,
    /// The column that cuts the table: its vintage, or its published région.
    pub column: String,
    /// The value of that column.
    pub value: String,
    /// Number of findings, listed or not.
    pub findings: u64,
}

/// How many findings of a rule are accepted: the larger of a number and a share of the rows received.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Tolerance {
    /// Number of findings.
    pub rows: u64,
    /// Share of the rows received, from 0 to 1.
    pub share: f64,
}

impl Tolerance {
    /// True when `findings` out of `rows` is more than is accepted.
    #[must_use]
    pub fn exceeded_by(&self, findings: u64, rows: u64) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^52")]
        let share = findings as f64 / (rows.max(1)) as f64;
        findings > self.rows && share > self.share
    }
}

/// The decision of a stage on a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The table goes on.
    Accepted,
    /// The table stops here: exit 3, what is published stays.
    Refused,
}

impl Report {
    /// The format number written today.
    pub const FORMAT: u32 = 1;

    /// An empty, accepted report.
    #[must_use]
    pub fn new(stage: Stage, subject: impl std::fmt::Display) -> Self {
        Self {
            schema_version: Self::FORMAT,
            stage,
            subject: subject.to_string(),
            rows: RowCounts::default(),
            rules: Vec::new(),
            slices: Vec::new(),
            measures: BTreeMap::new(),
            notes: BTreeMap::new(),
            verdict: Verdict::Accepted,
        }
    }

    /// True when the table was refused.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.verdict == Verdict::Refused
    }

    /// Writes findings as CSV in UTF-8 with `;`, which spreadsheets open as they are.
    #[must_use]
    pub fn findings_csv(findings: &[Finding]) -> String {
        let quote = |text: &str| format!("\"{}\"", plain_cell(text).replace('"', "\"\""));
        let mut out = String::from(
            "code;severity;file;line;column;key;value;expected;message_fr;message_en\n",
        );
        for finding in findings {
            let line = finding
                .line
                .map(|line| line.to_string())
                .unwrap_or_default();
            let optional = |field: &Option<String>| field.as_deref().map(quote).unwrap_or_default();
            let cells = [
                finding.rule.to_string(),
                finding.severity.as_str().to_owned(),
                optional(&finding.file),
                line,
                optional(&finding.column),
                optional(&finding.key),
                optional(&finding.value),
                optional(&finding.expected),
                quote(&finding.sentence(crate::Lang::Fr)),
                quote(&finding.sentence(crate::Lang::En)),
            ];
            out.push_str(&cells.join(";"));
            out.push('\n');
        }
        out
    }
}

/// A text as a cell of our own reports: what a spreadsheet would compute gets an apostrophe, what drives a terminal or turns
/// the direction of writing is spelled out.
fn plain_cell(text: &str) -> String {
    let is_formula =
        text.starts_with(['=', '@', '+', '-', '\t', '\r']) && text.parse::<f64>().is_err();
    let mut out = String::with_capacity(text.len());
    if is_formula {
        out.push('\'');
    }
    for c in text.chars() {
        let turns = matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
        if turns || (c.is_control() && c != '\n') {
            out.push_str(&format!("\\u{{{:04X}}}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}
