//! What to read, and how much of it is acceptable.

use std::fmt;
use std::sync::Arc;

use debouches_model::SourceId;

use crate::Location;
use crate::unpack::Unpack;

/// A source to read: plain values, filled from the configuration.
#[derive(Debug, Clone)]
pub struct SourceRequest {
    /// Its name.
    pub id: SourceId,
    /// Where it is.
    pub location: Location,
    /// Member of a zip archive that holds the data, where `*` stands for any characters; may be left out when the
    /// archive has one file.
    pub member: Option<String>,
    /// What the bytes should be.
    pub expect: Expect,
    /// Bounds on the bytes.
    pub limits: Limits,
    /// Hosts that the address and its redirects may name; any, when empty.
    pub allowed_hosts: Vec<String>,
    /// What people call this delivery, for instance `2026-S1`.
    pub version: Option<String>,
    /// Whether headings are those of the table, for the sources that know them before they are read.
    pub headings: Option<HeadingCheck>,
}

/// Says how headings differ from those that are known, when they do.
#[derive(Clone)]
pub struct HeadingCheck(Arc<Judge>);

type Judge = dyn Fn(&[String]) -> Result<(), String> + Send + Sync;

impl HeadingCheck {
    /// A check made of a function.
    pub fn new(judge: impl Fn(&[String]) -> Result<(), String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(judge))
    }

    pub(crate) fn of(&self, headings: &[String]) -> Result<(), String> {
        (self.0)(headings)
    }
}

impl fmt::Debug for HeadingCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HeadingCheck")
    }
}

impl SourceRequest {
    /// A CSV source with the default bounds.
    #[must_use]
    pub fn new(id: SourceId, location: Location) -> Self {
        Self {
            id,
            location,
            member: None,
            expect: Expect::Csv,
            limits: Limits::default(),
            allowed_hosts: Vec::new(),
            version: None,
            headings: None,
        }
    }

    /// How to open its body, now and in the stages that follow.
    #[must_use]
    pub fn unpack(&self) -> Unpack {
        Unpack {
            member: self.member.clone(),
            expect: self.expect,
            limits: self.limits,
        }
    }
}

/// What the bytes of a source should be, once unpacked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Expect {
    /// Lines of separated values.
    #[default]
    Csv,
    /// JSON.
    Json,
    /// Lines of separated values, or JSON: the stages that follow tell them apart.
    CsvOrJson,
    /// Anything but nothing; an archive stays an archive unless a member is named.
    Any,
}

impl Expect {
    /// In a sentence.
    pub(crate) fn in_words(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Json => "JSON",
            Self::CsvOrJson => "CSV or JSON",
            Self::Any => "data",
        }
    }
}

/// Bounds on what a source may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes received.
    pub max_bytes: u64,
    /// Bytes after unpacking.
    pub max_unpacked_bytes: u64,
    /// Unpacked bytes for one packed byte, past [`Limits::RATIO_FLOOR`].
    pub max_ratio: u64,
    /// Files in an archive.
    pub max_entries: usize,
}

impl Limits {
    /// Unpacked size below which any ratio is accepted, in bytes: a small file of zeros is no bomb.
    pub const RATIO_FLOOR: u64 = 10 << 20;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 2 << 30,
            max_unpacked_bytes: 8 << 30,
            max_ratio: 200,
            max_entries: 1000,
        }
    }
}
