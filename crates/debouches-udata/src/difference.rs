//! What the portal shows and what we want, where they differ: for people to read.

use serde::{Deserialize, Serialize};

use crate::extras::same_text;

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Its name, dotted when nested.
    pub field: String,
    /// What the portal shows; empty when it shows nothing.
    pub found: String,
    /// What we want.
    pub wanted: String,
}

impl Difference {
    /// Texts, line ends and surrounding blanks left aside.
    pub(crate) fn text(field: &str, found: &str, wanted: &str) -> Option<Self> {
        (!same_text(found, wanted)).then(|| Self::new(field, found, wanted))
    }

    /// Values, compared exactly.
    pub(crate) fn value(field: &str, found: &str, wanted: &str) -> Option<Self> {
        (found != wanted).then(|| Self::new(field, found, wanted))
    }

    fn new(field: &str, found: &str, wanted: &str) -> Self {
        Self {
            field: field.to_owned(),
            found: found.to_owned(),
            wanted: wanted.to_owned(),
        }
    }
}
