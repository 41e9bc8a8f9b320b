//! A workbook, whatever its file is called.

use std::io::Read;

use debouches_table::{Progress, RawTable, ReadOptions, TableError, read_workbook};

use super::TextFormat;

pub(super) struct Workbook;

impl TextFormat for Workbook {
    fn name(&self) -> &'static str {
        "xlsx"
    }

    fn begins(&self, head: &[u8]) -> bool {
        // A sheet of OpenDocument is a zip archive too, whose first file tells its type.
        head.starts_with(b"PK\x03\x04") && !head.windows(12).any(|text| text == b"opendocument")
    }

    fn read(
        &self,
        body: &mut (dyn Read + Send),
        options: ReadOptions<'_>,
        progress: &mut Progress<'_>,
    ) -> Result<RawTable, TableError> {
        read_workbook(body, options, progress)
    }
}
