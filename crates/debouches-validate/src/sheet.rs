//! A body as named columns, while it is being laid out.

use std::collections::{BTreeMap, HashMap};

use debouches_table::{RawColumn, RawTable};

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
    /// Takes columns of a body by their names: those of one heading, and those that a record spreads over several.
    pub(crate) fn take(
        mut raw: RawTable,
        places: &BTreeMap<String, usize>,
        spread: &BTreeMap<String, Vec<Option<usize>>>,
    ) -> Self {
        let columns = places
            .iter()
            .map(|(name, index)| (name.clone(), raw.take_column(*index)))
            .collect();
        let parts = spread.iter().map(|(name, places)| {
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

    pub(crate) fn set_constant(&mut self, name: &str, value: &str) {
        let column = RawColumn {
            values: vec![value.to_owned()],
            keys: vec![0; self.rows()],
        };
        self.columns.insert(name.to_owned(), column);
    }

    pub(crate) fn rewrite(&mut self, name: &str, rewrite: impl Fn(&str) -> String) {
        if let Some(column) = self.columns.get_mut(name) {
            column
                .values
                .iter_mut()
                .for_each(|value| *value = rewrite(value));
        }
    }

    /// Makes of each record one row per value: the columns that are not spread are repeated.
    pub(crate) fn spread(&mut self, column: &str, values: &[String]) {
        let (records, times) = (self.rows(), values.len());
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
            column.to_owned(),
            RawColumn {
                values: values.to_vec(),
                keys,
            },
        );
        for (name, parts) in std::mem::take(&mut self.parts) {
            self.columns.insert(name, interleaved(&parts, records));
        }
    }

    pub(crate) fn finish(self) -> (RawTable, BTreeMap<String, usize>) {
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
