//! Occasions on which a chat room receives a message.

use serde::Deserialize;

/// What is worth a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Occasion {
    /// Data was refused: a person decides.
    Refused,
    /// A publication stopped midway.
    Incomplete,
    /// Anything else went wrong.
    Failed,
    /// All is well again.
    Recovered,
}

impl Occasion {
    /// Every occasion.
    pub const ALL: [Self; 4] = [
        Self::Refused,
        Self::Incomplete,
        Self::Failed,
        Self::Recovered,
    ];
}
