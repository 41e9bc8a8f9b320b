//! A CSV for each région: the lines of the published CSV, byte for byte, shared out by `region_cog`.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Read, Write};

use debouches_model::spec::ColumnSpec;

use super::FormFile;
use crate::prepare::PreparedTable;

const COLUMN: &str = "region_cog";

/// Name of the file of the rows without région.
const NOWHERE: &str = "aucune";

/// Whether a table says in which région each row is.
pub(super) fn can(columns: &[ColumnSpec]) -> bool {
    columns.iter().any(|column| column.name == COLUMN)
}

/// Writes one file for each région, in the order of codes.
pub(super) fn write<W: Write>(
    table: &PreparedTable<'_>,
    csv: impl Read,
    make: &mut dyn FnMut() -> io::Result<W>,
) -> io::Result<Vec<FormFile<W>>> {
    let index = table
        .columns
        .iter()
        .position(|column| column.name == COLUMN)
        .ok_or_else(|| other("it has no région"))?;
    let mut lines = Lines {
        from: BufReader::new(csv),
        record: Vec::new(),
    };
    if !lines.next()? {
        return Err(other("the CSV is empty"));
    }
    let header = lines.record.clone();
    let mut files: BTreeMap<String, FormFile<W>> = BTreeMap::new();
    while lines.next()? {
        let code = cell(&lines.record, index)?;
        if !files.contains_key(&code) {
            let mut out = make()?;
            out.write_all(&header)?;
            let path = format!("{}.region-{code}.csv", table.spec.id);
            files.insert(code.clone(), FormFile { path, rows: 0, out });
        }
        let file = files.get_mut(&code).expect("it was just made");
        file.out.write_all(&lines.record)?;
        file.rows += 1;
    }
    Ok(files.into_values().collect())
}

/// The records of a CSV, as they are written.
struct Lines<R> {
    from: BufReader<R>,
    record: Vec<u8>,
}

impl<R: Read> Lines<R> {
    /// Reads the next record, to its end of line; false when there is none.
    fn next(&mut self) -> io::Result<bool> {
        self.record.clear();
        loop {
            if self.from.read_until(b'\n', &mut self.record)? == 0 {
                return Ok(!self.record.is_empty());
            }
            // A quoted cell may hold line breaks: outside of it, quotes are even.
            if self
                .record
                .iter()
                .filter(|byte| **byte == b'"')
                .count()
                .is_multiple_of(2)
            {
                return Ok(true);
            }
        }
    }
}

/// The code in a record, safe as the name of a file.
fn cell(record: &[u8], index: usize) -> io::Result<String> {
    let (mut at, mut quoted, mut text) = (0, false, Vec::new());
    for byte in record {
        match byte {
            b'"' => quoted = !quoted,
            b';' if !quoted => at += 1,
            b'\n' | b'\r' if !quoted => {}
            other if at == index => text.push(*other),
            _ => {}
        }
    }
    if at < index {
        return Err(other("a row is too short"));
    }
    let text = String::from_utf8(text).map_err(io::Error::other)?;
    match text.as_str() {
        "" => Ok(NOWHERE.to_owned()),
        code if code.bytes().all(|byte| byte.is_ascii_alphanumeric()) => Ok(code.to_owned()),
        code => Err(other(&format!("`{code}` is no code of a région"))),
    }
}

fn other(what: &str) -> io::Error {
    io::Error::other(what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_taken_as_they_are_written() {
        let mut lines = Lines {
            from: BufReader::new(&b"a;b\n\"x\n;y\";84\n;\"\"\n"[..]),
            record: Vec::new(),
        };
        assert!(lines.next().unwrap() && lines.next().unwrap());
        assert_eq!(lines.record, b"\"x\n;y\";84\n");
        assert_eq!(cell(&lines.record, 1).unwrap(), "84");
        assert!(lines.next().unwrap());
        assert_eq!(cell(&lines.record, 1).unwrap(), NOWHERE);
        assert!(cell(&lines.record, 2).is_err() && cell(b"../x\n", 0).is_err());
        assert!(!lines.next().unwrap());
    }
}
