//! One column: type, unit, denominator, bounds, texts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::format::CodeFormat;

/// Type of the values of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ColumnKind {
    /// Text, in UTF-8; codes are text, with their leading zeros.
    Text,
    /// Whole number, 32 bits.
    Integer,
    /// Decimal number, 64 bits.
    Decimal,
    /// True or false.
    Boolean,
    /// Several texts; joined with `|` in CSV.
    List,
}

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Says which statistical unit the row is about.
    Dimension,
    /// Names a dimension for people.
    Label,
    /// A count, a rate or an amount; a status column goes with it.
    Measure,
    /// A mark or a sentence of the producer about the row.
    Note,
    /// A column that `enrich` adds.
    Tag,
}

/// What a measure is computed on, for statistical secrecy. Every part must reach the threshold of the table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Base {
    /// Count columns of the same table.
    pub counts: Vec<String>,
    /// Counts rebuilt as rate × count / 100, when the producer gives no count.
    pub shares: Vec<BaseShare>,
}

/// A count rebuilt from a rate in percent and the count it applies to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BaseShare {
    /// Rate column, in percent.
    pub rate: String,
    /// Count column that the rate applies to.
    pub of: String,
}

impl Base {
    /// True when the table gives no base: the producer alone applies secrecy.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty() && self.shares.is_empty()
    }

    /// The base in words, for messages.
    #[must_use]
    pub fn describe(&self) -> String {
        let shares = self
            .shares
            .iter()
            .map(|share| format!("{} × {} / 100", share.rate, share.of));
        self.counts
            .iter()
            .cloned()
            .chain(shares)
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// A column of a published table.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnSpec {
    /// Published name.
    pub name: String,
    /// Type of the values.
    pub kind: ColumnKind,
    /// What it is for.
    pub role: Role,
    /// Unit, for instance `%`, `personnes`, `€`; none for codes and labels.
    pub unit: Option<String>,
    /// What a rate or a share is divided by, in words.
    pub denominator: Option<String>,
    /// Short name in French.
    pub label: String,
    /// Meaning in French.
    pub description: String,
    /// True when a null is a finding.
    pub required: bool,
    /// Smallest value allowed.
    pub min: Option<f64>,
    /// Largest value allowed.
    pub max: Option<f64>,
    /// The only values allowed, when not empty.
    pub values: Vec<String>,
    /// Code system of the values.
    pub format: Option<CodeFormat>,
    /// Values that are allowed although they do not follow `format`, for instance a mark of all rows.
    pub except: Vec<String>,
    /// True when its texts may rightly begin like a formula of spreadsheets.
    pub formula_is_text: bool,
    /// True when it says which edition of a file or of a nomenclature the row comes from: its move is no news of the row.
    pub version: bool,
    /// Last year of the first vintage for which the producer delivers the measure.
    pub produced_from: Option<u16>,
    /// Last year of the last vintage for which the producer delivers the measure.
    pub produced_until: Option<u16>,
    /// Last year of the first vintage for which the horizon is not reached yet.
    pub not_yet_from: Option<u16>,
    /// True when no producer delivers the measure at all.
    pub not_produced: bool,
    /// What the measure is computed on, for secrecy.
    pub base: Base,
}

impl ColumnSpec {
    /// Name of the status column that goes with a measure.
    #[must_use]
    pub fn status_name(&self) -> String {
        super::status_column(&self.name)
    }

    /// True for a count, a rate or an amount.
    #[must_use]
    pub fn is_measure(&self) -> bool {
        self.role == Role::Measure
    }
}
