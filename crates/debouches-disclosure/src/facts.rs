//! What a table says, as counts and rounded rates: what the binary makes of a release, or of anybody's CSV.

use std::sync::Arc;

use debouches_model::spec::{CountSpec, DisclosureSpec, Extremes};

/// A count as one release shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Published.
    Value(i64),
    /// Hidden by secrecy; the true value when we know it.
    Hidden(Option<i64>),
    /// No such count in that row.
    Nothing,
}

/// Values of keys, each kept once: a table repeats them on most of its rows.
#[derive(Debug, Default)]
pub struct Names(std::collections::HashSet<Arc<str>>);

impl Names {
    /// The one copy of a value.
    pub fn shared(&mut self, value: &str) -> Arc<str> {
        if let Some(known) = self.0.get(value) {
            return Arc::clone(known);
        }
        let new: Arc<str> = value.into();
        self.0.insert(Arc::clone(&new));
        new
    }
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Values of the key columns, in the order of [`Facts::key`].
    pub key: Vec<Arc<str>>,
    /// Counts, in the order of the policy.
    pub counts: Vec<Seen>,
    /// Published rates in the order of the policy, in units of their last decimal.
    pub rates: Vec<Option<i64>>,
}

/// One table of one release.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Names of the columns that tell rows apart.
    pub key: Vec<String>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// True when larger counts may be hidden beside the small ones: readers then cannot tell which are small.
    pub complementary: bool,
}

impl Facts {
    /// Hides the counts whose base is under the threshold, as publication would: the table is a private one.
    pub fn hide_small(&mut self, policy: &DisclosureSpec) {
        let places: Vec<Vec<usize>> = policy
            .count
            .iter()
            .map(|count| {
                let index =
                    |name: &String| policy.count.iter().position(|item| item.column == *name);
                count.base.iter().filter_map(index).collect()
            })
            .collect();
        let within = |count: &CountSpec| {
            let name = count.within.as_ref()?;
            policy.count.iter().position(|item| item.column == *name)
        };
        let value = |seen: Seen| match seen {
            Seen::Value(value) | Seen::Hidden(Some(value)) => Some(value),
            Seen::Hidden(None) | Seen::Nothing => None,
        };
        for row in &mut self.rows {
            let is_small = |bases: &Vec<usize>| {
                bases.iter().any(|base| {
                    value(row.counts[*base]).is_none_or(|base| base < i64::from(policy.threshold))
                })
            };
            let is_extreme = |index: usize| {
                let most = within(&policy.count[index]).and_then(|most| value(row.counts[most]));
                policy.extremes == Extremes::Protect
                    && most
                        .zip(value(row.counts[index]))
                        .is_some_and(|(most, item)| most > 0 && (item == 0 || item == most))
            };
            // Counts with the same bases are hidden together.
            let together = |one: usize, other: usize| {
                let (one, other) = (&policy.count[one], &policy.count[other]);
                (&one.base, &one.group) == (&other.base, &other.group)
            };
            let hidden: Vec<bool> = (0..places.len())
                .map(|index| {
                    is_small(&places[index])
                        || (0..places.len())
                            .any(|other| together(index, other) && is_extreme(other))
                })
                .collect();
            for (seen, hidden) in row.counts.iter_mut().zip(hidden) {
                if let (Seen::Value(value), true) = (*seen, hidden) {
                    *seen = Seen::Hidden(Some(value));
                }
            }
        }
    }

    /// Gives hidden counts the value that they have in a private table of the same rows. Readers are not told: it sets what
    /// they know beforehand in the worst case, and what is worth protecting.
    pub fn reveal(&mut self, truth: &Self) {
        let known: std::collections::HashMap<&[Arc<str>], &Row> = truth
            .rows
            .iter()
            .map(|row| (row.key.as_slice(), row))
            .collect();
        for row in &mut self.rows {
            let Some(true_row) = known.get(row.key.as_slice()) else {
                continue;
            };
            for (seen, true_row) in row.counts.iter_mut().zip(&true_row.counts) {
                if let (Seen::Hidden(None), Seen::Value(value) | Seen::Hidden(Some(value))) =
                    (*seen, *true_row)
                {
                    *seen = Seen::Hidden(Some(value));
                }
            }
        }
    }
}
