//! The validated tables that an enrichment reads beside its own, each with a version.

use std::collections::BTreeMap;

use debouches_model::TableId;
use debouches_table::{Table, TableError};

/// A validated table read beside another, a nomenclature most often.
#[derive(Debug, Clone)]
pub struct Reference {
    /// Its content.
    pub table: Table,
    /// Its version, published beside the tags: told by the configuration, or the digest of its bytes.
    pub version: String,
}

/// References by the name of their table.
pub type References = BTreeMap<TableId, Reference>;

/// The reference of that name, when it is configured.
#[must_use]
pub fn find_reference<'a>(references: &'a References, name: &str) -> Option<&'a Reference> {
    references
        .iter()
        .find(|(id, _)| id.as_str() == name)
        .map(|(_, reference)| reference)
}

/// The table of that name, when it is configured.
#[must_use]
pub fn optional_table<'a>(references: &'a References, name: &str) -> Option<&'a Table> {
    find_reference(references, name).map(|reference| &reference.table)
}

/// The table of that name.
///
/// # Errors
/// When it is not configured.
pub fn required_table<'a>(references: &'a References, name: &str) -> Result<&'a Table, TableError> {
    optional_table(references, name).ok_or_else(|| TableError::NoColumn {
        name: name.to_owned(),
        expected: "validated table",
    })
}
