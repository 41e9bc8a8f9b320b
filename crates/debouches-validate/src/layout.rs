//! Lays a body out as its table: what the generation does not write in a cell is added, what it writes in several columns of
//! one record becomes several rows.

use std::collections::{BTreeMap, HashMap};

use debouches_model::spec::TableSpec;
use debouches_table::{RawColumn, RawTable};

use crate::ValidateError;
use crate::format::Code;
use crate::shape::{Recognised, Shape, Spread};

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
    let mut sheet = Sheet::take(raw, recognised);
    match &shape.code {
        Some(Code::Registered(arrangement)) => arrangement.arrange(&mut sheet),
        Some(Code::FormulaText) => sheet
            .columns_mut()
            .flat_map(|(_, column)| &mut column.values)
            .for_each(unwrap_formula),
        None => {}
    }
    if let Some(spread) = &shape.spread {
        sheet.spread(spread);
    }
    for (column, value) in constants {
        // What a file says of its rows is kept, when its generation may say it.
        if !sheet.columns.contains_key(column) {
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

/// A body as named columns, while it is being laid out.
#[derive(Debug)]
pub struct Sheet {
    raw: RawTable,
    lines: Vec<u32>,
    columns: BTreeMap<String, RawColumn>,
    /// Columns that a record spreads over several rows.
    parts: BTreeMap<String, Vec<Option<RawColumn>>>,
}

impl Sheet {
    fn take(mut raw: RawTable, recognised: &Recognised) -> Self {
        let columns = recognised
            .places
            .iter()
            .map(|(name, index)| (name.clone(), raw.take_column(*index)))
            .collect();
        let parts = recognised.spread.iter().map(|(name, places)| {
            let parts = places
                .iter()
                .map(|index| index.map(|index| raw.take_column(index)));
            (name.clone(), parts.collect())
        });
        let parts = parts.collect();
        Self {
            lines: raw.lines.clone(),
            raw,
            columns,
            parts,
        }
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.lines.len()
    }

    /// The column of that name, when the file has it.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&RawColumn> {
        self.columns.get(name)
    }

    /// Every column, those that are to be spread included.
    pub fn columns_mut(&mut self) -> impl Iterator<Item = (&str, &mut RawColumn)> {
        let parts = self.parts.iter_mut().flat_map(|(name, parts)| {
            parts
                .iter_mut()
                .flatten()
                .map(move |part| (name.as_str(), part))
        });
        self.columns
            .iter_mut()
            .map(|(name, column)| (name.as_str(), column))
            .chain(parts)
    }

    /// Sets a column from a value for each row.
    pub fn set(&mut self, name: &str, values: impl Iterator<Item = String>) {
        let mut column = RawColumn::default();
        let mut known: HashMap<String, u32> = HashMap::new();
        for value in values {
            let key = *known.entry(value).or_insert_with_key(|value| {
                column.values.push(value.clone());
                u32::try_from(column.values.len() - 1).expect("fewer values than rows")
            });
            column.keys.push(key);
        }
        self.columns.insert(name.to_owned(), column);
    }

    fn set_constant(&mut self, name: &str, value: &str) {
        let column = RawColumn {
            values: vec![value.to_owned()],
            keys: vec![0; self.rows()],
        };
        self.columns.insert(name.to_owned(), column);
    }

    fn rewrite(&mut self, name: &str, rewrite: impl Fn(&str) -> String) {
        if let Some(column) = self.columns.get_mut(name) {
            column
                .values
                .iter_mut()
                .for_each(|value| *value = rewrite(value));
        }
    }

    /// Makes of each record one row per value: the columns that are not spread are repeated.
    fn spread(&mut self, spread: &Spread) {
        let (records, times) = (self.rows(), spread.values.len());
        let repeat = |keys: &[u32]| {
            keys.iter()
                .flat_map(|key| std::iter::repeat_n(*key, times))
                .collect::<Vec<u32>>()
        };
        self.lines = repeat(&self.lines);
        for column in self.columns.values_mut() {
            column.keys = repeat(&column.keys);
        }
        let turn = (0..u32::try_from(times).expect("a few values")).collect::<Vec<u32>>();
        let keys = std::iter::repeat_n(turn, records).flatten().collect();
        self.columns.insert(
            spread.column.clone(),
            RawColumn {
                values: spread.values.clone(),
                keys,
            },
        );
        for (name, parts) in std::mem::take(&mut self.parts) {
            self.columns.insert(name, interleaved(&parts, records));
        }
    }

    fn finish(self) -> (RawTable, BTreeMap<String, usize>) {
        let places = self
            .columns
            .keys()
            .enumerate()
            .map(|(index, name)| (name.clone(), index))
            .collect();
        let columns = self.columns.into_values().collect();
        (self.raw.laid_out(columns, self.lines), places)
    }
}

/// One column from several: the first row of each record from the first, the second from the second; equal values share a key.
fn interleaved(parts: &[Option<RawColumn>], records: usize) -> RawColumn {
    let mut values: Vec<String> = Vec::new();
    let mut known: HashMap<&str, u32> = HashMap::new();
    let mut key_of = |value| {
        *known.entry(value).or_insert_with(|| {
            values.push(str::to_owned(value));
            u32::try_from(values.len() - 1).expect("fewer values than cells")
        })
    };
    let empty = key_of("");
    let maps: Vec<Option<(Vec<u32>, &[u32])>> = parts
        .iter()
        .map(|part| {
            part.as_ref().map(|part| {
                (
                    part.values.iter().map(|value| key_of(value)).collect(),
                    part.keys.as_slice(),
                )
            })
        })
        .collect();
    let cell = |record: usize, map: &Option<(Vec<u32>, &[u32])>| {
        map.as_ref()
            .map_or(empty, |(values, keys)| values[keys[record] as usize])
    };
    let keys = (0..records)
        .flat_map(|record| maps.iter().map(move |map| cell(record, map)))
        .collect();
    RawColumn { values, keys }
}
