//! What a reader can compute from what: totals, partitions, rates, means, aliases and cumuls.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

fn yes() -> bool {
    true
}

/// A row that is the sum of the rows that differ from it in one column only, and in those that follow from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TotalSpec {
    /// The column of the key.
    pub column: String,
    /// Its value on the total row, for instance `ensemble`.
    pub total: String,
    /// Values that are added up; every other value when none is named.
    #[serde(default)]
    pub parts: Vec<String>,
    /// Values that are never added up: totals of another kind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<String>,
    /// Columns of the key that differ with that one and decide nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub follows: Vec<String>,
    /// What the parts leave out, as a row that nobody publishes and anybody can compute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rest: Option<String>,
    /// False when rows may be missing from the sum: the total is then only known not to be smaller.
    #[serde(default = "yes")]
    pub complete: bool,
}

/// Counts that add up to another, in each row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartitionSpec {
    /// The sum: a column, or a number such as `100`.
    #[serde(rename = "whole")]
    pub full: String,
    /// What is added up.
    pub parts: Vec<String>,
}

impl PartitionSpec {
    /// The column of the sum; none when it is a number.
    #[must_use]
    pub fn full_column(&self) -> Option<&str> {
        self.full
            .parse::<i64>()
            .is_err()
            .then_some(self.full.as_str())
    }
}

/// A rate in percent, rounded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RateSpec {
    /// Its column.
    pub rate: String,
    /// Its numerator.
    pub of: String,
    /// Its denominator.
    pub over: String,
    /// Decimals published.
    #[serde(default)]
    pub decimals: u32,
    /// Horizons in months: one rate for each, with `{h}` replaced everywhere.
    #[serde(default, skip_serializing)]
    pub horizons: Vec<u16>,
}

/// A rate that follows from two shares of a larger whole: `rate = part / (100 − less)`, all three rounded to a whole percent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RatioSpec {
    /// The rate, for instance employment among leavers.
    pub rate: String,
    /// The share of the same persons in the larger whole, for instance employment among the final year.
    pub part: String,
    /// The share of those who are in the larger whole only, for instance those who continue.
    pub less: String,
}

/// Columns that hold one figure under several names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AliasSpec {
    /// The columns.
    pub columns: Vec<String>,
}

/// Rates of a row that lie between those of the rows that differ from it in one column only: a mean of theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MeanSpec {
    /// The column of the key.
    pub column: String,
    /// Its value on the row of the mean, for instance `ensemble`.
    pub total: String,
    /// Its values on the rows that the mean is made of.
    pub parts: Vec<String>,
}

/// A row of two years that is the sum of the rows of each, the rest of the key being the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CumulSpec {
    /// The column of the key that tells the years.
    pub column: String,
    /// What stands between two years.
    pub separator: String,
}

/// Tables of a dataset that are judged as one: levels of the same counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TogetherSpec {
    /// Name of the family; its tables have the same counts and the same common key.
    pub family: String,
    /// The common key: where each part of it is read on a row of this table.
    pub key: Vec<CommonKey>,
    /// Totals between rows of the family.
    #[serde(default)]
    pub total: Vec<TotalSpec>,
}

/// A part of a common key: a column of the table, or what stands there on all of its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommonKey {
    /// Its name in the family.
    pub name: String,
    /// A column of the table, added ones included.
    pub column: Option<String>,
    /// What stands there, for a level that has no such column.
    pub value: Option<String>,
}
