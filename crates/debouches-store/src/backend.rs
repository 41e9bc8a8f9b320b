//! The two kinds of state behind one door.

use std::sync::Arc;

use debouches_model::Stage;

use crate::folder::Folder;
use crate::objects::Objects;

/// Where the bytes are.
pub(crate) enum Backend {
    /// A local folder.
    Folder(Arc<Folder>),
    /// Memory or a bucket.
    Objects(Objects),
}

/// How a commit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Committed {
    /// The manifest is ours.
    Written,
    /// Another one was there first.
    Existed,
}

/// The folders where an artefact without manifest is a left-over.
///
/// Not the publications: theirs holds the journal of what was asked of a portal, long before its manifest.
pub(crate) fn swept_stages() -> Vec<String> {
    let stages = || {
        Stage::ALL
            .into_iter()
            .filter(|stage| *stage != Stage::Publish)
    };
    stages()
        .map(|stage| stage.to_string())
        .chain(stages().map(|stage| format!("rejected/{stage}")))
        .collect()
}

/// Runs what waits for a disk outside the threads that serve the network.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(value) => value,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // Only a runtime that shuts down cancels such work, and it does not poll us again.
            Err(_) => std::future::pending().await,
        },
    }
}
