//! Reads JSON records into a raw table: an array of flat objects, an object one member of which is such an array, or one
//! object on each line. Records may be wrapped, as the APIs of portals do.

mod text;
mod visit;

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use crate::headings::EveryHeading;
use crate::text::Text;
use crate::{Progress, RawTable, ReadLimits, ReadOptions, TableError};

/// Reads JSON records, every member of them.
///
/// # Errors
/// When the stream fails, when the body is not such JSON, or when a limit is passed.
pub fn read_json(
    input: impl Read,
    limits: ReadLimits,
    progress: &mut Progress<'_>,
) -> Result<RawTable, TableError> {
    let options = ReadOptions {
        limits,
        jobs: 1,
        headings: &EveryHeading,
    };
    read_records(input, options, progress)
}

/// Reads JSON records. A member of a record becomes a cell: texts and numbers as written, `null` and `NaN` as nothing, a list
/// of scalars joined with `,`. Records may name other members than their neighbours: what is not named is empty.
///
/// # Errors
/// When the stream fails, when the body is not such JSON, or when a limit is passed.
pub fn read_records(
    input: impl Read,
    options: ReadOptions<'_>,
    progress: &mut Progress<'_>,
) -> Result<RawTable, TableError> {
    let text = Text::open(input)?;
    let declared = text.declared();
    let at = Rc::new(Position {
        line: Cell::new(1),
        ..Position::default()
    });
    let not_numbers = Rc::new(Cell::new(0));
    let limit = options.limits.row_bytes;
    let mut parser = serde_json::Deserializer::from_reader(Guarded {
        input: text::Repaired::new(text, Rc::clone(&not_numbers)),
        at: Rc::clone(&at),
        limit,
    });
    match visit::records(&mut parser, options, &at, progress) {
        Ok((table, mut passed_over)) => {
            passed_over.not_numbers = not_numbers.get();
            Ok(table.settle(declared, passed_over))
        }
        Err(visit::Failure::Table(failure)) => Err(failure),
        Err(visit::Failure::Json(_)) if at.over.get() => Err(TableError::OverLimit {
            line: at.line.get(),
            what: "the size of the record in bytes",
            limit,
        }),
        Err(visit::Failure::Json(error)) if error.is_io() => Err(TableError::Io(error.into())),
        Err(visit::Failure::Json(error)) => Err(TableError::NotRecords {
            line: (error.line() as u64).max(1),
            problem: without_position(&error),
        }),
    }
}

/// The problem without its place, which is told apart.
fn without_position(error: &serde_json::Error) -> String {
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
    use crate::{Encoding, Headings};

    fn read(text: &str) -> Result<RawTable, TableError> {
        let limits = ReadLimits {
            row_bytes: 1000,
            cell_bytes: 100,
            columns: 20,
            ..ReadLimits::default()
        };
        read_json(text.as_bytes(), limits, &mut |_| {})
    }

    struct Known;

    impl Headings for Known {
        fn wanted(&self, _: &[String]) -> Option<Vec<bool>> {
            None
        }

        fn knows(&self, heading: &str) -> bool {
            ["a", "b"].contains(&heading)
        }
    }

    fn read_known(body: &[u8]) -> Result<RawTable, TableError> {
        let options = ReadOptions {
            limits: ReadLimits::default(),
            jobs: 1,
            headings: &Known,
        };
        read_records(body, options, &mut |_| {})
    }

    fn refusal_of(text: &str) -> String {
        read_known(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn records_on_lines_and_wrapped_records_are_read_like_others() {
        let bodies = [
            "{\"a\": 1, \"b\": \"x\", \"z\": {\"lon\": 1}}\n{\"b\": \"y\", \"a\": 2}\n",
            "[{\"recordid\": \"r\", \"fields\": {\"a\": 1, \"b\": \"x\"}}, {\"fields\": {\"a\": 2, \"b\": \"y\"}, \"recordid\": \"s\"}]",
            "{\"nhits\": 2, \"records\": [{\"record\": {\"id\": 1, \"fields\": {\"a\": 1, \"b\": \"x\"}}}, {\"record\": {\"fields\": {\"a\": 2, \"b\": \"y\"}}}]}",
            "{\"fields\": {\"a\": 1, \"b\": \"x\"}, \"recordid\": \"r\"}\n{\"fields\": {\"a\": 2, \"b\": \"y\"}}",
            "{\"links\": [{\"rel\": \"self\"}], \"results\": [{\"a\": 1, \"b\": \"x\"}, {\"a\": 2, \"b\": \"y\"}]}",
        ];
        for body in bodies {
            let raw = read_known(body.as_bytes()).unwrap();
            assert_eq!(raw.rows(), 2, "{body}");
            let cells = |heading: &str| {
                let index = raw.header.iter().position(|item| item == heading).unwrap();
                [0, 1].map(|row| raw.column(index).value(row).to_owned())
            };
            assert_eq!(
                (cells("a"), cells("b")),
                (
                    ["1".to_owned(), "2".to_owned()],
                    ["x".to_owned(), "y".to_owned()]
                ),
                "{body}"
            );
        }
    }

    #[test]
    fn what_the_body_announces_and_how_it_is_encoded_are_noted() {
        let raw = read_known(b"{\"total_count\": 9, \"next\": null, \"results\": [{\"a\": NaN, \"b\": \"Lyc\xE9e\"}]}").unwrap();
        assert_eq!(raw.passed_over.announced, Some(9));
        assert!(!raw.passed_over.has_next_page);
        assert_eq!(raw.passed_over.not_numbers, 1);
        assert_eq!(raw.encoding, Encoding::Windows1252);
        assert_eq!(raw.column(1).value(0), "Lycée");
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
            refusal_of("{\"errorcode\": 10002, \"error\": \"The maximum rows\"}"),
            "line 1: the source answered with an error instead of records: The maximum rows, 10002"
        );
        assert_eq!(
            refusal_of("{\"z\": 1}"),
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
    }

    #[test]
    fn bombs_are_refused() {
        assert!(refusal(&"[".repeat(1_000_000)).contains("expected a record"));
        // What stands beside the records is passed over without recursion; in a record nothing may be deep.
        let deep = format!("{}1{}", "{\"a\":".repeat(160), "}".repeat(160));
        assert!(refusal(&deep).starts_with("line 1: invalid type: map"));
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
