//! Groups of columns that `enrich` adds: described once, used by every table that asks for them.

use std::sync::OnceLock;

use serde::Deserialize;

use super::column::ColumnSpec;
use super::expand::ColumnFile;
use crate::Sha256;

/// A group of added columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Addition {
    /// The columns, in the order in which they are published.
    pub columns: Vec<ColumnSpec>,
    /// Digest of the file that describes them.
    pub digest: Sha256,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AdditionFile {
    column: Vec<ColumnFile>,
}

fn parse(text: &str) -> Addition {
    let file: AdditionFile =
        toml::from_str(text).expect("the embedded additions are checked by a test");
    Addition {
        columns: file
            .column
            .into_iter()
            .flat_map(ColumnFile::expand)
            .collect(),
        digest: Sha256::of(text.as_bytes()),
    }
}

/// The territory columns: département, académie, région and région académique.
pub fn territory() -> &'static Addition {
    static ADDITION: OnceLock<Addition> = OnceLock::new();
    ADDITION.get_or_init(|| {
        parse(include_str!(
            "../../../debouches-insertion/additions/territoire.toml"
        ))
    })
}

/// The trade columns: NSF and ROME.
pub fn trades() -> &'static Addition {
    static ADDITION: OnceLock<Addition> = OnceLock::new();
    ADDITION.get_or_init(|| {
        parse(include_str!(
            "../../../debouches-insertion/additions/metiers.toml"
        ))
    })
}

/// Whether a value added is the bound of its producer.
pub fn value_added() -> &'static Addition {
    static ADDITION: OnceLock<Addition> = OnceLock::new();
    ADDITION.get_or_init(|| {
        parse(include_str!(
            "../../../debouches-insertion/additions/valeur_ajoutee.toml"
        ))
    })
}
