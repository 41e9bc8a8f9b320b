//! Looks at a body before it becomes a snapshot: it unpacks to its end, and it is not an error page.

use std::fs::File;
use std::io::{self, Read};

use debouches_model::{SourceId, escape};

use crate::unpack::{Packing, Unpack, UnpackError, open_body};
use crate::{Expect, FetchError};

/// Bytes looked at to know the nature of a body.
const HEAD: usize = 512;

/// Characters of a wrong body that a message shows.
const SHOWN: usize = 40;

/// What is known of a body before it is looked at.
pub(crate) struct Announced {
    /// Whether its beginning may be shown: that of another host than the one asked is nobody's business.
    pub(crate) is_shown: bool,
    /// Whether this address gave data before.
    pub(crate) is_known: bool,
    /// How many records it has.
    pub(crate) records: Option<u64>,
}

/// Reads a body to its end, unpacked, and gives its media type.
pub(crate) fn check(
    id: &SourceId,
    mut file: File,
    (name, unpack): (&str, &Unpack),
    announced: &Announced,
) -> Result<&'static str, FetchError> {
    let packed = |source| FetchError::Packed {
        id: id.clone(),
        source,
    };
    let read = |source| packed(UnpackError::of_read(name, 0, source));
    let packing = Packing::of(&mut file).map_err(read)?;
    let mut body = open_body(file, name, unpack).map_err(packed)?;
    let mut head = Vec::new();
    (&mut body)
        .take(HEAD as u64)
        .read_to_end(&mut head)
        .map_err(read)?;
    if head.is_empty() {
        return Err(FetchError::Empty {
            id: id.clone(),
            file: name.to_owned(),
        });
    }
    if let Some(begins_with) = foreign(&head, unpack.expect) {
        let (id, file, expected) = (id.clone(), name.to_owned(), unpack.expect.in_words());
        return Err(FetchError::NotData {
            id,
            file,
            expected,
            begins_with: announced.is_shown.then_some(begins_with),
            is_known: announced.is_known,
        });
    }
    if let Some(expected) = announced.records {
        let received = count_records(Read::chain(head.as_slice(), &mut body)).map_err(read)?;
        compare(id, received, expected)?;
    } else if packing != Packing::None {
        io::copy(&mut body, &mut io::sink()).map_err(read)?;
    }
    Ok(match (packing, unpack.expect) {
        (Packing::Gzip, _) => "application/gzip",
        (Packing::Zip, _) => "application/zip",
        (Packing::None, Expect::Csv) => "text/csv",
        (Packing::None, Expect::CsvOrJson) if !is_json(&head) => "text/csv",
        (Packing::None, Expect::Json | Expect::CsvOrJson) => "application/json",
        (Packing::None, Expect::Any) => "application/octet-stream",
    })
}

/// Fewer records than announced are a body that was cut; more are a portal whose count is late.
fn compare(id: &SourceId, received: u64, announced: u64) -> Result<(), FetchError> {
    if received < announced {
        return Err(FetchError::Records {
            id: id.clone(),
            received,
            announced,
        });
    }
    if received > announced {
        tracing::warn!(
            source.id = %id,
            "source {id} has {received} records, its catalogue announces {announced}"
        );
    }
    Ok(())
}

/// Records of a CSV body below its heading: lines that are not empty, where those inside quotes are none.
fn count_records(mut body: impl Read) -> io::Result<u64> {
    let (mut lines, mut is_quoted, mut is_empty) = (0_u64, false, true);
    let mut buffer = vec![0; 1 << 18];
    loop {
        let read = body.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        for byte in &buffer[..read] {
            match byte {
                b'"' => {
                    is_quoted = !is_quoted;
                    is_empty = false;
                }
                b'\n' | b'\r' if !is_quoted => {
                    lines += u64::from(!is_empty);
                    is_empty = true;
                }
                _ => is_empty = false,
            }
        }
    }
    lines += u64::from(!is_empty);
    Ok(lines.saturating_sub(1))
}

fn is_json(head: &[u8]) -> bool {
    let text = head
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(head)
        .trim_ascii_start();
    text.starts_with(b"{") || text.starts_with(b"[")
}

/// Bodies that validation reads, or refuses by their name: workbooks, Parquet, archives.
fn is_named_later(head: &[u8]) -> bool {
    const SIGNATURES: [&[u8]; 8] = [
        b"PK\x03\x04",
        b"PAR1",
        b"\xD0\xCF\x11\xE0",
        b"7z\xBC\xAF",
        b"Rar!",
        b"\xFD7zXZ",
        b"\x28\xB5\x2F\xFD",
        b"BZh",
    ];
    SIGNATURES
        .iter()
        .any(|signature| head.starts_with(signature))
}

/// Text in UTF-16 without its mark: every other byte is zero, always on the same side.
fn looks_like_utf16(head: &[u8]) -> bool {
    let zeros = |side: usize| {
        head.iter()
            .skip(side)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let (first, second, pairs) = (zeros(0), zeros(1), head.len() / 2);
    (first * 2 > pairs && second * 20 < pairs) || (second * 2 > pairs && first * 20 < pairs)
}

/// A text of which more than one byte in that many is zero is no text.
const ZEROS_OF_BINARY: usize = 50;

/// The beginning of a body that is not what was expected: no table begins with `<` or `{`, no JSON with `<`,
/// and no text but UTF-16 holds zero bytes.
fn foreign(head: &[u8], expect: Expect) -> Option<String> {
    let is_utf16 = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    let is_utf16 = is_utf16 || looks_like_utf16(head);
    // A stray zero is a damaged cell, which validation tells.
    let zeros = head.iter().filter(|byte| **byte == 0).count();
    let has_many = zeros * ZEROS_OF_BINARY > head.len();
    let is_binary = expect != Expect::Any && !is_utf16 && !is_named_later(head) && has_many;
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let wrong: &[&str] = match expect {
        Expect::Csv => &["<", "{", "%PDF-"],
        Expect::Json | Expect::CsvOrJson => &["<", "%PDF-"],
        Expect::Any => &[],
    };
    let shown = || {
        let beginning: String = text
            .chars()
            .take(SHOWN)
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        escape::line(&beginning, SHOWN)
    };
    (is_binary || wrong.iter().any(|beginning| text.starts_with(beginning))).then(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_counted_without_heading_blank_lines_and_quoted_line_ends() {
        for (text, records) in [
            ("", 0),
            ("a;b", 0),
            ("a;b\r\n1;2\r\n\r\n3;4", 2),
            ("a;b\r1;2\r3;4\r", 2),
            ("a;b\n1;\"x\ny\"\n3;\"say \"\"hi\"\"\n\"\n", 2),
        ] {
            assert_eq!(count_records(text.as_bytes()).unwrap(), records, "{text:?}");
        }
    }
}
