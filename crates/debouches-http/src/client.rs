//! The client: one per run, cloned freely.

use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use url::Url;

use crate::error::{About, Failure, HttpError, HttpErrorKind};
use crate::limiter::Limiter;
use crate::options::{Reach, build, install_provider};
use crate::prepare::prepare;
use crate::stall::{Sending, receive};
use crate::tries::{Tries, is_passing, retry_after};
use crate::{Answer, ClientError, ClientOptions, Method, Pace, Policy, Repeat, Request, WallPace};

/// A polite HTTP client. Clones share connections and the rate per host.
#[derive(Clone)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) http: reqwest::Client,
    /// Connects to addresses of everybody only.
    pub(crate) guarded: reqwest::Client,
    pub(crate) policy: Policy,
    pub(crate) limiter: Limiter,
    pub(crate) pace: Arc<dyn Pace>,
}

impl Client {
    /// A client that waits for real.
    ///
    /// # Errors
    /// When the contact, the proxy or the certificates cannot be used.
    pub fn new(options: ClientOptions) -> Result<Self, ClientError> {
        Self::with_pace(options, Arc::new(WallPace))
    }

    /// A client with its own clock and patience.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_pace(options: ClientOptions, pace: Arc<dyn Pace>) -> Result<Self, ClientError> {
        install_provider();
        let http = build(&options, Reach::Any)?;
        let guarded = build(&options, Reach::Global)?;
        Ok(Self {
            inner: Arc::new(Inner {
                http,
                guarded,
                policy: options.policy,
                limiter: Limiter::default(),
                pace,
            }),
        })
    }

    /// Sends a request, again when that is safe and useful, and gives the last answer whatever its status.
    ///
    /// # Errors
    /// When there is no whole answer; [`HttpError::outcome`] says whether a write may have been applied.
    pub async fn send(&self, request: &Request) -> Result<Answer, HttpError> {
        let mut tries = Tries::new(
            &self.inner,
            &host(&request.url),
            About::new(request.method, &request.url),
        );
        loop {
            tries.begin().await;
            let attempt =
                tokio::time::timeout(tries.remaining(), self.inner.attempt(request, &tries)).await;
            match attempt.unwrap_or_else(|_| Err(HttpErrorKind::Timeout.into())) {
                Ok(answer) => {
                    if !(answer_may_pass(request.repeat, &answer)
                        && tries.again(answer.retry_after).await)
                    {
                        return Ok(Answer {
                            about: tries.about(),
                            ..answer
                        });
                    }
                }
                Err(failure) => {
                    if !(failure_may_pass(request.repeat, &failure) && tries.again(None).await) {
                        return Err(tries.give_up(failure));
                    }
                }
            }
        }
    }
}

impl Inner {
    pub(crate) async fn wait_for_slot(&self, host: &str) {
        let wait = self
            .limiter
            .reserve(host, self.pace.now(), self.policy.interval());
        if wait > Duration::ZERO {
            self.pace.sleep(wait).await;
        }
    }

    async fn attempt(&self, request: &Request, tries: &Tries<'_>) -> Result<Answer, Failure> {
        let sending = Arc::new(Sending::new());
        let prepared = prepare(request, &sending).await?;
        let policy = Policy {
            answer: self.policy.answer + request.patience,
            ..self.policy.clone()
        };
        let http = if request.guarded {
            &self.guarded
        } else {
            &self.http
        };
        let response = sending.watch(&policy, http.execute(prepared)).await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = BytesMut::new();
        let bodiless = request.method == Method::Head || matches!(status, 204 | 304);
        if !bodiless {
            let mut keep = |piece: &[u8]| {
                body.extend_from_slice(piece);
                Ok(())
            };
            receive(
                response,
                self.policy.idle,
                self.policy.answer_bytes,
                &mut keep,
            )
            .await?;
        }
        let retry_after = self.retry_after(&headers);
        Ok(Answer {
            status,
            headers,
            body: body.freeze(),
            retry_after,
            about: tries.about(),
        })
    }

    pub(crate) fn retry_after(&self, headers: &reqwest::header::HeaderMap) -> Option<Duration> {
        retry_after(headers.get("retry-after")?.to_str().ok()?, self.pace.date())
    }
}

/// Host and port: the unit of politeness.
pub(crate) fn host(url: &Url) -> String {
    format!(
        "{}:{}",
        url.host_str().unwrap_or_default(),
        url.port_or_known_default().unwrap_or_default()
    )
}

fn answer_may_pass(repeat: Repeat, answer: &Answer) -> bool {
    match repeat {
        Repeat::Safe => is_passing(answer.status),
        Repeat::Never => {
            answer.status == 429 || (answer.status == 503 && answer.retry_after.is_some())
        }
    }
}

fn failure_may_pass(repeat: Repeat, failure: &Failure) -> bool {
    match repeat {
        Repeat::Safe => failure.is_passing(),
        Repeat::Never => failure.kind == HttpErrorKind::Connect,
    }
}

#[cfg(test)]
mod tests;
