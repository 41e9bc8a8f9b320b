//! A resource as the portal shows it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{Difference, ResourceText, SchemaRef, extras};

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
    /// SHA-256 that we said of a file hosted elsewhere, in lower-case hexadecimal.
    pub sha256: Option<String>,
    /// Media type.
    pub mime: Option<String>,
    /// Whether the file is hosted elsewhere.
    pub remote: bool,
    /// Schema that it is said to follow.
    pub schema: Option<SchemaRef>,
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
        self.differences(text).is_empty()
    }

    /// Field by field, what the portal shows and what the text says, where they differ.
    #[must_use]
    pub fn differences(&self, text: &ResourceText) -> Vec<Difference> {
        let schema = text.schema.as_ref().and_then(|wanted| {
            let shown = |schema: &SchemaRef| format!("{} {}", schema.name, schema.version);
            let actual = self.schema.as_ref().map(shown).unwrap_or_default();
            Difference::value("schema", &actual, &shown(wanted))
        });
        let all = [
            Difference::text("title", &self.title, &text.title),
            Difference::text(
                "description",
                self.description.as_deref().unwrap_or_default(),
                &text.description,
            ),
            Difference::value("type", &self.kind, text.kind.as_str()),
            schema,
            extras::difference(&self.extras, &text.extras),
        ];
        all.into_iter().flatten().collect()
    }

    /// The name of the file: the last segment of its address.
    #[must_use]
    pub fn file_name(&self) -> &str {
        let path = self.url.split(['?', '#']).next().unwrap_or_default();
        path.rsplit('/').next().unwrap_or_default()
    }

    pub(crate) fn swallowed(&self, text: &ResourceText) -> Vec<String> {
        self.differences(text)
            .into_iter()
            .map(|difference| difference.field)
            .collect()
    }
}
