//! How long we insist, and how gently.

use std::time::Duration;

/// Bounds on what one call may cost, in requests and in time.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Requests sent at most for one call, the first included.
    pub attempts: u32,
    /// Time for one call, waits between attempts included.
    pub total: Duration,
    /// Time to open a connection.
    pub connect: Duration,
    /// Time between two pieces of a body, sent or received.
    pub idle: Duration,
    /// Time between the last byte sent and the first byte of the answer.
    pub answer: Duration,
    /// Wait before the second attempt; doubled for each further one, then jittered between half and whole.
    pub backoff: Duration,
    /// Longest wait that we decide ourselves.
    pub backoff_cap: Duration,
    /// Longest `Retry-After` that is waited for; a longer one ends the call, never a shorter wait.
    pub retry_after_cap: Duration,
    /// Wait after a 202 that does not say how long.
    pub preparation: Duration,
    /// Requests per second to one host, shared by the clones of a client.
    pub requests_per_second: f64,
    /// Largest body that [`send`](crate::Client::send) keeps in memory, in bytes.
    pub answer_bytes: u64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            attempts: 5,
            total: Duration::from_secs(30 * 60),
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            // Exports of large tables begin late: 90 s were seen.
            answer: Duration::from_secs(90),
            backoff: Duration::from_millis(500),
            backoff_cap: Duration::from_secs(30),
            retry_after_cap: Duration::from_secs(120),
            preparation: Duration::from_secs(5),
            requests_per_second: 5.0,
            answer_bytes: 32 << 20,
        }
    }
}

impl Policy {
    /// The wait after `attempts` failures; `jitter` lies in [0, 1).
    pub(crate) fn backoff_after(&self, attempts: u32, jitter: f64) -> Duration {
        let doublings = attempts.saturating_sub(1).min(20);
        let full_wait = self
            .backoff
            .saturating_mul(1 << doublings)
            .min(self.backoff_cap);
        full_wait.mul_f64(0.5 + jitter / 2.0)
    }

    /// The least time between two requests to one host.
    pub(crate) fn interval(&self) -> Duration {
        if self.requests_per_second > 0.0 {
            Duration::try_from_secs_f64(1.0 / self.requests_per_second).unwrap_or(Duration::MAX)
        } else {
            Duration::ZERO
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_cap_and_keep_half_under_jitter() {
        let policy = Policy::default();
        assert_eq!(policy.backoff_after(1, 0.0), Duration::from_millis(250));
        assert!(policy.backoff_after(1, 0.999) < Duration::from_millis(500));
        assert_eq!(policy.backoff_after(3, 0.0), Duration::from_secs(1));
        assert_eq!(policy.backoff_after(60, 0.0), Duration::from_secs(15));
    }
}
