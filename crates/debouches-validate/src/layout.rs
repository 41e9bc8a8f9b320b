//! Lays a body out as its table: what the generation does not write in a cell is added, what it writes in several columns of
//! one record becomes several rows.

use std::collections::BTreeMap;

use debouches_model::spec::TableSpec;
use debouches_table::RawTable;

use crate::ValidateError;
use crate::format::Code;
use crate::shape::{Recognised, Shape};
use crate::sheet::Sheet;

/// Values of columns that the configuration of the source tells, by the name of the column.
pub type Given = BTreeMap<String, String>;

/// The body laid out, and the place of each column in it.
pub(crate) fn lay_out(
    spec: &TableSpec,
    raw: RawTable,
    recognised: &Recognised,
    given: &Given,
) -> Result<(RawTable, BTreeMap<String, usize>), ValidateError> {
    let shape = &recognised.shape;
    let constants = constants(spec, shape, given)?;
    if constants.is_empty()
        && shape.spread.is_none()
        && shape.recode.is_empty()
        && shape.code.is_none()
    {
        return Ok((raw, recognised.places.clone()));
    }
    let mut sheet = Sheet::take(raw, &recognised.places, &recognised.spread);
    match &shape.code {
        Some(Code::Registered(arrangement)) => arrangement.arrange(&mut sheet),
        Some(Code::FormulaText) => sheet
            .columns_mut()
            .flat_map(|(_, column)| &mut column.values)
            .for_each(unwrap_formula),
        None => {}
    }
    if let Some(spread) = &shape.spread {
        sheet.spread(&spread.column, &spread.values);
    }
    for (column, value) in constants {
        // What a file says of its rows is kept, when its generation may say it.
        if sheet.column(column).is_none() {
            sheet.set_constant(column, value);
        }
    }
    for (column, spellings) in &shape.recode {
        sheet.rewrite(column, |value| {
            spellings
                .get(value.trim())
                .cloned()
                .unwrap_or_else(|| value.to_owned())
        });
    }
    Ok(sheet.finish())
}

/// `="x"` is x.
fn unwrap_formula(cell: &mut String) {
    if let Some(text) = cell
        .strip_prefix("=\"")
        .and_then(|text| text.strip_suffix('"'))
    {
        *cell = text.to_owned();
    }
}

/// Constants of the generation, and what the configuration tells.
fn constants<'a>(
    spec: &TableSpec,
    shape: &'a Shape,
    given: &'a Given,
) -> Result<Vec<(&'a str, &'a str)>, ValidateError> {
    if let Some(unknown) = given
        .keys()
        .find(|column| !shape.given.contains_key(*column))
    {
        return Err(ValidateError::NotGiven {
            table: spec.id.clone(),
            shape: shape.name.clone(),
            column: unknown.clone(),
            wanted: shape.given.keys().cloned().collect::<Vec<_>>().join(", "),
        });
    }
    let mut constants: Vec<(&str, &str)> = shape
        .constants
        .iter()
        .map(|(column, value)| (column.as_str(), value.as_str()))
        .collect();
    for (column, expected) in &shape.given {
        let value = given
            .get(column)
            .ok_or_else(|| ValidateError::MustBeGiven {
                table: spec.id.clone(),
                shape: shape.name.clone(),
                column: column.clone(),
                expected: expected.clone(),
            })?;
        constants.push((column, value));
    }
    Ok(constants)
}
