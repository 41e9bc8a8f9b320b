//! Records as the API shows them.

use chrono::{DateTime, SecondsFormat, Timelike as _, Utc};
use serde_json::{Value, json};

use crate::access::Caller;
use crate::app::App;
use crate::model::{Dataset, Location, Organization, Resource, State};
use crate::quality::quality;
use crate::terms::NO_LICENCE;

/// A dataset with its resources, as this person sees it.
pub(crate) fn dataset(app: &App, state: &State, caller: &Caller, dataset: &Dataset) -> Value {
    let edits = caller.edits(state, dataset);
    let base = app.base();
    let spatial = dataset
        .spatial
        .as_ref()
        .map(|spatial| json!({"geom": spatial.geom, "zones": spatial.zones, "granularity": spatial.granularity}));
    json!({
        "id": dataset.id,
        "slug": dataset.slug,
        "title": dataset.title,
        "acronym": dataset.acronym,
        "description": dataset.description,
        "description_short": dataset.description_short,
        "license": dataset.license.as_deref().unwrap_or(NO_LICENCE),
        "frequency": dataset.frequency.as_deref().unwrap_or("unknown"),
        "frequency_date": dataset.frequency_date,
        "tags": dataset.tags,
        "temporal_coverage": dataset.temporal_coverage,
        "spatial": spatial,
        "private": dataset.private,
        "archived": dataset.archived.map(date),
        "deleted": dataset.deleted.map(date),
        "extras": dataset.extras,
        "contact_points": contacts(state, dataset),
        "organization": dataset.organization.as_deref().and_then(|id| state.organization(id)).map(|existing| organization(app, caller, existing)),
        "owner": dataset.owner.as_ref().map(|id| json!({"class": "User", "id": id})),
        "quality": quality(dataset, app.now()),
        "permissions": {"delete": edits, "edit": edits, "edit_resources": edits},
        "access_type": "open",
        "badges": [],
        "schema": null,
        "harvest": null,
        "created_at": date(dataset.created_at),
        "last_modified": date(dataset.last_modified),
        "last_update": date(dataset.last_update()),
        "page": format!("{base}/datasets/{}", dataset.slug),
        "uri": format!("{base}/api/1/datasets/{}/", dataset.slug),
        "resources": dataset.resources.iter().map(|existing| resource(app, existing)).collect::<Vec<_>>(),
    })
}

/// A file or a link.
pub(crate) fn resource(app: &App, resource: &Resource) -> Value {
    let base = app.base();
    let (filetype, url) = match &resource.location {
        Location::Hosted(path) => ("file", format!("{base}/s/resources/{path}")),
        Location::Remote(url) => ("remote", url.clone()),
    };
    json!({
        "id": resource.id,
        "title": resource.title,
        "description": resource.description,
        "type": resource.kind,
        "filetype": filetype,
        "format": resource.format,
        "mime": resource.mime,
        "filesize": resource.filesize,
        "checksum": resource.checksum,
        "url": url,
        "latest": format!("{base}/api/1/datasets/r/{}", resource.id),
        "schema": resource.schema,
        "extras": resource.extras,
        "preview_url": null,
        "metrics": {},
        "harvest": null,
        "created_at": date(resource.created_at),
        "last_modified": date(resource.last_modified),
    })
}

/// An organization, in short.
pub(crate) fn organization(app: &App, caller: &Caller, organization: &Organization) -> Value {
    let base = app.base();
    json!({
        "class": "Organization",
        "id": organization.id,
        "name": organization.name,
        "slug": organization.slug,
        "acronym": null,
        "badges": [],
        "logo": null,
        "logo_thumbnail": null,
        "page": format!("{base}/organizations/{}", organization.slug),
        "uri": format!("{base}/api/1/organizations/{}/", organization.slug),
        "permissions": {"delete": false, "edit": false, "harvest": false, "members": false, "private": caller.role(organization).is_some()},
    })
}

fn contacts(state: &State, dataset: &Dataset) -> Vec<Value> {
    let show = |id: &String| {
        let contact = state.contacts.iter().find(|contact| contact.id == *id)?;
        Some(
            json!({"id": contact.id, "name": contact.name, "email": contact.email, "role": "contact"}),
        )
    };
    dataset.contact_points.iter().filter_map(show).collect()
}

/// As Python writes an instant: six digits after the second, or none.
pub(crate) fn date(instant: DateTime<Utc>) -> String {
    let format = if instant.nanosecond() == 0 {
        SecondsFormat::Secs
    } else {
        SecondsFormat::Micros
    };
    instant.to_rfc3339_opts(format, false)
}
