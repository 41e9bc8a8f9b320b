//! Contact points of an organization. Creating one that is there already gives it back with 200.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State as Extract};
use axum::http::{HeaderMap, StatusCode, Uri};
use serde_json::{Value, json};

use super::datasets::asked;
use crate::access::Caller;
use crate::app::Shared;
use crate::form::{not_json, object};
use crate::list::Window;
use crate::model::Contact;
use crate::refusal::Refusal;
use crate::seed::object_id;

pub(crate) async fn list(
    Extract(app): Extract<Shared>,
    uri: Uri,
    Path(organization): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let url = asked(&app, &uri)?;
    let window = Window::of(&url, 20)?;
    app.read(|state| {
        let existing = state
            .organization(&organization)
            .ok_or_else(Refusal::not_found)?;
        let ours: Vec<&Contact> = state
            .contacts
            .iter()
            .filter(|contact| contact.organization == existing.id)
            .collect();
        window.show(&url, &ours, |contact| shown(contact)).map(Json)
    })
    .await
}

pub(crate) async fn create(
    Extract(app): Extract<Shared>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    caller.known()?;
    let body = object(&headers, &body, not_json())?;
    let text = |name: &str| {
        body.get(name)
            .and_then(Value::as_str)
            .map(str::trim)
            .filter(|text| !text.is_empty())
    };
    let name = text("name")
        .ok_or_else(|| Refusal::field("name", "This field is required."))?
        .to_owned();
    let email = text("email").filter(|email| email.contains('@'));
    let email = email
        .ok_or_else(|| Refusal::field("email", "Email or contact form is required."))?
        .to_owned();
    let organization = text("organization").unwrap_or_default().to_owned();
    let now = app.now();
    app.write(|state| {
        let existing = state
            .organization(&organization)
            .filter(|existing| caller.is_admin() || caller.role(existing).is_some());
        existing.ok_or_else(|| {
            Refusal::field("organization", "Permission denied for this organization")
        })?;
        let same = |contact: &&Contact| {
            contact.name == name && contact.email == email && contact.organization == organization
        };
        if let Some(contact) = state.contacts.iter().find(same) {
            return Ok((StatusCode::OK, Json(shown(contact))));
        }
        let contact = Contact {
            id: object_id(now),
            name,
            email,
            organization,
        };
        let answer = Json(shown(&contact));
        state.contacts.push(contact);
        Ok((StatusCode::CREATED, answer))
    })
    .await
}

fn shown(contact: &Contact) -> Value {
    json!({"id": contact.id, "name": contact.name, "email": contact.email, "contact_form": null, "role": "contact"})
}
