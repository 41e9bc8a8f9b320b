//! The account of the key.

use serde::Deserialize;

/// The account of the key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Me {
    /// Its identifier.
    pub id: String,
    /// Its roles on the portal as a whole; none for most accounts.
    #[serde(default)]
    pub roles: Vec<String>,
    /// The organizations of which it is a member, whatever the role.
    #[serde(default)]
    pub organizations: Vec<Organization>,
}

impl Me {
    /// Whether the account may do everything on the portal.
    #[must_use]
    pub fn administrator(&self) -> bool {
        self.roles.iter().any(|role| role == "admin")
    }
}

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Organization {
    /// Its identifier, which does not change.
    pub id: String,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// The end of its address, which follows the name.
    #[serde(default)]
    pub slug: String,
}
