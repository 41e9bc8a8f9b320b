//! What ties the cells of a release: within a row, and between rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::boxes::slack;
use crate::build::{Builder, RowCells};
use crate::facts::{Facts, Row, Seen};
use crate::system::{CellId, Constraint, MANY, Relation, number};

/// Rows that differ in one column, and in those that follow from it: the total, and the others with their value there.
type Group<'f> = (Option<usize>, Vec<(usize, &'f str)>);

impl Builder<'_> {
    /// Partitions, rates, ratios and aliases of one row.
    pub(crate) fn within_row(&mut self, row: &Row, cells: &RowCells) {
        self.partitions(cells);
        self.rates(row, cells);
        self.ratios(row, cells);
        self.aliases(cells);
    }

    /// Totals, means and cumuls of a release.
    pub(crate) fn between_rows(&mut self, facts: &Facts, cells: &[RowCells]) {
        self.totals(facts, cells);
        self.means(facts, cells);
        self.cumuls(facts, cells);
    }

    fn index(&self, name: &str) -> Option<usize> {
        self.counts.iter().position(|count| count.column == name)
    }

    /// A constraint. When the true values of its cells are all known and contradict it, it is kept at what they make of it, and its
    /// cells are in doubt.
    fn constrain(&mut self, constraint: &Constraint) {
        let system = &mut self.out.system;
        let sum: Option<i64> = constraint
            .terms
            .iter()
            .map(|(cell, by)| system.value_of(*cell).map(|value| by * value))
            .sum();
        system.constrain(constraint);
        if let Some(sum) = sum.filter(|sum| *sum < constraint.low || *sum > constraint.high) {
            self.out.untrue += 1;
            system.shift(number(system.ties() - 1), sum);
        }
    }

    fn sum(&mut self, total: CellId, parts: &[CellId], relation: Relation) {
        let terms = std::iter::once((total, -1))
            .chain(parts.iter().map(|part| (*part, 1)))
            .collect();
        self.constrain(&Constraint {
            terms,
            low: 0,
            high: 0,
            relation,
            while_shown: None,
        });
    }

    /// A count is never above what it is within.
    pub(crate) fn limits(&mut self, row: &Row, cells: &RowCells) {
        for (index, count) in self.counts.iter().enumerate() {
            let Some(within) = count.within.as_ref().and_then(|name| self.index(name)) else {
                continue;
            };
            if let (Some(part), Some(aggregate)) = (cells[index], cells[within])
                && matches!(row.counts[within], Seen::Hidden(_))
            {
                let terms = vec![(aggregate, 1), (part, -1)];
                self.constrain(&Constraint {
                    terms,
                    low: 0,
                    high: MANY,
                    relation: Relation::Partition,
                    while_shown: None,
                });
            }
        }
    }

    fn partitions(&mut self, cells: &RowCells) {
        for partition in &self.policy.partition {
            let cell = |name: &str| self.index(name).and_then(|index| cells[index]);
            let Some(parts) = partition
                .parts
                .iter()
                .map(|name| cell(name))
                .collect::<Option<Vec<CellId>>>()
            else {
                continue;
            };
            match partition.full_column() {
                Some(aggregate) => {
                    if let Some(aggregate) = cell(aggregate) {
                        self.sum(aggregate, &parts, Relation::Partition);
                    }
                }
                None => {
                    let aggregate = partition.full.parse().unwrap_or(100);
                    let terms = parts.into_iter().map(|part| (part, 1)).collect();
                    self.constrain(&Constraint {
                        terms,
                        low: aggregate,
                        high: aggregate,
                        relation: Relation::Partition,
                        while_shown: None,
                    });
                }
            }
        }
    }

    /// (r − ½) D ≤ 100 N ≤ (r + ½) D, in units of the last decimal.
    fn rates(&mut self, row: &Row, cells: &RowCells) {
        for (rate, published) in self.policy.rate.iter().zip(&row.rates) {
            let (Some(of), Some(over), Some(published)) =
                (self.index(&rate.of), self.index(&rate.over), published)
            else {
                continue;
            };
            let both_shown = [of, over]
                .iter()
                .all(|index| matches!(row.counts[*index], Seen::Value(_)));
            let (Some(of), Some(over), false) = (cells[of], cells[over], both_shown) else {
                continue;
            };
            let scale = 200 * 10_i64.pow(rate.decimals);
            // A rate is published beside its denominator, and hidden with it.
            let line = self.out.system.cells()[over as usize].line;
            let while_shown = (!self.out.system.is_hidden(over)).then_some(line);
            for (by, low, high) in [
                (1 - 2 * published, 0, MANY * scale),
                (-1 - 2 * published, -MANY * scale, 0),
            ] {
                let terms = vec![(of, scale), (over, by)];
                self.constrain(&Constraint {
                    terms,
                    low,
                    high,
                    relation: Relation::Rate,
                    while_shown,
                });
            }
        }
    }

    /// What two published shares leave of a hidden rate.
    fn ratios(&mut self, row: &Row, cells: &RowCells) {
        for ratio in &self.policy.ratio {
            let (Some(rate), Some(part), Some(less)) = (
                self.index(&ratio.rate),
                self.index(&ratio.part),
                self.index(&ratio.less),
            ) else {
                continue;
            };
            let (Some(rate), Some(item)) = (cells[rate], cells[part]) else {
                continue;
            };
            let (Seen::Value(part), Seen::Value(less)) = (row.counts[part], row.counts[less])
            else {
                continue;
            };
            let (low, high) = ratio_bounds(part, less);
            let line = self.out.system.cells()[item as usize].line;
            self.constrain(&Constraint {
                terms: vec![(rate, 1)],
                low,
                high,
                relation: Relation::Ratio,
                while_shown: Some(line),
            });
        }
    }

    fn aliases(&mut self, cells: &RowCells) {
        for alias in &self.policy.alias {
            let item: Vec<CellId> = alias
                .columns
                .iter()
                .filter_map(|name| self.index(name).and_then(|index| cells[index]))
                .collect();
            for pair in item.windows(2) {
                let terms = vec![(pair[0], 1), (pair[1], -1)];
                self.constrain(&Constraint {
                    terms,
                    low: 0,
                    high: 0,
                    relation: Relation::Alias,
                    while_shown: None,
                });
            }
        }
    }

    fn totals(&mut self, facts: &Facts, cells: &[RowCells]) {
        for total in &self.policy.total {
            let Some(column) = facts.key.iter().position(|item| *item == total.column) else {
                continue;
            };
            for (aggregate, parts) in groups(facts, column, &total.total, &total.follows) {
                let is_part = |value: &str| {
                    (total.parts.is_empty() || total.parts.iter().any(|part| part == value))
                        && !total.except.iter().any(|other| other == value)
                };
                let parts: Vec<usize> = parts
                    .into_iter()
                    .filter(|(_, value)| is_part(value))
                    .map(|(index, _)| index)
                    .collect();
                let (Some(aggregate), false) = (aggregate, parts.is_empty()) else {
                    continue;
                };
                let all_there = total.parts.is_empty() || total.parts.len() == parts.len();
                let rest = match &total.rest {
                    Some(name) if all_there => self.rest(facts, aggregate, &parts, (column, name)),
                    Some(_) | None => None,
                };
                let present_of = |count: usize| -> Vec<CellId> {
                    parts.iter().filter_map(|row| cells[*row][count]).collect()
                };
                let counts = || (0..self.counts.len()).filter(|count| !self.counts[*count].percent);
                // Somebody is missing from the list of rows, whatever the counts that add up by chance.
                let lacks_somebody = counts().any(|count| {
                    cells[aggregate][count].is_some_and(|aggregate| {
                        self.left_out(aggregate, &present_of(count))
                            .is_some_and(|remaining| remaining > 0)
                    })
                });
                for count in counts().collect::<Vec<_>>() {
                    let Some(aggregate) = cells[aggregate][count] else {
                        continue;
                    };
                    let mut present = present_of(count);
                    let is_complete = present.len() == parts.len() && all_there;
                    match rest.as_ref().and_then(|rest| rest[count]) {
                        Some(rest) if is_complete => {
                            present.push(rest);
                            self.sum(aggregate, &present, Relation::Sum);
                        }
                        None if total.complete && is_complete && total.rest.is_none() => {
                            self.sum(aggregate, &present, Relation::Sum)
                        }
                        // A reader who guesses that nobody is missing is right.
                        None if total.rest.is_none()
                            && !lacks_somebody
                            && self.left_out(aggregate, &present) == Some(0) =>
                        {
                            self.sum(aggregate, &present, Relation::Sum)
                        }
                        Some(_) | None => self.at_most(aggregate, present),
                    }
                }
            }
        }
    }

    /// What the parts leave of their total, when all are told.
    fn left_out(&self, total: CellId, parts: &[CellId]) -> Option<i64> {
        let system = &self.out.system;
        let sum: Option<i64> = parts.iter().map(|part| system.value_of(*part)).sum();
        system
            .value_of(total)
            .zip(sum)
            .map(|(total, sum)| total - sum)
    }

    /// Parts that do not exceed their whole: what is missing is an unknown of its own, which nobody publishes nor protects.
    fn at_most(&mut self, aggregate: CellId, mut parts: Vec<CellId>) {
        // The same figures in another release say the same again.
        if !self.limits.insert(
            std::iter::once(aggregate)
                .chain(parts.iter().copied())
                .collect(),
        ) {
            return;
        }
        let system = &mut self.out.system;
        let known = |cell: &CellId| system.value_of(*cell);
        let sum: Option<i64> = parts.iter().map(known).sum();
        let remaining = known(&aggregate)
            .zip(sum)
            .map(|(aggregate, sum)| aggregate - sum);
        if remaining.is_some_and(|remaining| remaining < 0) {
            self.sum(aggregate, &parts, Relation::Sum);
            return;
        }
        let missing = slack(system, aggregate, remaining, (0, MANY));
        parts.push(missing);
        self.sum(aggregate, &parts, Relation::Sum);
    }

    /// The row of what some parts leave out of their total: nobody publishes it, anybody can compute it.
    /// Nothing when nobody is left out.
    fn rest(
        &mut self,
        facts: &Facts,
        aggregate: usize,
        parts: &[usize],
        (column, name): (usize, &str),
    ) -> Option<RowCells> {
        let value = |seen: Seen| match seen {
            Seen::Value(value) | Seen::Hidden(Some(value)) => Some(value),
            Seen::Hidden(None) | Seen::Nothing => None,
        };
        let remaining = |count: usize| {
            let seen: Vec<Seen> = std::iter::once(&aggregate)
                .chain(parts)
                .map(|row| facts.rows[*row].counts[count])
                .collect();
            if seen.contains(&Seen::Nothing) {
                return Seen::Nothing;
            }
            match seen
                .iter()
                .map(|seen| value(*seen))
                .collect::<Option<Vec<i64>>>()
            {
                None => Seen::Hidden(None),
                Some(values) => match values[0] - values[1..].iter().sum::<i64>() {
                    remaining if remaining < 0 => Seen::Nothing,
                    remaining => Seen::Hidden(Some(remaining)),
                },
            }
        };
        let mut counts: Vec<Seen> = (0..self.counts.len()).map(remaining).collect();
        // Shares do not add up, and nobody needs protection where nobody is.
        let is_void = |count: usize| {
            let item = &self.counts[count];
            item.percent
                || item
                    .base
                    .iter()
                    .filter_map(|name| self.index(name))
                    .any(|base| counts[base] == Seen::Hidden(Some(0)))
        };
        let void: Vec<usize> = (0..counts.len()).filter(|count| is_void(*count)).collect();
        void.into_iter()
            .for_each(|count| counts[count] = Seen::Nothing);
        if counts.iter().all(|seen| *seen == Seen::Nothing) {
            return None;
        }
        let mut key = facts.rows[aggregate].key.clone();
        key[column] = name.into();
        let row = Row {
            key,
            counts,
            rates: vec![None; self.policy.rate.len()],
        };
        let cells = self.row(facts, &row, None, None);
        self.within_row(&row, &cells);
        cells
            .iter()
            .flatten()
            .for_each(|cell| self.out.system.leave_unpublished(*cell));
        Some(cells)
    }

    /// A hidden rate is on the other side of the mean from the ones that are shown.
    fn means(&mut self, facts: &Facts, cells: &[RowCells]) {
        for mean in &self.policy.mean {
            let Some(column) = facts.key.iter().position(|item| *item == mean.column) else {
                continue;
            };
            for (aggregate, parts) in groups(facts, column, &mean.total, &[]) {
                let parts: Vec<usize> = parts
                    .into_iter()
                    .filter(|(_, value)| mean.parts.iter().any(|part| part == value))
                    .map(|(index, _)| index)
                    .collect();
                let (Some(aggregate), true) = (aggregate, parts.len() == mean.parts.len()) else {
                    continue;
                };
                for count in (0..self.counts.len()).filter(|count| self.counts[*count].percent) {
                    let seen = |row: usize| facts.rows[row].counts[count];
                    let hidden: Vec<usize> = parts
                        .iter()
                        .copied()
                        .filter(|row| matches!(seen(*row), Seen::Hidden(_)))
                        .collect();
                    let shown: Vec<i64> = parts
                        .iter()
                        .filter_map(|row| {
                            if let Seen::Value(value) = seen(*row) {
                                Some(value)
                            } else {
                                None
                            }
                        })
                        .collect();
                    let (Some(least), Some(most)) =
                        (shown.iter().min().copied(), shown.iter().max().copied())
                    else {
                        continue;
                    };
                    // Each is rounded: a rate may pass the mean by one point.
                    let (target, low, high) = match (seen(aggregate), hidden.as_slice()) {
                        (Seen::Hidden(_), []) if shown.len() == parts.len() => {
                            (aggregate, least - 1, most + 1)
                        }
                        (Seen::Value(mean), [only])
                            if shown.len() + 1 == parts.len() && most < mean =>
                        {
                            (*only, mean - 1, 100)
                        }
                        (Seen::Value(mean), [only])
                            if shown.len() + 1 == parts.len() && least > mean =>
                        {
                            (*only, 0, mean + 1)
                        }
                        _ => continue,
                    };
                    let anchor = if target == aggregate {
                        cells[parts[0]][count]
                    } else {
                        cells[aggregate][count]
                    };
                    let (Some(target), Some(anchor)) = (cells[target][count], anchor) else {
                        continue;
                    };
                    let line = self.out.system.cells()[anchor as usize].line;
                    let terms = vec![(target, 1)];
                    self.constrain(&Constraint {
                        terms,
                        low,
                        high,
                        relation: Relation::Mean,
                        while_shown: Some(line),
                    });
                }
            }
        }
    }

    /// A row of two years is the sum of two rows, or gives away the one that is not there.
    fn cumuls(&mut self, facts: &Facts, cells: &[RowCells]) {
        let Some(cumul) = &self.policy.cumul else {
            return;
        };
        let Some(column) = facts.key.iter().position(|item| *item == cumul.column) else {
            return;
        };
        let places: BTreeMap<&[Arc<str>], usize> = facts
            .rows
            .iter()
            .enumerate()
            .map(|(index, row)| (row.key.as_slice(), index))
            .collect();
        for (aggregate, row) in facts.rows.iter().enumerate() {
            let Some((first, second)) = row.key[column].split_once(cumul.separator.as_str()) else {
                continue;
            };
            let at = |year: &str| {
                let mut key = row.key.clone();
                key[column] = year.into();
                places.get(key.as_slice()).copied()
            };
            let (parts, rest) = match (at(first), at(second)) {
                (Some(first), Some(second)) => (vec![first, second], None),
                (Some(item), None) => (
                    vec![item],
                    self.rest(facts, aggregate, &[item], (column, second)),
                ),
                (None, Some(item)) => (
                    vec![item],
                    self.rest(facts, aggregate, &[item], (column, first)),
                ),
                (None, None) => continue,
            };
            for count in 0..self.counts.len() {
                let item = parts
                    .iter()
                    .map(|row| cells[*row][count])
                    .chain(rest.as_ref().map(|rest| rest[count]));
                if let (Some(aggregate), Some(item)) = (
                    cells[aggregate][count],
                    item.collect::<Option<Vec<CellId>>>(),
                ) && item.len() == 2
                {
                    self.sum(aggregate, &item, Relation::Cumul);
                }
            }
        }
    }
}

/// Rows that have the same key but in one column, and in those that follow from it.
fn groups<'f>(facts: &'f Facts, column: usize, total: &str, follows: &[String]) -> Vec<Group<'f>> {
    let is_compared = |index: &usize| *index != column && !follows.contains(&facts.key[*index]);
    let compared: Vec<usize> = (0..facts.key.len()).filter(is_compared).collect();
    let mut by_group: BTreeMap<Vec<&str>, Group<'f>> = BTreeMap::new();
    for (index, row) in facts.rows.iter().enumerate() {
        let item = &*row.key[column];
        let group = by_group
            .entry(compared.iter().map(|index| &*row.key[*index]).collect())
            .or_default();
        if item == total {
            group.0 = Some(index);
        } else {
            group.1.push((index, item));
        }
    }
    by_group.into_values().collect()
}

/// Whole percents that `part / (100 − less)` can be, both being rounded to a whole percent.
fn ratio_bounds(part: i64, less: i64) -> (i64, i64) {
    let (most_left, least_left) = (201 - 2 * less, 199 - 2 * less);
    let low = (200 * (2 * part - 1) - most_left).div_euclid(2 * most_left);
    let exact = (200 * (2 * part - 1) - most_left).rem_euclid(2 * most_left) == 0;
    let low = if exact { low } else { low + 1 };
    let high = if least_left > 0 {
        (200 * (2 * part + 1) + least_left).div_euclid(2 * least_left)
    } else {
        100
    };
    (low.clamp(0, 100), high.clamp(0, 100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_follows_from_two_shares() {
        // 23 % employed and 58 % continuing: 22.5/42.5 = 52.9 to 23.5/41.5 = 56.6.
        assert_eq!(ratio_bounds(23, 58), (53, 57));
        assert_eq!(ratio_bounds(0, 50), (0, 1));
        assert_eq!(ratio_bounds(0, 100), (0, 100));
    }

    #[test]
    fn every_pair_of_rounded_shares_allows_its_own_rate() {
        for aggregate in 20..60_i64 {
            for less in 0..aggregate {
                for part in 0..=(aggregate - less) {
                    let rounded = |of: i64, over: i64| (200 * of + over) / (2 * over);
                    let (low, high) =
                        ratio_bounds(rounded(part, aggregate), rounded(less, aggregate));
                    let rate = rounded(part, aggregate - less);
                    assert!(
                        low <= rate && rate <= high,
                        "{part} of {aggregate} less {less}: {rate} not in {low}..{high}"
                    );
                }
            }
        }
    }
}
