//! What the status and the headers of an answer say of another attempt.

use std::time::{Duration, SystemTime};

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
