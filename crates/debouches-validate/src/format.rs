//! What the domain registers for bodies that a list of headings cannot describe.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::sync::Arc;

use debouches_model::Finding;
use debouches_table::{Progress, RawTable, ReadLimits, TableError};

use crate::sheet::Sheet;

/// Reads bodies that are neither delimited text nor a list of JSON records.
pub trait BodyFormat: Send + Sync {
    /// Its name in shape files.
    fn name(&self) -> &'static str;

    /// Reads a body as records under headings.
    ///
    /// # Errors
    /// When the stream fails, or when a part of it is over the limits.
    fn read(
        &self,
        body: &mut dyn Read,
        limits: ReadLimits,
        progress: &mut Progress<'_>,
    ) -> Result<BodyContent, TableError>;
}

/// What was read of a body.
#[derive(Debug)]
pub struct BodyContent {
    /// The records.
    pub table: RawTable,
    /// What is wrong with parts of the body that are in no record.
    pub findings: Vec<Finding>,
    /// What is worth a note in the report.
    pub notes: BTreeMap<String, String>,
}

/// Arranges the cells of a body once its headings are recognised, where the generation needs code.
pub trait Arrangement: Send + Sync {
    /// Its name in shape files.
    fn name(&self) -> &'static str;

    /// Changes cells, or sets columns from others.
    fn arrange(&self, sheet: &mut Sheet);
}

/// The formats of bodies and the arrangements that the domain registers, by name.
#[derive(Clone, Default)]
pub struct Formats {
    bodies: BTreeMap<&'static str, Arc<dyn BodyFormat>>,
    arrangements: BTreeMap<&'static str, Arc<dyn Arrangement>>,
}

impl Formats {
    /// Registers a format of bodies.
    #[must_use]
    pub fn with_body(mut self, format: impl BodyFormat + 'static) -> Self {
        self.bodies.insert(format.name(), Arc::new(format));
        self
    }

    /// Registers an arrangement.
    #[must_use]
    pub fn with_arrangement(mut self, arrangement: impl Arrangement + 'static) -> Self {
        self.arrangements
            .insert(arrangement.name(), Arc::new(arrangement));
        self
    }

    pub(crate) fn body(&self, name: &str) -> Option<&Arc<dyn BodyFormat>> {
        self.bodies.get(name)
    }

    pub(crate) fn arrangement(&self, name: &str) -> Option<&Arc<dyn Arrangement>> {
        self.arrangements.get(name)
    }

    pub(crate) fn body_names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.bodies.keys().copied()
    }

    pub(crate) fn arrangement_names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.arrangements.keys().copied()
    }
}

impl fmt::Debug for Formats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Formats")
            .field("bodies", &self.body_names().collect::<Vec<_>>())
            .field(
                "arrangements",
                &self.arrangement_names().collect::<Vec<_>>(),
            )
            .finish()
    }
}

/// What a body is made of.
#[derive(Clone, Default)]
pub enum BodyKind {
    /// Delimited text.
    #[default]
    Csv,
    /// A list of JSON records.
    Json,
    /// A format that the domain registers.
    Registered(Arc<dyn BodyFormat>),
}

impl BodyKind {
    /// Its name in shape files.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Registered(format) => format.name(),
        }
    }
}

impl fmt::Debug for BodyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl PartialEq for BodyKind {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for BodyKind {}

/// How the cells of a generation are arranged when headings do not suffice.
#[derive(Clone)]
pub(crate) enum Code {
    /// Each cell is a formula that gives its text, so that spreadsheets keep leading zeros: `="0012"`.
    FormulaText,
    /// An arrangement that the domain registers.
    Registered(Arc<dyn Arrangement>),
}

impl Code {
    fn name(&self) -> &'static str {
        match self {
            Self::FormulaText => Self::FORMULA_TEXT,
            Self::Registered(arrangement) => arrangement.name(),
        }
    }

    /// Name of [`Code::FormulaText`] in shape files.
    pub(crate) const FORMULA_TEXT: &str = "formula-text";
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Code {}
