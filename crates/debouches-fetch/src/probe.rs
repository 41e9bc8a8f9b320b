//! What an address answers, without reading all of it: what an operator looks at before the first night.

use debouches_http::FileRequest;
use debouches_model::escape;

use crate::sources::Reading;
use crate::{FetchError, SourceRequest};

/// Bytes that are looked at.
const HEAD: usize = 16 << 10;

/// Characters of a first line that are kept.
const LONGEST_LINE: usize = 200;

/// What an address answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Probe {
    /// The media type that was announced.
    pub media_type: Option<String>,
    /// The first line, or the columns that a catalogue names.
    pub first_line: Option<String>,
    /// Whether the headings are those of a generation that is known, and how they differ; nothing when they were not seen.
    pub headings: Option<Result<(), String>>,
    /// How much there is: bytes, or records.
    pub size: Option<String>,
    /// When it was last changed.
    pub date: Option<String>,
    /// Whether a page for people came instead of data.
    pub is_page: bool,
}

impl Probe {
    /// What the beginning of a body shows.
    pub(crate) fn of_head(request: &SourceRequest, head: &[u8]) -> Self {
        if head.starts_with(b"PK") || head.starts_with(&[0x1f, 0x8b]) {
            return Self {
                first_line: Some("(packed)".to_owned()),
                ..Self::default()
            };
        }
        let line: Vec<u8> = (head.iter().copied())
            .take_while(|byte| !matches!(byte, b'\r' | b'\n'))
            .collect();
        let text = match std::str::from_utf8(&line) {
            Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
            // Windows-1252, as the BCN writes; a heading has none of the few characters that Latin-1 lacks.
            Err(_) => line.iter().map(|byte| char::from(*byte)).collect(),
        };
        let start = text.trim_start();
        let is_page = start.starts_with('<');
        let is_json = start.starts_with('{') || start.starts_with('[');
        let headings = (!is_page && !is_json)
            .then(|| check(request, &columns(&text)))
            .flatten();
        Self {
            first_line: Some(escape::line(&text, LONGEST_LINE)),
            headings,
            is_page,
            ..Self::default()
        }
    }
}

/// What the table knows of these headings.
pub(crate) fn check(request: &SourceRequest, headings: &[String]) -> Option<Result<(), String>> {
    request.headings.as_ref().map(|check| check.of(headings))
}

/// The cells of a heading. Those with a delimiter inside quotes are none that we know.
fn columns(line: &str) -> Vec<String> {
    let count = |delimiter: char| line.matches(delimiter).count();
    let delimiter = [';', ',', '\t', '|'].into_iter().max_by_key(|c| count(*c));
    line.split(delimiter.unwrap_or(';'))
        .map(|cell| cell.trim_matches('"').to_owned())
        .collect()
}

impl Reading<'_> {
    /// Looks at the beginning of a web address.
    pub(crate) async fn peek(&self, mut file: FileRequest) -> Result<Probe, FetchError> {
        file.allowed_hosts.clone_from(&self.request.allowed_hosts);
        file.guarded = true;
        let peeked = self.client()?.peek(&file, HEAD).await;
        let peeked = peeked.map_err(|error| self.http_error(error))?;
        Ok(Probe {
            media_type: peeked.content_type,
            size: peeked.length.map(|bytes| format!("{bytes} bytes")),
            date: peeked.last_modified,
            ..Probe::of_head(self.request, &peeked.head)
        })
    }
}
