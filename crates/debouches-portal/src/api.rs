//! The addresses.

mod contacts;
mod datasets;
mod discussions;
mod extras;
mod files;
mod people;
mod resources;
mod terms;
#[cfg(feature = "test-aids")]
mod test_aids;
mod uploads;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use serde_json::json;

use crate::app::Shared;
use crate::authorisation::{identify, screen};
use crate::refusal::Refusal;
use crate::web;

/// Largest body that is not a file, in bytes.
const LARGEST_JSON: usize = 1 << 20;

/// The routes of the site.
pub(crate) fn router(app: &Shared) -> Router {
    let api = first()
        .merge(second())
        .layer(from_fn_with_state(Shared::clone(app), identify));
    let site = Router::new()
        .route("/", get(web::home))
        .route("/datasets/{slug}/", get(web::dataset))
        // The `page` of the API has no final slash.
        .route("/datasets/{slug}", get(web::dataset))
        .route("/s/resources/{*path}", get(files::file));
    // Compiled for tests only, and even then not for everybody.
    #[cfg(feature = "test-aids")]
    let site = if app.options.test_accounts {
        site.route("/_test/requests", get(test_aids::requests))
            .route("/_test/flaky", post(test_aids::flaky))
    } else {
        site
    };
    site.merge(api)
        .fallback(nowhere)
        .method_not_allowed_fallback(no_such_method)
        .layer(from_fn_with_state(Shared::clone(app), screen))
        .layer(DefaultBodyLimit::max(LARGEST_JSON))
        .with_state(Shared::clone(app))
}

fn first() -> Router<Shared> {
    Router::new()
        .route(
            "/api/1/datasets/",
            get(datasets::list).post(datasets::create),
        )
        .route(
            "/api/1/datasets/{dataset}/",
            get(datasets::read)
                .put(datasets::update)
                .delete(datasets::delete),
        )
        .route(
            "/api/1/datasets/{dataset}/upload/",
            post(uploads::create).layer(DefaultBodyLimit::disable()),
        )
        .route(
            "/api/1/datasets/{dataset}/resources/",
            post(resources::create).put(resources::reorder),
        )
        .route(
            "/api/1/datasets/{dataset}/resources/{resource}/",
            get(resources::read)
                .put(resources::update)
                .delete(resources::delete),
        )
        .route(
            "/api/1/datasets/{dataset}/resources/{resource}/upload/",
            post(uploads::replace).layer(DefaultBodyLimit::disable()),
        )
        .route("/api/1/datasets/r/{resource}", get(resources::permanent))
        .route("/api/1/datasets/extensions/", get(terms::extensions))
        .route("/api/1/datasets/licenses/", get(terms::licences))
        .route("/api/1/datasets/frequencies/", get(terms::frequencies))
        .route(
            "/api/1/datasets/resource_types/",
            get(terms::resource_types),
        )
        .route("/api/1/datasets/schemas/", get(terms::schemas))
        .route("/api/1/spatial/granularities/", get(terms::granularities))
        .route("/api/1/spatial/levels/", get(terms::levels))
        .route("/api/1/spatial/zone/{zone}/", get(terms::zone))
        .route("/api/1/me/", get(people::me))
        .route("/api/1/me/datasets/", get(people::my_datasets))
        .route("/api/1/me/org_datasets/", get(people::our_datasets))
        .route(
            "/api/1/organizations/{organization}/",
            get(people::organization),
        )
        .route(
            "/api/1/organizations/{organization}/contacts/",
            get(contacts::list),
        )
        .route("/api/1/contacts/", post(contacts::create))
        .route(
            "/api/1/discussions/",
            get(discussions::list).post(discussions::create),
        )
}

fn second() -> Router<Shared> {
    Router::new()
        .route("/api/2/datasets/search/", get(terms::search))
        .route(
            "/api/2/datasets/{dataset}/resources/",
            get(resources::pages),
        )
        .route(
            "/api/2/datasets/resources/{resource}/",
            get(resources::anywhere),
        )
        .route(
            "/api/2/datasets/{dataset}/extras/",
            get(extras::read_dataset),
        )
        .route(
            "/api/2/datasets/{dataset}/extras/",
            put(extras::merge_dataset),
        )
        .route(
            "/api/2/datasets/{dataset}/extras/",
            delete(extras::remove_dataset),
        )
        .route(
            "/api/2/datasets/{dataset}/resources/{resource}/extras/",
            get(extras::read_resource),
        )
        .route(
            "/api/2/datasets/{dataset}/resources/{resource}/extras/",
            put(extras::merge_resource),
        )
        .route(
            "/api/2/datasets/{dataset}/resources/{resource}/extras/",
            delete(extras::remove_resource),
        )
}

/// A page for people, and JSON for programs, in the shape that each root has.
async fn nowhere(uri: Uri, headers: HeaderMap) -> Response {
    let wants_page = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.starts_with("text/html"));
    if wants_page {
        return web::not_found();
    }
    if uri.path().starts_with("/api/") {
        Refusal::not_found().into_response()
    } else {
        lost()
    }
}

/// The shape outside the API.
pub(crate) fn lost() -> Response {
    let text = "The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.";
    (
        StatusCode::NOT_FOUND,
        axum::Json(json!({"error": text, "status": 404})),
    )
        .into_response()
}

async fn no_such_method() -> Refusal {
    Refusal::Message(
        StatusCode::METHOD_NOT_ALLOWED,
        "The method is not allowed for the requested URL.".to_owned(),
    )
}
