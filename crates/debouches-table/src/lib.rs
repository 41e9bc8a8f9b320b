//! Tables: Arrow inside, domain outside.
//!
//! The only crate that names `arrow` or `parquet`. Text is dictionary-encoded with one dictionary per column, so that
//! a rule or a join on a code runs once per distinct value and not once per row.
//! Deliberately absent: what columns mean (that is the specification's job), files and paths, async.

mod align;
mod column;
mod csv_block;
mod csv_read;
mod csv_write;
mod dialect;
mod encoder;
mod encoding;
mod error;
mod headings;
mod ipc;
mod json_read;
mod keys;
mod limits;
mod order;
mod packed;
mod parquet_read;
mod parquet_rows;
mod parquet_write;
mod raw;
mod raw_builder;
mod rows;
mod suppress;
mod table;
mod text;
mod workbook_read;

pub use align::{Alignment, as_text, changed_pairs};
pub use column::{Column, DecimalColumn, IntegerColumn, StatusColumn, TextColumn};
pub use csv_read::{Progress, ReadOptions, read_csv, read_delimited};
pub use csv_write::write_csv;
pub use dialect::Dialect;
pub use encoding::{CellBytes, Encoding, cell_bytes, decode};
pub use error::TableError;
pub use headings::{
    EveryHeading, Headings, composed, is_invisible, letters_and_figures, tidy_heading,
};
pub use ipc::{read_ipc, write_ipc};
pub use json_read::{read_json, read_records};
pub use limits::ReadLimits;
pub use parquet_read::ParquetFile;
pub use parquet_rows::read_parquet_rows;
pub use parquet_write::{ParquetLayout, write_parquet};
pub use raw::{ColumnView, DroppedColumn, PassedOver, RaggedRow, RawColumn, RawTable};
pub use raw_builder::{NamedTwice, RawBuilder};
pub use table::Table;
pub use text::open_text;
pub use workbook_read::read_workbook;
