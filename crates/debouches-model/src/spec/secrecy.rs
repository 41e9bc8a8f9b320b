//! Statistical secrecy of a table, as the statistical services decide it: thresholds, widths, and what adds up to what.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What is hidden, how well, and the ties that a reader could use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecrecySpec {
    /// Smallest base that may be published, in persons: a base equal to it is published.
    pub threshold: u32,
    /// Who says so, in French, for the data dictionary.
    pub rule: String,
    /// How far apart the possible values of a hidden count must stay, in persons; 1 means “not computable exactly”.
    #[serde(default = "one")]
    pub width: u32,
    /// Smallest value that a count has beforehand: no row exists below it.
    #[serde(default)]
    pub floor: u32,
    /// What 0 % and 100 % mean: they speak of everyone in the group.
    #[serde(default)]
    pub extremes: Extremes,
    /// True when readers are assumed to know which hidden counts are under the threshold (the worst case).
    #[serde(default = "yes")]
    pub status_known: bool,
    /// Fewest hidden parts, of as many owners, in a total that holds a hidden count; 0 for no such rule.
    #[serde(default)]
    pub siblings: u32,
    /// True when somebody who knows one owner from the inside must learn nothing of the others.
    #[serde(default)]
    pub insiders: bool,
    /// Column that names who knows a row from the inside (an establishment).
    pub owner: Option<String>,
    /// Largest revision of a count between two releases that readers are assumed to expect, in persons.
    #[serde(default)]
    pub revision: u32,
    /// Counts that are protected; those of the columns of the table in persons, with their bases, when none is named.
    #[serde(default)]
    pub count: Vec<CountSpec>,
    /// Rows that are the sum of others.
    #[serde(default)]
    pub total: Vec<TotalSpec>,
    /// Counts of a row that add up to another.
    #[serde(default)]
    pub partition: Vec<PartitionSpec>,
    /// Rates of a row that follow from two counts.
    #[serde(default)]
    pub rate: Vec<RateSpec>,
    /// Levels of rows, the first that fits: what hiding a row costs.
    #[serde(default)]
    pub level: Vec<LevelSpec>,
}

fn one() -> u32 {
    1
}

fn yes() -> bool {
    true
}

/// Whether 0 % and 100 % are published.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Extremes {
    /// They are published as any other rate.
    #[default]
    Publish,
    /// They are hidden as a small count would be.
    Protect,
}

/// A count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountSpec {
    /// Its column.
    pub column: String,
    /// Columns that must all reach the threshold; none when the count is always published.
    #[serde(default)]
    pub base: Vec<String>,
    /// Column that is never smaller (the denominator).
    pub within: Option<String>,
}

/// A row that is the sum of the rows that differ from it in one column only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TotalSpec {
    /// The column of the key.
    pub column: String,
    /// Its value on the total row, for instance `ensemble`.
    pub total: String,
    /// Values that are added up; every other value when none is named.
    #[serde(default)]
    pub parts: Vec<String>,
    /// False when rows may be missing from the sum: the total is then only known not to be smaller.
    #[serde(default = "yes")]
    pub complete: bool,
}

/// Counts that add up to another, in each row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartitionSpec {
    /// The sum.
    pub whole: String,
    /// What is added up.
    pub parts: Vec<String>,
}

/// A rate in percent, rounded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
}

/// Rows of one level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelSpec {
    /// Its name in French, for reports.
    pub name: String,
    /// Values of columns that a row of the level has.
    #[serde(default)]
    pub when: BTreeMap<String, String>,
    /// What hiding one row costs beside the others.
    pub cost: u32,
    /// False when such a row is never hidden beside the primary ones.
    #[serde(default = "yes")]
    pub may_hide: bool,
}

impl SecrecySpec {
    /// The columns that the policy names, each with what names it.
    pub(super) fn columns(&self) -> Vec<(&'static str, &str)> {
        let mut named: Vec<(&'static str, &str)> = Vec::new();
        named.extend(self.owner.iter().map(|name| ("the owner", name.as_str())));
        for count in &self.count {
            named.push(("a secrecy count", &count.column));
            named.extend(count.base.iter().chain(&count.within).map(|name| ("a secrecy count", name.as_str())));
        }
        named.extend(self.total.iter().map(|total| ("a secrecy total", total.column.as_str())));
        for partition in &self.partition {
            named.push(("a secrecy partition", &partition.whole));
            named.extend(partition.parts.iter().map(|name| ("a secrecy partition", name.as_str())));
        }
        for rate in &self.rate {
            named.extend([&rate.rate, &rate.of, &rate.over].map(|name| ("a secrecy rate", name.as_str())));
        }
        named.extend(self.level.iter().flat_map(|level| level.when.keys()).map(|name| ("a secrecy level", name.as_str())));
        named
    }

    /// The policy in one French sentence, for readers and for `check`.
    #[must_use]
    pub fn sentence(&self) -> String {
        let mut parts = vec![format!("rien sur moins de {} personnes", self.threshold)];
        parts.push(match self.width {
            0 | 1 => "aucun effectif masqué ne se calcule exactement".to_owned(),
            width => format!("les valeurs possibles d'un effectif masqué s'étendent sur {width} personnes au moins"),
        });
        if self.siblings > 1 {
            parts.push(format!("au moins {} parts masquées par total", self.siblings));
        }
        if self.insiders {
            parts.push("y compris pour qui connaît un établissement de l'intérieur".to_owned());
        }
        if self.extremes == Extremes::Protect {
            parts.push("0 % et 100 % masqués".to_owned());
        }
        parts.join(", ")
    }
}
