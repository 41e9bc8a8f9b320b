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
    /// The run ended well, and there is something new to look at: a late source, rows set aside, warnings, an expired waiver.
    Warning,
    /// All is well again.
    Recovered,
}

impl Occasion {
    /// Every occasion.
    pub const ALL: [Self; 5] = [
        Self::Refused,
        Self::Incomplete,
        Self::Failed,
        Self::Warning,
        Self::Recovered,
    ];
}
