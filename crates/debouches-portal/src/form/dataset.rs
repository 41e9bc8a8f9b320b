//! The form of a dataset. Tags and coverage are emptied when left out: it is the portal's best-known trap.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::{Complaints, fill_resource, reserved_for_dataset};
use crate::access::Caller;
use crate::coverage;
use crate::model::{Dataset, Spatial, State};
use crate::refusal::Refusal;
use crate::slug::slugify;
use crate::terms::{LEVELS, LICENCES, NO_GRANULARITY, OTHER_GRANULARITIES, ZONES, frequency};

/// Why the form is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Create,
    Update,
}

type Body = Map<String, Value>;

/// Writes the body into the record.
pub(crate) fn fill_dataset(
    state: &State,
    caller: &Caller,
    purpose: Purpose,
    body: &Body,
    dataset: &mut Dataset,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let mut complaints = Complaints::default();
    complaints.required(body, "title", 350, &mut dataset.title);
    complaints.required(body, "description", 100_000, &mut dataset.description);
    complaints.optional(
        body,
        "description_short",
        200,
        &mut dataset.description_short,
    );
    fill_owner(state, caller, purpose, body, dataset, &mut complaints);
    fill_tags(body, dataset, &mut complaints);
    fill_coverage(body, dataset, now, &mut complaints);
    fill_spatial(body, dataset, &mut complaints);
    fill_contacts(state, body, dataset, &mut complaints);
    complaints.extras(body, reserved_for_dataset, &mut dataset.extras);
    complaints.settle()?;
    fill_terms(body, dataset)?;
    fill_flags(body, dataset);
    fill_resources(body, dataset, now)?;
    dataset.last_modified = now;
    Ok(())
}

fn fill_owner(
    state: &State,
    caller: &Caller,
    purpose: Purpose,
    body: &Body,
    dataset: &mut Dataset,
    complaints: &mut Complaints,
) {
    let Some(value) = body.get("organization").filter(|value| !value.is_null()) else {
        return;
    };
    let id = identifier(value).unwrap_or_default();
    match purpose {
        Purpose::Update if dataset.organization.as_deref() != Some(&id) => {
            complaints.add(
                "organization",
                "Cannot change owner after creation. Please use transfer feature.",
            );
        }
        Purpose::Update => {}
        Purpose::Create => match state.organization(&id) {
            Some(organization) if caller.role(organization).is_some() || caller.is_admin() => {
                dataset.organization = Some(id)
            }
            Some(_) => complaints.add("organization", "Permission denied for this organization"),
            None => complaints.add("organization", "Unknown identifier"),
        },
    }
}

fn fill_tags(body: &Body, dataset: &mut Dataset, complaints: &mut Complaints) {
    let sent: Vec<String> = match body.get("tags") {
        Some(Value::Array(tags)) => tags
            .iter()
            .filter_map(Value::as_str)
            .flat_map(split)
            .collect(),
        Some(Value::String(tags)) => split(tags).collect(),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => {
            Vec::new()
        }
    };
    let mut tags = Vec::new();
    for tag in sent {
        let kept = slugify(&tag, &[]);
        if !(3..=96).contains(&kept.len()) {
            complaints.add(
                "tags",
                format!("Tag \"{kept}\" must be between 3 and 96 characters long."),
            );
        }
        tags.push(kept);
    }
    tags.sort();
    tags.dedup();
    dataset.tags = tags;
}

fn split(text: &str) -> impl Iterator<Item = String> {
    text.split(',')
        .map(str::trim)
        .filter(|tag| !tag.is_empty())
        .map(str::to_owned)
}

fn fill_coverage(
    body: &Body,
    dataset: &mut Dataset,
    now: DateTime<Utc>,
    complaints: &mut Complaints,
) {
    dataset.temporal_coverage = match body.get("temporal_coverage") {
        None | Some(Value::Null) => None,
        Some(value) => {
            let existing = coverage::parse(value, now.date_naive());
            if existing.is_none() {
                complaints.add("temporal_coverage", "Unable to parse date range");
            }
            existing
        }
    };
}

fn fill_spatial(body: &Body, dataset: &mut Dataset, complaints: &mut Complaints) {
    // A null is ignored, as is anything that is not an object.
    let Some(Value::Object(sent)) = body.get("spatial") else {
        return;
    };
    let mut spatial = dataset.spatial.clone().unwrap_or(Spatial {
        geom: None,
        zones: Vec::new(),
        granularity: NO_GRANULARITY.to_owned(),
    });
    if let Some(Value::Array(zones)) = sent.get("zones") {
        spatial.zones = zones.iter().filter_map(identifier).collect();
        let known = |zone: &str| {
            ZONES.iter().any(|(level, code, _)| {
                zone.strip_prefix(level)
                    .and_then(|rest| rest.strip_prefix(':'))
                    == Some(code)
            })
        };
        let unknown: Vec<&str> = spatial
            .zones
            .iter()
            .map(String::as_str)
            .filter(|zone| !known(zone))
            .collect();
        if !unknown.is_empty() {
            complaints.nest(
                "spatial",
                "zones",
                format!("Unknown geoid(s): {}", unknown.join(", ")),
            );
        }
    }
    if let Some(geom) = sent.get("geom").filter(|geom| !geom.is_null()) {
        spatial.geom = Some(geom.clone());
    }
    if let Some(granularity) = sent.get("granularity") {
        let mut known = LEVELS.iter().chain(&OTHER_GRANULARITIES).map(|(id, _)| *id);
        match granularity
            .as_str()
            .filter(|text| known.any(|id| id == *text))
        {
            Some(granularity) => spatial.granularity = granularity.to_owned(),
            None => complaints.nest("spatial", "granularity", "Not a valid choice."),
        }
    }
    dataset.spatial = Some(spatial);
}

fn fill_contacts(state: &State, body: &Body, dataset: &mut Dataset, complaints: &mut Complaints) {
    let sent: Vec<String> = match body.get("contact_points") {
        Some(Value::Array(ids)) if !ids.is_empty() => ids.iter().filter_map(identifier).collect(),
        Some(Value::Null) => Vec::new(),
        // An empty list is ignored; only a null clears.
        Some(
            Value::Array(_)
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Object(_),
        )
        | None => return,
    };
    let ours = |owner: &String| {
        dataset
            .organization
            .as_ref()
            .is_none_or(|organization| organization == owner)
    };
    let known = |id: &String| {
        state
            .contacts
            .iter()
            .any(|contact| contact.id == *id && ours(&contact.organization))
    };
    let unknown: Vec<&str> = sent
        .iter()
        .filter(|id| !known(id))
        .map(String::as_str)
        .collect();
    if !unknown.is_empty() {
        complaints.add(
            "contact_points",
            format!("Unknown identifiers: {}", unknown.join(", ")),
        );
    }
    dataset.contact_points = sent;
}

fn fill_terms(body: &Body, dataset: &mut Dataset) -> Result<(), Refusal> {
    let acronym = body
        .get("acronym")
        .map(|value| value.as_str().map(str::to_owned));
    if acronym
        .iter()
        .flatten()
        .any(|text| text.chars().count() > 128)
    {
        return Err(Refusal::Record(
            "acronym",
            "String value is too long".to_owned(),
        ));
    }
    dataset.acronym = acronym.unwrap_or(dataset.acronym.take());
    if let Some(licence) = body.get("license") {
        // An unknown licence is lost, with a 200.
        let known = |id: &&str| LICENCES.iter().any(|(known, ..)| known == id);
        dataset.license = licence.as_str().filter(known).map(str::to_owned);
    }
    if let Some(sent) = body.get("frequency") {
        dataset.frequency = match sent.as_str() {
            None => None,
            Some(text) => {
                let known = frequency(text).ok_or_else(|| {
                    Refusal::bad(format!("'{text}' is not a valid UpdateFrequency"))
                })?;
                Some(known.to_owned())
            }
        };
    }
    Ok(())
}

fn fill_flags(body: &Body, dataset: &mut Dataset) {
    if let Some(private) = body.get("private").and_then(Value::as_bool) {
        dataset.private = private;
    }
    if let Some(date) = body.get("frequency_date") {
        dataset.frequency_date = date.as_str().map(str::to_owned);
    }
    let instant = |value: &Value| {
        value
            .as_str()
            .and_then(|text| DateTime::parse_from_rfc3339(text).ok())
            .map(|date| date.to_utc())
    };
    if let Some(value) = body.get("archived") {
        dataset.archived = instant(value);
    }
    if let Some(value) = body.get("deleted") {
        dataset.deleted = instant(value);
    }
}

/// The second trap: the resources that the list misses are gone, their files left behind.
fn fill_resources(body: &Body, dataset: &mut Dataset, now: DateTime<Utc>) -> Result<(), Refusal> {
    let Some(Value::Array(sent)) = body.get("resources") else {
        return Ok(());
    };
    if sent.is_empty() {
        return Ok(());
    }
    let mut kept = Vec::new();
    for value in sent {
        let id = identifier(value).unwrap_or_default();
        let Some(index) = dataset
            .resources
            .iter()
            .position(|resource| resource.id == id)
        else {
            continue;
        };
        let mut resource = dataset.resources.remove(index);
        if let Value::Object(fields) = value {
            fill_resource(fields, &mut resource, now)?;
        }
        kept.push(resource);
    }
    dataset.resources = kept;
    Ok(())
}

/// An id, alone or in an object.
fn identifier(value: &Value) -> Option<String> {
    value
        .as_str()
        .or_else(|| value.get("id")?.as_str())
        .map(str::to_owned)
}
