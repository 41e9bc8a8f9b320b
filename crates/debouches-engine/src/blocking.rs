//! Long computations outside the threads that serve the network.

/// Runs a long computation whose failures are those of the engine.
///
/// # Errors
/// Fails as the computation does.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
) -> anyhow::Result<T> {
    debouches_store::blocking(work).await
}
