//! Work that waits for a disk, outside the threads that serve the network.

/// Runs what waits for a disk, or computes for long, outside the threads that serve the network.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(value) => value,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // Only a runtime that shuts down cancels such work, and it does not poll us again.
            Err(_) => std::future::pending().await,
        },
    }
}
