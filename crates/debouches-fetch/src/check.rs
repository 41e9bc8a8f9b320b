//! Looks at a body before it becomes a snapshot: it unpacks to its end, and it is not an error page.

use std::fs::File;
use std::io::{self, Read};

use debouches_model::SourceId;

use crate::unpack::{Packing, Unpack, UnpackError, open_body};
use crate::{Expect, FetchError};

/// Bytes looked at to know the nature of a body.
const HEAD: usize = 512;

/// Characters of a wrong body that a message shows.
const SHOWN: usize = 40;

/// Reads a body whole, unpacked, and gives its media type.
pub(crate) fn check(
    id: &SourceId,
    mut file: File,
    name: &str,
    unpack: &Unpack,
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
            begins_with,
        });
    }
    if packing != Packing::None {
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

fn is_json(head: &[u8]) -> bool {
    let text = head
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(head)
        .trim_ascii_start();
    text.starts_with(b"{") || text.starts_with(b"[")
}

/// The beginning of a body that is not what was expected: no table begins with `<` or `{`, no JSON with `<`,
/// and no text but UTF-16 holds zero bytes.
fn foreign(head: &[u8], expect: Expect) -> Option<String> {
    let is_utf16 = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    let is_binary = expect != Expect::Any && !is_utf16 && head.contains(&0);
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let wrong: &[&str] = match expect {
        Expect::Csv => &["<", "{", "%PDF-"],
        Expect::Json | Expect::CsvOrJson => &["<", "%PDF-"],
        Expect::Any => &[],
    };
    let shown = || {
        text.chars()
            .take(SHOWN)
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect()
    };
    (is_binary || wrong.iter().any(|beginning| text.starts_with(beginning))).then(shown)
}
