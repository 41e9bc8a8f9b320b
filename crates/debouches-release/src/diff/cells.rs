//! Changed cells of a column, counted and measured.

use std::collections::BTreeMap;

use debouches_table::{Column, TableError, TextColumn, as_text};

use super::report::{ColumnDiff, GroupMove};
use super::shape::ShapeColumn;
use super::sides::Sides;

/// Groups told for each rate and each column that groups.
const SHOWN: usize = 10;

/// Moves, summed.
#[derive(Clone, Copy, Default)]
struct Moves {
    count: u64,
    sum: f64,
    largest: f64,
    row: u32,
}

impl Moves {
    fn add(&mut self, delta: f64, row: u32) {
        self.count += 1;
        self.sum += delta;
        if delta.abs() > self.largest.abs() {
            (self.largest, self.row) = (delta, row);
        }
    }

    fn mean(&self) -> f64 {
        rounded(self.sum / self.count as f64)
    }
}

/// Two decimals: enough for rates, and the same text on every machine.
fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn number(column: &Column, row: u32) -> Option<f64> {
    match column {
        Column::Integer(column) => column.get(row as usize).map(f64::from),
        Column::Decimal(column) => column.get(row as usize),
        Column::Text(_) | Column::List(_) | Column::Status(_) => None,
    }
}

fn is_null(column: &Column, row: u32) -> bool {
    match column {
        Column::Text(text) | Column::List(text) => text.key(row as usize).is_none(),
        Column::Integer(_) | Column::Decimal(_) => number(column, row).is_none(),
        Column::Status(_) => false,
    }
}

pub(super) fn column_diff(
    column: &ShapeColumn,
    sides: &Sides<'_>,
    before: &Column,
    after: &Column,
    changed: &[u32],
) -> ColumnDiff {
    let (mut moves, mut filled, mut emptied) = (Moves::default(), 0, 0);
    for index in changed {
        let (a, b) = sides.rows.pairs[*index as usize];
        match (is_null(before, a), is_null(after, b)) {
            (true, false) => filled += 1,
            (false, true) => emptied += 1,
            (true, true) | (false, false) => {}
        }
        if let (Some(old), Some(new)) = (number(before, a), number(after, b)) {
            moves.add(new - old, b);
        }
    }
    let measured = moves.count > 0;
    ColumnDiff {
        column: column.name.clone(),
        unit: column.unit.clone(),
        cells: changed.len() as u64,
        filled,
        emptied,
        moved: moves.count,
        mean_move: measured.then(|| moves.mean()),
        largest_move: measured.then(|| rounded(moves.largest)),
        largest_key: measured.then(|| sides.key_after(moves.row)),
    }
}

/// The columns that group rows, read once.
pub(super) struct Groups(Vec<(String, TextColumn)>);

impl Groups {
    pub(super) fn read<'a>(
        sides: &Sides<'_>,
        names: impl Iterator<Item = &'a &'a str>,
    ) -> Result<Self, TableError> {
        let columns =
            names.map(|name| Ok(((*name).to_owned(), as_text(&sides.new.file.column(name)?))));
        Ok(Self(columns.collect::<Result<_, TableError>>()?))
    }

    /// The groups where a rate moved most.
    pub(super) fn moves(
        &self,
        measure: &str,
        sides: &Sides<'_>,
        before: &Column,
        after: &Column,
        changed: &[u32],
    ) -> Vec<GroupMove> {
        let mut out = Vec::new();
        for (by, groups) in &self.0 {
            let mut sums: BTreeMap<&str, Moves> = BTreeMap::new();
            for index in changed {
                let (a, b) = sides.rows.pairs[*index as usize];
                if let (Some(old), Some(new), Some(group)) =
                    (number(before, a), number(after, b), groups.get(b as usize))
                {
                    sums.entry(group).or_default().add(new - old, b);
                }
            }
            let mut sums: Vec<(&str, Moves)> = sums.into_iter().collect();
            sums.sort_by(|(a, item), (b, other)| {
                other
                    .largest
                    .abs()
                    .total_cmp(&item.largest.abs())
                    .then(a.cmp(b))
            });
            out.extend(
                sums.into_iter()
                    .take(SHOWN)
                    .map(|(group, moves)| GroupMove {
                        measure: measure.to_owned(),
                        by: by.clone(),
                        group: group.to_owned(),
                        moved: moves.count,
                        mean_move: moves.mean(),
                        largest_move: rounded(moves.largest),
                        largest_key: sides.key_after(moves.row),
                    }),
            );
        }
        out
    }
}
