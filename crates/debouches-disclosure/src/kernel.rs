//! Which cells follow from the equalities alone, by elimination in whole numbers modulo a large prime.
//!
//! A cell is determined when every way to move the table within the equalities leaves it still. One such way is drawn
//! at random: a cell that it moves is free, one that it does not is determined, but for a chance below 2⁻⁴⁰.
//! The answer directs searches and explanations. It proves nothing “safe”: only a checked pair does.

use std::collections::{BTreeMap, BinaryHeap};

use crate::system::{CellId, mixed, number};
use crate::view::View;

/// 2⁶¹ − 1.
const PRIME: u64 = (1 << 61) - 1;
/// Most entries that an elimination may write, then it is given up.
const FILL: usize = 40_000_000;

/// The cells of a group that the equalities determine; nothing when the elimination would grow too large.
pub(crate) fn determined(view: &View, members: &[CellId]) -> Option<Vec<CellId>> {
    let rows: std::collections::BTreeSet<u32> = members
        .iter()
        .flat_map(|cell| view.rows_of.get(*cell).map(|(row, _)| row))
        .filter(|row| view.searched[*row as usize])
        .collect();
    let index = |cell: CellId| members.binary_search(&cell).ok();
    let fixed_out = |row: u32| {
        view.rows
            .get(row)
            .filter_map(|(cell, by)| Some((number(index(cell)?), reduced(by))))
            .collect::<Vec<_>>()
    };
    let mut matrix = Elimination::new(rows.into_iter().map(fixed_out).collect(), members.len());
    matrix.run()?;
    let moved = matrix.random_move(members.len());
    Some(
        members
            .iter()
            .zip(moved)
            .filter(|(_, by)| *by == 0)
            .map(|(cell, _)| *cell)
            .collect(),
    )
}

struct Elimination {
    rows: Vec<BTreeMap<u32, u64>>,
    rows_of: Vec<std::collections::BTreeSet<u32>>,
    pivots: Vec<(u32, u32)>,
    written: usize,
}

impl Elimination {
    fn new(rows: Vec<Vec<(u32, u64)>>, columns: usize) -> Self {
        let mut rows_of = vec![std::collections::BTreeSet::new(); columns];
        for (index, row) in rows.iter().enumerate() {
            row.iter().for_each(|(column, _)| {
                rows_of[*column as usize].insert(number(index));
            });
        }
        Self {
            rows: rows
                .into_iter()
                .map(|row| row.into_iter().collect())
                .collect(),
            rows_of,
            pivots: Vec::new(),
            written: 0,
        }
    }

    /// Takes out columns that are in one row first, with that row; then the column in the fewest rows.
    fn run(&mut self) -> Option<()> {
        let mut queue: BinaryHeap<std::cmp::Reverse<(usize, u32)>> =
            (0..number(self.rows_of.len()))
                .map(|column| std::cmp::Reverse((self.rows_of[column as usize].len(), column)))
                .collect();
        while let Some(std::cmp::Reverse((count, column))) = queue.pop() {
            let now = self.rows_of[column as usize].len();
            if now == 0 {
                continue;
            }
            if now != count {
                queue.push(std::cmp::Reverse((now, column)));
                continue;
            }
            let shortest = self.rows_of[column as usize]
                .iter()
                .min_by_key(|row| (self.rows[**row as usize].len(), **row));
            let Some(row) = shortest.copied() else {
                continue;
            };
            let item = std::mem::take(&mut self.rows[row as usize]);
            for other in item.keys() {
                self.rows_of[*other as usize].remove(&row);
                let left = self.rows_of[*other as usize].len();
                if left > 0 && *other != column {
                    queue.push(std::cmp::Reverse((left, *other)));
                }
            }
            let inverse = power(item[&column], PRIME - 2);
            for target in std::mem::take(&mut self.rows_of[column as usize]) {
                let Some(value) = self.rows[target as usize].remove(&column) else {
                    continue;
                };
                let factor = times(value, inverse);
                self.written += item.len();
                if self.written > FILL {
                    return None;
                }
                for (other, by) in item.iter().filter(|(other, _)| **other != column) {
                    let minus = PRIME - times(factor, *by);
                    let entry = self.rows[target as usize].entry(*other).or_insert(0);
                    *entry = (*entry + minus) % PRIME;
                    if *entry == 0 {
                        self.rows[target as usize].remove(other);
                        self.rows_of[*other as usize].remove(&target);
                    } else {
                        self.rows_of[*other as usize].insert(target);
                    }
                }
            }
            self.rows[row as usize] = item;
            self.pivots.push((row, column));
        }
        Some(())
    }

    fn random_move(&self, columns: usize) -> Vec<u64> {
        let mut moved: Vec<u64> = (0..number(columns))
            .map(|column| mixed(column) % PRIME)
            .collect();
        for (row, column) in self.pivots.iter().rev() {
            let item = &self.rows[*row as usize];
            let sum = item
                .iter()
                .filter(|(other, _)| *other != column)
                .fold(0, |sum, (other, by)| {
                    (sum + times(*by, moved[*other as usize])) % PRIME
                });
            moved[*column as usize] = times(PRIME - sum, power(item[column], PRIME - 2)) % PRIME;
        }
        moved
    }
}

fn reduced(value: i64) -> u64 {
    let value = value.rem_euclid(PRIME.cast_signed());
    value.cast_unsigned()
}

fn times(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b) % u128::from(PRIME);
    u64::try_from(product).expect("a remainder is below the prime")
}

fn power(mut base: u64, mut exponent: u64) -> u64 {
    let mut out = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            out = times(out, base);
        }
        base = times(base, base);
        exponent >>= 1;
    }
    out
}
