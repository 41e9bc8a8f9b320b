//! Two tables side by side: which row of one is which row of the other, by key, and which cells differ.
//!
//! Keys of any type: each column becomes ranks shared by both sides, and the ranks of a row one 64-bit number.
//! Memory: eight bytes a row and a side for the keys, eight bytes a pair, and whatever columns the caller holds.

use std::collections::HashMap;

use crate::{Column, TextColumn};

/// Which row is which.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Alignment {
    /// Rows with the same key: before, after; in the order of the rows after.
    pub pairs: Vec<(u32, u32)>,
    /// Rows before without their like after, in order.
    pub removed: Vec<u32>,
    /// Rows after without their like before, in order.
    pub added: Vec<u32>,
    /// Rows whose key an earlier row of the same side has: compared with nothing.
    pub repeated: u64,
}

impl Alignment {
    /// Aligns two tables by their key columns, given in the same order.
    ///
    /// # Panics
    /// When a side has 2^32 rows.
    #[must_use]
    pub fn of(before: &[Column], after: &[Column]) -> Self {
        let rows = |columns: &[Column]| columns.first().map_or(0, Column::rows);
        let (mut lhs, mut rhs) = (vec![0_u64; rows(before)], vec![0_u64; rows(after)]);
        let mut span = 1_u64;
        for (before, after) in before.iter().zip(after) {
            let (item, other, distinct) = shared_ranks(before, after);
            let next = match span.checked_mul(distinct) {
                Some(next) => next,
                None => reranked(&mut lhs, &mut rhs).saturating_mul(distinct),
            };
            lhs.iter_mut()
                .zip(&item)
                .for_each(|(key, rank)| *key = *key * distinct + u64::from(*rank));
            rhs.iter_mut()
                .zip(&other)
                .for_each(|(key, rank)| *key = *key * distinct + u64::from(*rank));
            span = next;
        }
        merge(&lhs, &rhs)
    }
}

/// The pairs whose cells differ, by their place among the pairs; numbers as near as `tolerance` are the same.
#[must_use]
pub fn changed_pairs(
    before: &Column,
    after: &Column,
    pairs: &[(u32, u32)],
    tolerance: f64,
) -> Vec<u32> {
    let differing = |differs: &dyn Fn(usize, usize) -> bool| -> Vec<u32> {
        let places = pairs.iter().zip(0_u32..);
        places
            .filter(|((a, b), _)| differs(*a as usize, *b as usize))
            .map(|(_, index)| index)
            .collect()
    };
    match (number(before), number(after)) {
        (Some(lhs), Some(rhs)) => differing(&|a, b| match (lhs(a), rhs(b)) {
            (None, None) => false,
            (Some(a), Some(b)) => (a - b).abs() > tolerance,
            (None, Some(_)) | (Some(_), None) => true,
        }),
        _ => {
            let (lhs, rhs) = (as_text(before), as_text(after));
            let places: HashMap<&str, usize> = lhs.distinct().zip(0..).collect();
            let translated: Vec<Option<usize>> = rhs
                .distinct()
                .map(|text| places.get(text).copied())
                .collect();
            // A text that the other side does not have is a place that no row of it has.
            let key = |row: usize| {
                rhs.key(row)
                    .map(|key| translated[key].unwrap_or(usize::MAX))
            };
            differing(&|a, b| lhs.key(a) != key(b))
        }
    }
}

type Number<'a> = Box<dyn Fn(usize) -> Option<f64> + 'a>;

fn number(column: &Column) -> Option<Number<'_>> {
    match column {
        Column::Integer(column) => Some(Box::new(|row| column.get(row).map(f64::from))),
        Column::Decimal(column) => Some(Box::new(|row| column.get(row))),
        Column::Text(_) | Column::List(_) | Column::Status(_) => None,
    }
}

/// A column as text, cell by cell as it would be printed.
#[must_use]
pub fn as_text(column: &Column) -> TextColumn {
    let from = |texts: Vec<Option<String>>| {
        let entries: Vec<u32> = (0_u32..).take(texts.len()).collect();
        TextColumn::from_entries(texts.into_iter(), &entries)
    };
    match column {
        Column::Text(text) | Column::List(text) => text.clone(),
        Column::Integer(column) => from(
            column
                .iter()
                .map(|value| value.map(|value| value.to_string()))
                .collect(),
        ),
        Column::Decimal(column) => from(
            column
                .iter()
                .map(|value| value.map(|value| value.to_string()))
                .collect(),
        ),
        Column::Status(column) => from(
            column
                .iter()
                .map(|value| Some(value.as_str().to_owned()))
                .collect(),
        ),
    }
}

/// The rank of each cell among the distinct cells of both columns, 0 for null, and the number of ranks.
fn shared_ranks(before: &Column, after: &Column) -> (Vec<u32>, Vec<u32>, u64) {
    let (before, after) = (as_text(before), as_text(after));
    let mut distinct: Vec<&str> = before.distinct().chain(after.distinct()).collect();
    distinct.sort_unstable();
    distinct.dedup();
    let ranks = |column: &TextColumn| -> Vec<u32> {
        let rank = |text: &str| {
            distinct
                .binary_search(&text)
                .map_or(0, |index| index as u32 + 1)
        };
        let of_key: Vec<u32> = column.distinct().map(rank).collect();
        (0..column.rows())
            .map(|row| column.key(row).map_or(0, |key| of_key[key]))
            .collect()
    };
    (ranks(&before), ranks(&after), distinct.len() as u64 + 1)
}

/// Replaces the keys by their rank among those of both sides; gives the number of ranks.
fn reranked(lhs: &mut [u64], rhs: &mut [u64]) -> u64 {
    let mut distinct: Vec<u64> = lhs.iter().chain(rhs.iter()).copied().collect();
    distinct.sort_unstable();
    distinct.dedup();
    for key in lhs.iter_mut().chain(rhs.iter_mut()) {
        *key = distinct.binary_search(key).map_or(0, |index| index as u64);
    }
    distinct.len() as u64
}

fn merge(lhs: &[u64], rhs: &[u64]) -> Alignment {
    let (lhs_order, rhs_order) = (ordered(lhs), ordered(rhs));
    let mut alignment = Alignment::default();
    let (mut a, mut b) = (0, 0);
    while a < lhs_order.len() || b < rhs_order.len() {
        let key = |order: &[u32], keys: &[u64], index: usize| {
            order.get(index).map(|row| keys[*row as usize])
        };
        let (item, other) = (key(&lhs_order, lhs, a), key(&rhs_order, rhs, b));
        let (takes_lhs, takes_rhs) = match (item, other) {
            (Some(item), Some(other)) => (item <= other, other <= item),
            (item, other) => (item.is_some(), other.is_some()),
        };
        match (takes_lhs, takes_rhs) {
            (true, true) => alignment.pairs.push((lhs_order[a], rhs_order[b])),
            (true, false) => alignment.removed.push(lhs_order[a]),
            (false, _) => alignment.added.push(rhs_order[b]),
        }
        if takes_lhs {
            a = past(&lhs_order, lhs, a, &mut alignment.repeated);
        }
        if takes_rhs {
            b = past(&rhs_order, rhs, b, &mut alignment.repeated);
        }
    }
    alignment.pairs.sort_unstable_by_key(|(_, after)| *after);
    alignment.removed.sort_unstable();
    alignment.added.sort_unstable();
    alignment
}

/// The next place with another key; rows that repeat the key are counted and passed.
fn past(order: &[u32], keys: &[u64], index: usize, repeated: &mut u64) -> usize {
    let key = keys[order[index] as usize];
    let mut next = index + 1;
    while next < order.len() && keys[order[next] as usize] == key {
        *repeated += 1;
        next += 1;
    }
    next
}

/// The rows in the order of their keys; a published table is in that order already or nearly.
fn ordered(keys: &[u64]) -> Vec<u32> {
    let count = u32::try_from(keys.len()).expect("a table has fewer than 2^32 rows");
    let mut order: Vec<u32> = (0..count).collect();
    if !keys.is_sorted() {
        order.sort_by_key(|row| keys[*row as usize]);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IntegerColumn;

    fn text(cells: &[&str]) -> Column {
        let values: Vec<String> = cells.iter().map(|cell| (*cell).to_owned()).collect();
        Column::Text(TextColumn::new(
            &values,
            (0..u32::try_from(cells.len()).unwrap()).map(Some),
        ))
    }

    fn line_text(cells: &[Option<i32>]) -> Column {
        Column::Integer(cells.iter().copied().collect::<IntegerColumn>())
    }

    #[test]
    fn keys_of_any_type_align_and_the_order_of_rows_does_not_count() {
        let before = [text(&["b", "a", "a"]), line_text(&[Some(1), Some(2), None])];
        let after = [
            text(&["a", "c", "b"]),
            line_text(&[Some(2), Some(1), Some(1)]),
        ];
        let alignment = Alignment::of(&before, &after);
        assert_eq!(alignment.pairs, [(1, 0), (0, 2)]);
        assert_eq!(
            (alignment.removed, alignment.added, alignment.repeated),
            (vec![2], vec![1], 0)
        );
    }

    #[test]
    fn more_ranks_than_a_number_holds_are_ranked_again() {
        let wide: Vec<String> = (0..2000).map(|index| format!("{index:04}")).collect();
        let column = || text(&wide.iter().map(String::as_str).collect::<Vec<_>>());
        let key: Vec<Column> = (0..8).map(|_| column()).collect();
        let alignment = Alignment::of(&key, &key);
        assert_eq!(
            (
                alignment.pairs.len(),
                alignment.added.len(),
                alignment.removed.len()
            ),
            (2000, 0, 0)
        );
    }

    #[test]
    fn a_repeated_key_is_told_and_not_compared() {
        let alignment = Alignment::of(&[text(&["a", "a"])], &[text(&["a"])]);
        assert_eq!((alignment.pairs, alignment.repeated), (vec![(0, 0)], 1));
    }

    #[test]
    fn cells_differ_beyond_the_tolerance_and_null_is_a_value() {
        let pairs = [(0, 0), (1, 1), (2, 2)];
        let changed = |a: &[Option<i32>], b: &[Option<i32>], tolerance| {
            changed_pairs(&line_text(a), &line_text(b), &pairs, tolerance)
        };
        assert_eq!(
            changed(&[Some(1), None, Some(3)], &[Some(2), None, None], 0.0),
            [0, 2]
        );
        assert_eq!(
            changed(&[Some(1), None, Some(3)], &[Some(2), None, None], 1.0),
            [2]
        );
        assert_eq!(
            changed_pairs(
                &text(&["a", "b", "c"]),
                &text(&["a", "z", "c"]),
                &pairs,
                0.0
            ),
            [1]
        );
    }
}
