//! Whose fault an error is, which decides the exit code.

use serde::{Deserialize, Serialize};

/// The party that can mend an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fault {
    /// Our program or machine: exit 1.
    Ours,
    /// The call or the configuration: exit 2.
    Operator,
    /// The data: exit 3.
    Data,
    /// The key or the rights: exit 4.
    Permission,
    /// Another run holds the lock: exit 5.
    Busy,
    /// A publication stopped midway and can be resumed: exit 6.
    Incomplete,
    /// Bytes differ from what was recorded: exit 7.
    Integrity,
    /// A source or a portal is out of reach after retries: exit 75.
    Outage,
}

impl Fault {
    /// The exit code of the process.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Ours => 1,
            Self::Operator => 2,
            Self::Data => 3,
            Self::Permission => 4,
            Self::Busy => 5,
            Self::Incomplete => 6,
            Self::Integrity => 7,
            Self::Outage => 75,
        }
    }
}
