//! Chooses how a body is read: by its first bytes, never by its name. A format is one file and one line of [`FORMATS`].

mod delimited;
mod json;
mod parquet;
mod unsupported;
mod workbook;

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

use debouches_model::Finding;
use debouches_table::{
    EveryHeading, Headings, Progress, RawTable, ReadLimits, ReadOptions, TableError,
};

use crate::Options;
use crate::format::{BodyContent, BodyFormat, BodyKind};
use crate::shape::Shape;

/// Bytes looked at to know what a body is made of.
const HEAD: u64 = 512;

/// A way in which a table of text is delivered.
pub(crate) trait TextFormat: Sync {
    /// Its name, for the report.
    fn name(&self) -> &'static str;

    /// True for a body that begins like that.
    fn begins(&self, head: &[u8]) -> bool;

    /// Reads a body.
    ///
    /// # Errors
    /// When the stream fails, when the body is no table, or when a limit is passed.
    fn read(
        &self,
        body: &mut (dyn Read + Send),
        options: ReadOptions<'_>,
        progress: &mut Progress<'_>,
    ) -> Result<RawTable, TableError>;
}

/// Every format; the first that recognises a body reads it, and the last one recognises any.
const FORMATS: &[&dyn TextFormat] = &[
    &workbook::Workbook,
    &parquet::Parquet,
    &unsupported::Unsupported,
    &json::Json,
    &delimited::Delimited,
];

/// What reads a body.
#[derive(Clone)]
pub(crate) enum BodyReader {
    /// One of [`FORMATS`].
    Text(&'static dyn TextFormat),
    /// A format that the domain registers.
    Registered(Arc<dyn BodyFormat>),
}

impl BodyReader {
    /// Its name, for the report.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Text(format) => format.name(),
            Self::Registered(format) => format.name(),
        }
    }

    /// True when a shape of that kind may describe what was read: text is text, however it is delivered.
    pub(crate) fn may_have(&self, kind: &BodyKind) -> bool {
        match self {
            Self::Text(_) => matches!(kind, BodyKind::Csv | BodyKind::Json),
            Self::Registered(_) => kind.name() == self.name(),
        }
    }

    /// Reads the body again, for its rows alone.
    pub(crate) fn read_again(
        &self,
        body: &mut (dyn Read + Send),
        limits: ReadLimits,
        headings: &dyn Headings,
    ) -> Result<RawTable, TableError> {
        match self {
            Self::Text(format) => {
                let options = ReadOptions {
                    limits,
                    jobs: 1,
                    headings,
                };
                format.read(body, options, &mut |_| {})
            }
            Self::Registered(format) => {
                let content = format.read(body, limits, &mut |_| {})?;
                Ok(content.table)
            }
        }
    }
}

impl fmt::Debug for BodyReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What was read, before it is recognised.
pub(crate) struct Body {
    pub(crate) raw: RawTable,
    pub(crate) reader: BodyReader,
    /// What is wrong with parts of the body that are in no row.
    pub(crate) findings: Vec<Finding>,
    /// What is worth a note in the report.
    pub(crate) notes: BTreeMap<String, String>,
}

/// Reads a body.
pub(crate) fn read(
    mut body: Box<dyn Read + Send + '_>,
    shapes: &[Shape],
    (options, headings): (Options, &dyn Headings),
    progress: &mut Progress<'_>,
) -> Result<Body, TableError> {
    let registered = shapes.iter().find_map(|shape| match &shape.body {
        BodyKind::Registered(format) => Some(Arc::clone(format)),
        BodyKind::Csv | BodyKind::Json => None,
    });
    if let Some(format) = registered {
        let BodyContent {
            table,
            findings,
            notes,
        } = format.read(&mut body, options.limits, progress)?;
        return Ok(Body {
            raw: table,
            reader: BodyReader::Registered(format),
            findings,
            notes,
        });
    }
    let mut head = Vec::new();
    body.by_ref().take(HEAD).read_to_end(&mut head)?;
    let format = format_of(&head);
    let read = ReadOptions {
        limits: options.limits,
        jobs: options.jobs,
        headings,
    };
    let raw = format.read(&mut io::Cursor::new(head).chain(body), read, progress)?;
    Ok(Body {
        raw,
        reader: BodyReader::Text(format),
        findings: Vec::new(),
        notes: BTreeMap::new(),
    })
}

/// Reads every column of a body in any of the formats, whatever its header.
///
/// # Errors
/// When the stream fails, when the body is no table, or when a limit is passed.
pub fn read_body(
    mut body: impl Read + Send,
    limits: ReadLimits,
    jobs: usize,
) -> Result<RawTable, TableError> {
    let mut head = Vec::new();
    body.by_ref().take(HEAD).read_to_end(&mut head)?;
    let format = format_of(&head);
    let options = ReadOptions {
        limits,
        jobs,
        headings: &EveryHeading,
    };
    format.read(&mut io::Cursor::new(head).chain(body), options, &mut |_| {})
}

/// The format of a body that begins like that.
fn format_of(head: &[u8]) -> &'static dyn TextFormat {
    let known = FORMATS.iter().find(|format| format.begins(head));
    *known.unwrap_or(&(&delimited::Delimited as &dyn TextFormat))
}

/// The first bytes as text: without mark, blanks, or the zeros of UTF-16.
fn visible(head: &[u8]) -> Vec<u8> {
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let text = text
        .strip_prefix(b"\xFF\xFE")
        .or(text.strip_prefix(b"\xFE\xFF"))
        .unwrap_or(text);
    let plain: Vec<u8> = text.iter().copied().filter(|byte| *byte != 0).collect();
    plain.trim_ascii_start().to_vec()
}
