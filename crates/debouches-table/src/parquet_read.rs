//! Reads a published Parquet file, one column at a time: a comparison or a check never holds the whole table.
//!
//! Written apart from the writer and by the reader of the `parquet` crate: it is the second reader of our own files.

use std::collections::HashMap;
use std::fs::File;
use std::sync::Arc;

use arrow::array::{Array, AsArray as _, RecordBatch};
use arrow::datatypes::{DataType, Field, Float64Type, Int32Type, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};

use crate::{Column, DecimalColumn, IntegerColumn, TableError, TextColumn};

/// Rows read at once.
const BATCH_ROWS: usize = 128 << 10;

/// A Parquet file whose footer is read.
#[derive(Debug)]
pub struct ParquetFile {
    file: File,
    metadata: ArrowReaderMetadata,
}

impl ParquetFile {
    /// Reads the footer.
    ///
    /// # Errors
    /// When the bytes are not Parquet.
    pub fn open(file: File) -> Result<Self, TableError> {
        let plain = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new())?;
        // Text is asked for as dictionaries: a million rows of a code are a million small numbers.
        let fields = plain
            .schema()
            .fields()
            .iter()
            .map(|field| match field.data_type() {
                DataType::Utf8 => {
                    let kind =
                        DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
                    Arc::new(Field::new(field.name(), kind, field.is_nullable()))
                }
                _ => Arc::clone(field),
            });
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let metadata =
            ArrowReaderMetadata::load(&file, ArrowReaderOptions::new().with_schema(schema))?;
        Ok(Self { file, metadata })
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        usize::try_from(self.metadata.metadata().file_metadata().num_rows()).unwrap_or(0)
    }

    /// Number of row groups.
    #[must_use]
    pub fn row_groups(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    /// Names of the columns, in order.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.metadata
            .schema()
            .fields()
            .iter()
            .map(|field| field.name().clone())
            .collect()
    }

    /// A column, whole; a status column is read as text.
    ///
    /// # Errors
    /// When there is no such column, or it is of a type that we do not publish, or its bytes are damaged.
    pub fn column(&self, name: &str) -> Result<Column, TableError> {
        let missing = || TableError::NoColumn {
            name: name.to_owned(),
            expected: "Parquet",
        };
        let intern = self
            .metadata
            .schema()
            .fields()
            .iter()
            .position(|field| field.name() == name)
            .ok_or_else(missing)?;
        let mask = ProjectionMask::roots(self.metadata.parquet_schema(), [intern]);
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(
            self.file.try_clone()?,
            self.metadata.clone(),
        )
        .with_projection(mask)
        .with_batch_size(BATCH_ROWS)
        .build()?;
        let batches: Vec<RecordBatch> = reader.collect::<Result<_, _>>()?;
        let arrays: Vec<&Arc<dyn Array>> = batches.iter().map(|batch| batch.column(0)).collect();
        match self.metadata.schema().field(intern).data_type() {
            DataType::Int32 => Ok(Column::Integer(
                arrays
                    .iter()
                    .flat_map(|array| array.as_primitive::<Int32Type>().iter())
                    .collect::<IntegerColumn>(),
            )),
            DataType::Float64 => Ok(Column::Decimal(
                arrays
                    .iter()
                    .flat_map(|array| array.as_primitive::<Float64Type>().iter())
                    .collect::<DecimalColumn>(),
            )),
            DataType::Dictionary(_, _) => Ok(Column::Text(texts(&arrays))),
            DataType::List(_) => Ok(Column::List(joined(&arrays))),
            other => Err(TableError::Foreign(format!(
                "column `{name}` is of type {other}"
            ))),
        }
    }
}

/// Batches with a dictionary each, under one dictionary.
fn texts(arrays: &[&Arc<dyn Array>]) -> TextColumn {
    let (mut values, mut places): (Vec<String>, HashMap<String, u32>) =
        (Vec::new(), HashMap::new());
    let mut keys: Vec<Option<u32>> = Vec::new();
    for array in arrays {
        let array = array.as_dictionary::<Int32Type>();
        let item = array.values().as_string::<i32>();
        let translated: Vec<u32> = item
            .iter()
            .map(|text| intern(text.unwrap_or_default(), &mut values, &mut places))
            .collect();
        keys.extend(
            array
                .keys()
                .iter()
                .map(|key| key.and_then(|key| translated.get(usize::try_from(key).ok()?).copied())),
        );
    }
    TextColumn::new(&values, keys.into_iter())
}

/// Lists as one text, as in CSV.
fn joined(arrays: &[&Arc<dyn Array>]) -> TextColumn {
    let (mut values, mut places): (Vec<String>, HashMap<String, u32>) =
        (Vec::new(), HashMap::new());
    let mut keys: Vec<Option<u32>> = Vec::new();
    for array in arrays {
        for cell in array.as_list::<i32>().iter() {
            keys.push(cell.map(|cell| {
                let items = cell
                    .as_string_opt::<i32>()
                    .map(|items| items.iter().flatten().collect::<Vec<_>>().join("|"));
                intern(&items.unwrap_or_default(), &mut values, &mut places)
            }));
        }
    }
    TextColumn::new(&values, keys.into_iter())
}

fn intern(text: &str, values: &mut Vec<String>, places: &mut HashMap<String, u32>) -> u32 {
    if let Some(intern) = places.get(text) {
        return *intern;
    }
    let intern = u32::try_from(values.len()).expect("a dictionary has fewer than 2^32 values");
    values.push(text.to_owned());
    places.insert(text.to_owned(), intern);
    intern
}
