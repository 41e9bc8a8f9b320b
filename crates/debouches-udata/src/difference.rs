//! What the portal shows and what we want, where they differ: for people to read.

use serde::{Deserialize, Serialize};

use crate::extras::same_text;

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Its name, dotted when nested.
    pub field: String,
    /// What the portal shows; empty when it shows nothing.
    #[serde(rename = "found")]
    pub actual: String,
    /// What we want.
    pub wanted: String,
}

impl Difference {
    /// Texts, line ends and surrounding blanks left aside.
    pub(crate) fn text(field: &str, actual: &str, wanted: &str) -> Option<Self> {
        (!same_text(actual, wanted)).then(|| Self::new(field, actual, wanted))
    }

    /// Values, compared exactly.
    pub(crate) fn value(field: &str, actual: &str, wanted: &str) -> Option<Self> {
        (actual != wanted).then(|| Self::new(field, actual, wanted))
    }

    fn new(field: &str, actual: &str, wanted: &str) -> Self {
        Self {
            field: field.to_owned(),
            actual: actual.to_owned(),
            wanted: wanted.to_owned(),
        }
    }
}
