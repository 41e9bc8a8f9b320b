//! Chooses how a body is read: by its first byte and by what the table may be delivered as, never by its name.

use std::collections::BTreeMap;
use std::io::{self, Read};

use debouches_model::Finding;
use debouches_table::{Progress, RawTable, TableError, read_csv, read_json};

use crate::Options;
use crate::format::{BodyContent, BodyKind};
use crate::shape::Shape;

/// Bytes looked at to know what a body is made of.
const HEAD: u64 = 64;

/// What was read, before it is recognised.
pub(crate) struct Body {
    pub(crate) raw: RawTable,
    /// The shapes that a body of this kind may have.
    pub(crate) shapes: Vec<Shape>,
    /// What is wrong with parts of the body that are in no row.
    pub(crate) findings: Vec<Finding>,
    /// What is worth a note in the report.
    pub(crate) notes: BTreeMap<String, String>,
}

/// Reads a body.
pub(crate) fn read(
    mut body: impl Read + Send,
    shapes: &[Shape],
    options: Options,
    progress: &mut Progress<'_>,
) -> Result<Body, TableError> {
    let mut head = Vec::new();
    body.by_ref().take(HEAD).read_to_end(&mut head)?;
    let kind = kind_of(&head, shapes);
    let body = io::Cursor::new(head).chain(body);
    let shapes = shapes
        .iter()
        .filter(|shape| shape.body == kind)
        .cloned()
        .collect();
    let (findings, notes) = (Vec::new(), BTreeMap::new());
    Ok(match kind {
        BodyKind::Csv => Body {
            raw: read_csv(body, options.limits, options.jobs, progress)?,
            shapes,
            findings,
            notes,
        },
        BodyKind::Json => Body {
            raw: read_json(body, options.limits, progress)?,
            shapes,
            findings,
            notes,
        },
        BodyKind::Registered(format) => {
            let mut body = body;
            let BodyContent {
                table,
                findings,
                notes,
            } = format.read(&mut body, options.limits, progress)?;
            Body {
                raw: table,
                shapes,
                findings,
                notes,
            }
        }
    })
}

/// The kind of a body that begins like that. A table that is never delivered as JSON reads it as text, and says so.
fn kind_of(head: &[u8], shapes: &[Shape]) -> BodyKind {
    let registered = shapes
        .iter()
        .find(|shape| matches!(shape.body, BodyKind::Registered(_)));
    if let Some(shape) = registered {
        return shape.body.clone();
    }
    let has = |kind| shapes.iter().any(|shape| shape.body == kind);
    let text = head
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(head)
        .trim_ascii_start();
    let looks_like_json = text.starts_with(b"{") || text.starts_with(b"[");
    if has(BodyKind::Json) && (looks_like_json || !has(BodyKind::Csv)) {
        BodyKind::Json
    } else {
        BodyKind::Csv
    }
}
