//! What happens to a request before anything looks at it.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};

use crate::access::Caller;
use crate::app::{App, Shared};
use crate::credentials::Holder;
use crate::refusal::Refusal;

/// A request as it came, for the tests of a client.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) length: Option<u64>,
    pub(crate) user_agent: Option<String>,
    pub(crate) has_key: bool,
}

/// The next writes answer this status, as a proxy in front would.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Flaky {
    pub(crate) status: u16,
    pub(crate) left: u32,
    pub(crate) retry_after: Option<String>,
}

pub(crate) async fn gate(State(app): State<Shared>, request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/_test/") {
        return next.run(request).await;
    }
    app.note(seen(&request));
    let Some(stopped) = disturbed(&app, request.method())
        .or_else(|| too_large(&app, &request))
        .or_else(|| slashless(&app, &request))
    else {
        return next.run(request).await;
    };
    // Read to the end: a client that is still sending would see a lost connection instead of the answer.
    drain(request.into_body()).await;
    stopped
}

fn too_large(app: &App, request: &Request) -> Option<Response> {
    let length = text(request.headers(), "content-length")?
        .parse::<u64>()
        .ok()?;
    let text = "The data value transmitted exceeds the capacity limit.".to_owned();
    let refusal = Refusal::Message(StatusCode::PAYLOAD_TOO_LARGE, text);
    app.options
        .max_body
        .filter(|max| length > *max)
        .map(|_| refusal.into_response())
}

/// Every address of the API ends with a slash, but the permanent ones.
fn slashless(app: &App, request: &Request) -> Option<Response> {
    let path = request.uri().path();
    if !path.starts_with("/api/") || path.ends_with('/') || path.starts_with("/api/1/datasets/r/") {
        return None;
    }
    let query = request
        .uri()
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    Some(Refusal::Moved(format!("{}{path}/{query}", app.base())).into_response())
}

/// Finds the person behind the key. A bad key is refused even where none is needed.
pub(crate) async fn identify(
    State(app): State<Shared>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(key) = request.headers().get("x-api-key") else {
        return next.run(request).await;
    };
    let refusal = match app.credentials.holder(key.to_str().unwrap_or_default()) {
        Holder::User(name) => {
            let user = app
                .read(|state| state.users.iter().find(|user| user.name == name).cloned())
                .await;
            request.extensions_mut().insert(Caller(user));
            return next.run(request).await;
        }
        Holder::Expired => "Expired API token",
        Holder::Revoked => "Revoked API token",
        Holder::Nobody => "Invalid API token",
    };
    drain(request.into_body()).await;
    Refusal::Unauthorized(refusal).into_response()
}

fn disturbed(app: &App, method: &Method) -> Option<Response> {
    if !matches!(*method, Method::POST | Method::PUT | Method::DELETE) {
        return None;
    }
    app.flaky(|flaky| {
        let status = StatusCode::from_u16(flaky.status)
            .ok()
            .filter(|_| flaky.left > 0)?;
        flaky.left -= 1;
        let mut response = (
            status,
            [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
            "upstream unavailable",
        )
            .into_response();
        if let Some(wait) = flaky
            .retry_after
            .as_deref()
            .and_then(|wait| HeaderValue::from_str(wait).ok())
        {
            response.headers_mut().insert(header::RETRY_AFTER, wait);
        }
        Some(response)
    })
}

fn seen(request: &Request) -> Seen {
    let headers = request.headers();
    Seen {
        method: request.method().to_string(),
        path: request
            .uri()
            .path_and_query()
            .map(ToString::to_string)
            .unwrap_or_default(),
        length: text(headers, "content-length").and_then(|text| text.parse().ok()),
        user_agent: text(headers, "user-agent").map(str::to_owned),
        has_key: headers.contains_key("x-api-key"),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

async fn drain(body: Body) {
    let mut pieces = body.into_data_stream();
    while let Some(Ok(_)) = pieces.next().await {}
}
