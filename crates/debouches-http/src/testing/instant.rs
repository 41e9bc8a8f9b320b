//! A pace that jumps over waits and remembers them.

use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::Pace;

/// A clock that only waits move, from a fixed date on.
pub struct InstantPace {
    start: Instant,
    waits: Mutex<Vec<Duration>>,
}

impl Default for InstantPace {
    fn default() -> Self {
        Self {
            start: Instant::now(),
            waits: Mutex::default(),
        }
    }
}

impl InstantPace {
    /// The date on which it starts: 2026-11-23T10:00:00Z.
    pub const DATE: Duration = Duration::from_secs(1_795_428_000);

    /// The waits so far.
    #[must_use]
    pub fn waits(&self) -> Vec<Duration> {
        self.waits
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn elapsed(&self) -> Duration {
        self.waits().iter().sum()
    }
}

impl Pace for InstantPace {
    fn now(&self) -> Instant {
        self.start + self.elapsed()
    }

    fn date(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Self::DATE + self.elapsed()
    }

    fn jitter(&self) -> f64 {
        0.0
    }

    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.waits
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(wait);
        Box::pin(ready(()))
    }
}
