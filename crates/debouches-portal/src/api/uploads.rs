//! Files sent in one request, or in parts and then assembled.

use axum::Json;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, State as Extract};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde_json::json;

use super::datasets::{open_for_creation, success, writable};
use super::resources::position;
use crate::access::Caller;
use crate::app::Shared;
use crate::model::{Checksum, Extras, Location, Resource};
use crate::refusal::Refusal;
use crate::storage::{self, Received, Stored};
use crate::{terms, view};

type Form = Result<Multipart, MultipartRejection>;

pub(crate) async fn create(
    Extract(app): Extract<Shared>,
    caller: Caller,
    uri: Uri,
    Path(key): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    let Some(stored) = take(&app, &caller, &uri, &key, None, form).await? else {
        return Ok(part_kept());
    };
    let now = app.now();
    let shown = app
        .write(|state| {
            let index = writable(state, &caller, &key, &uri)?;
            let resource = new_file(&app, &stored, now);
            let shown = view::resource(&app, &resource);
            state.datasets[index].resources.insert(0, resource);
            Ok(shown)
        })
        .await?;
    Ok((StatusCode::CREATED, Json(success(shown))).into_response())
}

pub(crate) async fn replace(
    Extract(app): Extract<Shared>,
    caller: Caller,
    uri: Uri,
    Path((key, id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Refusal> {
    let Some(stored) = take(&app, &caller, &uri, &key, Some(&id), form).await? else {
        return Ok(part_kept());
    };
    let now = app.now();
    let (shown, previous) = app
        .write(|state| {
            let index = writable(state, &caller, &key, &uri)?;
            let at = position(&state.datasets[index], &id)?;
            let resource = &mut state.datasets[index].resources[at];
            let new = new_file(&app, &stored, now);
            // The title is lost; what describes the former bytes is kept.
            let kept = Resource {
                id: resource.id.clone(),
                description: resource.description.take(),
                kind: resource.kind.clone(),
                schema: resource.schema.take(),
                extras: std::mem::take(&mut resource.extras),
                created_at: resource.created_at,
                ..new
            };
            let previous = std::mem::replace(resource, kept);
            Ok((view::resource(&app, resource), previous))
        })
        .await?;
    if let Location::Hosted(path) = previous.location {
        storage::remove(&app, &path);
    }
    Ok(Json(success(shown)).into_response())
}

/// Receives a form: a stored file, or nothing when it was a part.
async fn take(
    app: &Shared,
    caller: &Caller,
    uri: &Uri,
    key: &str,
    replaced: Option<&str>,
    form: Form,
) -> Result<Option<Stored>, Refusal> {
    let allowed = app
        .read(|state| {
            open_for_creation(app, caller)?;
            let dataset = &state.datasets[writable(state, caller, key, uri)?];
            replaced.map_or(Ok(0), |id| position(dataset, id))?;
            Ok(dataset.slug.clone())
        })
        .await;
    let form = form.map_err(|_| Refusal::Upload("Missing file parameter"));
    let slug = match allowed {
        Ok(slug) => slug,
        Err(refusal) => {
            if let Ok(form) = form {
                storage::discard(form).await;
            }
            return Err(refusal);
        }
    };
    let received = storage::receive(app, form?).await?;
    let (shared, now) = (Shared::clone(app), app.now());
    let stored = tokio::task::spawn_blocking(move || store(&shared, &slug, &received, now)).await;
    stored.map_err(|error| Refusal::Broken(error.to_string()))?
}

fn store(
    app: &Shared,
    slug: &str,
    received: &Received,
    now: DateTime<Utc>,
) -> Result<Option<Stored>, Refusal> {
    let number = |name: &str| {
        received
            .fields
            .get(name)
            .and_then(|text| text.parse::<u32>().ok())
    };
    let parts = number("totalparts").filter(|parts| *parts > 1);
    match (parts, &received.file) {
        (None, None) => Err(Refusal::Upload("Missing file parameter")),
        (None, Some(file)) => {
            check_extension(app, &file.name)?;
            storage::store_file(app, slug, file, now).map(Some)
        }
        (Some(_), Some(part)) => {
            if number("chunksize").map(u64::from) != Some(part.length) {
                return Err(Refusal::Upload("Chunk size mismatch"));
            }
            storage::keep_part(
                app,
                transfer(received)?,
                number("partindex").unwrap_or_default(),
                part,
            )?;
            Ok(None)
        }
        (Some(parts), None) => {
            let name = received
                .fields
                .get("filename")
                .map(String::as_str)
                .unwrap_or_default();
            check_extension(app, name)?;
            storage::assemble(app, slug, name, transfer(received)?, parts, now).map(Some)
        }
    }
}

/// The name of a transfer becomes that of a folder: only plain names.
fn transfer(received: &Received) -> Result<&str, Refusal> {
    let name = received
        .fields
        .get("uuid")
        .map(String::as_str)
        .unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if (1..=100).contains(&name.len()) && name.bytes().all(plain) {
        Ok(name)
    } else {
        Err(Refusal::bad("Invalid uuid"))
    }
}

fn check_extension(app: &Shared, name: &str) -> Result<(), Refusal> {
    let extension = name
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_lowercase())
        .unwrap_or_default();
    if terms::extensions(app.options.allow_parquet).contains(&extension.as_str()) {
        return Ok(());
    }
    let list = format!("{}/api/1/datasets/extensions/", app.base());
    Err(Refusal::bad(format!(
        "This file type is not allowed.The allowed file type list is available at {list}"
    )))
}

fn new_file(app: &Shared, stored: &Stored, now: DateTime<Utc>) -> Resource {
    let name = stored
        .path
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .to_owned();
    Resource {
        id: uuid::Uuid::new_v4().to_string(),
        description: None,
        kind: "main".to_owned(),
        location: Location::Hosted(stored.path.clone()),
        format: terms::format(&name, app.options.allow_parquet),
        mime: Some(terms::media_type(&name).to_owned()),
        filesize: Some(stored.length),
        checksum: Some(Checksum {
            kind: "sha1".to_owned(),
            value: stored.sha1.clone(),
        }),
        schema: None,
        extras: Extras::new(),
        created_at: now,
        last_modified: now,
        title: name,
    }
}

fn part_kept() -> Response {
    Json(json!({"success": true, "error": null, "message": ""})).into_response()
}
