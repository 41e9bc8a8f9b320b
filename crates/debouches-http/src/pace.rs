//! Time and chance, which enter by argument.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime};

/// The clock, the patience and the dice of a client.
pub trait Pace: Send + Sync {
    /// The present instant.
    fn now(&self) -> Instant;
    /// The present date, to read a `Retry-After` that gives one.
    fn date(&self) -> SystemTime;
    /// A number in [0, 1).
    fn jitter(&self) -> f64;
    /// Waits.
    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// The clock on the wall.
#[derive(Debug, Clone, Copy, Default)]
pub struct WallPace;

impl Pace for WallPace {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn date(&self) -> SystemTime {
        SystemTime::now()
    }

    fn jitter(&self) -> f64 {
        rand::random()
    }

    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(wait))
    }
}
