//! The columns of a table, by type. Each wraps one Arrow array, which stays inside.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray as _, DictionaryArray, Float64Array, Int8Array, Int32Array,
    StringArray,
};
use arrow::datatypes::{DataType, Int8Type, Int32Type};
use debouches_model::ValueStatus;

/// A column of any type.
#[derive(Debug, Clone)]
pub enum Column {
    /// Text, dictionary-encoded.
    Text(TextColumn),
    /// Lists of texts: stored as text joined with `|`, published as lists in Parquet.
    List(TextColumn),
    /// Whole numbers.
    Integer(IntegerColumn),
    /// Decimal numbers.
    Decimal(DecimalColumn),
    /// States of a measure.
    Status(StatusColumn),
}

impl Column {
    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.array().len()
    }

    /// Number of nulls.
    #[must_use]
    pub fn nulls(&self) -> usize {
        match self {
            Self::Text(text) | Self::List(text) => text.nulls(),
            Self::Integer(_) | Self::Decimal(_) | Self::Status(_) => self.array().null_count(),
        }
    }

    pub(crate) fn array(&self) -> ArrayRef {
        match self {
            Self::Text(column) | Self::List(column) => Arc::new(column.0.clone()),
            Self::Integer(column) => Arc::new(column.0.clone()),
            Self::Decimal(column) => Arc::new(column.0.clone()),
            Self::Status(column) => Arc::new(column.0.clone()),
        }
    }

    pub(crate) fn from_array(array: &ArrayRef, is_list: bool) -> Option<Self> {
        match array.data_type() {
            DataType::Int32 => Some(Self::Integer(IntegerColumn(array.as_primitive().clone()))),
            DataType::Float64 => Some(Self::Decimal(DecimalColumn(array.as_primitive().clone()))),
            DataType::Dictionary(key, value) if **value == DataType::Utf8 => match **key {
                DataType::Int8 => Some(Self::Status(StatusColumn(
                    array.as_dictionary::<Int8Type>().clone(),
                ))),
                DataType::Int32 => {
                    let text = TextColumn(array.as_dictionary::<Int32Type>().clone());
                    Some(if is_list {
                        Self::List(text)
                    } else {
                        Self::Text(text)
                    })
                }
                _ => None,
            },
            _ => None,
        }
    }
}

/// Text with one dictionary: distinct values, and for each row the place of its value, or null.
#[derive(Debug, Clone)]
pub struct TextColumn(pub(crate) DictionaryArray<Int32Type>);

impl TextColumn {
    /// Builds a column from distinct values and the place of each row's value; `None` is null.
    ///
    /// # Panics
    /// When a place is beyond the values, which is a mistake of the caller.
    #[must_use]
    pub fn new(values: &[String], keys: impl Iterator<Item = Option<u32>>) -> Self {
        let keys: Int32Array = keys
            .map(|key| {
                key.map(|key| i32::try_from(key).expect("a dictionary has fewer than 2^31 values"))
            })
            .collect();
        let values = StringArray::from_iter_values(values);
        Self(DictionaryArray::try_new(keys, Arc::new(values)).expect("keys point into the values"))
    }

    /// The same text, or null, on every row.
    #[must_use]
    pub fn constant(value: Option<&str>, rows: usize) -> Self {
        Self::new(
            &[value.unwrap_or_default().to_owned()],
            std::iter::repeat_n(value.map(|_| 0), rows),
        )
    }

    /// The text of the entry of each row, among entries that may share a text; `None` makes the row null.
    #[must_use]
    pub fn from_entries(texts: impl Iterator<Item = Option<String>>, entries: &[u32]) -> Self {
        let mut values = Distinct::default();
        let places: Vec<Option<u32>> = texts
            .map(|text| text.map(|text| values.intern(&text)))
            .collect();
        Self::new(
            &values.texts,
            entries.iter().map(|entry| places[*entry as usize]),
        )
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.0.len()
    }

    /// Number of nulls.
    #[must_use]
    pub fn nulls(&self) -> usize {
        self.0.keys().null_count()
    }

    /// The distinct values; some may be used by no row.
    pub fn distinct(&self) -> impl Iterator<Item = &str> {
        self.values().iter().map(Option::unwrap_or_default)
    }

    /// Place of the value of a row among the distinct values.
    #[must_use]
    pub fn key(&self, row: usize) -> Option<usize> {
        let keys = self.0.keys();
        keys.is_valid(row)
            .then(|| usize::try_from(keys.value(row)).expect("keys are not negative"))
    }

    /// The value of a row.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<&str> {
        self.key(row).map(|key| self.values().value(key))
    }

    /// The values, row after row.
    pub fn iter(&self) -> impl Iterator<Item = Option<&str>> {
        (0..self.rows()).map(|row| self.get(row))
    }

    /// How many rows hold each distinct value.
    #[must_use]
    pub fn counts(&self) -> Vec<u64> {
        let mut counts = vec![0; self.values().len()];
        (0..self.rows())
            .filter_map(|row| self.key(row))
            .for_each(|key| counts[key] += 1);
        counts
    }

    /// Another text for each distinct value, computed once per value; `None` makes the rows null. Equal results share a value.
    #[must_use]
    pub fn map<T: AsRef<str>>(&self, mut f: impl FnMut(&str) -> Option<T>) -> Self {
        let mut values = Distinct::default();
        let translated: Vec<Option<u32>> = self
            .distinct()
            .map(|value| f(value).map(|new| values.intern(new.as_ref())))
            .collect();
        Self::new(
            &values.texts,
            (0..self.rows()).map(|row| self.key(row).and_then(|key| translated[key])),
        )
    }

    pub(crate) fn values(&self) -> &StringArray {
        self.0.values().as_string()
    }
}

/// Distinct texts in the order of their first appearance.
#[derive(Default)]
struct Distinct {
    texts: Vec<String>,
    places: HashMap<String, u32>,
}

impl Distinct {
    fn intern(&mut self, text: &str) -> u32 {
        if let Some(intern) = self.places.get(text) {
            return *intern;
        }
        let intern =
            u32::try_from(self.texts.len()).expect("a dictionary has fewer than 2^32 values");
        self.texts.push(text.to_owned());
        self.places.insert(text.to_owned(), intern);
        intern
    }
}

/// Whole numbers, 32 bits, with nulls.
#[derive(Debug, Clone)]
pub struct IntegerColumn(pub(crate) Int32Array);

impl FromIterator<Option<i32>> for IntegerColumn {
    fn from_iter<I: IntoIterator<Item = Option<i32>>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

impl IntegerColumn {
    /// The value of a row.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<i32> {
        self.0.is_valid(row).then(|| self.0.value(row))
    }

    /// The values, row after row.
    pub fn iter(&self) -> impl Iterator<Item = Option<i32>> {
        self.0.iter()
    }
}

/// Decimal numbers, 64 bits, with nulls.
#[derive(Debug, Clone)]
pub struct DecimalColumn(pub(crate) Float64Array);

impl FromIterator<Option<f64>> for DecimalColumn {
    fn from_iter<I: IntoIterator<Item = Option<f64>>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

impl DecimalColumn {
    /// The value of a row.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<f64> {
        self.0.is_valid(row).then(|| self.0.value(row))
    }

    /// The values, row after row.
    pub fn iter(&self) -> impl Iterator<Item = Option<f64>> {
        self.0.iter()
    }
}

/// The state of a measure on each row, one byte per row.
#[derive(Debug, Clone)]
pub struct StatusColumn(pub(crate) DictionaryArray<Int8Type>);

impl FromIterator<ValueStatus> for StatusColumn {
    fn from_iter<I: IntoIterator<Item = ValueStatus>>(statuses: I) -> Self {
        let code =
            |status: ValueStatus| i8::try_from(status.code()).expect("there are five statuses");
        let keys = Int8Array::from_iter_values(statuses.into_iter().map(code));
        let values =
            StringArray::from_iter_values(ValueStatus::ALL.iter().map(|status| status.as_str()));
        Self(
            DictionaryArray::try_new(keys, Arc::new(values))
                .expect("codes are places in the list of statuses"),
        )
    }
}

impl StatusColumn {
    /// The state of a row.
    #[must_use]
    pub fn get(&self, row: usize) -> ValueStatus {
        ValueStatus::ALL[usize::try_from(self.0.keys().value(row)).expect("codes are not negative")]
    }

    /// The states, row after row.
    pub fn iter(&self) -> impl Iterator<Item = ValueStatus> {
        (0..self.0.len()).map(|row| self.get(row))
    }

    /// How many rows are in each state, in the order of [`ValueStatus::ALL`].
    #[must_use]
    pub fn counts(&self) -> [u64; 5] {
        let mut counts = [0; 5];
        self.iter()
            .for_each(|status| counts[usize::from(status.code())] += 1);
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mapping_runs_once_per_distinct_value_and_merges_equal_results() {
        let column = TextColumn::new(
            &["a".to_owned(), "A".to_owned(), "x".to_owned()],
            [Some(0), None, Some(1), Some(2)].into_iter(),
        );
        let mut calls = 0;
        let upper = column.map(|value| {
            calls += 1;
            (value != "x").then(|| value.to_uppercase())
        });
        assert_eq!(calls, 3);
        assert_eq!(upper.distinct().collect::<Vec<_>>(), ["A"]);
        assert_eq!(
            upper.iter().collect::<Vec<_>>(),
            [Some("A"), None, Some("A"), None]
        );
    }
}
