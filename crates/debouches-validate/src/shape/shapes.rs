//! The shapes of every table.

use std::collections::BTreeMap;

use debouches_model::spec::TableSpec;
use debouches_model::{Lang, Sha256, TableId};

use super::recognise::recognise;
use super::{Shape, file};
use crate::format::Formats;

/// Why a shape file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ShapeError {
    /// The text is not a shape.
    #[error("cannot read shape {name}")]
    Syntax {
        /// The shape, `<table>.<generation>`.
        name: String,
        /// The cause.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// The shape names a format or an arrangement that nobody registers.
    #[error("shape {name}: no {what} is called `{value}` (known: {})", known.join(", "))]
    UnknownName {
        /// The shape.
        name: String,
        /// The key of the file.
        what: &'static str,
        /// What it holds.
        value: String,
        /// What it may hold.
        known: Vec<&'static str>,
    },
    /// The shape is of no table.
    #[error("shape {name} is of no table")]
    NoTable {
        /// The shape.
        name: String,
    },
}

/// The generations of each table, and what is registered to read them.
#[derive(Debug, Default)]
pub struct Shapes {
    of: BTreeMap<TableId, Vec<Shape>>,
    digests: BTreeMap<TableId, Sha256>,
}

impl Shapes {
    /// Reads shape files: the name of each, `<table>.<generation>`, and its text.
    ///
    /// # Errors
    /// When a text is not a shape, names what nobody registers, or is of no table.
    pub fn read<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
        tables: &[TableSpec],
        formats: &Formats,
    ) -> Result<Self, ShapeError> {
        let sorted: BTreeMap<&str, &str> = files.into_iter().collect();
        let mut of: BTreeMap<TableId, Vec<Shape>> = BTreeMap::new();
        let mut texts: BTreeMap<TableId, String> = BTreeMap::new();
        for (name, text) in sorted {
            let table = name.split_once('.').map_or(name, |(table, _)| table);
            let spec = tables.iter().find(|spec| spec.id.as_str() == table);
            let spec = spec.ok_or_else(|| ShapeError::NoTable {
                name: name.to_owned(),
            })?;
            let shape = file::parse(name, text, spec, formats)?;
            of.entry(spec.id.clone()).or_default().push(shape);
            let all = texts.entry(spec.id.clone()).or_default();
            all.push_str(&format!("{name}\n{text}"));
        }
        let digests = texts
            .into_iter()
            .map(|(table, text)| (table, Sha256::of(text.as_bytes())))
            .collect();
        Ok(Self { of, digests })
    }

    /// The shapes of a table, in the order of names.
    #[must_use]
    pub fn of(&self, table: &TableId) -> &[Shape] {
        self.of.get(table).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether a generation of the table has these headings.
    ///
    /// # Errors
    /// With the sentence that says how they differ from the closest generation.
    pub fn check_headings(&self, table: &TableId, headings: &[String]) -> Result<(), String> {
        let shapes = self.of(table).to_vec();
        if shapes.is_empty() {
            return Ok(());
        }
        match recognise(shapes, headings) {
            Ok(_) => Ok(()),
            Err(finding) => Err(finding.sentence(Lang::En)),
        }
    }

    /// Digest of the shapes of a table, an ingredient of its fingerprint.
    #[must_use]
    pub fn digest(&self, table: &TableId) -> Sha256 {
        self.digests
            .get(table)
            .copied()
            .unwrap_or_else(|| Sha256::of(b""))
    }
}
