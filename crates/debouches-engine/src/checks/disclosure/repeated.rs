//! Figures that a table repeats from others: each is shown only where the release of the other shows the same value.
//!
//! Fails closed: a figure whose origin is not found, or that nobody publishes, is hidden.

use std::collections::HashMap;

use anyhow::Context as _;
use debouches_model::ValueStatus;
use debouches_model::spec::{RepeatSpec, TableSpec, status_column};
use debouches_table::{ColumnView, RawTable, ReadLimits, Table, TextColumn, read_csv};

use super::linked::Original;
use crate::blocking::blocking;

/// What a table repeats, each with the CSV of the release that shows it; none when nobody publishes it.
pub type Repeated<'a> = Vec<(&'a RepeatSpec, Option<Original>)>;

/// The figures that a table repeats from tables of releases.
#[must_use]
pub fn repeats(spec: &TableSpec) -> &[RepeatSpec] {
    spec.derived
        .as_ref()
        .map_or(&[], |derived| derived.repeats.as_slice())
}

/// The table, without the figures that the releases of the tables that it repeats do not show.
///
/// # Errors
/// Fails when a release cannot be read, or lacks a column that is repeated.
pub async fn shown_there(
    spec: &'static TableSpec,
    mut table: Table,
    repeated: Repeated<'static>,
    jobs: usize,
) -> anyhow::Result<Table> {
    blocking(move || {
        for (repeat, original) in repeated {
            let original = match original {
                Some(Original { file, name }) => {
                    let raw = read_csv(file, ReadLimits::default(), jobs, &mut |_| {});
                    Some(raw.with_context(|| format!("cannot read {name}"))?)
                }
                None => None,
            };
            hide_others(spec, &mut table, repeat, original.as_ref())?;
        }
        Ok(table)
    })
    .await
}

/// Hides what no row of the original shows.
fn hide_others(
    spec: &TableSpec,
    table: &mut Table,
    repeat: &RepeatSpec,
    original: Option<&RawTable>,
) -> anyhow::Result<()> {
    let rows = rows_from(table, repeat)?;
    let origins = match original {
        Some(original) => Some(Origins::of(original, table, repeat, &rows)?),
        None => None,
    };
    for (name, template) in &repeat.measures {
        let measure = spec
            .column(name)
            .with_context(|| format!("table {} has no measure {name}", spec.id))?;
        let mut is_hidden = vec![false; table.rows()];
        let (values, statuses) = (table.numbers(name)?, table.statuses(&status_column(name))?);
        for (number, row) in rows.iter().enumerate() {
            let Some(value) = values(*row).filter(|_| statuses.get(*row) == ValueStatus::Measured)
            else {
                continue;
            };
            let column = filled_in(template, table, *row)?;
            let is_shown = match &origins {
                Some(origins) => origins.show(number, &column, value)?,
                None => false,
            };
            is_hidden[*row] = !is_shown;
        }
        drop(values);
        if is_hidden.contains(&true) {
            table.suppress(measure, &is_hidden)?;
        }
    }
    Ok(())
}

/// The rows that repeat figures of the other table.
fn rows_from(table: &Table, repeat: &RepeatSpec) -> anyhow::Result<Vec<usize>> {
    let when = repeat
        .when
        .iter()
        .map(|(name, value)| Ok((table.text(name)?, value.as_str())))
        .collect::<anyhow::Result<Vec<(&TextColumn, &str)>>>()?;
    let is_one = |row: &usize| {
        when.iter()
            .all(|(column, value)| column.get(*row) == Some(*value))
    };
    Ok((0..table.rows()).filter(is_one).collect())
}

/// A column of the other table, its holes filled with the values of a row of this one.
fn filled_in(template: &str, table: &Table, row: usize) -> anyhow::Result<String> {
    let mut out = String::new();
    let mut rest = template;
    while let Some((text, after)) = rest.split_once('{') {
        let (name, after) = after
            .split_once('}')
            .with_context(|| format!("`{template}` has a brace that nothing closes"))?;
        out += text;
        out += table.text(name)?.get(row).unwrap_or_default();
        rest = after;
    }
    Ok(out + rest)
}

/// The rows of the other table that some rows repeat.
struct Origins<'a> {
    original: &'a RawTable,
    /// For each of these rows, those of the other table with the same key.
    rows: Vec<Vec<usize>>,
}

impl<'a> Origins<'a> {
    fn of(
        original: &'a RawTable,
        table: &Table,
        repeat: &RepeatSpec,
        rows: &[usize],
    ) -> anyhow::Result<Self> {
        let mut there = Vec::new();
        let mut here = Vec::new();
        let mut fixed = Vec::new();
        for (name, source) in &repeat.key {
            let column = column(original, name)?;
            match source.strip_prefix('=') {
                Some(value) => fixed.push((column, value)),
                None => {
                    there.push(column);
                    here.push(table.text(source)?);
                }
            }
        }
        let key = |row: usize| -> Vec<&str> {
            here.iter()
                .map(|column| column.get(row).unwrap_or_default())
                .collect()
        };
        let mut places: HashMap<Vec<&str>, Vec<usize>> =
            rows.iter().map(|row| (key(*row), Vec::new())).collect();
        for row in 0..original.rows() {
            if fixed
                .iter()
                .any(|(column, value)| column.value(row) != *value)
            {
                continue;
            }
            let key: Vec<&str> = there.iter().map(|column| column.value(row)).collect();
            if let Some(known) = places.get_mut(&key) {
                known.push(row);
            }
        }
        Ok(Self {
            original,
            rows: rows.iter().map(|row| places[&key(*row)].clone()).collect(),
        })
    }

    /// True when a row of the other table shows that value.
    fn show(&self, number: usize, name: &str, value: f64) -> anyhow::Result<bool> {
        let (values, statuses) = (
            column(self.original, name)?,
            column(self.original, &status_column(name))?,
        );
        let same = |row: &usize| {
            statuses.value(*row) == ValueStatus::Measured.as_str()
                && values
                    .value(*row)
                    .parse::<f64>()
                    .is_ok_and(|item| (item - value).abs() < 1e-9)
        };
        Ok(self.rows[number].iter().any(same))
    }
}

fn column<'a>(table: &'a RawTable, name: &str) -> anyhow::Result<ColumnView<'a>> {
    let index = table.header.iter().position(|item| item == name);
    index
        .map(|index| table.column(index))
        .with_context(|| format!("the release that is repeated has no column `{name}`"))
}
