//! Reads JSON records into a raw table: an array of flat objects, or an object one member of which is such an array.

mod visit;

use std::cell::Cell;
use std::io::{self, BufRead as _, BufReader, Read};
use std::rc::Rc;

use crate::csv_read::UTF8_BOM;
use crate::{Encoding, Progress, RawTable, ReadLimits, TableError};

/// Reads JSON records. A member of a record becomes a cell: texts and numbers as written, `null` as nothing, a list of
/// scalars joined with `,`. Records may name other members than their neighbours: what is not named is empty.
///
/// # Errors
/// When the stream fails, when the body is not such JSON, or when a limit is passed.
pub fn read_json(
    input: impl Read,
    limits: ReadLimits,
    progress: &mut Progress<'_>,
) -> Result<RawTable, TableError> {
    let mut input = BufReader::with_capacity(1 << 16, input);
    let bom = input.fill_buf()?.starts_with(UTF8_BOM);
    if bom {
        input.consume(UTF8_BOM.len());
    }
    let at = Rc::new(Position {
        line: Cell::new(1),
        ..Position::default()
    });
    let mut parser = serde_json::Deserializer::from_reader(Guarded {
        input,
        at: Rc::clone(&at),
        limit: limits.row_bytes,
    });
    match visit::records(&mut parser, limits, &at, progress) {
        Ok(table) => Ok(table.finish(if bom {
            Encoding::Utf8Bom
        } else {
            Encoding::Utf8
        })),
        Err(visit::Failure::Table(failure)) => Err(failure),
        Err(visit::Failure::Json(_)) if at.over.get() => Err(TableError::OverLimit {
            line: at.line.get(),
            what: "the size of the record in bytes",
            limit: limits.row_bytes,
        }),
        Err(visit::Failure::Json(error)) if error.is_io() => Err(TableError::Io(error.into())),
        Err(visit::Failure::Json(error)) => Err(TableError::NotRecords {
            line: error.line() as u64,
            problem: without_place(&error),
        }),
    }
}

/// The problem without its place, which is told apart.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" at line ") {
        Some((problem, _)) => problem.to_owned(),
        None => text,
    }
}

/// Where the parser is in the body.
#[derive(Default)]
pub(crate) struct Position {
    line: Cell<u64>,
    /// Bytes read since the record began.
    record: Cell<u64>,
    total: Cell<u64>,
    over: Cell<bool>,
}

/// Counts lines, and stops a record that does not end.
struct Guarded<R> {
    input: R,
    at: Rc<Position>,
    limit: u64,
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        let lines = buffer[..read].iter().filter(|byte| **byte == b'\n').count();
        let add = |counter: &Cell<u64>, more: usize| counter.set(counter.get() + more as u64);
        add(&self.at.line, lines);
        add(&self.at.total, read);
        add(&self.at.record, read);
        if self.at.record.get() > self.limit {
            self.at.over.set(true);
            return Err(io::Error::other("over the limit"));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<RawTable, TableError> {
        let limits = ReadLimits {
            row_bytes: 1000,
            cell_bytes: 100,
            columns: 20,
            ..ReadLimits::default()
        };
        read_json(text.as_bytes(), limits, &mut |_| {})
    }

    fn refusal(text: &str) -> String {
        read(text).unwrap_err().to_string()
    }

    #[test]
    fn records_become_rows_whatever_their_members() {
        let body = "\u{feff}{\"total\": 2, \"results\": [\n{\"a\": 1.5, \"b\": [\"2021\", \"2022\"]},\n{\"c\": null, \"a\": \"nd\"}]}";
        let raw = read(body).unwrap();
        assert_eq!(raw.header, ["a", "b", "c"]);
        assert_eq!(raw.lines, [2, 3]);
        assert_eq!(
            [raw.column(0).value(0), raw.column(0).value(1)],
            ["1.5", "nd"]
        );
        assert_eq!(
            [
                raw.column(1).value(0),
                raw.column(1).value(1),
                raw.column(2).value(0)
            ],
            ["2021,2022", "", ""]
        );
        assert_eq!(raw.encoding, Encoding::Utf8Bom);
        assert_eq!(read("[]").unwrap().rows(), 0);
    }

    #[test]
    fn what_is_not_a_list_of_records_is_refused() {
        assert_eq!(
            refusal("[{\"a\": 1}\n, 2]"),
            "line 2: invalid type: integer `2`, expected a record"
        );
        assert_eq!(
            refusal("{\"a\": 1}"),
            "line 1: no member is a list of records"
        );
        assert_eq!(
            refusal("[{\"a\": {}}]"),
            "line 1: invalid type: map, expected a text, a number, or a list of them"
        );
        assert_eq!(
            refusal("[{\"a\": 1, \"a\": 2}]"),
            "line 1: the record has `a` twice"
        );
        assert_eq!(refusal("[{\"a\":"), "line 1: EOF while parsing a value");
        let damaged = read_json(
            &b"[{\"a\": \"Lyc\xE9e\"}]"[..],
            ReadLimits::default(),
            &mut |_| {},
        )
        .unwrap_err();
        assert_eq!(damaged.to_string(), "line 1: invalid unicode code point");
    }

    #[test]
    fn bombs_are_refused() {
        assert!(refusal(&"[".repeat(1_000_000)).contains("expected a record"));
        // What stands beside the records is passed over without recursion; in a record nothing may be deep.
        let deep = format!("{}1{}", "{\"a\":".repeat(160), "}".repeat(160));
        assert_eq!(refusal(&deep), "line 1: no member is a list of records");
        assert!(refusal(&format!("[{deep}]")).starts_with("line 1: invalid type: map"));
        assert_eq!(
            refusal(&format!("[{{\"a\": \"{}", "x".repeat(2000))),
            "line 1: the size of the record in bytes is over the limit of 1000"
        );
        let wide: Vec<String> = (0..30).map(|column| format!("\"c{column}\": 1")).collect();
        assert_eq!(
            refusal(&format!("[{{{}}}]", wide.join(","))),
            "line 1: the number of columns is over the limit of 20"
        );
        assert_eq!(
            refusal(&format!("[{{\"a\": \"{}\"}}]", "x".repeat(200))),
            "line 1: the size of a cell in bytes is over the limit of 100"
        );
    }
}
