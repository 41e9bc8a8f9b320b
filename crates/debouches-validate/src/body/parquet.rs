//! A Parquet export of the producer.

use std::io::Read;

use debouches_table::{Progress, RawTable, ReadOptions, TableError, read_parquet_rows};

use super::TextFormat;

pub(super) struct Parquet;

impl TextFormat for Parquet {
    fn name(&self) -> &'static str {
        "parquet"
    }

    fn begins(&self, head: &[u8]) -> bool {
        head.starts_with(b"PAR1")
    }

    fn read(
        &self,
        body: &mut (dyn Read + Send),
        options: ReadOptions<'_>,
        progress: &mut Progress<'_>,
    ) -> Result<RawTable, TableError> {
        read_parquet_rows(body, options, progress)
    }
}
