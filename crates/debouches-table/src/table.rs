//! A table: named columns of one length.

use arrow::array::{Array as _, BooleanArray, RecordBatch, UInt32Array};
use arrow::compute::{filter, take};
use arrow::datatypes::{Field, Schema};
use std::collections::HashMap;
use std::sync::Arc;

use crate::{Column, DecimalColumn, IntegerColumn, StatusColumn, TableError, TextColumn};

/// Field metadata that tells a list from a text.
pub(crate) const KIND: &str = "debouches:kind";
pub(crate) const LIST: &str = "list";

/// Named columns of one length, in the order in which they are published.
#[derive(Debug, Clone, Default)]
pub struct Table {
    rows: usize,
    columns: Vec<(String, Column)>,
}

impl Table {
    /// A table without columns yet.
    #[must_use]
    pub fn new(rows: usize) -> Self {
        Self {
            rows,
            columns: Vec::new(),
        }
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Names and columns, in order.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &Column)> {
        self.columns
            .iter()
            .map(|(name, column)| (name.as_str(), column))
    }

    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns
            .iter()
            .find(|(item, _)| item == name)
            .map(|(_, column)| column)
    }

    /// Adds a column at the end, or replaces the one of that name.
    ///
    /// # Errors
    /// When its length is not that of the table.
    pub fn set(&mut self, name: &str, column: Column) -> Result<(), TableError> {
        if column.rows() != self.rows {
            return Err(TableError::Length {
                name: name.to_owned(),
                actual: column.rows(),
                expected: self.rows,
            });
        }
        match self.columns.iter_mut().find(|(item, _)| item == name) {
            Some((_, item)) => *item = column,
            None => self.columns.push((name.to_owned(), column)),
        }
        Ok(())
    }

    /// The text or list column of that name.
    ///
    /// # Errors
    /// When there is none.
    pub fn text(&self, name: &str) -> Result<&TextColumn, TableError> {
        match self.column(name) {
            Some(Column::Text(column) | Column::List(column)) => Ok(column),
            _ => Err(TableError::NoColumn {
                name: name.to_owned(),
                expected: "text",
            }),
        }
    }

    /// The whole-number column of that name.
    ///
    /// # Errors
    /// When there is none.
    pub fn integers(&self, name: &str) -> Result<&IntegerColumn, TableError> {
        match self.column(name) {
            Some(Column::Integer(column)) => Ok(column),
            _ => Err(TableError::NoColumn {
                name: name.to_owned(),
                expected: "whole-number",
            }),
        }
    }

    /// The decimal column of that name.
    ///
    /// # Errors
    /// When there is none.
    pub fn decimals(&self, name: &str) -> Result<&DecimalColumn, TableError> {
        match self.column(name) {
            Some(Column::Decimal(column)) => Ok(column),
            _ => Err(TableError::NoColumn {
                name: name.to_owned(),
                expected: "decimal",
            }),
        }
    }

    /// The status column of that name.
    ///
    /// # Errors
    /// When there is none.
    pub fn statuses(&self, name: &str) -> Result<&StatusColumn, TableError> {
        match self.column(name) {
            Some(Column::Status(column)) => Ok(column),
            _ => Err(TableError::NoColumn {
                name: name.to_owned(),
                expected: "status",
            }),
        }
    }

    /// The number of a row in a whole-number or decimal column.
    ///
    /// # Errors
    /// When there is no column of numbers of that name.
    pub fn numbers(
        &self,
        name: &str,
    ) -> Result<Box<dyn Fn(usize) -> Option<f64> + '_>, TableError> {
        match self.column(name) {
            Some(Column::Integer(column)) => {
                Ok(Box::new(move |row| column.get(row).map(f64::from)))
            }
            Some(Column::Decimal(column)) => Ok(Box::new(move |row| column.get(row))),
            _ => Err(TableError::NoColumn {
                name: name.to_owned(),
                expected: "number",
            }),
        }
    }

    /// The key of a row in words, as `name=value, …`; an empty part is left out.
    #[must_use]
    pub fn key_of(&self, names: &[String], row: usize) -> String {
        let part = |name: &String| {
            self.text(name)
                .ok()
                .and_then(|text| text.get(row).map(|value| format!("{name}={value}")))
        };
        names.iter().filter_map(part).collect::<Vec<_>>().join(", ")
    }

    /// The table without the columns whose name is left out.
    #[must_use]
    pub fn without(mut self, left_out: impl Fn(&str) -> bool) -> Self {
        self.columns.retain(|(name, _)| !left_out(name));
        self
    }

    /// The table with its columns in the order of `names`.
    ///
    /// # Errors
    /// When a name has no column, or a column is not named.
    pub fn arranged(mut self, names: &[&str]) -> Result<Self, TableError> {
        let mut columns = Vec::with_capacity(names.len());
        for name in names {
            let missing = || TableError::NoColumn {
                name: (*name).to_owned(),
                expected: "published",
            };
            let index = self
                .columns
                .iter()
                .position(|(item, _)| item == name)
                .ok_or_else(missing)?;
            columns.push(self.columns.swap_remove(index));
        }
        match self.columns.first() {
            Some((name, _)) => Err(TableError::Undescribed { name: name.clone() }),
            None => Ok(Self {
                rows: self.rows,
                columns,
            }),
        }
    }

    /// The rows for which `keep` is true, in order.
    ///
    /// # Errors
    /// When `keep` has not the length of the table.
    pub fn keep(&self, keep: &[bool]) -> Result<Self, TableError> {
        let mask = BooleanArray::from(keep.to_vec());
        let rows = mask.true_count();
        self.rebuilt(rows, |column| filter(&column.array(), &mask))
    }

    /// The rows in the order of `places`.
    ///
    /// # Errors
    /// When a place is beyond the table.
    pub fn take(&self, places: &[u32]) -> Result<Self, TableError> {
        let places = UInt32Array::from(places.to_vec());
        self.rebuilt(places.len(), |column| take(&column.array(), &places, None))
    }

    fn rebuilt(
        &self,
        rows: usize,
        f: impl Fn(&Column) -> Result<arrow::array::ArrayRef, arrow::error::ArrowError>,
    ) -> Result<Self, TableError> {
        let columns = self.columns.iter().map(|(name, column)| {
            let is_list = matches!(column, Column::List(_));
            let column = Column::from_array(&f(column)?, is_list)
                .ok_or_else(|| TableError::Foreign(name.clone()))?;
            Ok((name.clone(), column))
        });
        Ok(Self {
            rows,
            columns: columns.collect::<Result<_, TableError>>()?,
        })
    }

    pub(crate) fn to_batch(&self) -> Result<RecordBatch, TableError> {
        let fields: Vec<Field> = self
            .columns
            .iter()
            .map(|(name, column)| {
                let array = column.array();
                let field = Field::new(
                    name,
                    array.data_type().clone(),
                    !matches!(column, Column::Status(_)),
                );
                match column {
                    Column::List(_) => {
                        field.with_metadata(HashMap::from([(KIND.to_owned(), LIST.to_owned())]))
                    }
                    Column::Text(_)
                    | Column::Integer(_)
                    | Column::Decimal(_)
                    | Column::Status(_) => field,
                }
            })
            .collect();
        let arrays = self
            .columns
            .iter()
            .map(|(_, column)| column.array())
            .collect();
        Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?)
    }

    pub(crate) fn from_batch(batch: &RecordBatch) -> Result<Self, TableError> {
        let schema = batch.schema();
        let columns = schema
            .fields()
            .iter()
            .zip(batch.columns())
            .map(|(field, array)| {
                let is_list = field.metadata().get(KIND).is_some_and(|kind| kind == LIST);
                let column = Column::from_array(array, is_list).ok_or_else(|| {
                    TableError::Foreign(format!(
                        "column `{}` is of type {}",
                        field.name(),
                        array.data_type()
                    ))
                })?;
                Ok((field.name().clone(), column))
            });
        Ok(Self {
            rows: batch.num_rows(),
            columns: columns.collect::<Result<_, TableError>>()?,
        })
    }
}
