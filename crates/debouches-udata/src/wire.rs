//! Answers as they are written, before they become our types. Absent and null are the same.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use crate::{Coverage, Dataset, Resource, SchemaRef};

#[derive(Deserialize)]
pub(crate) struct LicenceWire {
    pub(crate) id: String,
}

#[derive(Deserialize)]
pub(crate) struct PageWire {
    pub(crate) data: Vec<DatasetWire>,
    pub(crate) next_page: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct DatasetWire {
    id: String,
    slug: Option<String>,
    page: Option<String>,
    title: Option<String>,
    description: Option<String>,
    description_short: Option<String>,
    license: Option<String>,
    frequency: Option<String>,
    tags: Option<BTreeSet<String>>,
    temporal_coverage: Option<CoverageWire>,
    spatial: Option<SpatialWire>,
    contact_points: Option<Vec<IdWire>>,
    private: Option<bool>,
    extras: Option<BTreeMap<String, Value>>,
    quality: Option<QualityWire>,
    permissions: Option<PermissionsWire>,
    organization: Option<IdWire>,
    created_at: Option<String>,
    deleted: Option<Value>,
    archived: Option<Value>,
    resources: Option<Vec<ResourceWire>>,
}

#[derive(Deserialize)]
struct CoverageWire {
    start: Option<String>,
    end: Option<String>,
}

#[derive(Deserialize)]
struct SpatialWire {
    zones: Option<Vec<IdWire>>,
    granularity: Option<String>,
}

#[derive(Deserialize)]
struct QualityWire {
    score: Option<f64>,
}

#[derive(Deserialize)]
struct PermissionsWire {
    edit: Option<bool>,
    edit_resources: Option<bool>,
}

/// An identifier alone, or an object that has one.
#[derive(Deserialize)]
#[serde(untagged)]
enum IdWire {
    Bare(String),
    Full { id: String },
}

#[derive(Deserialize)]
pub(crate) struct ResourceWire {
    id: String,
    title: Option<String>,
    description: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    url: Option<String>,
    latest: Option<String>,
    format: Option<String>,
    filesize: Option<u64>,
    mime: Option<String>,
    filetype: Option<String>,
    checksum: Option<ChecksumWire>,
    schema: Option<SchemaWire>,
    extras: Option<BTreeMap<String, Value>>,
}

#[derive(Deserialize)]
struct SchemaWire {
    name: Option<String>,
    version: Option<String>,
}

#[derive(Deserialize)]
struct ChecksumWire {
    #[serde(rename = "type")]
    kind: Option<String>,
    value: Option<String>,
}

impl From<IdWire> for String {
    fn from(wire: IdWire) -> Self {
        match wire {
            IdWire::Bare(id) | IdWire::Full { id } => id,
        }
    }
}

impl From<DatasetWire> for Dataset {
    fn from(wire: DatasetWire) -> Self {
        let (zones, granularity) = wire
            .spatial
            .map_or((None, None), |spatial| (spatial.zones, spatial.granularity));
        let permitted = |rights: PermissionsWire| {
            rights.edit == Some(true) && rights.edit_resources != Some(false)
        };
        Self {
            id: wire.id,
            slug: wire.slug.unwrap_or_default(),
            page: wire.page,
            title: wire.title.unwrap_or_default(),
            description: wire.description.unwrap_or_default(),
            description_short: wire.description_short,
            license: wire.license,
            frequency: wire.frequency,
            tags: wire.tags.unwrap_or_default(),
            temporal_coverage: wire
                .temporal_coverage
                .and_then(|wire| Coverage::read(wire.start?, wire.end)),
            spatial_zones: zones
                .unwrap_or_default()
                .into_iter()
                .map(String::from)
                .collect(),
            spatial_granularity: granularity,
            contact_points: wire
                .contact_points
                .unwrap_or_default()
                .into_iter()
                .map(String::from)
                .collect(),
            private: wire.private.unwrap_or_default(),
            extras: wire.extras.unwrap_or_default(),
            quality_score: wire.quality.and_then(|quality| quality.score),
            can_edit: wire.permissions.is_some_and(permitted),
            organization: wire.organization.map(String::from),
            created_at: wire.created_at.unwrap_or_default(),
            deleted: wire.deleted.is_some_and(|value| !value.is_null()),
            archived: wire.archived.is_some_and(|value| !value.is_null()),
            resources: wire
                .resources
                .unwrap_or_default()
                .into_iter()
                .map(Resource::from)
                .collect(),
        }
    }
}

impl From<ResourceWire> for Resource {
    fn from(wire: ResourceWire) -> Self {
        let of_kind = |kind: &str| {
            let sum = wire
                .checksum
                .as_ref()
                .filter(|checksum| checksum.kind.as_deref() == Some(kind));
            sum.and_then(|sum| sum.value.as_deref())
                .map(str::to_ascii_lowercase)
        };
        let (sha1, sha256) = (of_kind("sha1"), of_kind("sha256"));
        Self {
            id: wire.id,
            title: wire.title.unwrap_or_default(),
            description: wire.description,
            kind: wire.kind.unwrap_or_default(),
            url: wire.url.unwrap_or_default(),
            latest: wire.latest,
            format: wire.format,
            filesize: wire.filesize,
            sha1,
            sha256,
            mime: wire.mime,
            remote: wire.filetype.as_deref() == Some("remote"),
            schema: wire.schema.and_then(|schema| {
                Some(SchemaRef {
                    name: schema.name?,
                    version: schema.version?,
                })
            }),
            extras: wire.extras.unwrap_or_default(),
        }
    }
}
