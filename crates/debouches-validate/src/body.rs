//! Chooses how a body is read: by its first byte and by what the table may be delivered as, never by its name.

use std::io::{self, Read};

use debouches_table::{Progress, RawTable, TableError, read_csv, read_json};

use crate::Options;
use crate::shape::{BodyKind, Shape};

/// Bytes looked at to know what a body is made of.
const HEAD: u64 = 64;

/// Reads a body, and gives the shapes that it may have.
pub(crate) fn read(
    mut body: impl Read + Send,
    shapes: &[Shape],
    options: Options,
    progress: &mut Progress<'_>,
) -> Result<(RawTable, Vec<Shape>), TableError> {
    let mut head = Vec::new();
    body.by_ref().take(HEAD).read_to_end(&mut head)?;
    let kind = kind_of(&head, shapes);
    let body = io::Cursor::new(head).chain(body);
    let raw = match kind {
        BodyKind::Csv => read_csv(body, options.limits, options.jobs, progress)?,
        BodyKind::Json => read_json(body, options.limits, progress)?,
    };
    Ok((raw, shapes.iter().filter(|shape| shape.body == kind).cloned().collect()))
}

/// The kind of a body that begins like that. A table that is never delivered as JSON reads it as text, and says so.
fn kind_of(head: &[u8], shapes: &[Shape]) -> BodyKind {
    let has = |kind| shapes.iter().any(|shape| shape.body == kind);
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let looks_like_json = text.starts_with(b"{") || text.starts_with(b"[");
    if has(BodyKind::Json) && (looks_like_json || !has(BodyKind::Csv)) { BodyKind::Json } else { BodyKind::Csv }
}
