//! Facts from a CSV file: ours, with its status columns, or a producer's, with its markers.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::Context as _;
use debouches_disclosure::{Facts, Names, Row, Seen};
use debouches_fetch::unpack::{Unpack, open_body};
use debouches_model::ValueStatus;
use debouches_table::{ColumnView, RawTable, ReadLimits, read_csv};

use super::Layout;
use crate::failure::Usage;

/// Reads the counts and rates of a file.
///
/// # Errors
/// Fails when the file cannot be read, lacks a column of the policy, or holds what is no count.
pub fn facts(path: &Path, layout: &Layout, jobs: usize) -> anyhow::Result<Facts> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let name = path.display().to_string();
    let body = open_body(file, &name, &Unpack::default())?;
    of_body(body, path, layout, jobs)
}

/// Reads the counts and rates of a body; `path` names it in messages.
///
/// # Errors
/// Fails when the file cannot be read, lacks a column of the policy, or holds what is no count.
pub fn of_body(
    body: impl Read + Send,
    path: &Path,
    layout: &Layout,
    jobs: usize,
) -> anyhow::Result<Facts> {
    let raw = read_csv(body, ReadLimits::default(), jobs, &mut |_| {})
        .with_context(|| format!("cannot read {}", path.display()))?;
    let column = |name: &str| {
        raw.header
            .iter()
            .position(|item| item == name)
            .map(|index| raw.column(index))
    };
    let needed = |name: &String| {
        column(name).ok_or_else(|| {
            Usage(format!(
                "{}: no column `{name}`, which the policy names",
                path.display()
            ))
        })
    };
    let of_key = layout.key.iter().map(|name| needed(name).map(Some));
    let further = layout.further.iter().map(|name| Ok(column(name)));
    let key = of_key.chain(further).collect::<Result<Vec<_>, Usage>>()?;
    let counts = layout.policy.count.iter().map(|count| {
        let values = match layout.is_release {
            // A count that the release does not have was not shown by it.
            true => column(&count.column),
            false => Some(needed(&count.column)?),
        };
        Ok((
            values,
            column(&debouches_model::spec::status_column(&count.column)),
            count.absent_is_hidden,
        ))
    });
    let counts = counts.collect::<Result<Vec<_>, Usage>>()?;
    let rates: Vec<Option<ColumnView>> = layout
        .policy
        .rate
        .iter()
        .map(|rate| column(&rate.rate))
        .collect();
    let mut facts = Facts {
        key: layout.columns(),
        rows: Vec::with_capacity(raw.rows()),
        complementary: false,
    };
    let mut shared = Names::default();
    for row in 0..raw.rows() {
        let seen = |(values, statuses, absent_is_hidden): &(
            Option<ColumnView>,
            Option<ColumnView>,
            bool,
        )| {
            let Some(values) = values else {
                return Ok(Seen::Nothing);
            };
            seen(
                values.value(row),
                statuses.map(|statuses| statuses.value(row)),
                layout,
                *absent_is_hidden,
            )
            .map_err(|value| bad_number(path, &raw, row, &value))
        };
        facts.rows.push(Row {
            key: key
                .iter()
                .map(|column| shared.shared(column.map_or("", |column| column.value(row))))
                .collect(),
            counts: counts.iter().map(seen).collect::<Result<_, _>>()?,
            rates: rates
                .iter()
                .zip(&layout.policy.rate)
                .map(|(column, rate)| {
                    column.and_then(|column| scaled(column.value(row), rate.decimals))
                })
                .collect(),
        });
    }
    Ok(facts)
}

fn bad_number(path: &Path, raw: &RawTable, row: usize, value: &str) -> Usage {
    Usage(format!(
        "{}, line {}: `{value}` is neither a count nor a known marker",
        path.display(),
        raw.lines[row]
    ))
}

/// A cell as readers see it. The status column wins over the markers.
fn seen(
    text: &str,
    status: Option<&str>,
    layout: &Layout,
    absent_is_hidden: bool,
) -> Result<Seen, String> {
    let status = match status {
        Some(name) => ValueStatus::ALL
            .into_iter()
            .find(|status| status.as_str() == name),
        None => layout.missing.get(text).copied(),
    };
    match status {
        Some(ValueStatus::Suppressed) => return Ok(Seen::Hidden(None)),
        Some(ValueStatus::Absent) if absent_is_hidden => return Ok(Seen::Hidden(None)),
        Some(ValueStatus::Absent | ValueStatus::NotYet | ValueStatus::NotProduced) => {
            return Ok(Seen::Nothing);
        }
        Some(ValueStatus::Measured) => {}
        None if text.is_empty() => return Ok(Seen::Nothing),
        None => {}
    }
    scaled(text, 0)
        .map(Seen::Value)
        .ok_or_else(|| text.to_owned())
}

/// A number in units of its last decimal; `30.0` is a whole number. Nothing when it has more decimals than that.
fn scaled(text: &str, decimals: u32) -> Option<i64> {
    let (integer, part) = text.split_once(['.', ',']).unwrap_or((text, ""));
    if integer.is_empty() {
        return None;
    }
    let part = part.trim_end_matches('0');
    let missing = usize::try_from(decimals).ok()?.checked_sub(part.len())?;
    format!("{integer}{part}{}", "0".repeat(missing))
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_units_of_their_last_decimal() {
        assert_eq!(scaled("30.0", 0), Some(30));
        assert_eq!(scaled("19,3", 1), Some(193));
        assert_eq!(scaled("19", 1), Some(190));
        assert_eq!(
            (
                scaled("19.35", 1),
                scaled("nd", 0),
                scaled("", 0),
                scaled("", 2)
            ),
            (None, None, None, None)
        );
    }
}
