//! What the portal remembers. Addresses are relative: another port serves the same folder.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Free fields.
pub(crate) type Extras = BTreeMap<String, Value>;

/// Everything but the keys and the files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) format: u32,
    /// Number of the last change of the journal that is in it.
    #[serde(default)]
    pub(crate) sequence: u64,
    pub(crate) users: Vec<User>,
    pub(crate) organizations: Vec<Organization>,
    pub(crate) contacts: Vec<Contact>,
    pub(crate) datasets: Vec<Dataset>,
    #[serde(default)]
    pub(crate) discussions: Vec<Discussion>,
}

impl State {
    pub(crate) const FORMAT: u32 = 1;

    pub(crate) fn organization(&self, id: &str) -> Option<&Organization> {
        self.organizations
            .iter()
            .find(|organization| organization.id == id)
    }
}

/// A person, known by the name of its key in the credentials.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) name: String,
    /// An administrator of the whole portal.
    pub(crate) admin: bool,
    pub(crate) since: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Organization {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) members: Vec<Member>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Member {
    pub(crate) user: String,
    pub(crate) role: Role,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    Admin,
    Editor,
    /// Edits what it is assigned to, and what it makes.
    PartialEditor,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Contact {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) organization: String,
}

/// A conversation under a dataset, which its followers are told of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Discussion {
    pub(crate) id: String,
    pub(crate) dataset: String,
    pub(crate) title: String,
    pub(crate) comment: String,
    pub(crate) user: String,
    pub(crate) created_at: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Dataset {
    pub(crate) id: String,
    pub(crate) slug: String,
    pub(crate) previous_slugs: Vec<String>,
    pub(crate) title: String,
    pub(crate) acronym: Option<String>,
    pub(crate) description: String,
    pub(crate) description_short: Option<String>,
    pub(crate) license: Option<String>,
    pub(crate) frequency: Option<String>,
    pub(crate) frequency_date: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) temporal_coverage: Option<Coverage>,
    pub(crate) spatial: Option<Spatial>,
    pub(crate) private: bool,
    pub(crate) archived: Option<DateTime<Utc>>,
    pub(crate) deleted: Option<DateTime<Utc>>,
    pub(crate) extras: Extras,
    pub(crate) contact_points: Vec<String>,
    pub(crate) organization: Option<String>,
    pub(crate) owner: Option<String>,
    /// Partial editors that may edit it.
    pub(crate) assigned: Vec<String>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) last_modified: DateTime<Utc>,
    pub(crate) resources: Vec<Resource>,
}

impl Dataset {
    /// The newest change of a resource.
    pub(crate) fn last_update(&self) -> DateTime<Utc> {
        self.resources
            .iter()
            .map(|resource| resource.last_modified)
            .max()
            .unwrap_or(self.last_modified)
    }

    pub(crate) fn is_public(&self) -> bool {
        !self.private && self.archived.is_none() && self.deleted.is_none()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Coverage {
    pub(crate) start: NaiveDate,
    pub(crate) end: Option<NaiveDate>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Spatial {
    pub(crate) geom: Option<Value>,
    pub(crate) zones: Vec<String>,
    pub(crate) granularity: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Resource {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) location: Location,
    pub(crate) format: Option<String>,
    pub(crate) mime: Option<String>,
    pub(crate) filesize: Option<u64>,
    pub(crate) checksum: Option<Checksum>,
    pub(crate) schema: Option<Value>,
    pub(crate) extras: Extras,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) last_modified: DateTime<Utc>,
}

impl Resource {
    /// The path of the file, when it is here.
    pub(crate) fn path(&self) -> Option<&str> {
        match &self.location {
            Location::Hosted(path) => Some(path),
            Location::Remote(_) => None,
        }
    }
}

/// Where the bytes are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Location {
    /// Here: a path under the folder of files.
    Hosted(String),
    /// Elsewhere: an address.
    Remote(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checksum {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) value: String,
}
