//! A table cut into pieces that no tie joins. Each is judged alone, in the memory that it takes alone: a million rows of five
//! horizons are judged horizon by horizon, type of diploma by type of diploma.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use debouches_model::spec::SecrecySpec;

use crate::facts::{Facts, Row};

/// What can be judged alone.
pub(crate) struct Piece {
    /// The policy on the counts of this piece.
    pub(crate) policy: SecrecySpec,
    /// Former releases, in the order given, then the table to be published.
    pub(crate) releases: Vec<Facts>,
    /// Place in that table of each of its rows.
    pub(crate) rows: Vec<usize>,
    /// Place in the policy of each of its counts.
    pub(crate) counts: Vec<usize>,
}

/// The pieces, made one by one: counts that no tie within a row joins, then rows that no tie between rows joins.
pub(crate) fn pieces<'a>(
    policy: &'a SecrecySpec,
    former: &'a [(String, Facts)],
    current: &'a Facts,
) -> impl Iterator<Item = Piece> + 'a {
    let releases: Vec<&Facts> = former
        .iter()
        .map(|(_, facts)| facts)
        .chain([current])
        .collect();
    let slices = slices(policy, &releases);
    apart(policy).into_iter().flat_map(move |counts| {
        let own = Own::of(policy, counts);
        let releases = releases.clone();
        slices
            .clone()
            .into_iter()
            .map(move |rows| own.piece(&releases, rows))
    })
}

/// Counts that rates, partitions, bases or aliases join, by their places in the policy.
fn apart(policy: &SecrecySpec) -> Vec<Vec<usize>> {
    let place_of = |name: &str| policy.count.iter().position(|count| count.column == name);
    let mut group: Vec<usize> = (0..policy.count.len()).collect();
    let mut join = |names: Vec<&str>| {
        let places: Vec<usize> = names.into_iter().filter_map(place_of).collect();
        for pair in places.windows(2) {
            let (from, to) = (group[pair[0]], group[pair[1]]);
            group
                .iter_mut()
                .filter(|own| **own == from)
                .for_each(|own| *own = to);
        }
    };
    for count in &policy.count {
        let names = count.base.iter().chain(&count.within).map(String::as_str);
        join(names.chain([count.column.as_str()]).collect());
    }
    for name in policy
        .count
        .iter()
        .filter_map(|count| count.group.as_deref())
        .collect::<BTreeSet<_>>()
    {
        let together = policy
            .count
            .iter()
            .filter(|count| count.group.as_deref() == Some(name));
        join(together.map(|count| count.column.as_str()).collect());
    }
    for partition in &policy.partition {
        join(
            partition
                .parts
                .iter()
                .map(String::as_str)
                .chain([partition.whole.as_str()])
                .collect(),
        );
    }
    policy
        .rate
        .iter()
        .for_each(|rate| join(vec![&rate.of, &rate.over]));
    policy
        .ratio
        .iter()
        .for_each(|ratio| join(vec![&ratio.rate, &ratio.part, &ratio.less]));
    policy
        .alias
        .iter()
        .for_each(|alias| join(alias.columns.iter().map(String::as_str).collect()));
    let mut out: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, own) in group.iter().enumerate() {
        out.entry(*own).or_default().push(place);
    }
    let mut out: Vec<Vec<usize>> = out.into_values().collect();
    out.sort_unstable();
    out
}

/// Rows of each release by the values of the columns that every tie between rows leaves alone.
fn slices(policy: &SecrecySpec, releases: &[&Facts]) -> Vec<Vec<Vec<usize>>> {
    let crossed: BTreeSet<&str> = policy
        .total
        .iter()
        .flat_map(|total| total.follows.iter().chain([&total.column]))
        .chain(policy.mean.iter().map(|mean| &mean.column))
        .chain(policy.cumul.iter().map(|cumul| &cumul.column))
        .map(String::as_str)
        .collect();
    let mut out: BTreeMap<Vec<(&str, &str)>, Vec<Vec<usize>>> = BTreeMap::new();
    for (release, facts) in releases.iter().enumerate() {
        let alone: Vec<(usize, &str)> = facts
            .key
            .iter()
            .map(String::as_str)
            .enumerate()
            .filter(|(_, name)| !crossed.contains(name))
            .collect();
        for (place, row) in facts.rows.iter().enumerate() {
            let slice = alone
                .iter()
                .map(|(column, name)| (*name, &*row.key[*column]))
                .collect();
            out.entry(slice)
                .or_insert_with(|| vec![Vec::new(); releases.len()])[release]
                .push(place);
        }
    }
    bundled(
        out.into_values(),
        releases.iter().map(|facts| facts.rows.len()).sum(),
    )
}

/// Small slices are judged together: a piece for each would cost more than it saves.
fn bundled(slices: impl Iterator<Item = Vec<Vec<usize>>>, rows: usize) -> Vec<Vec<Vec<usize>>> {
    let mut out: Vec<Vec<Vec<usize>>> = Vec::new();
    let mut last = 0;
    for slice in slices {
        let own: usize = slice.iter().map(Vec::len).sum();
        match out.last_mut() {
            Some(bundle) if (last + own) * MOST < rows => {
                bundle
                    .iter_mut()
                    .zip(slice)
                    .for_each(|(rows, more)| rows.extend(more));
                last += own;
            }
            Some(_) | None => {
                out.push(slice);
                last = own;
            }
        }
    }
    // In the order of the table, whatever the slices.
    out.iter_mut()
        .flatten()
        .for_each(|rows| rows.sort_unstable());
    out
}

/// About as many slices as a table is cut into at most.
const MOST: usize = 32;

/// The counts of a piece, and what of the policy speaks of them.
struct Own {
    policy: SecrecySpec,
    counts: Vec<usize>,
    rates: Vec<usize>,
}

impl Own {
    fn of(all: &SecrecySpec, counts: Vec<usize>) -> Self {
        let names: BTreeSet<&str> = counts
            .iter()
            .map(|place| all.count[*place].column.as_str())
            .collect();
        let is_own = |name: &String| names.contains(name.as_str());
        let rates: Vec<usize> = (0..all.rate.len())
            .filter(|place| is_own(&all.rate[*place].of))
            .collect();
        let mut policy = all.clone();
        policy.count.retain(|count| is_own(&count.column));
        policy
            .partition
            .retain(|partition| partition.parts.iter().any(is_own));
        policy.rate.retain(|rate| is_own(&rate.of));
        policy.ratio.retain(|ratio| is_own(&ratio.rate));
        policy
            .alias
            .retain(|alias| alias.columns.iter().any(is_own));
        Self {
            policy,
            counts,
            rates,
        }
    }

    fn piece(&self, releases: &[&Facts], mut rows: Vec<Vec<usize>>) -> Piece {
        let releases = releases
            .iter()
            .zip(&rows)
            .map(|(facts, rows)| self.facts(facts, rows))
            .collect();
        let rows = rows.pop().unwrap_or_default();
        Piece {
            policy: self.policy.clone(),
            releases,
            rows,
            counts: self.counts.clone(),
        }
    }

    fn facts(&self, all: &Facts, rows: &[usize]) -> Facts {
        let row = |place: &usize| {
            let row = &all.rows[*place];
            Row {
                key: row.key.iter().map(Arc::clone).collect(),
                counts: self.counts.iter().map(|count| row.counts[*count]).collect(),
                rates: self.rates.iter().map(|rate| row.rates[*rate]).collect(),
            }
        };
        Facts {
            key: all.key.clone(),
            rows: rows.iter().map(row).collect(),
            complementary: all.complementary,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Seen;

    fn policy() -> SecrecySpec {
        serde_json::from_value(serde_json::json!({
            "threshold": 20,
            "rule": ".",
            "count": [
                { "column": "a", "base": ["a"] },
                { "column": "b", "base": ["a"] },
                { "column": "c", "base": ["c"] },
                { "column": "d" },
            ],
            "rate": [{ "rate": "r", "of": "d", "over": "c", "decimals": 0 }],
            "total": [{ "column": "place", "total": "FR", "follows": ["region"] }],
        }))
        .unwrap()
    }

    fn facts(rows: &[[&str; 3]]) -> Facts {
        let key = ["year", "place", "region"].map(str::to_owned).to_vec();
        let row = |values: &[&str; 3]| Row {
            key: values.iter().map(|value| Arc::from(*value)).collect(),
            counts: (0..4).map(Seen::Value).collect(),
            rates: vec![Some(7)],
        };
        Facts {
            key,
            rows: rows.iter().map(row).collect(),
            complementary: false,
        }
    }

    #[test]
    fn what_a_tie_joins_stays_together_and_nothing_is_lost() {
        let policy = policy();
        let current = facts(&[
            ["2020", "FR", ""],
            ["2021", "FR", ""],
            ["2020", "X", "11"],
            ["2021", "Y", "24"],
        ]);
        let former = [(
            "1.0.0".to_owned(),
            facts(&[["2021", "X", "11"], ["2019", "X", "11"]]),
        )];
        let found: Vec<Piece> = pieces(&policy, &former, &current).collect();
        let counts: BTreeSet<Vec<usize>> = found.iter().map(|piece| piece.counts.clone()).collect();
        assert_eq!(
            counts,
            BTreeSet::from([vec![0, 1], vec![2, 3]]),
            "bases and rates join"
        );
        for piece in &found {
            assert_eq!(piece.policy.rate.len(), usize::from(piece.counts == [2, 3]));
            assert!(
                piece.releases[1]
                    .rows
                    .iter()
                    .all(|row| row.counts.len() == 2 && row.rates.len() == piece.policy.rate.len())
            );
            let years: BTreeSet<&str> = piece
                .releases
                .iter()
                .flat_map(|facts| &facts.rows)
                .map(|row| &*row.key[0])
                .collect();
            assert_eq!(
                years.len(),
                1,
                "rows of one year, wherever they are: {years:?}"
            );
        }
        let mut cells: Vec<(usize, usize)> = found
            .iter()
            .flat_map(|piece| {
                piece
                    .rows
                    .iter()
                    .flat_map(|row| piece.counts.iter().map(|count| (*row, *count)))
            })
            .collect();
        cells.sort_unstable();
        assert_eq!(
            cells,
            (0..4)
                .flat_map(|row| (0..4).map(move |count| (row, count)))
                .collect::<Vec<_>>()
        );
        assert_eq!(
            found
                .iter()
                .map(|piece| piece.releases[0].rows.len())
                .sum::<usize>(),
            4,
            "former rows, once by group of counts"
        );
    }

    #[test]
    fn small_slices_are_judged_together() {
        let rows: Vec<Vec<Vec<usize>>> = (0..1_000).map(|row| vec![vec![row]]).collect();
        let bundles = bundled(rows.into_iter(), 1_000);
        assert!(bundles.len() <= MOST + 1, "{}", bundles.len());
        assert_eq!(bundles.iter().flatten().flatten().count(), 1_000);
    }
}
