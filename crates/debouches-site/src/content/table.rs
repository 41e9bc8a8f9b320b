//! A released table: its origin, its columns as published texts.

use std::collections::HashMap;

use debouches_model::{DatasetId, Version};

use super::concept::{Concept, Role, measures};
use super::measure::Measure;
use crate::descriptor::Resource;

/// A column: one text per distinct value, one index per row. The first text is the empty one.
#[derive(Debug, Clone)]
pub struct TextColumn {
    texts: Vec<Box<str>>,
    indexes: Vec<u32>,
}

impl TextColumn {
    /// A column of these texts; an absent one is empty.
    #[must_use]
    pub fn from_texts<'a>(texts: impl Iterator<Item = Option<std::borrow::Cow<'a, str>>>) -> Self {
        let mut known: HashMap<Box<str>, u32> = HashMap::from([("".into(), 0)]);
        let mut column = Self {
            texts: vec!["".into()],
            indexes: Vec::with_capacity(texts.size_hint().0),
        };
        for text in texts {
            let text = text.unwrap_or_default();
            let index = match known.get(text.as_ref()) {
                Some(index) => *index,
                None => {
                    let index = u32::try_from(column.texts.len())
                        .expect("a table has fewer than 2^32 values");
                    column.texts.push(text.as_ref().into());
                    known.insert(text.as_ref().into(), index);
                    index
                }
            };
            column.indexes.push(index);
        }
        column
    }

    /// The text of a row.
    #[must_use]
    pub fn get(&self, row: usize) -> &str {
        &self.texts[self.indexes[row] as usize]
    }

    /// The distinct texts.
    pub(super) fn texts(&self) -> &[Box<str>] {
        &self.texts
    }

    /// Which of the texts a row has.
    pub(super) fn index(&self, row: usize) -> usize {
        self.indexes[row] as usize
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.indexes.len()
    }
}

/// Where a table was released.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The dataset.
    pub dataset: DatasetId,
    /// The newest version, in which the table stands.
    pub version: Version,
    /// Who produces the figures.
    pub producer: String,
}

/// A table of a release, with the columns that the site reads.
#[derive(Debug)]
pub struct ReleasedTable {
    /// Its name.
    pub name: String,
    /// Where it was released.
    pub origin: Origin,
    /// What it is called.
    pub(crate) title: String,
    /// Path of its Parquet file in the release.
    pub(crate) parquet: String,
    pub(crate) role: Role,
    pub(crate) key: Vec<String>,
    pub(crate) measures: Vec<Measure>,
    pub(crate) rows: usize,
    names: Vec<String>,
    columns: Vec<TextColumn>,
    /// The version since which each row reads as it does, and a digest of the row; empty when nobody compared releases.
    dates: Vec<(Version, u64)>,
    key_columns: Vec<usize>,
    concepts: Vec<Vec<usize>>,
    pub(crate) cells: Vec<(usize, Option<usize>)>,
}

impl ReleasedTable {
    /// A table with these columns; none when the site does not read it.
    pub(crate) fn new(
        origin: Origin,
        resource: &Resource,
        columns: Vec<(String, TextColumn)>,
        dates: Vec<(Version, u64)>,
    ) -> Option<Self> {
        let role = Role::of(&resource.name)?;
        let rows = columns
            .first()
            .map(|(_, column)| column.rows())
            .unwrap_or_default();
        let (names, columns): (Vec<String>, Vec<TextColumn>) = columns.into_iter().unzip();
        let index = |name: &str| names.iter().position(|other| other == name);
        let concepts = Concept::ALL
            .iter()
            .map(|concept| {
                let columns = concept.columns(role, &resource.schema);
                columns.iter().filter_map(|name| index(name)).collect()
            })
            .collect();
        let mut shown = Vec::new();
        let mut cells = Vec::new();
        for measure in measures(resource) {
            if let Some(value) = index(&measure.column) {
                cells.push((
                    value,
                    index(&debouches_model::spec::status_column(&measure.column)),
                ));
                shown.push(measure);
            }
        }
        Some(Self {
            name: resource.name.clone(),
            title: resource.title.clone(),
            parquet: resource.path.replace(".csv", ".parquet"),
            key_columns: resource
                .schema
                .key
                .iter()
                .filter_map(|name| index(name))
                .collect(),
            key: resource.schema.key.clone(),
            origin,
            role,
            measures: shown,
            rows,
            concepts,
            cells,
            names,
            columns,
            dates,
        })
    }

    /// What a row holds of a concept: the first column that is filled.
    pub(crate) fn text(&self, row: usize, concept: Concept) -> &str {
        let columns = self.concepts[concept as usize].iter();
        columns
            .map(|column| self.columns[*column].get(row))
            .find(|text| !text.is_empty())
            .unwrap_or_default()
    }

    /// The preferred column of a concept.
    pub(crate) fn column_of(&self, concept: Concept) -> Option<&str> {
        let column = self.concepts[concept as usize].first()?;
        Some(self.names[*column].as_str())
    }

    /// Whether a column tells why a measure has no value.
    pub(crate) fn has_status(&self, column: &str) -> bool {
        self.names
            .contains(&debouches_model::spec::status_column(column))
    }

    /// The text of a column of that name; empty when it is not there.
    pub(crate) fn named(&self, row: usize, name: &str) -> &str {
        self.names
            .iter()
            .position(|other| other == name)
            .map(|column| self.columns[column].get(row))
            .unwrap_or_default()
    }

    /// The version since which a row reads as it does.
    pub(crate) fn since(&self, row: usize) -> Version {
        let date = self.dates.get(row);
        date.map_or(self.origin.version, |(since, _)| *since)
    }

    /// A digest of what a row reads; none when nobody compared releases.
    pub(crate) fn digest(&self, row: usize) -> Option<u64> {
        self.dates.get(row).map(|(_, digest)| *digest)
    }

    pub(crate) fn column_text(&self, row: usize, column: usize) -> &str {
        self.columns[column].get(row)
    }

    /// The values of the key, in order.
    pub(crate) fn key_of(&self, row: usize) -> impl Iterator<Item = &str> {
        self.key_columns
            .iter()
            .map(move |column| self.columns[*column].get(row))
    }
}
