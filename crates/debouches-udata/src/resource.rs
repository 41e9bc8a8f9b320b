//! A resource as the portal shows it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{ResourceText, extras};

/// A file of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Identifier, which a replacement keeps.
    pub id: String,
    /// Title.
    pub title: String,
    /// Description, in Markdown.
    pub description: Option<String>,
    /// Kind, as the portal names it.
    pub kind: String,
    /// Address of the file, which a replacement changes.
    pub url: String,
    /// Address that always leads to the present file.
    pub latest: Option<String>,
    /// Format, from the extension.
    pub format: Option<String>,
    /// Size in bytes.
    pub filesize: Option<u64>,
    /// SHA-1 computed by the portal, in lower-case hexadecimal.
    pub sha1: Option<String>,
    /// Free values, ours and those of the platform.
    pub extras: BTreeMap<String, Value>,
}

impl Resource {
    /// The value of an extra that is text.
    #[must_use]
    pub fn extra(&self, key: &str) -> Option<&str> {
        self.extras.get(key)?.as_str()
    }

    /// Whether the portal shows what the text says, the extras of others left aside.
    #[must_use]
    pub fn agrees_with(&self, text: &ResourceText) -> bool {
        self.swallowed(text).is_empty()
    }

    /// The name of the file: the last segment of its address.
    #[must_use]
    pub fn file_name(&self) -> &str {
        let path = self.url.split(['?', '#']).next().unwrap_or_default();
        path.rsplit('/').next().unwrap_or_default()
    }

    pub(crate) fn swallowed(&self, text: &ResourceText) -> Vec<String> {
        [
            ("title", self.title.trim() == text.title.trim()),
            ("description", extras::same_text(self.description.as_deref().unwrap_or_default(), &text.description)),
            ("type", self.kind == text.kind.as_str()),
            ("extras", extras::agree(&self.extras, &text.extras)),
        ]
        .into_iter()
        .filter(|(_, same)| !same)
        .map(|(field, _)| field.to_owned())
        .collect()
    }
}
