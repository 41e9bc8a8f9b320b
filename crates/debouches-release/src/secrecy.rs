//! The last look before a table is written: no figure whose base is unknown or under the threshold.
//! Written apart from the stage that hides them, so that a mistake there does not pass here.

use debouches_model::spec::{ColumnSpec, TableSpec};
use debouches_model::{Finding, RuleCode};
use debouches_table::{Table, TableError};

/// How many figures would leak, and the first of them.
///
/// # Errors
/// When a column of the specification is not in the table.
pub fn leaks(spec: &TableSpec, table: &Table) -> Result<(u64, Option<Finding>), TableError> {
    let Some(secrecy) = &spec.secrecy else {
        return Ok((0, None));
    };
    let threshold = f64::from(secrecy.threshold);
    let (mut count, mut first) = (0, None);
    for column in spec.measures().filter(|column| !column.base.is_empty()) {
        let value = table.numbers(&column.name)?;
        let base = smallest_base(column, table)?;
        for row in 0..table.rows() {
            let Some(value) = value(row) else { continue };
            let base = base(row);
            if base.is_none_or(|base| base < threshold) {
                count += 1;
                first.get_or_insert_with(|| {
                    let base = base.map_or_else(|| "unknown".to_owned(), |base| base.to_string());
                    let expected = format!("{base} ({})", column.base.describe());
                    Finding::new(RuleCode::SecrecyLeak)
                        .column(&column.name)
                        .key(table.key_of(&spec.key, row))
                        .value(value.to_string())
                        .expected(expected)
                });
            }
        }
    }
    Ok((count, first))
}

type Number<'a> = Box<dyn Fn(usize) -> Option<f64> + 'a>;

/// The smallest part of the base of a measure on a row; unknown when one part is.
fn smallest_base<'a>(column: &ColumnSpec, table: &'a Table) -> Result<Number<'a>, TableError> {
    let mut parts: Vec<Number<'a>> = column
        .base
        .counts
        .iter()
        .map(|name| table.numbers(name))
        .collect::<Result<_, _>>()?;
    for share in &column.base.shares {
        let (rate, of) = (table.numbers(&share.rate)?, table.numbers(&share.of)?);
        parts.push(Box::new(move |row| {
            Some((rate(row)? * of(row)? / 100.0).round())
        }));
    }
    Ok(Box::new(move |row| {
        parts
            .iter()
            .map(|part| part(row))
            .try_fold(f64::INFINITY, |smallest, part| {
                part.map(|part| smallest.min(part))
            })
    }))
}
