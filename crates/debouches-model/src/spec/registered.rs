//! Shares of those registered, so that a producer who counts on leavers can be read beside one who counts on the final year.

use schemars::JsonSchema;
use serde::Deserialize;

use super::expand::each;

/// Shares of those registered: the counts that they are computed on, and the columns that they fill.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisteredSpec {
    /// Those who left.
    pub leavers: String,
    /// Those who continue.
    pub continuing: String,
    /// Leavers in employment.
    pub employed: String,
    /// Filled: those registered, who left or continue.
    pub all: String,
    /// Filled: the share of those who continue.
    pub continuing_share: String,
    /// Filled: the share of those in employment.
    pub employed_share: String,
    /// Filled: what the two shares leave of 100.
    pub other_share: String,
    /// Horizons in months: the same for each, with `{h}` replaced everywhere.
    #[serde(default)]
    horizons: Vec<u16>,
}

impl RegisteredSpec {
    /// The counts that a filled column is computed on; none when it is another column.
    #[must_use]
    pub fn counts_of(&self, column: &str) -> Option<Vec<&str>> {
        let both = vec![self.leavers.as_str(), self.continuing.as_str()];
        if [&self.all, &self.continuing_share]
            .into_iter()
            .any(|item| item == column)
        {
            Some(both)
        } else if [&self.employed_share, &self.other_share]
            .into_iter()
            .any(|item| item == column)
        {
            Some([both, vec![&self.employed]].concat())
        } else {
            None
        }
    }

    /// One for each horizon.
    pub(super) fn expand(self) -> Vec<Self> {
        each(
            self,
            |item| std::mem::take(&mut item.horizons),
            |item, fill| item.columns_mut().into_iter().for_each(fill),
        )
    }

    fn columns_mut(&mut self) -> [&mut String; 7] {
        let Self {
            leavers,
            continuing,
            employed,
            all,
            continuing_share,
            employed_share,
            other_share,
            horizons: _,
        } = self;
        [
            leavers,
            continuing,
            employed,
            all,
            continuing_share,
            employed_share,
            other_share,
        ]
    }

    /// Every column that is named.
    pub(super) fn columns(&self) -> [&String; 7] {
        let Self {
            leavers,
            continuing,
            employed,
            all,
            continuing_share,
            employed_share,
            other_share,
            horizons: _,
        } = self;
        [
            leavers,
            continuing,
            employed,
            all,
            continuing_share,
            employed_share,
            other_share,
        ]
    }
}
