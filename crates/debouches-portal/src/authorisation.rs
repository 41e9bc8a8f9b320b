//! What is checked of a request before anything reads its body: the host, the size, the address, the key.

use axum::body::Body;
use axum::extract::{Request, State};
#[cfg(feature = "test-aids")]
use axum::http::header;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt as _, stream};

use crate::access::Caller;
use crate::app::{App, Shared};
use crate::credentials::Holder;
use crate::refusal::Refusal;
use crate::server::PATIENCE;
#[cfg(feature = "test-aids")]
use crate::test_aids::Seen;

/// Most bytes of a refused body that are read, so that a client that is still sending sees the answer.
const DRAINED: usize = 1 << 20;

/// Refuses what no handler should see.
pub(crate) async fn screen(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let request = patient(request);
    if let Some(refusal) = other_host(&app, &request) {
        return refuse(request, refusal).await;
    }
    #[cfg(feature = "test-aids")]
    if request.uri().path().starts_with("/_test/") {
        return next.run(request).await;
    }
    #[cfg(feature = "test-aids")]
    app.note(seen(&request));
    let refusal = disturbed(&app, request.method())
        .or_else(|| too_large(&app, &request))
        .or_else(|| without_slash(&app, &request));
    match refusal {
        Some(refusal) => refuse(request, refusal).await,
        None => next.run(request).await,
    }
}

/// A body whose next piece does not come in time ends in an error.
fn patient(request: Request) -> Request {
    request.map(|body| {
        Body::from_stream(stream::unfold(
            Some(body.into_data_stream()),
            |pieces| async {
                let mut pieces = pieces?;
                match tokio::time::timeout(PATIENCE, pieces.next()).await {
                    Ok(Some(piece)) => Some((piece, Some(pieces))),
                    Ok(None) => None,
                    Err(late) => Some((Err(axum::Error::new(late)), None)),
                }
            },
        ))
    })
}

/// A page of another site, whose name leads here, must not speak to us from somebody's browser.
fn other_host(app: &App, request: &Request) -> Option<Response> {
    let name = text(request.headers(), "host").and_then(|host| {
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => host,
        };
        (!name.is_empty()).then_some(name)
    });
    let listening = app.options.address.ip();
    let ours = |name: &str| {
        ["127.0.0.1", "localhost", "[::1]"].contains(&name)
            || name.trim_matches(['[', ']']) == listening.to_string()
    };
    (!name.is_some_and(ours)).then(|| {
        let text = "This portal answers to the address that it listens on only.".to_owned();
        Refusal::Message(StatusCode::MISDIRECTED_REQUEST, text).into_response()
    })
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
fn without_slash(app: &App, request: &Request) -> Option<Response> {
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

/// Finds the person behind the key, before the body is read: a bad key is refused even where none is needed, and nothing
/// is written without one.
pub(crate) async fn identify(
    State(app): State<Shared>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(key) = request.headers().get("x-api-key") else {
        return if is_write(request.method()) {
            refuse(request, Refusal::no_key().into_response()).await
        } else {
            next.run(request).await
        };
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
    refuse(request, Refusal::Unauthorized(refusal).into_response()).await
}

fn is_write(method: &Method) -> bool {
    matches!(*method, Method::POST | Method::PUT | Method::DELETE)
}

/// Refuses writes of a portal that was opened to be read.
fn closed(app: &App, method: &Method) -> Option<Response> {
    let text = "The practice portal was opened to be read only.".to_owned();
    (is_write(method) && !app.folder.is_writable())
        .then(|| Refusal::Message(StatusCode::LOCKED, text).into_response())
}

#[cfg(not(feature = "test-aids"))]
fn disturbed(app: &App, method: &Method) -> Option<Response> {
    closed(app, method)
}

#[cfg(feature = "test-aids")]
fn disturbed(app: &App, method: &Method) -> Option<Response> {
    if !is_write(method) {
        return None;
    }
    if let Some(closed) = closed(app, method) {
        return Some(closed);
    }
    app.flaky(|flaky| {
        let status = StatusCode::from_u16(flaky.status)
            .ok()
            .filter(|_| flaky.remaining > 0)?;
        flaky.remaining -= 1;
        let mut response = (
            status,
            [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
            "upstream unavailable",
        )
            .into_response();
        if let Some(wait) = flaky
            .retry_after
            .as_deref()
            .and_then(|wait| header::HeaderValue::from_str(wait).ok())
        {
            response.headers_mut().insert(header::RETRY_AFTER, wait);
        }
        Some(response)
    })
}

#[cfg(feature = "test-aids")]
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

/// Answers a refusal. The beginning of the body is read and forgotten: a client that is still sending a small one sees
/// the answer instead of a lost connection.
async fn refuse(request: Request, refusal: Response) -> Response {
    let mut pieces = request.into_body().into_data_stream();
    let mut drained = 0;
    while let Some(Ok(piece)) = pieces.next().await {
        drained += piece.len();
        if drained > DRAINED {
            break;
        }
    }
    refusal
}
