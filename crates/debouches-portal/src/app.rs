//! What every request shares.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, SubsecRound as _, Utc};
use tokio::sync::RwLock;

use crate::credentials::Credentials;
use crate::folder::Folder;
use crate::journal::{Change, Journal, Until};
use crate::model::State;
use crate::options::PortalOptions;
use crate::refusal::Refusal;
#[cfg(feature = "test-aids")]
use crate::test_aids::{Flaky, Seen};

/// The portal while it serves.
pub(crate) struct App {
    pub(crate) folder: Folder,
    pub(crate) options: PortalOptions,
    pub(crate) credentials: Credentials,
    state: RwLock<State>,
    /// None when nothing may be written.
    journal: Mutex<Option<Journal>>,
    #[cfg(feature = "test-aids")]
    seen: Mutex<Vec<Seen>>,
    #[cfg(feature = "test-aids")]
    flaky: Mutex<Flaky>,
}

pub(crate) type Shared = Arc<App>;

impl App {
    pub(crate) fn new(
        folder: Folder,
        options: PortalOptions,
        credentials: Credentials,
        state: State,
        journal: Option<Journal>,
    ) -> Self {
        Self {
            folder,
            options,
            credentials,
            state: RwLock::new(state),
            journal: Mutex::new(journal),
            #[cfg(feature = "test-aids")]
            seen: Mutex::default(),
            #[cfg(feature = "test-aids")]
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

    pub(crate) async fn read<T>(&self, view: impl FnOnce(&State) -> T) -> T {
        view(&*self.state.read().await)
    }

    /// Changes the state. The change is in the journal before anybody sees it, and is not made when it cannot be.
    pub(crate) async fn write<T>(
        self: &Arc<Self>,
        change: impl FnOnce(&mut State) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let mut state = self.state.write().await;
        let mut next = state.clone();
        let result = change(&mut next)?;
        if let Some(change) = Change::between(&state, &mut next) {
            let app = Arc::clone(self);
            let noted = tokio::task::spawn_blocking(move || {
                app.with_journal(|journal| journal.append(&change))
            })
            .await;
            noted.map_err(|error| Refusal::Broken(error.to_string()))??;
        }
        *state = next;
        Ok(result)
    }

    /// Notes files and folders that the disk may not have yet.
    pub(crate) fn pending(&self, paths: impl IntoIterator<Item = PathBuf>) -> std::io::Result<()> {
        self.with_journal(|journal| {
            paths.into_iter().for_each(|path| journal.pending(path));
            Ok(())
        })
    }

    /// Waits until the disk has all that was answered so far.
    pub(crate) async fn flush(self: &Arc<Self>, until: Until) -> std::io::Result<()> {
        if !self.folder.is_writable() {
            return Ok(());
        }
        // No change is made meanwhile: the journal may be folded into a snapshot.
        let state = self.state.write().await;
        let (app, snapshot) = (Arc::clone(self), state.clone());
        let flushed = tokio::task::spawn_blocking(move || {
            app.with_journal(|journal| journal.flush(&app.folder, &snapshot, until))
        });
        flushed.await.map_err(std::io::Error::other)?
    }

    fn with_journal<T>(
        &self,
        with: impl FnOnce(&mut Journal) -> std::io::Result<T>,
    ) -> std::io::Result<T> {
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        journal.as_mut().map_or_else(
            || {
                Err(std::io::Error::other(
                    "the portal was opened to be read only",
                ))
            },
            with,
        )
    }

    #[cfg(feature = "test-aids")]
    pub(crate) fn note(&self, request: Seen) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        // A portal that runs for months forgets the oldest.
        if seen.len() >= 20_000 {
            seen.drain(..10_000);
        }
        seen.push(request);
    }

    #[cfg(feature = "test-aids")]
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    #[cfg(feature = "test-aids")]
    pub(crate) fn flaky<T>(&self, with: impl FnOnce(&mut Flaky) -> T) -> T {
        with(&mut self.flaky.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
