//! A rule as a table declares it: columns, deviation, severity and tolerance.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{RuleCode, Severity, Tolerance};

/// A rule of the table, or its severity and tolerance.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleSpec {
    /// The rule.
    pub code: RuleCode,
    /// Columns it applies to, in the order that the rule documents.
    #[serde(default)]
    pub columns: Vec<String>,
    /// Horizons in months: the rule holds for each, with `{h}` replaced in `columns`.
    #[serde(default)]
    pub horizons: Vec<u16>,
    /// Largest accepted deviation, in the unit of the columns.
    #[serde(default)]
    pub deviation: f64,
    /// Clipping bound, for value added.
    pub clip: Option<f64>,
    /// Fewest rows that a file may have, or that a whole-column check looks at.
    #[serde(default)]
    pub min_rows: u64,
    /// Severity, when it is not that of the catalogue.
    pub severity: Option<Severity>,
    /// Number of findings accepted.
    #[serde(default)]
    pub max_rows: u64,
    /// Share of the rows for which findings are accepted.
    #[serde(default)]
    pub max_share: f64,
}

impl RuleSpec {
    /// How many findings are accepted.
    #[must_use]
    pub fn tolerance(&self) -> Tolerance {
        Tolerance {
            rows: self.max_rows,
            share: self.max_share,
        }
    }

    /// One rule for each horizon, or the rule itself when it has none.
    pub(super) fn expand(self) -> Vec<Self> {
        if self.horizons.is_empty() {
            return vec![self];
        }
        let at = |horizon: &u16| {
            let columns = self
                .columns
                .iter()
                .map(|name| name.replace("{h}", &horizon.to_string()))
                .collect();
            Self {
                columns,
                horizons: vec![*horizon],
                ..self.clone()
            }
        };
        self.horizons.iter().map(at).collect()
    }
}
