//! Every table specification of a domain, and what they may name.

use super::table::TableSpec;
use crate::TableId;
use crate::mistake::Mistake;

/// Table specifications, in the order of names.
#[derive(Debug, Clone, Default)]
pub struct Tables(Vec<TableSpec>);

impl Tables {
    /// These specifications, sorted by name.
    #[must_use]
    pub fn new(mut specs: Vec<TableSpec>) -> Self {
        specs.sort_by(|a, b| a.id.cmp(&b.id));
        Self(specs)
    }

    /// The specification of a table.
    #[must_use]
    pub fn get(&self, id: &TableId) -> Option<&TableSpec> {
        self.named(id.as_str())
    }

    /// The specification of the table of that name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&TableSpec> {
        self.0.iter().find(|spec| spec.id.as_str() == name)
    }

    /// Every specification.
    pub fn iter(&self) -> std::slice::Iter<'_, TableSpec> {
        self.0.iter()
    }

    /// Names of the tables.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|spec| spec.id.as_str())
    }

    /// Number of tables.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True when there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What a table says of others that does not exist, each with the key and the word it is about.
    #[must_use]
    pub fn broken_references<'a>(
        &'a self,
        spec: &'a TableSpec,
    ) -> Vec<(&'static str, &'a str, Mistake)> {
        let mut broken = Vec::new();
        let mut needed: Vec<(&'static str, &TableId)> = Vec::new();
        if let Some(derived) = &spec.derived {
            let tables = derived.from.iter().chain(&derived.optional);
            needed.extend(
                tables
                    .chain(derived.repeats.iter().map(|repeat| &repeat.table))
                    .map(|id| ("derived", id)),
            );
            needed.extend(
                derived
                    .copies
                    .iter()
                    .map(|copies| ("derived", &copies.table)),
            );
        }
        needed.extend(
            spec.foreign_keys
                .iter()
                .map(|key| ("foreign_key", &key.table)),
        );
        for (key, id) in needed {
            if self.get(id).is_none() {
                let mistake = Mistake::new(format!("no table is called `{id}`"));
                broken.push((key, id.as_str(), mistake.among(id.as_str(), self.names())));
            }
        }
        for key in &spec.foreign_keys {
            let Some(table) = self.get(&key.table) else {
                continue;
            };
            if table.column(&key.to).is_none() {
                let known = table.columns.iter().map(|column| column.name.as_str());
                let mistake = Mistake::new(format!("{} has no column `{}`", key.table, key.to));
                broken.push(("foreign_key", &key.to, mistake.among(&key.to, known)));
            }
        }
        broken
    }
}

impl<'a> IntoIterator for &'a Tables {
    type Item = &'a TableSpec;
    type IntoIter = std::slice::Iter<'a, TableSpec>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
