//! The form of a resource.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::{Complaints, reserved_for_resource};
use crate::model::{Checksum, Extras, Location, Resource};
use crate::refusal::Refusal;
use crate::terms::RESOURCE_TYPES;

type Body = Map<String, Value>;

/// Writes the body into the record. Of a hosted file, what the portal computed is kept without a word.
pub(crate) fn fill_resource(
    body: &Body,
    resource: &mut Resource,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let mut complaints = Complaints::default();
    complaints.required(body, "title", 350, &mut resource.title);
    complaints.optional(body, "description", 100_000, &mut resource.description);
    complaints.extras(body, reserved_for_resource, &mut resource.extras);
    fill_kind(body, resource, &mut complaints);
    fill_schema(body, resource, &mut complaints);
    fill_location(body, resource, &mut complaints)?;
    complaints.settle()?;
    resource.last_modified = now;
    Ok(())
}

/// A new link.
pub(crate) fn new_link(body: &Body, now: DateTime<Utc>) -> Result<Resource, Refusal> {
    if body.get("filetype").and_then(Value::as_str) != Some("remote") {
        return Err(Refusal::field(
            "filetype",
            "This endpoint only supports remote resources",
        ));
    }
    let mut link = Resource {
        id: uuid::Uuid::new_v4().to_string(),
        title: String::new(),
        description: None,
        kind: "other".to_owned(),
        location: Location::Remote(String::new()),
        format: None,
        mime: None,
        filesize: None,
        checksum: None,
        schema: None,
        extras: Extras::new(),
        created_at: now,
        last_modified: now,
    };
    fill_resource(body, &mut link, now)?;
    match &link.location {
        Location::Remote(url) if url.is_empty() => {
            Err(Refusal::field("url", "This field is required."))
        }
        Location::Remote(_) | Location::Hosted(_) => Ok(link),
    }
}

fn fill_kind(body: &Body, resource: &mut Resource, complaints: &mut Complaints) {
    let Some(sent) = body.get("type") else { return };
    match sent
        .as_str()
        .filter(|text| RESOURCE_TYPES.iter().any(|(id, _)| id == text))
    {
        Some(kind) => resource.kind = kind.to_owned(),
        None => complaints.add("type", "Not a valid choice."),
    }
}

/// Without a catalogue, any schema passes, but a version needs something to be the version of.
fn fill_schema(body: &Body, resource: &mut Resource, complaints: &mut Complaints) {
    let Some(sent) = body.get("schema") else {
        return;
    };
    let field = |name: &str| {
        sent.get(name)
            .filter(|value| value.is_string())
            .cloned()
            .unwrap_or(Value::Null)
    };
    let (url, name, version) = (field("url"), field("name"), field("version"));
    if !version.is_null() && url.is_null() && name.is_null() {
        complaints.nest(
            "schema",
            "version",
            "Schema must have at least a name or an url.",
        );
    }
    let empty = url.is_null() && name.is_null() && version.is_null();
    resource.schema = (!empty).then(|| json!({"url": url, "name": name, "version": version}));
}

fn fill_location(
    body: &Body,
    resource: &mut Resource,
    complaints: &mut Complaints,
) -> Result<(), Refusal> {
    let current = match resource.location {
        Location::Hosted(_) => "file",
        Location::Remote(_) => "remote",
    };
    if body
        .get("filetype")
        .and_then(Value::as_str)
        .is_some_and(|sent| sent != current)
    {
        return Err(Refusal::bad("Cannot modify filetype after creation"));
    }
    let Location::Remote(url) = &mut resource.location else {
        return Ok(());
    };
    if let Some(sent) = body.get("url") {
        match sent
            .as_str()
            .filter(|text| text.starts_with("http://") || text.starts_with("https://"))
        {
            Some(sent) => *url = sent.to_owned(),
            None => complaints.add("url", "Invalid URL"),
        }
    }
    let text = |name: &str| {
        body.get(name)
            .map(|value| value.as_str().map(str::to_lowercase))
    };
    resource.format = text("format").unwrap_or(resource.format.take());
    resource.mime = text("mime").unwrap_or(resource.mime.take());
    if let Some(sent) = body.get("filesize") {
        resource.filesize = sent.as_u64();
    }
    if let Some(sent) = body.get("checksum") {
        let field = |name: &str| {
            sent.get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let checksum = Checksum {
            kind: field("type"),
            value: field("value"),
        };
        if !sent.is_null()
            && !["sha1", "sha2", "sha256", "md5", "crc"].contains(&checksum.kind.as_str())
        {
            complaints.nest("checksum", "type", "Not a valid choice.");
        }
        resource.checksum = (!sent.is_null()).then_some(checksum);
    }
    Ok(())
}
