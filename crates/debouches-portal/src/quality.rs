//! The nine criteria of the portal's score.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use crate::model::{Dataset, Location, Resource};
use crate::terms::{Period, period};

/// Formats that cannot be read without a particular program, or not at all by one.
const CLOSED: [&str; 7] = ["pdf", "doc", "docx", "word", "xls", "excel", "xlsx"];

/// The criteria and the score, from 0 to 1.
pub(crate) fn quality(dataset: &Dataset, now: DateTime<Utc>) -> Map<String, Value> {
    let mut met = vec![
        ("license", dataset.license.is_some()),
        ("temporal_coverage", dataset.temporal_coverage.is_some()),
        ("spatial", dataset.spatial.is_some()),
        (
            "update_frequency",
            period(dataset.frequency.as_deref()) != Period::Unknown,
        ),
        (
            "dataset_description_quality",
            dataset.description.chars().count() > 100,
        ),
    ];
    match period(dataset.frequency.as_deref()) {
        Period::Unknown => {}
        Period::Open => met.push(("update_fulfilled_in_time", true)),
        Period::Within(delta) => {
            let due = dataset.last_update() + delta + TimeDelta::days(1);
            met.push(("update_fulfilled_in_time", due > now));
        }
    }
    if !dataset.resources.is_empty() {
        met.push(("has_open_format", dataset.resources.iter().any(is_open)));
        met.push((
            "all_resources_available",
            dataset.resources.iter().all(is_available),
        ));
        met.push((
            "resources_documentation",
            dataset.resources.iter().any(is_documented),
        ));
    }
    let points = met.iter().filter(|(_, met)| *met).count();
    let mut quality: Map<String, Value> = met
        .into_iter()
        .map(|(name, met)| (name.to_owned(), json!(met)))
        .collect();
    if !dataset.resources.is_empty() {
        // Reported, and worth nothing.
        quality.insert("has_resources".to_owned(), json!(true));
    }
    quality.insert("score".to_owned(), json!(points as f64 / 9.0));
    quality
}

fn is_open(resource: &Resource) -> bool {
    resource
        .format
        .as_deref()
        .is_some_and(|format| !CLOSED.contains(&format))
}

/// Only links are checked, by a service that this portal has not.
fn is_available(resource: &Resource) -> bool {
    match resource.location {
        Location::Hosted(_) => true,
        Location::Remote(_) => resource.extras.get("check:available") != Some(&json!(false)),
    }
}

fn is_documented(resource: &Resource) -> bool {
    resource.kind == "documentation"
        || resource
            .description
            .as_deref()
            .is_some_and(|text| !text.is_empty())
}
