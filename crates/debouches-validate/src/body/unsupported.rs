//! Bodies that are known, and not read: what they are is told, instead of what their bytes look like.

use std::io::Read;

use debouches_table::{Progress, RawTable, ReadOptions, TableError};

use super::TextFormat;

/// First bytes, and what they announce.
const SIGNATURES: &[(&[u8], &str)] = &[
    (b"\xFF\xFE\0\0", "UTF-32"),
    (b"\0\0\xFE\xFF", "UTF-32"),
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", ".xls (OLE2)"),
    (b"PK\x03\x04", ".ods (OpenDocument)"),
    (b"7z\xBC\xAF\x27\x1C", "7z"),
    (b"Rar!\x1A\x07", "rar"),
    (b"\xFD7zXZ\x00", "xz"),
    (b"\x28\xB5\x2F\xFD", "zstd"),
    (b"BZh", "bzip2"),
    (b"\x1F\x8B", "gzip"),
    (b"ARROW1", "arrow"),
    (b"SQLite format 3\0", "sqlite"),
    (b"%PDF-", "PDF"),
];

pub(super) struct Unsupported;

impl TextFormat for Unsupported {
    fn name(&self) -> &'static str {
        "unsupported"
    }

    fn begins(&self, head: &[u8]) -> bool {
        known(head).is_some()
    }

    fn read(
        &self,
        body: &mut (dyn Read + Send),
        _: ReadOptions<'_>,
        _: &mut Progress<'_>,
    ) -> Result<RawTable, TableError> {
        let mut head = Vec::new();
        body.take(super::HEAD).read_to_end(&mut head)?;
        Err(TableError::Unsupported {
            what: known(&head).unwrap_or("binary"),
        })
    }
}

fn known(head: &[u8]) -> Option<&'static str> {
    let signature = SIGNATURES.iter().find(|(bytes, _)| head.starts_with(bytes));
    signature.map(|(_, what)| *what)
}
