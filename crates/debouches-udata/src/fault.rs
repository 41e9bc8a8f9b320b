//! Who can mend an error.

use crate::UdataError;

/// The party that can mend an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UdataFault {
    /// Our program or machine.
    Ours,
    /// The call or the configuration.
    Operator,
    /// The key or the rights.
    Permission,
    /// A write whose effect must be looked up before going on.
    Incomplete,
    /// Bytes or values differ from what was sent.
    Integrity,
    /// The portal is out of reach, or takes no writes for now.
    Outage,
}

impl UdataError {
    /// Who can mend it.
    #[must_use]
    pub fn fault(&self) -> UdataFault {
        match self {
            Self::Unauthorized { .. } | Self::Forbidden { .. } | Self::Key => {
                UdataFault::Permission
            }
            // Creating in the organization of somebody else is a 400 on this field.
            Self::Refused { fields, .. } if fields.iter().any(|field| field == "organization") => {
                UdataFault::Permission
            }
            Self::Refused { .. }
            | Self::NotFound { .. }
            | Self::Gone { .. }
            | Self::TooLarge { .. }
            | Self::Redirected { .. }
            | Self::Address { .. } => UdataFault::Operator,
            Self::ReadOnly { .. } | Self::Outage { .. } => UdataFault::Outage,
            Self::Uncertain { .. } => UdataFault::Incomplete,
            Self::Altered { .. } | Self::Swallowed { .. } => UdataFault::Integrity,
            Self::Unexpected { .. } | Self::Unreadable { .. } | Self::Unsent { .. } => {
                UdataFault::Ours
            }
        }
    }
}
