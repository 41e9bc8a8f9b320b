//! One request at a time per slice of time and per host.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// The next free slot of each host.
#[derive(Default)]
pub(crate) struct Limiter {
    slots: Mutex<HashMap<String, Instant>>,
}

impl Limiter {
    /// Takes the next slot of the host and says how long to wait for it.
    pub(crate) fn reserve(&self, host: &str, now: Instant, interval: Duration) -> Duration {
        let mut slots = self
            .slots
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let start = slots.get(host).copied().map_or(now, |free| free.max(now));
        slots.insert(host.to_owned(), start + interval);
        start - now
    }

    /// Leaves the host alone for a while: it said that we are too many.
    pub(crate) fn postpone(&self, host: &str, until: Instant) {
        let mut slots = self
            .slots
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let free = slots.entry(host.to_owned()).or_insert(until);
        *free = (*free).max(until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_to_one_host_are_spaced_and_hosts_are_independent() {
        let limiter = Limiter::default();
        let (now, step) = (Instant::now(), Duration::from_millis(200));
        assert_eq!(limiter.reserve("a", now, step), Duration::ZERO);
        assert_eq!(limiter.reserve("a", now, step), step);
        assert_eq!(limiter.reserve("b", now, step), Duration::ZERO);
        assert_eq!(limiter.reserve("a", now + 3 * step, step), Duration::ZERO);
        limiter.postpone("a", now + 10 * step);
        assert_eq!(limiter.reserve("a", now + 4 * step, step), 6 * step);
    }
}
