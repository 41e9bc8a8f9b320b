//! Rows that look like totals and that nobody declared as such: sums that hold in nearly all groups of the data.

use std::collections::BTreeMap;
use std::sync::Arc;

use debouches_model::spec::DisclosureSpec;

use crate::facts::{Facts, Seen};

/// Fewest groups that make a rule of a sum.
const GROUPS: usize = 5;
/// Least share of the groups in which the sum holds, in percent.
const SHARE: usize = 90;

/// A value of a column whose rows are the sums of the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LooksLikeTotal {
    /// The column.
    pub column: String,
    /// The value.
    pub value: String,
    /// Groups where the sum holds, of those where it could be looked at.
    pub holds: (usize, usize),
}

/// The values that look like undeclared totals, in the first columns of the key that tell rows apart; `years` are columns of
/// cohorts, whose pairs are sums by nature.
#[must_use]
pub fn resemble_totals(
    policy: &DisclosureSpec,
    facts: &Facts,
    identity: usize,
    years: &[&str],
) -> Vec<LooksLikeTotal> {
    let mut out = Vec::new();
    for (index, column) in facts.key.iter().enumerate().take(identity) {
        if years.contains(&column.as_str()) {
            continue;
        }
        let declared = |value: &str| {
            let in_totals = policy
                .totals
                .get(column)
                .is_some_and(|values| values.0.iter().any(|item| item == value));
            in_totals
                || policy
                    .total
                    .iter()
                    .any(|item| item.column == *column && item.total == value)
        };
        let mut seen: BTreeMap<Arc<str>, (usize, usize)> = BTreeMap::new();
        for group in groups(facts, index, identity).values() {
            let parts: Vec<&(Arc<str>, usize)> =
                group.iter().filter(|(value, _)| !declared(value)).collect();
            if parts.len() < 3 {
                continue;
            }
            for count in (0..policy.count.len()).filter(|count| !policy.count[*count].percent) {
                let values: Option<Vec<i64>> = parts
                    .iter()
                    .map(|(_, row)| value(facts.rows[*row].counts[count]))
                    .collect();
                let Some(values) = values else { continue };
                let all: i64 = values.iter().sum();
                for ((name, _), item) in parts.iter().zip(&values) {
                    let tally = seen.entry(Arc::clone(name)).or_default();
                    tally.1 += 1;
                    tally.0 += usize::from(*item > 0 && 2 * item == all);
                }
            }
        }
        out.extend(
            seen.into_iter()
                .filter(|(_, (holds, all))| *all >= GROUPS && holds * 100 >= all * SHARE)
                .map(|(value, holds)| LooksLikeTotal {
                    column: column.clone(),
                    value: value.to_string(),
                    holds,
                }),
        );
    }
    out
}

/// Values of a column with their rows, by the rest of the key.
type Groups = BTreeMap<Vec<Arc<str>>, Vec<(Arc<str>, usize)>>;

/// Rows that differ in one column only.
fn groups(facts: &Facts, index: usize, identity: usize) -> Groups {
    let mut out = Groups::new();
    for (row, item) in facts.rows.iter().enumerate() {
        let mut rest = item.key[..identity.min(item.key.len())].to_vec();
        let value = std::mem::replace(&mut rest[index], "".into());
        out.entry(rest).or_default().push((value, row));
    }
    out
}

fn value(seen: Seen) -> Option<i64> {
    match seen {
        Seen::Value(value) | Seen::Hidden(Some(value)) => Some(value),
        Seen::Hidden(None) | Seen::Nothing => None,
    }
}
