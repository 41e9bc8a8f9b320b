//! Counts of a policy that nothing ties to the others, and what of the policy speaks of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use debouches_model::spec::DisclosureSpec;

use crate::facts::{Facts, Row};

/// Counts that rates, partitions, bases or aliases join, by their places in the policy.
pub(crate) fn apart(policy: &DisclosureSpec) -> Vec<Vec<usize>> {
    let index_of = |name: &str| policy.count.iter().position(|count| count.column == name);
    let mut group: Vec<usize> = (0..policy.count.len()).collect();
    let mut join = |names: Vec<&str>| {
        let places: Vec<usize> = names.into_iter().filter_map(index_of).collect();
        for pair in places.windows(2) {
            let (from, to) = (group[pair[0]], group[pair[1]]);
            group
                .iter_mut()
                .filter(|item| **item == from)
                .for_each(|item| *item = to);
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
                .chain([partition.full.as_str()])
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
    for (index, item) in group.iter().enumerate() {
        out.entry(*item).or_default().push(index);
    }
    let mut out: Vec<Vec<usize>> = out.into_values().collect();
    out.sort_unstable();
    out
}

/// The counts of a piece, and what of the policy speaks of them.
pub(crate) struct Kept {
    pub(crate) policy: DisclosureSpec,
    pub(crate) counts: Vec<usize>,
    rates: Vec<usize>,
}

impl Kept {
    pub(crate) fn of(all: &DisclosureSpec, counts: Vec<usize>) -> Self {
        let names: BTreeSet<&str> = counts
            .iter()
            .map(|index| all.count[*index].column.as_str())
            .collect();
        let is_own = |name: &String| names.contains(name.as_str());
        let rates: Vec<usize> = (0..all.rate.len())
            .filter(|index| is_own(&all.rate[*index].of))
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

    pub(crate) fn facts(&self, all: &Facts, rows: &[usize]) -> Facts {
        let row = |index: &usize| {
            let row = &all.rows[*index];
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
