//! Rows of text made into the columns of a specification.

use debouches_model::spec::{ColumnKind, TableSpec, measure_of_status};
use debouches_table::{Column, IntegerColumn, Table, TableError, TextColumn};

/// A text column from one value per row.
pub(crate) fn text(values: Vec<Option<String>>) -> TextColumn {
    let indices: Vec<u32> =
        (0..u32::try_from(values.len()).expect("fewer than 2^32 rows")).collect();
    TextColumn::from_entries(values.into_iter(), &indices)
}

/// The columns that a specification has, of a table that has more, with the statuses of its measures.
pub(crate) fn only(spec: &TableSpec, table: Table) -> Table {
    table.without(|name| {
        let measure = measure_of_status(name).unwrap_or(name);
        spec.column(name).is_none() && spec.column(measure).is_none()
    })
}

/// A table from rows that have one text per column of the specification, in its order.
///
/// For tables without measures; whole numbers are read from their text.
pub(crate) fn table<const N: usize>(
    spec: &TableSpec,
    rows: Vec<[Option<String>; N]>,
) -> Result<Table, TableError> {
    let count = rows.len();
    let mut columns: Vec<Vec<Option<String>>> = (0..N).map(|_| Vec::with_capacity(count)).collect();
    for row in rows {
        columns
            .iter_mut()
            .zip(row)
            .for_each(|(column, cell)| column.push(cell.filter(|cell| !cell.is_empty())));
    }
    let mut table = Table::new(count);
    for (column, values) in spec.columns.iter().zip(columns) {
        let values = match column.kind {
            ColumnKind::Integer => {
                let numbers = values
                    .iter()
                    .map(|value| value.as_ref().and_then(|value| value.parse().ok()));
                Column::Integer(numbers.collect::<IntegerColumn>())
            }
            ColumnKind::List => Column::List(text(values)),
            ColumnKind::Text | ColumnKind::Decimal | ColumnKind::Boolean => {
                Column::Text(text(values))
            }
        };
        table.set(&column.name, values)?;
    }
    Ok(table)
}
