//! The bytes, for anybody.

use std::time::SystemTime;

use axum::body::Body;
use axum::extract::{Path, State as Extract};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::io::AsyncReadExt as _;

use super::lost;
use crate::app::Shared;
use crate::terms::media_type;

/// A stored file, with what a conditional read needs.
pub(crate) async fn file(
    Extract(app): Extract<Shared>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Response {
    // Three plain names, as the portal makes them: nothing outside the folder can be said in that form.
    let plain = |name: &str| {
        !name.is_empty()
            && !name.starts_with('.')
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))
    };
    if path.split('/').count() != 3 || !path.split('/').all(plain) {
        return lost();
    }
    let file = app.folder.files().join(&path);
    if is_through_link(&file) {
        return lost();
    }
    let Ok(file) = tokio::fs::File::open(file).await else {
        return lost();
    };
    let Ok(about) = file.metadata().await else {
        return lost();
    };
    let modified = about.modified().unwrap_or(SystemTime::UNIX_EPOCH);
    let seconds = modified
        .duration_since(SystemTime::UNIX_EPOCH)
        .map(|since| since.as_nanos())
        .unwrap_or_default();
    let etag = format!("\"{seconds:x}-{:x}\"", about.len());
    let validators = [
        (header::ETAG, etag.clone()),
        (header::LAST_MODIFIED, httpdate::fmt_http_date(modified)),
    ];
    if headers
        .get(header::IF_NONE_MATCH)
        .and_then(|known| known.to_str().ok())
        == Some(&etag)
    {
        return (StatusCode::NOT_MODIFIED, validators).into_response();
    }
    let body = Body::from_stream(stream::try_unfold(file, |mut file| async move {
        let mut piece = Vec::with_capacity(64 << 10);
        let read = (&mut file).take(64 << 10).read_to_end(&mut piece).await?;
        Ok::<_, std::io::Error>((read > 0).then_some((piece, file)))
    }));
    let mut response = (validators, body).into_response();
    let answer = response.headers_mut();
    answer.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(media_type(&path)),
    );
    answer.insert(header::CONTENT_LENGTH, HeaderValue::from(about.len()));
    // Somebody's file, on the address of the portal: never run.
    answer.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("sandbox; default-src 'none'"),
    );
    answer.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}

/// Whether the file, its second or its dataset is a symbolic link, which the portal never makes.
fn is_through_link(file: &std::path::Path) -> bool {
    file.ancestors()
        .take(3)
        .any(|path| std::fs::symlink_metadata(path).is_ok_and(|about| about.is_symlink()))
}
