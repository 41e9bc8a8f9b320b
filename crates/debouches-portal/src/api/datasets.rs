//! Datasets.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State as Extract};
use axum::http::{HeaderMap, StatusCode, Uri};
use serde_json::{Value, json};
use url::Url;

use crate::access::Caller;
use crate::app::{App, Shared};
use crate::form::{Purpose, fill_dataset, not_json, object};
use crate::list::Window;
use crate::model::{Dataset, Extras, State};
use crate::refusal::Refusal;
use crate::seed::object_id;
use crate::{slug, view};

/// The index of a dataset in the state, by slug or id. A previous slug is answered by a redirect to the present one.
pub(crate) fn find(state: &State, key: &str, uri: &Uri) -> Result<usize, Refusal> {
    let position = |test: &dyn Fn(&Dataset) -> bool| state.datasets.iter().position(test);
    if let Some(existing) =
        position(&|dataset| dataset.slug == key).or_else(|| position(&|dataset| dataset.id == key))
    {
        return Ok(existing);
    }
    let moved = position(&|dataset| dataset.previous_slugs.iter().any(|slug| slug == key))
        .ok_or_else(Refusal::not_found)?;
    Err(Refusal::Moved(uri.path().replacen(
        &format!("/{key}/"),
        &format!("/{}/", state.datasets[moved].slug),
        1,
    )))
}

/// A dataset that this person may see: the drafts of others are not found, what was public is gone.
pub(crate) fn visible<'a>(
    state: &'a State,
    caller: &Caller,
    key: &str,
    uri: &Uri,
) -> Result<&'a Dataset, Refusal> {
    let dataset = &state.datasets[find(state, key, uri)?];
    match (
        caller.owns(state, dataset),
        dataset.private,
        dataset.deleted,
    ) {
        (false, true, _) => Err(Refusal::not_found()),
        (false, false, Some(_)) => Err(Refusal::deleted()),
        (true, ..) | (false, false, None) => Ok(dataset),
    }
}

/// The index of a dataset that this person may write.
pub(crate) fn writable(
    state: &State,
    caller: &Caller,
    key: &str,
    uri: &Uri,
) -> Result<usize, Refusal> {
    caller.known()?;
    let index = find(state, key, uri)?;
    if caller.edits(state, &state.datasets[index]) {
        Ok(index)
    } else {
        Err(Refusal::forbidden())
    }
}

/// Refuses creations while the portal is read-only.
pub(crate) fn open_for_creation(app: &App, caller: &Caller) -> Result<(), Refusal> {
    caller.known()?;
    if app.options.read_only && !caller.is_admin() {
        return Err(Refusal::Message(
            StatusCode::LOCKED,
            "Due to security reasons, the creation of new content is currently disabled."
                .to_owned(),
        ));
    }
    Ok(())
}

/// The address that was asked, whole.
pub(crate) fn asked(app: &App, uri: &Uri) -> Result<Url, Refusal> {
    Url::parse(&format!("{}{uri}", app.base())).map_err(|_| Refusal::not_found())
}

pub(crate) async fn list(
    Extract(app): Extract<Shared>,
    caller: Caller,
    uri: Uri,
) -> Result<Json<Value>, Refusal> {
    let url = asked(&app, &uri)?;
    let window = Window::of(&url, 20)?;
    let filter = |name: &str| {
        url.query_pairs()
            .find(|(existing, _)| existing == name)
            .map(|(_, value)| value.into_owned())
    };
    let organization = filter("organization");
    if organization
        .as_ref()
        .is_some_and(|id| id.len() != 24 || !id.bytes().all(|byte| byte.is_ascii_hexdigit()))
    {
        return Err(Refusal::bad("Organization arg must be an identifier"));
    }
    let tags: Vec<String> = url
        .query_pairs()
        .filter(|(name, _)| name == "tag")
        .map(|(_, value)| value.into_owned())
        .collect();
    let words = filter("q").map(|words| words.to_lowercase());
    app.read(|state| {
        let wanted = |dataset: &&Dataset| {
            (dataset.is_public() || caller.owns(state, dataset))
                && (organization.is_none() || dataset.organization == organization)
                && tags.iter().all(|tag| dataset.tags.contains(tag))
                && words
                    .as_ref()
                    .is_none_or(|words| dataset.title.to_lowercase().contains(words))
        };
        let newest_first: Vec<&Dataset> = state.datasets.iter().rev().filter(wanted).collect();
        window
            .show(&url, &newest_first, |dataset| {
                view::dataset(&app, state, &caller, dataset)
            })
            .map(Json)
    })
    .await
}

pub(crate) async fn create(
    Extract(app): Extract<Shared>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    open_for_creation(&app, &caller)?;
    let user = caller.known()?.id.clone();
    let body = object(&headers, &body, not_json())?;
    let now = app.now();
    let shown = app
        .write(|state| {
            let mut dataset = blank(object_id(now), now);
            fill_dataset(state, &caller, Purpose::Create, &body, &mut dataset, now)?;
            dataset.slug = free_slug(state, &dataset);
            dataset.assigned = vec![user.clone()];
            if dataset.organization.is_none() {
                dataset.owner = Some(user);
            }
            state.datasets.push(dataset);
            let dataset = state.datasets.last().ok_or_else(Refusal::not_found)?;
            Ok(view::dataset(&app, state, &caller, dataset))
        })
        .await?;
    Ok((StatusCode::CREATED, Json(shown)))
}

pub(crate) async fn read(
    Extract(app): Extract<Shared>,
    caller: Caller,
    uri: Uri,
    Path(key): Path<String>,
) -> Result<Json<Value>, Refusal> {
    app.read(|state| {
        visible(state, &caller, &key, &uri)
            .map(|dataset| Json(view::dataset(&app, state, &caller, dataset)))
    })
    .await
}

pub(crate) async fn update(
    Extract(app): Extract<Shared>,
    caller: Caller,
    uri: Uri,
    Path(key): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    caller.known()?;
    let text = "Did not attempt to load JSON data because the request Content-Type was not 'application/json'.".to_owned();
    let body = object(
        &headers,
        &body,
        Refusal::Message(StatusCode::UNSUPPORTED_MEDIA_TYPE, text),
    )?;
    let now = app.now();
    app.write(|state| {
        let index = find(state, &key, &uri)?;
        if state.datasets[index].deleted.is_some() && body.get("deleted") != Some(&Value::Null) {
            return Err(Refusal::deleted());
        }
        writable(state, &caller, &key, &uri)?;
        let mut dataset = state.datasets[index].clone();
        let title = dataset.title.clone();
        fill_dataset(state, &caller, Purpose::Update, &body, &mut dataset, now)?;
        if dataset.title != title {
            let slug = free_slug(state, &dataset);
            let previous = std::mem::replace(&mut dataset.slug, slug);
            if previous != dataset.slug {
                dataset.previous_slugs.push(previous);
            }
        }
        state.datasets[index] = dataset;
        Ok(Json(view::dataset(
            &app,
            state,
            &caller,
            &state.datasets[index],
        )))
    })
    .await
}

pub(crate) async fn delete(
    Extract(app): Extract<Shared>,
    caller: Caller,
    uri: Uri,
    Path(key): Path<String>,
) -> Result<StatusCode, Refusal> {
    let now = app.now();
    app.write(|state| {
        let existing = find(state, &key, &uri)?;
        if state.datasets[existing].deleted.is_some() {
            return Err(Refusal::deleted());
        }
        let index = writable(state, &caller, &key, &uri)?;
        state.datasets[index].deleted = Some(now);
        state.datasets[index].last_modified = now;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// The slug of the title, with a number when somebody else has it.
fn free_slug(state: &State, dataset: &Dataset) -> String {
    slug::unique(&dataset.title, |slug| {
        state
            .datasets
            .iter()
            .any(|other| other.id != dataset.id && other.slug == slug)
    })
}

fn blank(id: String, now: chrono::DateTime<chrono::Utc>) -> Dataset {
    Dataset {
        id,
        slug: String::new(),
        previous_slugs: Vec::new(),
        title: String::new(),
        acronym: None,
        description: String::new(),
        description_short: None,
        license: None,
        frequency: None,
        frequency_date: None,
        tags: Vec::new(),
        temporal_coverage: None,
        spatial: None,
        private: false,
        archived: None,
        deleted: None,
        extras: Extras::new(),
        contact_points: Vec::new(),
        organization: None,
        owner: None,
        assigned: Vec::new(),
        created_at: now,
        last_modified: now,
        resources: Vec::new(),
    }
}

/// Some bodies are lists.
pub(crate) fn ids(value: &Value) -> Option<Vec<String>> {
    let id = |item: &Value| {
        item.as_str()
            .or_else(|| item.get("id")?.as_str())
            .map(str::to_owned)
    };
    value.as_array()?.iter().map(id).collect()
}

/// The answer of an upload.
pub(crate) fn success(mut shown: Value) -> Value {
    shown["success"] = json!(true);
    shown
}
