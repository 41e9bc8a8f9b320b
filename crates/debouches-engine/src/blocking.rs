//! Long computations on threads of their own.

use anyhow::Context as _;

/// Runs a long computation on a thread of its own.
///
/// # Errors
/// Fails as the computation does, or when its thread died.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
) -> anyhow::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .context("a worker thread died")?
}
