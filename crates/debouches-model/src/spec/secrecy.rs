//! Statistical secrecy of a table, as the statistical services decide it: thresholds, widths, and what adds up to what.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::expand::each;
use super::tie::{
    AliasSpec, CumulSpec, MeanSpec, PartitionSpec, RateSpec, RatioSpec, TogetherSpec, TotalSpec,
};
use super::universe::{TotalValues, UniverseSpec};

/// What is hidden, how well, and the ties that a reader could use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DisclosureSpec {
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
    /// True when nobody published these figures before us: there is nothing to inherit, every hidden count must be safe.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unpublished: bool,
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
    /// Rates of a row that follow from two shares of another whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ratio: Vec<RatioSpec>,
    /// Columns of a row that hold one figure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alias: Vec<AliasSpec>,
    /// Rates of a row that lie between those of others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mean: Vec<MeanSpec>,
    /// Rows of two years that are the sum of two rows of one year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cumul: Option<CumulSpec>,
    /// The family of tables that this one is judged with, when a dataset has several of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub together: Option<TogetherSpec>,
    /// Levels of rows, the first that fits: what hiding a row costs.
    #[serde(default)]
    pub level: Vec<LevelSpec>,
    /// For each column of the key, the values that stand on rows of totals.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub totals: BTreeMap<String, TotalValues>,
    /// Where the threshold is applied: on counts of this table, unless something else is declared.
    #[serde(default, skip_serializing_if = "Bases::is_here")]
    pub bases: Bases,
    /// Measures whose base is in no table, with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elsewhere: Vec<ElsewhereSpec>,
    /// The publication of the producer whose own disclosures are excused; none by default: every hidden count must be safe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inherits: Option<InheritSpec>,
    /// What its rows are about, among everything published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub universe: Option<UniverseSpec>,
}

/// Where the threshold of a table is applied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Bases {
    /// On counts of the table.
    #[default]
    Here,
    /// By the producer, before the file was made: the table has no count.
    Producer,
    /// In the tables that this one repeats.
    Source,
}

impl Bases {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "the signature that serde asks for"
    )]
    fn is_here(&self) -> bool {
        *self == Self::Here
    }
}

/// Measures whose base is in no table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ElsewhereSpec {
    /// The measures.
    pub columns: Vec<String>,
    /// Who applies the threshold, in French.
    pub reason: String,
}

/// A publication of the producer: what it gives away is excused, for the cells that the producer hid, never for ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InheritSpec {
    /// Its address.
    pub publication: String,
    /// When it was read, as `YYYY-MM-DD`.
    pub date: String,
}

fn one() -> u32 {
    1
}

fn yes() -> bool {
    true
}

/// Whether 0 % and 100 % are published.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Extremes {
    /// They are published as any other rate.
    #[default]
    Publish,
    /// They are hidden as a small count would be.
    Protect,
}

/// A count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CountSpec {
    /// Its column.
    pub column: String,
    /// Columns that must all reach the threshold; none when the count is always published.
    #[serde(default)]
    pub base: Vec<String>,
    /// Column that is never smaller (the denominator).
    pub within: Option<String>,
    /// True for a share or a rate in percent: at most 100 beforehand, and its width is in points.
    #[serde(default, skip_serializing_if = "is_false")]
    pub percent: bool,
    /// Counts of one group are shown or hidden together; those with the same bases are, when no group is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// True when an absent value is a hidden one: the producer tells them apart nowhere.
    #[serde(default, skip_serializing_if = "is_false")]
    pub absent_is_hidden: bool,
    /// Horizons in months: one count for each, with `{h}` replaced everywhere.
    #[serde(default, skip_serializing)]
    pub horizons: Vec<u16>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde asks for"
)]
fn is_false(value: &bool) -> bool {
    !value
}

impl CountSpec {
    /// A count in persons, with the bases that decide.
    #[must_use]
    pub fn new(column: &str, base: &[String]) -> Self {
        Self {
            column: column.to_owned(),
            base: base.to_vec(),
            within: None,
            percent: false,
            group: None,
            absent_is_hidden: false,
            horizons: Vec::new(),
        }
    }
}

/// Rows of one level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

impl DisclosureSpec {
    /// One item for each horizon.
    pub(super) fn expand(&mut self) {
        self.count = std::mem::take(&mut self.count)
            .into_iter()
            .flat_map(|count| {
                each(
                    count,
                    |count| std::mem::take(&mut count.horizons),
                    |count, fill| {
                        fill(&mut count.column);
                        count
                            .base
                            .iter_mut()
                            .chain(&mut count.within)
                            .chain(&mut count.group)
                            .for_each(fill);
                    },
                )
            })
            .collect();
        self.rate = std::mem::take(&mut self.rate)
            .into_iter()
            .flat_map(|rate| {
                each(
                    rate,
                    |rate| std::mem::take(&mut rate.horizons),
                    |rate, fill| {
                        [&mut rate.rate, &mut rate.of, &mut rate.over]
                            .into_iter()
                            .for_each(fill);
                    },
                )
            })
            .collect();
    }

    /// The columns that the policy names, each with what names it.
    pub(super) fn columns(&self) -> Vec<(&'static str, &str)> {
        let mut named: Vec<(&'static str, &str)> = Vec::new();
        named.extend(self.owner.iter().map(|name| ("the owner", name.as_str())));
        for count in &self.count {
            named.push(("a secrecy count", &count.column));
            named.extend(
                count
                    .base
                    .iter()
                    .chain(&count.within)
                    .map(|name| ("a secrecy count", name.as_str())),
            );
        }
        for total in &self.total {
            named.push(("a secrecy total", &total.column));
            named.extend(
                total
                    .follows
                    .iter()
                    .map(|name| ("a secrecy total", name.as_str())),
            );
        }
        for partition in &self.partition {
            named.extend(
                partition
                    .full_column()
                    .map(|name| ("a secrecy partition", name)),
            );
            named.extend(
                partition
                    .parts
                    .iter()
                    .map(|name| ("a secrecy partition", name.as_str())),
            );
        }
        for rate in &self.rate {
            named.extend(
                [&rate.rate, &rate.of, &rate.over].map(|name| ("a secrecy rate", name.as_str())),
            );
        }
        for ratio in &self.ratio {
            named.extend(
                [&ratio.rate, &ratio.part, &ratio.less]
                    .map(|name| ("a secrecy ratio", name.as_str())),
            );
        }
        named.extend(
            self.alias
                .iter()
                .flat_map(|alias| &alias.columns)
                .map(|name| ("a secrecy alias", name.as_str())),
        );
        named.extend(
            self.mean
                .iter()
                .map(|mean| ("a secrecy mean", mean.column.as_str())),
        );
        named.extend(
            self.cumul
                .iter()
                .map(|cumul| ("a secrecy cumul", cumul.column.as_str())),
        );
        named.extend(
            self.elsewhere
                .iter()
                .flat_map(|item| &item.columns)
                .map(|name| ("a base elsewhere", name.as_str())),
        );
        named.extend(
            self.level
                .iter()
                .flat_map(|level| level.when.keys())
                .map(|name| ("a secrecy level", name.as_str())),
        );
        named
    }

    /// True when a reader can compute a count from others.
    #[must_use]
    pub fn has_ties(&self) -> bool {
        let of_rows = !self.total.is_empty() || !self.mean.is_empty() || self.cumul.is_some();
        let of_columns = !self.partition.is_empty()
            || !self.rate.is_empty()
            || !self.ratio.is_empty()
            || !self.alias.is_empty();
        !self.count.is_empty() && (of_rows || of_columns)
    }

    /// The policy in one French sentence, for readers and for `check`.
    #[must_use]
    pub fn sentence(&self) -> String {
        let mut parts = vec![format!("rien sur moins de {} personnes", self.threshold)];
        parts.push(match self.width {
            0 | 1 => "aucun effectif masqué ne se calcule exactement".to_owned(),
            width if self.count.iter().any(|count| count.percent) => {
                format!("les valeurs possibles d'un taux masqué s'étendent sur {width} points au moins")
            }
            width => format!("les valeurs possibles d'un effectif masqué s'étendent sur {width} personnes au moins"),
        });
        if self.siblings > 1 {
            parts.push(format!(
                "au moins {} parts masquées par total",
                self.siblings
            ));
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
