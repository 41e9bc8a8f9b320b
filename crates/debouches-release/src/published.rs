//! Reads back a CSV as it was published: the profile of a release that kept none, or that only the portal still has.

use std::io::Read;

use debouches_model::ValueStatus;
use debouches_model::spec::TableSpec;
use debouches_table::{
    Column, DecimalColumn, ReadLimits, StatusColumn, Table, TableError, TextColumn, read_csv,
};

/// The columns of a published CSV, by its header: measures with their status, the rest as text.
///
/// A measure that the specification no longer has is text. Columns that the file has not are not in the table.
///
/// # Errors
/// When the bytes are not a table.
pub fn read_published(
    spec: &TableSpec,
    body: impl Read + Send,
    jobs: usize,
) -> Result<Table, TableError> {
    let mut raw = read_csv(body, ReadLimits::default(), jobs, &mut |_| {})?;
    let mut table = Table::new(raw.rows());
    for (index, name) in raw.header.clone().into_iter().enumerate() {
        let cells = raw.take_column(index);
        let column = if spec
            .column(&name)
            .is_some_and(debouches_model::spec::ColumnSpec::is_measure)
        {
            let numbers: Vec<Option<f64>> =
                cells.values.iter().map(|text| text.parse().ok()).collect();
            Column::Decimal(
                cells
                    .keys
                    .iter()
                    .map(|key| numbers[*key as usize])
                    .collect::<DecimalColumn>(),
            )
        } else if spec.measures().any(|measure| measure.status_name() == name) {
            let statuses: Vec<ValueStatus> = cells.values.iter().map(|text| status(text)).collect();
            Column::Status(
                cells
                    .keys
                    .iter()
                    .map(|key| statuses[*key as usize])
                    .collect::<StatusColumn>(),
            )
        } else {
            let key = |key: &u32| (!cells.values[*key as usize].is_empty()).then_some(*key);
            Column::Text(TextColumn::new(&cells.values, cells.keys.iter().map(key)))
        };
        table.set(&name, column)?;
    }
    Ok(table)
}

fn status(text: &str) -> ValueStatus {
    ValueStatus::ALL
        .into_iter()
        .find(|status| status.as_str() == text)
        .unwrap_or(ValueStatus::Absent)
}
