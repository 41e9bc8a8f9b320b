//! The client: one per run, cloned freely.

use std::sync::Arc;

use bytes::BytesMut;

use crate::connections::{Connections, host};
use crate::error::{About, Failure, HttpError, HttpErrorKind};
use crate::limiter::Limiter;
use crate::options::{Reach, build, install_provider};
use crate::prepare::prepare;
use crate::stall::{Sending, receive};
use crate::status::is_passing;
use crate::tries::Tries;
use crate::{Answer, ClientError, ClientOptions, Method, Pace, Policy, Repeat, Request, WallPace};

/// A polite HTTP client. Clones share connections and the rate per host.
#[derive(Clone)]
pub struct Client {
    pub(crate) connections: Arc<Connections>,
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
            connections: Arc::new(Connections {
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
            &self.connections,
            &host(&request.url),
            About::new(request.method, &request.url),
        );
        loop {
            tries.begin().await;
            let attempt =
                tokio::time::timeout(tries.remaining(), self.attempt(request, &tries)).await;
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

    async fn attempt(&self, request: &Request, tries: &Tries<'_>) -> Result<Answer, Failure> {
        let shared = &self.connections;
        let sending = Arc::new(Sending::new());
        let prepared = prepare(request, &sending).await?;
        let policy = Policy {
            answer: shared.policy.answer + request.patience,
            ..shared.policy.clone()
        };
        let http = if request.guarded {
            &shared.guarded
        } else {
            &shared.http
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
                shared.policy.idle,
                shared.policy.answer_bytes,
                &mut keep,
            )
            .await?;
        }
        let retry_after = shared.retry_after(&headers);
        Ok(Answer {
            status,
            headers,
            body: body.freeze(),
            retry_after,
            about: tries.about(),
        })
    }
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
