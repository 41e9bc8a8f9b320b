//! What every request shares.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, SubsecRound as _, Utc};
use tokio::sync::RwLock;

use crate::credentials::Credentials;
use crate::folder::Folder;
use crate::gate::{Flaky, Seen};
use crate::model::State;
use crate::options::PortalOptions;
use crate::refusal::Refusal;

/// The portal while it serves.
pub(crate) struct App {
    pub(crate) folder: Folder,
    pub(crate) options: PortalOptions,
    pub(crate) credentials: Credentials,
    state: RwLock<State>,
    seen: Mutex<Vec<Seen>>,
    flaky: Mutex<Flaky>,
}

pub(crate) type Shared = Arc<App>;

impl App {
    pub(crate) fn new(
        folder: Folder,
        options: PortalOptions,
        credentials: Credentials,
        state: State,
    ) -> Self {
        Self {
            folder,
            options,
            credentials,
            state: RwLock::new(state),
            seen: Mutex::default(),
            flaky: Mutex::default(),
        }
    }

    pub(crate) fn base(&self) -> &str {
        &self.credentials.base_url
    }

    /// The present instant, to the millisecond as the portal keeps it.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        (self.options.clock)().trunc_subsecs(3)
    }

    pub(crate) async fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&*self.state.read().await)
    }

    /// Changes the state. The change is on disk before anybody sees it, and is not made when it cannot be.
    pub(crate) async fn write<T>(
        self: &Arc<Self>,
        change: impl FnOnce(&mut State) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let mut state = self.state.write().await;
        let mut next = state.clone();
        let result = change(&mut next)?;
        let app = Arc::clone(self);
        let saved =
            tokio::task::spawn_blocking(move || app.folder.save(&next).map(|()| next)).await;
        *state = saved.map_err(|error| Refusal::Broken(error.to_string()))??;
        Ok(result)
    }

    pub(crate) fn note(&self, request: Seen) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        // A portal left running for months forgets the oldest.
        if seen.len() >= 20_000 {
            seen.drain(..10_000);
        }
        seen.push(request);
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn flaky<T>(&self, look: impl FnOnce(&mut Flaky) -> T) -> T {
        look(&mut self.flaky.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
