//! Resources, but for their bytes.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State as Extract};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::datasets::{asked, ids, open_for_creation, visible, writable};
use crate::access::Caller;
use crate::app::Shared;
use crate::form::{self, fill_resource, new_link, not_json, object};
use crate::list::Window;
use crate::model::{Dataset, Location, Resource};
use crate::refusal::Refusal;
use crate::{storage, view};

/// The index of a resource in its dataset.
pub(crate) fn position(dataset: &Dataset, id: &str) -> Result<usize, Refusal> {
    dataset
        .resources
        .iter()
        .position(|resource| resource.id == id)
        .ok_or_else(Refusal::no_resource)
}

pub(crate) async fn read(
    Extract(app): Extract<Shared>,
    caller: Caller,
    uri: Uri,
    Path((key, id)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    app.read(|state| {
        let dataset = visible(state, &caller, &key, &uri)?;
        Ok(Json(view::resource(
            &app,
            &dataset.resources[position(dataset, &id)?],
        )))
    })
    .await
}

pub(crate) async fn pages(
    Extract(app): Extract<Shared>,
    caller: Caller,
    uri: Uri,
    Path(key): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let url = asked(&app, &uri)?;
    let window = Window::of(&url, 50)?;
    app.read(|state| {
        let dataset = visible(state, &caller, &key, &uri)?;
        window
            .show(&url, &dataset.resources, |resource| {
                view::resource(&app, resource)
            })
            .map(Json)
    })
    .await
}

/// A resource by its id alone.
pub(crate) async fn anywhere(
    Extract(app): Extract<Shared>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    app.read(|state| {
        let seen = |dataset: &&Dataset| {
            caller.owns(state, dataset) || (!dataset.private && dataset.deleted.is_none())
        };
        let existing = state.datasets.iter().filter(seen).find_map(|dataset| {
            Some((
                dataset,
                dataset
                    .resources
                    .iter()
                    .find(|resource| resource.id == id)?,
            ))
        });
        let (dataset, resource) = existing.ok_or_else(Refusal::no_resource)?;
        Ok(Json(
            json!({"dataset_id": dataset.id, "resource": view::resource(&app, resource)}),
        ))
    })
    .await
}

pub(crate) async fn create(
    Extract(app): Extract<Shared>,
    caller: Caller,
    uri: Uri,
    Path(key): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    open_for_creation(&app, &caller)?;
    let body = object(&headers, &body, not_json())?;
    let now = app.now();
    let shown = app
        .write(|state| {
            let index = writable(state, &caller, &key, &uri)?;
            let link = new_link(&body, now)?;
            let shown = view::resource(&app, &link);
            state.datasets[index].resources.insert(0, link);
            Ok(shown)
        })
        .await?;
    Ok((StatusCode::CREATED, Json(shown)))
}

pub(crate) async fn update(
    Extract(app): Extract<Shared>,
    caller: Caller,
    uri: Uri,
    Path((key, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    caller.known()?;
    let body = object(&headers, &body, not_json())?;
    let now = app.now();
    app.write(|state| {
        let index = writable(state, &caller, &key, &uri)?;
        let at = position(&state.datasets[index], &id)?;
        let resource = &mut state.datasets[index].resources[at];
        fill_resource(&body, resource, now)?;
        Ok(Json(view::resource(&app, resource)))
    })
    .await
}

/// Every id is needed: a list that misses some is refused here, and here only.
pub(crate) async fn reorder(
    Extract(app): Extract<Shared>,
    caller: Caller,
    uri: Uri,
    Path(key): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    caller.known()?;
    let order = ids(&form::json(&headers, &body, not_json())?)
        .ok_or_else(|| Refusal::bad("A list of resources is expected"))?;
    app.write(|state| {
        let index = writable(state, &caller, &key, &uri)?;
        let resources = &mut state.datasets[index].resources;
        let total = resources.len();
        let mut remaining: Vec<Resource> = resources.clone();
        let mut ordered = Vec::new();
        for id in &order {
            if let Some(at) = remaining.iter().position(|resource| resource.id == *id) {
                ordered.push(remaining.remove(at));
            }
        }
        if ordered.len() != total || order.len() != total {
            return Err(Refusal::bad(format!(
                "All resources must be reordered, you provided {} out of {total}",
                order.len()
            )));
        }
        *resources = ordered;
        Ok(Json(
            resources
                .iter()
                .map(|resource| view::resource(&app, resource))
                .collect(),
        ))
    })
    .await
}

pub(crate) async fn delete(
    Extract(app): Extract<Shared>,
    caller: Caller,
    uri: Uri,
    Path((key, id)): Path<(String, String)>,
) -> Result<StatusCode, Refusal> {
    let now = app.now();
    let removed = app
        .write(|state| {
            let index = writable(state, &caller, &key, &uri)?;
            let at = position(&state.datasets[index], &id)?;
            state.datasets[index].last_modified = now;
            Ok(state.datasets[index].resources.remove(at))
        })
        .await?;
    if let Location::Hosted(path) = removed.location {
        storage::remove(&app, &path);
    }
    Ok(StatusCode::NO_CONTENT)
}

/// The permanent address. It answers for drafts and for deleted datasets too, as long as they are not purged.
pub(crate) async fn permanent(
    Extract(app): Extract<Shared>,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let location = app
        .read(|state| {
            state
                .datasets
                .iter()
                .flat_map(|dataset| &dataset.resources)
                .find(|resource| resource.id == id)
                .map(|resource| resource.location.clone())
        })
        .await;
    let url = match location {
        Some(Location::Hosted(path)) => format!("{}/s/resources/{path}", app.base()),
        Some(Location::Remote(url)) => url,
        None => {
            return Err(Refusal::Message(
                StatusCode::NOT_FOUND,
                "Resource not found".to_owned(),
            ));
        }
    };
    Ok((StatusCode::FOUND, [(header::LOCATION, url)]).into_response())
}
