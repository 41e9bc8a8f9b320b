//! What we write on the portal.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::tag_slug;

/// All that we write of a dataset. It is always sent whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatasetText {
    /// Title, at most 350 characters.
    pub title: String,
    /// Description in Markdown, at most 100 000 characters.
    pub description: String,
    /// One sentence, at most 200 characters.
    pub description_short: String,
    /// Identifier of the organization; none for the account of the key. It cannot change after the creation.
    pub organization: Option<String>,
    /// Identifier of the licence. An unknown one is silently replaced by none: see [`crate::Portal::licences`].
    pub license: String,
    /// Frequency term.
    pub frequency: String,
    /// Keywords; sent as [`tag_slug`] reduces them, each of 3 to 96 characters.
    pub tags: BTreeSet<String>,
    /// First and last day that the data speak of.
    pub temporal_coverage: (NaiveDate, NaiveDate),
    /// Identifiers of zones, for instance `country:fr`.
    pub spatial_zones: Vec<String>,
    /// Spatial granularity, for instance `fr:region`; nothing when empty.
    pub spatial_granularity: String,
    /// Identifiers of the contact points, which belong to the same organization; those that are there are kept when
    /// empty.
    pub contact_points: Vec<String>,
    /// Whether only members see it.
    pub private: bool,
    /// Free values under a prefix of ours, as `debouches:version`. They replace all that are there, but for those that
    /// the platform reserves to itself.
    pub extras: BTreeMap<String, String>,
}

/// All that we write of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceText {
    /// Title, at most 350 characters.
    pub title: String,
    /// Description in Markdown.
    pub description: String,
    /// Kind.
    pub kind: ResourceKind,
    /// Schema of the catalogue that the file follows; what is there is kept when absent.
    pub schema: Option<SchemaRef>,
    /// Free values under a prefix of ours.
    pub extras: BTreeMap<String, String>,
}

/// A schema of the portal's catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaRef {
    /// Its name, for instance `etalab/schema-irve`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The kinds of resource that we write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResourceKind {
    /// The data.
    Main,
    /// Texts about the data.
    Documentation,
    /// Everything else.
    Other,
}

impl ResourceKind {
    /// The kind as the portal names it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Documentation => "documentation",
            Self::Other => "other",
        }
    }
}

impl DatasetText {
    pub(crate) fn slugs(&self) -> BTreeSet<String> {
        self.tags.iter().map(|tag| tag_slug(tag)).collect()
    }

    /// The body of a creation or an update. Neither `resources` (those left out would be deleted) nor `null` (which
    /// means something different for each field).
    #[must_use]
    pub fn body(&self) -> Value {
        let (start, end) = self.temporal_coverage;
        let mut spatial = json!({ "zones": self.spatial_zones });
        if !self.spatial_granularity.is_empty() {
            spatial["granularity"] = json!(self.spatial_granularity);
        }
        let mut body = json!({
            "title": self.title,
            "description": self.description,
            "description_short": self.description_short,
            "license": self.license,
            "frequency": self.frequency,
            "tags": self.slugs(),
            "temporal_coverage": { "start": start.to_string(), "end": end.to_string() },
            "spatial": spatial,
            "private": self.private,
            "extras": self.extras,
        });
        if let Some(organization) = &self.organization {
            body["organization"] = json!(organization);
        }
        if !self.contact_points.is_empty() {
            body["contact_points"] = json!(self.contact_points);
        }
        body
    }
}

impl ResourceText {
    /// The body of an update.
    #[must_use]
    pub fn body(&self) -> Value {
        let mut body = json!({
            "title": self.title,
            "description": self.description,
            "type": self.kind.as_str(),
            "extras": self.extras,
        });
        if let Some(schema) = &self.schema {
            body["schema"] = json!({ "name": schema.name, "version": schema.version });
        }
        body
    }
}
