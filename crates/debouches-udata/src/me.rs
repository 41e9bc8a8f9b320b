//! The account of the key.

use serde::Deserialize;

/// The account of the key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Me {
    /// Its identifier.
    pub id: String,
    /// The organizations of which it is a member, whatever the role.
    #[serde(default)]
    pub organizations: Vec<Organization>,
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
