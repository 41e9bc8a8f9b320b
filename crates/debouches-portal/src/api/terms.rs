//! The closed lists, over HTTP.

use axum::Json;
use axum::extract::{Path, State as Extract};
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::app::Shared;
use crate::refusal::Refusal;
use crate::terms::{self, LEVELS, LICENCES, OTHER_GRANULARITIES, RESOURCE_TYPES, ZONES};

pub(crate) async fn extensions(Extract(app): Extract<Shared>) -> Json<Vec<&'static str>> {
    Json(terms::extensions(app.options.allow_parquet))
}

pub(crate) async fn licences() -> Json<Value> {
    let show = |(id, title, url): &(&str, &str, Option<&str>)| json!({"id": id, "title": title, "url": url, "maintainer": null, "flags": [], "alternate_titles": [], "alternate_urls": []});
    Json(LICENCES.iter().map(show).collect())
}

pub(crate) async fn frequencies() -> Json<Value> {
    Json(
        terms::frequencies()
            .map(|id| json!({"id": id, "label": id}))
            .collect(),
    )
}

pub(crate) async fn resource_types() -> Json<Value> {
    Json(
        RESOURCE_TYPES
            .iter()
            .map(|(id, label)| json!({"id": id, "label": label}))
            .collect(),
    )
}

/// There is no catalogue of schemas here: any schema passes.
pub(crate) async fn schemas() -> Json<Value> {
    Json(json!([]))
}

pub(crate) async fn granularities() -> Json<Value> {
    Json(
        LEVELS
            .iter()
            .chain(&OTHER_GRANULARITIES)
            .map(|(id, name)| json!({"id": id, "name": name}))
            .collect(),
    )
}

pub(crate) async fn levels() -> Json<Value> {
    Json(
        LEVELS
            .iter()
            .map(|(id, name)| json!({"id": id, "name": name}))
            .collect(),
    )
}

pub(crate) async fn zone(Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    let existing = ZONES
        .iter()
        .find(|(level, code, _)| format!("{level}:{code}") == id);
    let (level, code, name) = existing.ok_or_else(Refusal::not_found)?;
    Ok(Json(
        json!({"id": id, "type": "Feature", "properties": {"code": code, "level": level, "name": name, "uri": null}}),
    ))
}

/// Search needs an engine, which this portal has not: as a real one without it.
pub(crate) async fn search() -> Refusal {
    Refusal::Message(
        StatusCode::NOT_IMPLEMENTED,
        "Search endpoint not enabled".to_owned(),
    )
}
