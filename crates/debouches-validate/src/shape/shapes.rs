//! The shapes of every table.

use std::collections::BTreeMap;

use debouches_model::spec::Tables;
use debouches_model::{Lang, Mistake, Mistakes, Sha256, TableId};

use super::recognise::choose;
use super::{Shape, file};
use crate::format::Formats;

/// The generations of each table, and what is registered to read them.
#[derive(Debug, Default)]
pub struct Shapes {
    of: BTreeMap<TableId, Vec<Shape>>,
    digests: BTreeMap<TableId, Sha256>,
}

impl Shapes {
    /// Reads shape files: the text of each by its name, `<table>.<generation>`.
    ///
    /// # Errors
    /// When a text is not a shape, or names what does not exist: with every mistake of each file, after its name.
    pub fn read(
        files: BTreeMap<&str, &str>,
        tables: &Tables,
        formats: &Formats,
    ) -> Result<Self, Vec<(String, Mistakes)>> {
        let mut of: BTreeMap<TableId, Vec<Shape>> = BTreeMap::new();
        let mut texts: BTreeMap<TableId, String> = BTreeMap::new();
        let mut wrong = Vec::new();
        for (name, text) in files {
            let (table, generation) = name.split_once('.').unwrap_or((name, ""));
            let shape = match tables.named(table) {
                Some(spec) if !generation.is_empty() => {
                    file::parse(generation, text, spec, formats).map(|shape| (spec, shape))
                }
                Some(_) => {
                    let mut mistake = Mistake::new(format!("`{name}` names no generation"));
                    mistake.expected = Some(format!("a file `{table}.<generation>.toml`"));
                    Err(Mistakes::new(vec![mistake]))
                }
                None => {
                    let mistake = Mistake::new(format!("no table is called `{table}`"));
                    Err(Mistakes::new(vec![mistake.among(table, tables.names())]))
                }
            };
            match shape {
                Ok((spec, shape)) => {
                    of.entry(spec.id.clone()).or_default().push(shape);
                    let all = texts.entry(spec.id.clone()).or_default();
                    all.push_str(&format!("{name}\n{text}"));
                }
                Err(mistakes) => wrong.push((name.to_owned(), mistakes)),
            }
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let digests = texts
            .into_iter()
            .map(|(table, text)| (table, Sha256::of(text.as_bytes())))
            .collect();
        Ok(Self { of, digests })
    }

    /// Names of the tables that have a shape.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        self.of.keys().map(TableId::as_str)
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
        let shapes = self.of(table);
        if shapes.is_empty() {
            return Ok(());
        }
        match choose(shapes, headings) {
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
