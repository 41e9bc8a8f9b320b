//! A state in memory, a client that never waits, a server that follows a script.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use debouches_fetch::{
    Address, FetchError, Fetched, Fetcher, Location, LockFile, Mode, SourceRequest,
};
use debouches_http::testing::{Reply, ScriptedServer, instant_client};
use debouches_http::{Policy, Url};
use debouches_model::{FixedClock, Silent, Stage, Tool};
use debouches_store::{Store, StoreEnv};

pub(crate) const CSV: &str = "uai;taux\n0010856A;12\n";
pub(crate) const NEWER: &str = "uai;taux\n0010856A;13\n";

/// A fetcher, its lock file, and a folder for local files.
pub(crate) struct World {
    pub(crate) fetcher: Fetcher,
    pub(crate) lock: LockFile,
    folder: tempfile::TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open("memory://", folder.path(), &StoreEnv::new("run-1"))
            .await
            .unwrap();
        let policy = Policy {
            attempts: 2,
            requests_per_second: 0.0,
            ..Policy::default()
        };
        let fetcher = Fetcher {
            store,
            client: Some(instant_client(policy).0),
            aws: std::collections::BTreeMap::new(),
            secrets: std::collections::BTreeMap::new(),
            clock: Arc::new(FixedClock(DateTime::<Utc>::UNIX_EPOCH)),
            tool: Tool {
                version: "0.1.0".to_owned(),
                commit: "unknown".to_owned(),
            },
            observer: Arc::new(Silent),
            mode: Mode::default(),
            jobs: 2,
            patience: std::time::Duration::from_secs(3600),
        };
        Self {
            fetcher,
            lock: LockFile::default(),
            folder,
        }
    }

    /// Fetches one source and notes it in the lock file when it succeeds.
    pub(crate) async fn fetch(&mut self, request: &SourceRequest) -> Result<Fetched, FetchError> {
        let fetched = self
            .fetcher
            .fetch(std::slice::from_ref(request), &self.lock)
            .await
            .remove(0)?;
        self.lock.note(&fetched);
        Ok(fetched)
    }

    /// A day goes by.
    pub(crate) fn next_day(&mut self) {
        let day = self.fetcher.clock.now() + TimeDelta::days(1);
        self.fetcher.clock = Arc::new(FixedClock(day));
    }

    /// Writes a local file and gives its path.
    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// A source in a file of the folder.
    pub(crate) fn local(&self, name: &str) -> SourceRequest {
        SourceRequest::new(
            "ij".parse().unwrap(),
            Location::of(&Address::new("file", name), self.folder.path()).unwrap(),
        )
    }

    /// How many snapshots a source has.
    pub(crate) async fn snapshots(&self, id: &str) -> usize {
        self.fetcher
            .store
            .list(Stage::Fetch, id)
            .await
            .unwrap()
            .len()
    }

    pub(crate) fn base(&self) -> &Path {
        self.folder.path()
    }
}

/// A source on the web.
pub(crate) fn web(url: &Url) -> SourceRequest {
    request("ij", &Address::new("http", url.as_str()))
}

/// A source that is no file.
pub(crate) fn request(id: &str, address: &Address) -> SourceRequest {
    SourceRequest::new(
        id.parse().unwrap(),
        Location::of(address, Path::new("/nowhere")).unwrap(),
    )
}

/// The body of a snapshot, as text.
pub(crate) async fn text(fetched: &Fetched) -> String {
    String::from_utf8(fetched.artefact.read(&fetched.body().path).await.unwrap()).unwrap()
}

/// A server and the address of `data.csv` on it.
pub(crate) async fn serve(script: impl IntoIterator<Item = Reply>) -> (ScriptedServer, Url) {
    let server = ScriptedServer::start(script).await;
    let url = server.url("/data.csv");
    (server, url)
}
