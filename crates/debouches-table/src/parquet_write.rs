//! Writes the published Parquet: zstd, dictionary text, statistics and page index, bloom filters on codes.
//! Only types that a udata portal analyses: text, 32-bit integers, doubles, lists of text.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;

use arrow::array::{ArrayRef, ListArray, RecordBatch, StringArray};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;

use crate::{Column, Table, TableError, TextColumn};

/// How the file is laid out.
#[derive(Debug, Clone, Default)]
pub struct ParquetLayout {
    /// Columns by which the table is sorted, told to readers so that they skip row groups.
    pub sorted_by: Vec<String>,
    /// Code columns on which readers filter: they get a bloom filter.
    pub bloom: BTreeSet<String>,
}

/// Rows per row group: large enough to compress, small enough to skip. Each group adds to the footer, which every reader
/// reads whole: on a million rows, 32 groups weigh about as much there as what a query on one establishment reads of them.
const ROW_GROUP_ROWS: usize = 32 << 10;

/// Writes the table as Parquet, columns encoded by `jobs` threads. The same table gives the same bytes, whatever their number.
///
/// # Errors
/// When the bytes cannot be written.
pub fn write_parquet(
    table: &Table,
    layout: &ParquetLayout,
    out: impl Write + Send,
    jobs: usize,
) -> Result<(), TableError> {
    let batch = published_batch(table)?;
    let schema = batch.schema();
    let properties = Arc::new(properties(table, layout)?);
    let parquet_schema = ArrowSchemaConverter::new()
        .with_coerce_types(properties.coerce_types())
        .convert(&schema)?;
    let mut writer = SerializedFileWriter::new(
        out,
        parquet_schema.root_schema_ptr(),
        Arc::clone(&properties),
    )?;
    let factory = ArrowRowGroupWriterFactory::new(&writer, Arc::clone(&schema));
    for (index, start) in (0..batch.num_rows()).step_by(ROW_GROUP_ROWS).enumerate() {
        let rows = batch.slice(start, ROW_GROUP_ROWS.min(batch.num_rows() - start));
        let chunks = encode(&factory, index, &schema, &rows, jobs.max(1))?;
        let mut group = writer.next_row_group()?;
        for chunk in chunks {
            chunk.append_to_row_group(&mut group)?;
        }
        group.close()?;
    }
    writer.close()?;
    Ok(())
}

/// Encodes the columns of a row group, each thread its share; the result is in the order of columns.
fn encode(
    factory: &ArrowRowGroupWriterFactory,
    index: usize,
    schema: &SchemaRef,
    rows: &RecordBatch,
    jobs: usize,
) -> Result<Vec<ArrowColumnChunk>, TableError> {
    let writers = factory.create_column_writers(index)?;
    let work: Vec<_> = writers
        .into_iter()
        .zip(schema.fields().iter().zip(rows.columns()))
        .enumerate()
        .collect();
    let mut shares: Vec<Vec<_>> = (0..jobs).map(|_| Vec::new()).collect();
    for item in work {
        shares[item.0 % jobs].push(item);
    }
    let mut chunks = std::thread::scope(|scope| {
        let threads: Vec<_> = shares
            .into_iter()
            .map(|share| {
                scope.spawn(move || {
                    share
                        .into_iter()
                        .map(|(at, (mut writer, (field, array)))| {
                            for leaf in compute_leaves(field, array)? {
                                writer.write(&leaf)?;
                            }
                            Ok((at, writer.close()?))
                        })
                        .collect::<Result<Vec<_>, TableError>>()
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("encoding does not panic"))
            .collect::<Result<Vec<_>, TableError>>()
    })?
    .into_iter()
    .flatten()
    .collect::<Vec<_>>();
    chunks.sort_by_key(|(at, _)| *at);
    Ok(chunks.into_iter().map(|(_, chunk)| chunk).collect())
}

fn properties(table: &Table, layout: &ParquetLayout) -> Result<WriterProperties, TableError> {
    let places = |name: &String| table.columns().position(|(named, _)| named == name);
    let sorting = layout
        .sorted_by
        .iter()
        .filter_map(places)
        .map(|at| SortingColumn {
            column_idx: i32::try_from(at).expect("a table has few columns"),
            descending: false,
            nulls_first: true,
        });
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_created_by("debouches".to_owned())
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_sorting_columns(Some(sorting.collect()));
    for (name, column) in table.columns() {
        // Nobody looks for a state or skips by a measure: their bounds would fill the footer.
        let statistics = match column {
            Column::Text(_) => EnabledStatistics::Page,
            Column::Integer(_) | Column::Decimal(_) => EnabledStatistics::Chunk,
            Column::List(_) | Column::Status(_) => EnabledStatistics::None,
        };
        builder = builder.set_column_statistics_enabled(ColumnPath::from(name), statistics);
        if let (true, Column::Text(text)) = (layout.bloom.contains(name), column) {
            let distinct = text.distinct().count().max(1) as u64;
            let path = ColumnPath::from(name);
            builder = builder
                .set_column_bloom_filter_enabled(path.clone(), true)
                .set_column_bloom_filter_max_ndv(path, distinct);
        }
    }
    Ok(builder.build())
}

/// The table with its lists as lists.
fn published_batch(table: &Table) -> Result<RecordBatch, TableError> {
    let columns: Vec<(Field, ArrayRef)> = table
        .columns()
        .map(|(name, column)| {
            let array = match column {
                Column::List(text) => lists(text)?,
                Column::Text(_) | Column::Integer(_) | Column::Decimal(_) | Column::Status(_) => {
                    column.array()
                }
            };
            let nullable = !matches!(column, Column::Status(_));
            Ok((Field::new(name, array.data_type().clone(), nullable), array))
        })
        .collect::<Result<_, TableError>>()?;
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().unzip();
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?)
}

fn lists(joined: &TextColumn) -> Result<ArrayRef, TableError> {
    let items = joined
        .iter()
        .flat_map(|cell| cell.into_iter().flat_map(|text| text.split('|')));
    let lengths = joined
        .iter()
        .map(|cell| cell.map_or(0, |text| text.split('|').count()));
    let nulls: NullBuffer = joined.iter().map(|cell| cell.is_some()).collect();
    let field = Arc::new(Field::new("element", DataType::Utf8, false));
    let list = ListArray::try_new(
        field,
        OffsetBuffer::from_lengths(lengths),
        Arc::new(StringArray::from_iter_values(items)),
        Some(nulls),
    )?;
    Ok(Arc::new(list))
}
