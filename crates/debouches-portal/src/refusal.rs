//! Refusals in the shapes of the portal.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

/// A request that is not served.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Fields that the form refuses: 400.
    Fields(Map<String, Value>),
    /// A field that the record refuses: 400, in another shape.
    Record(&'static str, String),
    /// Anything else that has a sentence.
    Message(StatusCode, String),
    /// What the upload protocol refuses: 400, in a third shape.
    Upload(&'static str),
    /// No key, or a bad one.
    Unauthorized(&'static str),
    /// The address has moved: 308.
    Moved(String),
    /// The disk, or what the portal itself gets wrong.
    Broken(String),
}

const NO_KEY: &str = "The server could not verify that you are authorized to access the URL requested. You either supplied \
the wrong credentials (e.g. a bad password), or your browser doesn't understand how to supply the credentials required.";

impl Refusal {
    pub(crate) fn field(name: &str, text: impl Into<String>) -> Self {
        Self::Fields(Map::from_iter([(name.to_owned(), json!([text.into()]))]))
    }

    pub(crate) fn bad(text: impl Into<String>) -> Self {
        Self::Message(StatusCode::BAD_REQUEST, text.into())
    }

    pub(crate) fn not_found() -> Self {
        let text = "The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.";
        Self::Message(StatusCode::NOT_FOUND, text.to_owned())
    }

    pub(crate) fn no_resource() -> Self {
        Self::Message(StatusCode::NOT_FOUND, "Resource does not exist".to_owned())
    }

    pub(crate) fn deleted() -> Self {
        Self::Message(StatusCode::GONE, "Dataset has been deleted".to_owned())
    }

    pub(crate) fn forbidden() -> Self {
        Self::Message(
            StatusCode::FORBIDDEN,
            "You do not have the permission to modify that object.".to_owned(),
        )
    }

    pub(crate) fn no_key() -> Self {
        Self::Unauthorized(NO_KEY)
    }
}

impl From<std::io::Error> for Refusal {
    fn from(error: std::io::Error) -> Self {
        Self::Broken(error.to_string())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Fields(errors) => {
                (StatusCode::BAD_REQUEST, Json(json!({"errors": errors}))).into_response()
            }
            Self::Record(field, text) => {
                let body =
                    json!({"errors": {field: text}, "message": format!("ValidationError: {text}")});
                (StatusCode::BAD_REQUEST, Json(body)).into_response()
            }
            Self::Message(status, text) => (status, Json(json!({"message": text}))).into_response(),
            Self::Upload(text) => (
                StatusCode::BAD_REQUEST,
                Json(json!({"success": false, "error": text, "message": ""})),
            )
                .into_response(),
            Self::Unauthorized(text) => {
                let realm = [(header::WWW_AUTHENTICATE, "Bearer realm=\"uData\"")];
                (
                    StatusCode::UNAUTHORIZED,
                    realm,
                    Json(json!({"message": text})),
                )
                    .into_response()
            }
            Self::Moved(to) => {
                (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, to)]).into_response()
            }
            Self::Broken(why) => {
                tracing::warn!(why, "the practice portal answers 500");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    Json(json!({"message": "Internal Server Error"})),
                )
                    .into_response()
            }
        }
    }
}
