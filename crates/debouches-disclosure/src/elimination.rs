//! Which cells follow from the equalities alone, by elimination in whole numbers modulo a large prime.
//!
//! A cell is determined when every way to move the table within the equalities leaves it still. One such way is drawn
//! at random: a cell that it moves is free, one that it does not is determined, but for a chance below 2⁻⁴⁰.
//! The answer directs searches and explanations. It proves nothing “safe”: only a checked pair does.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use crate::system::{CellId, mixed, number};
use crate::view::View;

/// 2⁶¹ − 1.
const PRIME: u64 = (1 << 61) - 1;
/// Most entries that an elimination may write, then it is given up.
const FILL: usize = 40_000_000;

/// The same when what stands at a bound is kept for the end: groups that this fills are eliminated in the other order.
const TIGHT_FILL: usize = 2_000_000;
/// Most entries that elementary moves may take, then none is given.
const MOVES: usize = 4_000_000;
/// Largest multiple in an elementary move: beyond, counts of persons leave their bounds at the first step.
const MULTIPLE: u64 = 64;

/// What the equalities of a group leave.
#[derive(Debug, Clone, Default)]
pub(crate) struct Solved {
    /// The cells that the equalities determine.
    pub(crate) determined: Vec<CellId>,
    /// Elementary moves: one cell that nothing determines, and what must move with it. Proposals, as all moves are.
    pub(crate) moves: Vec<Vec<(CellId, i64)>>,
}

/// The cells of a group that the equalities determine, and its elementary moves; nothing when the elimination would grow too large.
pub(crate) fn solve(view: &View, values: &[i64], members: &[CellId]) -> Option<Solved> {
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
    let equations: Vec<Vec<(u32, u64)>> = rows.into_iter().map(fixed_out).collect();
    // What stands at a bound is better moved alone, the right way, than by what others make of it: it is the last to be taken out.
    let tight: Vec<u8> = members
        .iter()
        .map(|cell| tightness(view, values, *cell))
        .collect();
    let taken_out = |order: &[u8], fill: usize| {
        let mut matrix = Elimination::new(equations.clone(), members.len());
        matrix.run(order, fill).map(|()| matrix)
    };
    let matrix =
        taken_out(&tight, TIGHT_FILL).or_else(|| taken_out(&vec![0; members.len()], FILL))?;
    let moved = matrix.random_move(members.len());
    let determined = members.iter().zip(moved).filter(|(_, by)| *by == 0);
    let named = |moved: Vec<(u32, i64)>| {
        let cells = moved.into_iter();
        cells
            .map(|(column, by)| (members[column as usize], by))
            .collect()
    };
    Some(Solved {
        determined: determined.map(|(cell, _)| *cell).collect(),
        moves: matrix
            .elementary_moves(members.len())
            .into_iter()
            .map(named)
            .collect(),
    })
}

/// How near to a bound a cell stands, in a few steps.
fn tightness(view: &View, values: &[i64], cell: CellId) -> u8 {
    let (index, value) = (cell as usize, values[cell as usize]);
    match (value - view.low[index]).min(view.high[index] - value) {
        0 => 3,
        1..=2 => 2,
        3..=5 => 1,
        _ => 0,
    }
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

    /// Takes out columns of the lowest order first; among them those in one row first, with that row, then the column in the fewest rows.
    fn run(&mut self, order: &[u8], fill: usize) -> Option<()> {
        let key = |rows: usize, column: u32| Reverse((order[column as usize], rows, column));
        let mut queue: BinaryHeap<_> = (0..number(self.rows_of.len()))
            .map(|column| key(self.rows_of[column as usize].len(), column))
            .collect();
        while let Some(Reverse((_, count, column))) = queue.pop() {
            let now = self.rows_of[column as usize].len();
            if now == 0 {
                continue;
            }
            if now != count {
                queue.push(key(now, column));
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
                let remaining = self.rows_of[*other as usize].len();
                if remaining > 0 && *other != column {
                    queue.push(key(remaining, *other));
                }
            }
            let inverse = power(item[&column], PRIME - 2);
            for target in std::mem::take(&mut self.rows_of[column as usize]) {
                let Some(value) = self.rows[target as usize].remove(&column) else {
                    continue;
                };
                let factor = times(value, inverse);
                self.written += item.len();
                if self.written > fill {
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

    /// For each column that no pivot takes, the move of that column alone by one, with what the pivots make of it. Moves that are not
    /// whole, or of large multiples, are left out.
    fn elementary_moves(&self, columns: usize) -> Vec<Vec<(u32, i64)>> {
        let mut is_pivot = vec![false; columns];
        for (_, column) in &self.pivots {
            is_pivot[*column as usize] = true;
        }
        // What each pivot is, in columns that are none; those of the last rows first, which hold no other pivot.
        let mut made_of: Vec<Vec<(u32, u64)>> = vec![Vec::new(); columns];
        let mut written = 0;
        for (row, column) in self.pivots.iter().rev() {
            let item = &self.rows[*row as usize];
            let factor = PRIME - power(item[column], PRIME - 2);
            let mut sum: BTreeMap<u32, u64> = BTreeMap::new();
            let mut add = |free: u32, by: u64| {
                let entry = sum.entry(free).or_insert(0);
                *entry = (*entry + by) % PRIME;
            };
            for (other, by) in item.iter().filter(|(other, _)| *other != column) {
                let by = times(*by, factor);
                if is_pivot[*other as usize] {
                    for (free, part) in &made_of[*other as usize] {
                        add(*free, times(by, *part));
                    }
                } else {
                    add(*other, by);
                }
            }
            sum.retain(|_, by| *by != 0);
            written += sum.len();
            if written > MOVES {
                return Vec::new();
            }
            made_of[*column as usize] = sum.into_iter().collect();
        }
        let mut moves: Vec<Vec<(u32, i64)>> = vec![Vec::new(); columns];
        let mut is_integral = vec![true; columns];
        for column in (0..number(columns)).filter(|column| !is_pivot[*column as usize]) {
            moves[column as usize].push((column, 1));
        }
        for (column, parts) in (0..).zip(&made_of) {
            for (free, by) in parts {
                match integer(*by) {
                    Some(by) => moves[*free as usize].push((column, by)),
                    None => is_integral[*free as usize] = false,
                }
            }
        }
        let kept = moves.into_iter().zip(is_integral);
        kept.filter(|(moved, is_integral)| *is_integral && !moved.is_empty())
            .map(|(moved, _)| moved)
            .collect()
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

/// The small whole number that a remainder stands for.
fn integer(value: u64) -> Option<i64> {
    if value <= MULTIPLE {
        Some(value.cast_signed())
    } else if PRIME - value <= MULTIPLE {
        Some(-(PRIME - value).cast_signed())
    } else {
        None
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
