//! The attempts of one call: counting, waiting, giving up.

use std::time::{Duration, Instant};

use crate::connections::Connections;
use crate::error::{About, Failure, HttpError};

/// The attempts made so far.
pub(crate) struct Tries<'a> {
    connections: &'a Connections,
    host: String,
    started: Instant,
    made: u32,
    about: About,
}

impl<'a> Tries<'a> {
    pub(crate) fn new(connections: &'a Connections, host: &str, about: About) -> Self {
        Self {
            connections,
            host: host.to_owned(),
            started: connections.pace.now(),
            made: 0,
            about,
        }
    }

    /// Waits for a slot of the host, then counts an attempt.
    pub(crate) async fn begin(&mut self) {
        self.connections.wait_for_slot(&self.host).await;
        self.made += 1;
    }

    /// The time that remains for this call.
    pub(crate) fn remaining(&self) -> Duration {
        self.connections.policy.total.saturating_sub(self.elapsed())
    }

    /// Waits before another attempt; false when we have tried enough.
    ///
    /// A wait asked for by the server is never shortened: longer than our cap or than the time left, it ends the call.
    pub(crate) async fn again(&mut self, asked: Option<Duration>) -> bool {
        let policy = &self.connections.policy;
        let usual = policy.backoff_after(self.made, self.connections.pace.jitter());
        let wait = asked.unwrap_or(usual).max(usual);
        if self.made >= policy.attempts
            || asked.is_some_and(|asked| asked > policy.retry_after_cap)
            || wait >= self.remaining()
        {
            return false;
        }
        if let Some(asked) = asked {
            self.connections
                .limiter
                .postpone(&self.host, self.connections.pace.now() + asked);
        }
        tracing::debug!(
            url = self.about.url,
            attempt = self.made,
            wait_ms = wait.as_millis() as u64,
            "waiting before another attempt"
        );
        self.connections.pace.sleep(wait).await;
        true
    }

    pub(crate) fn about(&self) -> About {
        About {
            attempts: self.made,
            elapsed: self.elapsed(),
            ..self.about.clone()
        }
    }

    pub(crate) fn give_up(&self, failure: Failure) -> HttpError {
        HttpError::new(failure, self.about())
    }

    fn elapsed(&self) -> Duration {
        self.connections
            .pace
            .now()
            .saturating_duration_since(self.started)
    }
}
