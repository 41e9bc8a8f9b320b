//! What table specifications may name beside each other.

use std::sync::Arc;

use super::addition::AdditionSpec;
use super::format::CodeFormats;

/// What table specifications may name beside each other.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    /// Code systems of columns.
    pub formats: CodeFormats,
    /// Groups of added columns, in the order in which they are published.
    pub additions: Vec<Arc<AdditionSpec>>,
    /// Names of the derivations.
    pub derivations: Vec<String>,
    /// Columns that every table publishes first, in order.
    pub first_columns: Arc<Vec<String>>,
}

impl Vocabulary {
    /// The group of added columns of that name.
    #[must_use]
    pub fn addition(&self, name: &str) -> Option<&Arc<AdditionSpec>> {
        self.additions.iter().find(|addition| addition.name == name)
    }
}
