//! Free fields, merged: the second root of the API.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State as Extract};
use axum::http::{HeaderMap, StatusCode, Uri};
use serde_json::{Map, Value};

use super::datasets::{ids, visible, writable};
use super::resources::position;
use crate::access::Caller;
use crate::app::Shared;
use crate::form::{json, not_json, object, reserved_for_dataset, reserved_for_resource};
use crate::model::Extras;
use crate::refusal::Refusal;

pub(crate) async fn read_dataset(
    Extract(app): Extract<Shared>,
    caller: Caller,
    uri: Uri,
    Path(key): Path<String>,
) -> Result<Json<Extras>, Refusal> {
    app.read(|state| {
        visible(state, &caller, &key, &uri).map(|dataset| Json(dataset.extras.clone()))
    })
    .await
}

pub(crate) async fn read_resource(
    Extract(app): Extract<Shared>,
    caller: Caller,
    uri: Uri,
    Path((key, id)): Path<(String, String)>,
) -> Result<Json<Extras>, Refusal> {
    app.read(|state| {
        let dataset = visible(state, &caller, &key, &uri)?;
        Ok(Json(
            dataset.resources[position(dataset, &id)?].extras.clone(),
        ))
    })
    .await
}

pub(crate) async fn merge_dataset(
    Extract(app): Extract<Shared>,
    caller: Caller,
    uri: Uri,
    Path(key): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Extras>, Refusal> {
    let sent = object(&headers, &body, not_json())?;
    change(&app, &caller, &uri, &key, None, |extras| {
        merge(extras, &sent, reserved_for_dataset, caller.is_admin())
    })
    .await
    .map(Json)
}

pub(crate) async fn merge_resource(
    Extract(app): Extract<Shared>,
    caller: Caller,
    uri: Uri,
    Path((key, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Extras>, Refusal> {
    let sent = object(&headers, &body, not_json())?;
    change(&app, &caller, &uri, &key, Some(&id), |extras| {
        merge(extras, &sent, reserved_for_resource, caller.is_admin())
    })
    .await
    .map(Json)
}

pub(crate) async fn remove_dataset(
    Extract(app): Extract<Shared>,
    caller: Caller,
    uri: Uri,
    Path(key): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Refusal> {
    let names = names(&headers, &body)?;
    change(&app, &caller, &uri, &key, None, |extras| {
        remove(extras, &names)
    })
    .await
    .map(|_| StatusCode::NO_CONTENT)
}

pub(crate) async fn remove_resource(
    Extract(app): Extract<Shared>,
    caller: Caller,
    uri: Uri,
    Path((key, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Refusal> {
    let names = names(&headers, &body)?;
    change(&app, &caller, &uri, &key, Some(&id), |extras| {
        remove(extras, &names)
    })
    .await
    .map(|_| StatusCode::NO_CONTENT)
}

/// Changes the extras of a dataset, or of one of its resources. No date moves.
async fn change(
    app: &Shared,
    caller: &Caller,
    uri: &Uri,
    key: &str,
    resource: Option<&str>,
    change: impl FnOnce(&mut Extras) -> Result<(), Refusal>,
) -> Result<Extras, Refusal> {
    app.write(|state| {
        let index = writable(state, caller, key, uri)?;
        let dataset = &mut state.datasets[index];
        if dataset.deleted.is_some() {
            return Err(Refusal::deleted());
        }
        let extras = match resource {
            None => &mut dataset.extras,
            Some(id) => {
                let at = position(dataset, id)?;
                &mut dataset.resources[at].extras
            }
        };
        change(extras)?;
        Ok(extras.clone())
    })
    .await
}

fn merge(
    extras: &mut Extras,
    sent: &Map<String, Value>,
    reserved: fn(&str) -> bool,
    admin: bool,
) -> Result<(), Refusal> {
    let refused: Vec<&str> = sent
        .keys()
        .map(String::as_str)
        .filter(|name| reserved(name) && !admin)
        .collect();
    if !refused.is_empty() {
        return Err(Refusal::bad(format!(
            "Extras keys reserved to platform services: {}",
            refused.join(", ")
        )));
    }
    if sent.keys().any(|name| name.starts_with('$')) {
        return Err(Refusal::bad("Extras keys cannot start with $"));
    }
    for (name, value) in sent {
        if value.is_null() {
            extras.remove(name);
        } else {
            extras.insert(name.clone(), value.clone());
        }
    }
    Ok(())
}

fn remove(extras: &mut Extras, names: &[String]) -> Result<(), Refusal> {
    for name in names {
        extras.remove(name).ok_or_else(|| {
            Refusal::Message(
                StatusCode::NOT_FOUND,
                format!("Key not found in existing extras: {name}"),
            )
        })?;
    }
    Ok(())
}

fn names(headers: &HeaderMap, body: &[u8]) -> Result<Vec<String>, Refusal> {
    ids(&json(headers, body, not_json())?)
        .ok_or_else(|| Refusal::bad("Wrong payload format, list expected"))
}
