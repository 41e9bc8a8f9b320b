//! T15, value added: carried as its producer computes it, with a mark where it is a bound and not a measure.

use debouches_model::spec::TableSpec;
use debouches_table::{Column, Table, TableError, TextColumn};

/// Adds the mark beside the value.
pub(crate) fn add(spec: &TableSpec, table: &mut Table) -> Result<(), TableError> {
    let asked = spec.addition("value_added");
    let asked = asked.and_then(|asked| Some((asked.column("column")?, asked.integer("bound")?)));
    let Some((name, bound)) = asked else {
        return Ok(());
    };
    let marks = ["non".to_owned(), "oui".to_owned()];
    let mark = |value: i32| u32::from(is_bound(value, bound));
    let column = TextColumn::new(
        &marks,
        table.integers(name)?.iter().map(|value| value.map(mark)),
    );
    table.set(&format!("{name}_bornee"), Column::Text(column))
}

/// True for both bounds; a value beyond them would be one too.
fn is_bound(value: i32, bound: i64) -> bool {
    i64::from(value).abs() >= bound
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_bounds_are_reported_and_nothing_else() {
        assert_eq!(
            [-12, -11, 0, 11, 12].map(|value| is_bound(value, 12)),
            [true, false, false, false, true]
        );
    }
}
