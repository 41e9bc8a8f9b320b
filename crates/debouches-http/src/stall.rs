//! Noticing that a request makes no more progress, however long the body.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::Policy;
use crate::error::{Failure, HttpErrorKind};

/// What the sending side is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The connection is being opened, or the body is short enough not to be watched.
    Opening,
    /// Pieces are leaving.
    Moving,
    /// The last piece has left.
    Sent,
}

/// The progress of one request, shared between its body and the one who waits for the answer.
#[derive(Debug)]
pub(crate) struct Sending {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    since: Instant,
    fault: Option<io::Error>,
}

impl Sending {
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::new(State {
                phase: Phase::Opening,
                since: Instant::now(),
                fault: None,
            }),
        }
    }

    pub(crate) fn moved(&self) {
        self.enter(Phase::Moving);
    }

    pub(crate) fn sent(&self) {
        self.enter(Phase::Sent);
    }

    /// Remembers why the source failed, and gives hyper something to stop on.
    pub(crate) fn broken(&self, error: io::Error) -> io::Error {
        let kind = error.kind();
        self.lock().fault = Some(error);
        kind.into()
    }

    /// Waits for the answer as long as the request makes progress.
    pub(crate) async fn watch<T>(
        &self,
        policy: &Policy,
        answer: impl Future<Output = reqwest::Result<T>>,
    ) -> Result<T, Failure> {
        tokio::pin!(answer);
        loop {
            let deadline = self.deadline(policy);
            tokio::select! {
                done = &mut answer => return done.map_err(|error| self.explain(error)),
                () = sleep_until(deadline) => if self.deadline(policy) <= Instant::now() {
                    return Err(HttpErrorKind::Timeout.into());
                },
            }
        }
    }

    fn explain(&self, error: reqwest::Error) -> Failure {
        match self.lock().fault.take() {
            Some(fault) => Failure::source(fault),
            None => Failure::road(error),
        }
    }

    fn deadline(&self, policy: &Policy) -> Instant {
        let state = self.lock();
        let patience = match state.phase {
            Phase::Opening => policy.connect + policy.answer,
            Phase::Moving => policy.idle,
            Phase::Sent => policy.answer,
        };
        state.since + patience
    }

    fn enter(&self, phase: Phase) {
        let mut state = self.lock();
        state.phase = phase;
        state.since = Instant::now();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads a body piece by piece, and refuses one that is too large, too short or too slow.
pub(crate) async fn receive(
    mut response: reqwest::Response,
    idle: Duration,
    max: u64,
    keep: &mut (dyn FnMut(&[u8]) -> io::Result<()> + Send),
) -> Result<u64, Failure> {
    let expected = announced(&response);
    if expected.is_some_and(|bytes| bytes > max) {
        return Err(HttpErrorKind::TooLarge { max }.into());
    }
    let mut received = 0;
    loop {
        let short = HttpErrorKind::Short {
            expected,
            actual: received,
        };
        match tokio::time::timeout(idle, response.chunk()).await {
            Err(_) => return Err(HttpErrorKind::Timeout.into()),
            Ok(Err(error)) => {
                return Err(Failure {
                    kind: short,
                    source: Some(Box::new(error.without_url())),
                });
            }
            Ok(Ok(None)) if expected.is_some_and(|bytes| bytes != received) => {
                return Err(short.into());
            }
            Ok(Ok(None)) => return Ok(received),
            Ok(Ok(Some(piece))) => {
                received += piece.len() as u64;
                if received > max {
                    return Err(HttpErrorKind::TooLarge { max }.into());
                }
                keep(&piece).map_err(Failure::sink)?;
            }
        }
    }
}

fn announced(response: &reqwest::Response) -> Option<u64> {
    response
        .headers()
        .get("content-length")?
        .to_str()
        .ok()?
        .parse()
        .ok()
}
