//! A list of JSON records, or one record on each line.

use std::io::Read;

use debouches_table::{Progress, RawTable, ReadOptions, TableError, read_records};

use super::TextFormat;

pub(super) struct Json;

impl TextFormat for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn begins(&self, head: &[u8]) -> bool {
        let text = super::visible(head);
        let Some((first, rest)) = text.split_first() else {
            return false;
        };
        let next = rest.trim_ascii_start().first();
        match first {
            b'{' => matches!(next, None | Some(b'"' | b'}')),
            b'[' => matches!(next, None | Some(b'{' | b'[' | b']')),
            _ => false,
        }
    }

    fn read(
        &self,
        body: &mut (dyn Read + Send),
        options: ReadOptions<'_>,
        progress: &mut Progress<'_>,
    ) -> Result<RawTable, TableError> {
        read_records(body, options, progress)
    }
}
