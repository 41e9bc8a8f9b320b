//! The attempts of one call: counting, waiting, giving up.

use std::time::{Duration, Instant, SystemTime};

use crate::client::Inner;
use crate::error::{About, Failure, HttpError};

/// The attempts made so far.
pub(crate) struct Tries<'a> {
    inner: &'a Inner,
    host: String,
    started: Instant,
    made: u32,
    about: About,
}

impl<'a> Tries<'a> {
    pub(crate) fn new(inner: &'a Inner, host: &str, about: About) -> Self {
        Self {
            inner,
            host: host.to_owned(),
            started: inner.pace.now(),
            made: 0,
            about,
        }
    }

    /// Waits for a slot of the host, then counts an attempt.
    pub(crate) async fn begin(&mut self) {
        self.inner.wait_for_slot(&self.host).await;
        self.made += 1;
    }

    /// The time that remains for this call.
    pub(crate) fn remaining(&self) -> Duration {
        self.inner.policy.total.saturating_sub(self.elapsed())
    }

    /// Waits before another attempt; false when we have tried enough.
    ///
    /// A wait asked for by the server is never shortened: longer than our cap or than the time left, it ends the call.
    pub(crate) async fn again(&mut self, asked: Option<Duration>) -> bool {
        let policy = &self.inner.policy;
        let usual = policy.backoff_after(self.made, self.inner.pace.jitter());
        let wait = asked.unwrap_or(usual).max(usual);
        if self.made >= policy.attempts
            || asked.is_some_and(|asked| asked > policy.retry_after_cap)
            || wait >= self.remaining()
        {
            return false;
        }
        if let Some(asked) = asked {
            self.inner
                .limiter
                .postpone(&self.host, self.inner.pace.now() + asked);
        }
        tracing::debug!(
            url = self.about.url,
            attempt = self.made,
            wait_ms = wait.as_millis() as u64,
            "waiting before another attempt"
        );
        self.inner.pace.sleep(wait).await;
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
        self.inner
            .pace
            .now()
            .saturating_duration_since(self.started)
    }
}

/// Whether this status may pass by itself.
pub(crate) fn is_passing(status: u16) -> bool {
    // 501 and 505 are said of the request; 520 to 527 are those of a proxy in front of a server that does not answer.
    matches!(status, 408 | 429 | 500 | 502..=504 | 520..=527)
}

/// Reads `Retry-After`: seconds, or an HTTP date.
pub(crate) fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date_and_an_absurd_one_stays_long() {
        let now = httpdate::parse_http_date("Mon, 23 Nov 2026 10:00:00 GMT").unwrap();
        let wait = |text| retry_after(text, now);
        assert_eq!(wait(" 7 "), Some(Duration::from_secs(7)));
        assert_eq!(
            wait("Mon, 23 Nov 2026 10:01:00 GMT"),
            Some(Duration::from_secs(60))
        );
        assert_eq!(wait("Mon, 23 Nov 2020 10:01:00 GMT"), Some(Duration::ZERO));
        assert_eq!(
            wait("99999999999999999999999"),
            Some(Duration::from_secs(u64::MAX))
        );
        assert_eq!(wait("soon"), None);
        assert_eq!(wait("-1"), None);
    }
}
