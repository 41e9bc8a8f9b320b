//! How a determined cell is computed: the whole multiples of ties whose sum leaves it alone. Exact, in 128 bits.

use std::collections::BTreeMap;

use crate::system::CellId;
use crate::view::View;

/// Most unknowns and ties that are combined to explain one cell.
const MOST: usize = 400;

/// Rows of the view and the multiple of each; their sum has `cell` as its only unknown. Nothing when there is no such
/// combination, or when numbers grow beyond 128 bits.
pub(crate) fn combination(
    view: &View,
    members: &[CellId],
    cell: CellId,
) -> Option<Vec<(u32, i128)>> {
    if members.len() > MOST {
        return None;
    }
    let rows: std::collections::BTreeSet<u32> = members
        .iter()
        .flat_map(|cell| view.rows_of.get(*cell).map(|(row, _)| row))
        .filter(|row| view.searched[*row as usize])
        .collect();
    // Each line: what is left of the unknowns, and the multiples of the rows that gave it.
    type Terms = BTreeMap<u32, i128>;
    let moving = |row: u32| {
        view.rows
            .get(row)
            .filter(|(cell, _)| view.moves(*cell))
            .map(|(cell, by)| (cell, i128::from(by)))
    };
    let mut lines: Vec<(Terms, Terms)> = rows
        .iter()
        .map(|row| (moving(*row).collect(), Terms::from([(*row, 1)])))
        .collect();
    // Every unknown but the cell itself is eliminated: what remains speaks of the cell alone.
    while let Some(index) = (0..lines.len())
        .filter(|index| lines[*index].0.keys().any(|item| *item != cell))
        .min_by_key(|index| (!has_unit(&lines[*index].0, cell), lines[*index].0.len()))
    {
        let pivot = lines.swap_remove(index);
        let column = *pivot
            .0
            .iter()
            .filter(|(item, _)| **item != cell)
            .min_by_key(|(item, by)| (by.abs(), **item))?
            .0;
        for line in lines.iter_mut().filter(|line| line.0.contains_key(&column)) {
            let (a, b) = (pivot.0[&column], line.0[&column]);
            let common = gcd(a.unsigned_abs(), b.unsigned_abs());
            let (mine, its) = (a / common, b / common);
            for (item, other) in [(&mut line.0, &pivot.0), (&mut line.1, &pivot.1)] {
                for value in item.values_mut() {
                    *value = value.checked_mul(mine)?;
                }
                for (key, value) in other {
                    let entry = item.entry(*key).or_insert(0);
                    *entry = entry.checked_sub(value.checked_mul(its)?)?;
                }
                item.retain(|_, value| *value != 0);
            }
        }
    }
    let line = lines
        .into_iter()
        .find(|(terms, _)| terms.contains_key(&cell))?;
    Some(line.1.into_iter().collect())
}

fn has_unit(terms: &BTreeMap<u32, i128>, but: CellId) -> bool {
    terms.iter().any(|(cell, by)| *cell != but && by.abs() == 1)
}

fn gcd(a: u128, b: u128) -> i128 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    i128::try_from(a).unwrap_or(1).max(1)
}
