//! One call: the request as this API wants it, and the meaning of what comes back.

use std::time::Duration;

use debouches_http::{
    Answer, Body, HttpError, HttpErrorKind, Method, Repeat, Request, Url, redact,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::refusal::refusal;
use crate::{Portal, UdataError};

/// A call about to be made.
pub(crate) struct Call {
    doing: String,
    repeat: Repeat,
    request: Request,
    url: Url,
}

/// A success, still to be read.
pub(crate) struct Done {
    doing: String,
    repeat: Repeat,
    answer: Answer,
}

impl Call {
    /// `doing` completes "cannot …".
    pub(crate) fn new(doing: impl Into<String>, method: Method, repeat: Repeat, url: Url) -> Self {
        let request = Request::new(method, url.clone())
            .header("accept", "application/json")
            .repeat(repeat);
        Self {
            doing: doing.into(),
            repeat,
            request,
            url,
        }
    }

    pub(crate) fn json<T: Serialize + ?Sized>(mut self, value: &T) -> Self {
        self.request = self.request.json(value);
        self
    }

    /// Waits longer for the answer: the portal stores that many bytes before it gives one.
    pub(crate) fn storing(mut self, bytes: u64) -> Self {
        self.request = self.request.patience(time_to_store(bytes));
        self
    }

    pub(crate) fn body(mut self, body: Body) -> Self {
        self.request = self.request.body(body);
        self
    }

    pub(crate) async fn send(self, portal: &Portal) -> Result<Done, UdataError> {
        let Self {
            doing,
            repeat,
            request,
            url,
        } = self;
        let request = match &portal.key {
            Some(key) => request.secret("x-api-key", key),
            None => request,
        };
        match portal.client.send(&request).await {
            Ok(answer) if (200..300).contains(&answer.status()) => Ok(Done {
                doing,
                repeat,
                answer,
            }),
            Ok(answer) => Err(of_status(doing, repeat, &url, &answer)),
            Err(error) => Err(of_failure(doing, repeat, error)),
        }
    }
}

/// How long a portal may take to store that many bytes, to put their parts together and to compute their digest: two
/// gigabytes took a busy one more than a minute.
pub(crate) fn time_to_store(bytes: u64) -> Duration {
    const BYTES_PER_SECOND: u64 = 8 << 20;
    Duration::from_millis(bytes.saturating_mul(1000) / BYTES_PER_SECOND)
}

impl Done {
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, UdataError> {
        self.answer
            .json()
            .map_err(|source| of_failure(self.doing.clone(), self.repeat, source))
    }

    pub(crate) fn doing(&self) -> String {
        self.doing.clone()
    }
}

/// The meaning of a call without a usable answer.
fn of_failure(doing: String, repeat: Repeat, source: HttpError) -> UdataError {
    use debouches_http::Outcome;
    match (source.outcome(), repeat) {
        (Outcome::Unknown, Repeat::Never) => UdataError::Uncertain { doing, source },
        (Outcome::NotSent, _) if !source.is_outage() => UdataError::Unsent { doing, source },
        (Outcome::NotSent | Outcome::Answered | Outcome::Unknown, Repeat::Safe | Repeat::Never)
            if source.is_outage() =>
        {
            UdataError::Outage { doing, source }
        }
        (Outcome::NotSent | Outcome::Answered | Outcome::Unknown, Repeat::Safe | Repeat::Never) => {
            UdataError::Unreadable { doing, source }
        }
    }
}

/// The meaning of a status that is not a success.
fn of_status(doing: String, repeat: Repeat, url: &Url, answer: &Answer) -> UdataError {
    let status = answer.status();
    match status {
        400 | 422 => {
            let (fields, said) = refusal(answer.body());
            UdataError::Refused {
                doing,
                fields,
                said,
            }
        }
        401 => UdataError::Unauthorized { doing },
        403 => UdataError::Forbidden { doing },
        404 => UdataError::NotFound { doing },
        410 => UdataError::Gone { doing },
        413 => UdataError::TooLarge { doing },
        423 => UdataError::ReadOnly { doing },
        300..=399 => {
            let to = answer.header("location").and_then(|to| url.join(to).ok());
            UdataError::Redirected {
                doing,
                to: to.map_or_else(|| "an unknown address".to_owned(), |to| redact(&to)),
            }
        }
        // Said before the request is looked at.
        429 => {
            let source = answer.error(HttpErrorKind::RateLimited {
                retry_after: answer.retry_after(),
            });
            UdataError::Outage { doing, source }
        }
        408 => UdataError::Outage {
            doing,
            source: answer.error(HttpErrorKind::Status(status)),
        },
        500 | 502..=599 => {
            let source = answer.error(HttpErrorKind::Status(status));
            let before_looking = status == 503 && answer.retry_after().is_some();
            match repeat {
                // A 500 on an upload may be a clash of names within one second, or come after the file was stored.
                Repeat::Never if !before_looking => UdataError::Uncertain { doing, source },
                Repeat::Never | Repeat::Safe => UdataError::Outage { doing, source },
            }
        }
        other => UdataError::Unexpected {
            doing,
            status: other,
        },
    }
}
