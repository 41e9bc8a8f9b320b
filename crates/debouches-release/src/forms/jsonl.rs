//! JSON Lines: one object for each row, its columns in the order of the table.

use std::io::{self, BufWriter, Read, Write};

use debouches_model::spec::{ColumnKind, ColumnSpec};

use super::{FormFile, rows};
use crate::prepare::PreparedTable;

/// Writes the file.
pub(super) fn write<W: Write>(
    table: &PreparedTable<'_>,
    csv: impl Read,
    out: W,
) -> io::Result<FormFile<W>> {
    let names: Vec<String> = table
        .columns
        .iter()
        .map(|column| text(&column.name))
        .collect();
    let mut reader = rows(csv, &table.columns)?;
    let (mut out, mut count) = (BufWriter::new(out), 0);
    for record in reader.records() {
        let record = record.map_err(io::Error::other)?;
        for (index, ((column, name), cell)) in
            table.columns.iter().zip(&names).zip(&record).enumerate()
        {
            write!(
                out,
                "{}{name}:{}",
                if index == 0 { '{' } else { ',' },
                value(column, cell)?
            )?;
        }
        out.write_all(b"}\n")?;
        count += 1;
    }
    let out = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    Ok(FormFile {
        path: format!("{}.jsonl", table.spec.id),
        rows: count,
        out,
    })
}

/// A cell as JSON. A number keeps the digits that the CSV has.
fn value(column: &ColumnSpec, cell: &str) -> io::Result<String> {
    if cell.is_empty() {
        return Ok("null".to_owned());
    }
    match column.kind {
        ColumnKind::Text => Ok(text(cell)),
        ColumnKind::List => Ok(format!(
            "[{}]",
            cell.split('|').map(text).collect::<Vec<_>>().join(",")
        )),
        ColumnKind::Boolean | ColumnKind::Integer | ColumnKind::Decimal => {
            match serde_json::from_str(cell) {
                Ok(serde_json::Value::Number(_) | serde_json::Value::Bool(_)) => {
                    Ok(cell.to_owned())
                }
                Ok(_) | Err(_) => Err(io::Error::other(format!(
                    "`{cell}` in `{}` is neither a number nor a boolean",
                    column.name
                ))),
            }
        }
    }
}

fn text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
