//! For the tests of a client: what arrived, and errors from the road.

use axum::Json;
use axum::extract::State as Extract;

use crate::app::Shared;
use crate::test_aids::{Flaky, Seen};

pub(crate) async fn requests(Extract(app): Extract<Shared>) -> Json<Vec<Seen>> {
    Json(app.seen())
}

/// `{"status": 503, "left": 2, "retry_after": "1"}`: the next two writes answer 503.
pub(crate) async fn flaky(Extract(app): Extract<Shared>, Json(wanted): Json<Flaky>) -> Json<Flaky> {
    app.flaky(|flaky| *flaky = wanted.clone());
    Json(wanted)
}
