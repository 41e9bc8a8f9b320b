//! T15, value added: carried as its producer computes it, with a mark where it is a bound and not a measure.

use debouches_model::spec::ValueAddedSpec;
use debouches_table::{Column, Table, TableError, TextColumn};

/// Adds the mark beside the value.
pub(crate) fn add(spec: &ValueAddedSpec, table: &mut Table) -> Result<(), TableError> {
    let marks = ["non".to_owned(), "oui".to_owned()];
    let mark = |value: i32| u32::from(is_bound(value, spec.bound));
    let column = TextColumn::new(
        &marks,
        table
            .integers(&spec.column)?
            .iter()
            .map(|value| value.map(mark)),
    );
    table.set(&format!("{}_bornee", spec.column), Column::Text(column))
}

/// True for both bounds; a value beyond them would be one too.
fn is_bound(value: i32, bound: i32) -> bool {
    value.abs() >= bound
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_bounds_are_told_and_nothing_else() {
        assert_eq!(
            [-12, -11, 0, 11, 12].map(|value| is_bound(value, 12)),
            [true, false, false, false, true]
        );
    }
}
