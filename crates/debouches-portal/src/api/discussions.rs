//! Conversations under a dataset.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State as Extract;
use axum::http::{HeaderMap, StatusCode, Uri};
use serde_json::{Value, json};

use super::datasets::asked;
use crate::access::Caller;
use crate::app::Shared;
use crate::form::{not_json, object};
use crate::list::Window;
use crate::model::Discussion;
use crate::refusal::Refusal;
use crate::seed::object_id;

pub(crate) async fn list(Extract(app): Extract<Shared>, uri: Uri) -> Result<Json<Value>, Refusal> {
    let url = asked(&app, &uri)?;
    let window = Window::of(&url, 20)?;
    let wanted: Vec<String> = url
        .query_pairs()
        .filter(|(name, _)| name == "for")
        .map(|(_, value)| value.into_owned())
        .collect();
    app.read(|state| {
        let is_wanted =
            |discussion: &&Discussion| wanted.is_empty() || wanted.contains(&discussion.dataset);
        let newest_first: Vec<&Discussion> =
            state.discussions.iter().rev().filter(is_wanted).collect();
        window
            .show(&url, &newest_first, |discussion| shown(discussion))
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
    let user = caller.known()?.id.clone();
    let body = object(&headers, &body, not_json())?;
    let text = |name: &str| {
        body.get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.trim().is_empty())
            .map(str::to_owned)
    };
    let title = text("title").ok_or_else(|| Refusal::field("title", "This field is required."))?;
    let comment =
        text("comment").ok_or_else(|| Refusal::field("comment", "This field is required."))?;
    let subject = body
        .get("subject")
        .filter(|subject| subject["class"] == "Dataset");
    let dataset = subject
        .and_then(|subject| subject["id"].as_str())
        .unwrap_or_default()
        .to_owned();
    let now = app.now();
    app.write(|state| {
        if state.datasets.iter().all(|existing| existing.id != dataset) {
            return Err(Refusal::field("subject", "Unknown reference"));
        }
        let discussion = Discussion {
            id: object_id(now),
            dataset,
            title,
            comment,
            user,
            created_at: now,
        };
        let answer = Json(shown(&discussion));
        state.discussions.push(discussion);
        Ok((StatusCode::CREATED, answer))
    })
    .await
}

fn shown(discussion: &Discussion) -> Value {
    let comment = json!({"content": discussion.comment, "posted_by": {"id": discussion.user}});
    json!({
        "id": discussion.id,
        "title": discussion.title,
        "subject": {"class": "Dataset", "id": discussion.dataset},
        "created": discussion.created_at.to_rfc3339(),
        "closed": null,
        "discussion": [comment],
    })
}
