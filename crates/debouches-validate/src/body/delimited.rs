//! Delimited text.

use std::io::Read;

use debouches_table::{Progress, RawTable, ReadOptions, TableError, read_delimited};

use super::TextFormat;

pub(super) struct Delimited;

impl TextFormat for Delimited {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn begins(&self, _: &[u8]) -> bool {
        true
    }

    fn read(
        &self,
        body: &mut (dyn Read + Send),
        options: ReadOptions<'_>,
        progress: &mut Progress<'_>,
    ) -> Result<RawTable, TableError> {
        read_delimited(body, options, progress)
    }
}
