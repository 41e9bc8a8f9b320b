//! The keys, and the file where a client reads the address and its key.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::PortalError;
use crate::folder::{Folder, read};
use crate::model::State;

/// The content of `credentials.json`, written again at each start with the present address.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Credentials {
    pub(crate) base_url: String,
    pub(crate) api: String,
    pub(crate) organization: String,
    pub(crate) other_organization: Option<String>,
    pub(crate) contact_point: Option<String>,
    /// By the name of the person, or `expired` and `revoked`.
    pub(crate) keys: BTreeMap<String, String>,
}

/// The key of the editor, the one that publications use.
pub(crate) const EDITOR: &str = "editor";

/// Who holds a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder<'a> {
    /// A person, by name.
    User(&'a str),
    Expired,
    Revoked,
    Nobody,
}

impl Credentials {
    /// The keys of the folder, or new ones, beside the present address.
    pub(crate) fn settle(
        folder: &Folder,
        state: &State,
        base_url: &str,
    ) -> Result<Self, PortalError> {
        let path = folder.credentials_path();
        let known = read::<Self>(&path)?;
        let mut organizations = state
            .organizations
            .iter()
            .map(|organization| organization.id.clone());
        let credentials = Self {
            base_url: base_url.to_owned(),
            api: format!("{base_url}/api/1"),
            organization: organizations.next().unwrap_or_default(),
            other_organization: organizations.next(),
            contact_point: state.contacts.first().map(|contact| contact.id.clone()),
            keys: known.map_or_else(|| new_keys(state), |known| known.keys),
        };
        if !folder.is_writable() {
            return Ok(credentials);
        }
        let bytes = serde_json::to_vec_pretty(&credentials).map_err(std::io::Error::from);
        bytes
            .and_then(|bytes| folder.write(&path, &bytes))
            .map_err(|source| PortalError::Folder { path, source })?;
        Ok(credentials)
    }

    pub(crate) fn holder(&self, key: &str) -> Holder<'_> {
        match self
            .keys
            .iter()
            .find(|(_, known)| *known == key)
            .map(|(name, _)| name.as_str())
        {
            Some("expired") => Holder::Expired,
            Some("revoked") => Holder::Revoked,
            Some(name) => Holder::User(name),
            None => Holder::Nobody,
        }
    }

    pub(crate) fn editor_key(&self) -> &str {
        self.keys.get(EDITOR).map_or("", String::as_str)
    }
}

fn new_keys(state: &State) -> BTreeMap<String, String> {
    let mut names: Vec<&str> = state.users.iter().map(|user| user.name.as_str()).collect();
    if names.len() > 1 {
        names.extend(["expired", "revoked"]);
    }
    // 244 random bits from the operating system.
    let key = || {
        format!(
            "pratique_{}{}",
            uuid::Uuid::new_v4().simple(),
            uuid::Uuid::new_v4().simple()
        )
    };
    names
        .into_iter()
        .map(|name| (name.to_owned(), key()))
        .collect()
}
