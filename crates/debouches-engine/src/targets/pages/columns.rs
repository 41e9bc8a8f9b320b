//! The columns of a release, as the texts that its CSV writes.

use std::borrow::Cow;

use debouches_site::content::{TextColumn, Wanted};
use debouches_store::Artefact;
use debouches_table::{Column, ParquetFile};

/// What a release says of its tables.
pub(super) async fn descriptor(artefact: &Artefact) -> anyhow::Result<String> {
    let bytes = artefact.read("datapackage.json").await?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The wanted columns of a table, as texts.
pub(super) fn read_columns(file: &ParquetFile, wanted: &Wanted) -> anyhow::Result<Vec<TextColumn>> {
    let names = wanted.columns.iter();
    let columns = names.map(|name| Ok(texts(&file.column(name)?)));
    columns.collect()
}

/// A column as its CSV writes it.
fn texts(column: &Column) -> TextColumn {
    match column {
        Column::Text(texts) | Column::List(texts) => {
            TextColumn::from_texts(texts.iter().map(|text| text.map(Cow::Borrowed)))
        }
        Column::Integer(numbers) => TextColumn::from_texts(
            numbers
                .iter()
                .map(|number| number.map(|number| Cow::Owned(number.to_string()))),
        ),
        // As the writer of CSV: a decimal keeps its point.
        Column::Decimal(numbers) => TextColumn::from_texts(
            numbers
                .iter()
                .map(|number| number.map(|number| Cow::Owned(format!("{number:?}")))),
        ),
        Column::Status(statuses) => TextColumn::from_texts(
            statuses
                .iter()
                .map(|status| Some(Cow::Borrowed(status.as_str()))),
        ),
    }
}
