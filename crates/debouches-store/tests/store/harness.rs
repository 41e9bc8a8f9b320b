//! A state in a temporary folder or in memory, and short ways to fill it.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use debouches_model::{ArtefactKey, Manifest, Stage, Tool};
use debouches_store::{Artefact, Owner, Store, StoreEnv, StoreError};

/// A state, and the folder that it lives in.
pub(crate) struct State {
    pub(crate) store: Store,
    folder: tempfile::TempDir,
}

impl State {
    /// A state in a new folder.
    pub(crate) async fn in_folder() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open("state", folder.path(), &StoreEnv::new("run-1"))
            .await
            .unwrap();
        Self { store, folder }
    }

    /// A state in memory.
    pub(crate) async fn in_memory() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open("memory://", folder.path(), &StoreEnv::new("run-1"))
            .await
            .unwrap();
        Self { store, folder }
    }

    /// Another handle on the same folder, as another process would have.
    pub(crate) async fn again(&self, run: &str) -> Store {
        Store::open("state", self.folder.path(), &StoreEnv::new(run))
            .await
            .unwrap()
    }

    /// The folder that holds `state/`.
    pub(crate) fn base(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// A path inside the state.
    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join("state").join(path)
    }
}

/// The key of a snapshot of `ij`.
pub(crate) fn snapshot(id: &str) -> ArtefactKey {
    ArtefactKey::new(Stage::Fetch, "ij", id)
}

pub(crate) fn manifest(key: &ArtefactKey) -> Manifest {
    let tool = Tool {
        version: "0.1.0".to_owned(),
        commit: "unknown".to_owned(),
    };
    Manifest::new(key, tool, DateTime::<Utc>::UNIX_EPOCH)
}

/// Commits an artefact with one file.
pub(crate) async fn put(
    store: &Store,
    key: &ArtefactKey,
    path: &str,
    bytes: &[u8],
) -> Result<Artefact, StoreError> {
    let draft = store.draft(key.clone())?;
    draft.write(path, "text/csv", bytes)?;
    draft.commit(manifest(key)).await
}

pub(crate) fn owner(run: &str) -> Owner {
    Owner {
        run: run.to_owned(),
        pid: std::process::id(),
        host: "here".to_owned(),
        command: "debouches run".to_owned(),
        since: DateTime::<Utc>::UNIX_EPOCH,
    }
}
