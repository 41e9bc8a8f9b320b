//! Accounts and organizations.

use axum::Json;
use axum::extract::{Path, State as Extract};
use serde_json::{Value, json};

use crate::access::Caller;
use crate::app::Shared;
use crate::model::Dataset;
use crate::refusal::Refusal;
use crate::view;

pub(crate) async fn me(
    Extract(app): Extract<Shared>,
    caller: Caller,
) -> Result<Json<Value>, Refusal> {
    let user = caller.known()?;
    let organizations = app
        .read(|state| {
            let ours = state
                .organizations
                .iter()
                .filter(|organization| caller.role(organization).is_some());
            ours.map(|organization| view::organization(&app, &caller, organization))
                .collect::<Vec<_>>()
        })
        .await;
    let slug = format!("{}-essai", user.name);
    Ok(Json(json!({
        "id": user.id,
        "first_name": user.name,
        "last_name": "Essai",
        "email": format!("{}@example.org", user.name),
        "slug": slug,
        "active": true,
        "roles": if user.admin { vec!["admin"] } else { Vec::new() },
        "since": view::date(user.since),
        "page": format!("{}/users/{slug}", app.base()),
        "uri": format!("{}/api/1/users/{slug}/", app.base()),
        "organizations": organizations,
    })))
}

pub(crate) async fn my_datasets(
    Extract(app): Extract<Shared>,
    caller: Caller,
) -> Result<Json<Value>, Refusal> {
    let user = caller.known()?.id.clone();
    Ok(Json(
        chosen(&app, &caller, |dataset| {
            dataset.owner.as_ref() == Some(&user)
        })
        .await,
    ))
}

pub(crate) async fn our_datasets(
    Extract(app): Extract<Shared>,
    caller: Caller,
) -> Result<Json<Value>, Refusal> {
    caller.known()?;
    Ok(Json(
        chosen(&app, &caller, |dataset| dataset.organization.is_some()).await,
    ))
}

pub(crate) async fn organization(
    Extract(app): Extract<Shared>,
    caller: Caller,
    Path(key): Path<String>,
) -> Result<Json<Value>, Refusal> {
    app.read(|state| {
        let existing = state
            .organizations
            .iter()
            .find(|organization| organization.id == key || organization.slug == key);
        existing
            .map(|existing| Json(view::organization(&app, &caller, existing)))
            .ok_or_else(Refusal::not_found)
    })
    .await
}

/// Lists of one's own have no pages.
async fn chosen(app: &Shared, caller: &Caller, wanted: impl Fn(&Dataset) -> bool) -> Value {
    app.read(|state| {
        let ours = state
            .datasets
            .iter()
            .rev()
            .filter(|dataset| caller.owns(state, dataset) && wanted(dataset));
        ours.map(|dataset| view::dataset(app, state, caller, dataset))
            .collect()
    })
    .await
}
