//! `[quarantine.TABLE]`: how many rows of a table may be set aside, when the usual budget does not do, and why.

use std::collections::BTreeMap;

use debouches_model::{TableId, Tolerance};
use debouches_validate::Budget;
use serde::Deserialize;

use super::Source;

/// A budget as typed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuarantineFile {
    /// Number of rows.
    #[serde(default)]
    rows: u64,
    /// Share of the rows received, from 0 to 0.5.
    #[serde(default)]
    share: f64,
    /// Why, in French: it is published.
    reason: String,
}

/// A budget that a person decided.
#[derive(Debug, Clone)]
pub struct Quarantine {
    /// What may be set aside.
    pub budget: Budget,
    /// Why, in French.
    pub reason: String,
}

impl Source {
    /// How many of its rows may be set aside.
    #[must_use]
    pub fn budget(&self) -> Budget {
        let decided = self.quarantine.as_ref();
        decided.map_or_else(Budget::default, |decided| decided.budget)
    }
}

/// The budgets, and what is wrong with them.
pub(super) fn resolve(
    typed: &BTreeMap<TableId, QuarantineFile>,
    is_table: impl Fn(&TableId) -> bool,
    problems: &mut Vec<String>,
) -> BTreeMap<TableId, Quarantine> {
    let mut budgets = BTreeMap::new();
    for (table, typed) in typed {
        if !is_table(table) {
            problems.push(format!("quarantine: no table is called `{table}`"));
        }
        if !(0.0..0.5).contains(&typed.share) {
            problems.push(format!(
                "quarantine of `{table}`: share is {}, from 0 to less than 0.5 is expected: half a file never passes",
                typed.share
            ));
        }
        if typed.reason.trim().is_empty() {
            problems.push(format!(
                "quarantine of `{table}`: a reason is expected, in French: it is published"
            ));
        }
        let budget = Budget::decided(Tolerance {
            rows: typed.rows,
            share: typed.share,
        });
        let reason = typed.reason.trim().to_owned();
        budgets.insert(table.clone(), Quarantine { budget, reason });
    }
    budgets
}
