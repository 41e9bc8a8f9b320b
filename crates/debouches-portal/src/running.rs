//! Starting and stopping.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::app::App;
use crate::credentials::Credentials;
use crate::error::PortalError;
use crate::folder::Folder;
use crate::journal::{Journal, Until};
use crate::options::PortalOptions;
use crate::seed::seed;
use crate::server::serve;
use crate::{api, model::State};

/// How often a folder that another process serves is tried again.
const POLL: Duration = Duration::from_millis(100);

/// A portal that serves until it is shut down or dropped.
pub struct RunningPortal {
    app: Arc<App>,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<std::io::Result<()>>,
}

/// Takes the folder, makes what is missing in it, and serves as soon as this returns.
///
/// # Errors
/// When another process has the folder, when it cannot be read or written, or when the address is taken.
pub async fn start(options: PortalOptions) -> Result<RunningPortal, PortalError> {
    let folder = open(&options).await?;
    let state = first_or_last_state(&folder, &options)?;
    let journal = if folder.is_writable() {
        Some(begin(&folder, &state)?)
    } else {
        None
    };
    let address = options.address;
    let unreachable = |source| PortalError::Address { address, source };
    let listener = TcpListener::bind(address).await.map_err(unreachable)?;
    let base = format!(
        "http://{}",
        reachable(listener.local_addr().map_err(unreachable)?)
    );
    let credentials = Credentials::settle(&folder, &state, &base)?;
    let app = Arc::new(App::new(folder, options, credentials, state, journal));
    let (stop, stopped) = oneshot::channel::<()>();
    let router = api::router(&app);
    let server = tokio::spawn(serve(listener, router, stopped));
    tracing::info!(url = base, "the practice portal serves on {base}/");
    Ok(RunningPortal {
        app,
        stop: Some(stop),
        server,
    })
}

impl RunningPortal {
    /// The address of the site, without a final slash.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.app.base().to_owned()
    }

    /// The key of the editor.
    #[must_use]
    pub fn api_key(&self) -> &str {
        self.app.credentials.editor_key()
    }

    /// The id of the organization in whose name the editor publishes.
    #[must_use]
    pub fn organization(&self) -> &str {
        &self.app.credentials.organization
    }

    /// The file with the address, the ids and the keys, readable by its owner only.
    #[must_use]
    pub fn credentials_path(&self) -> PathBuf {
        self.app.folder.credentials_path()
    }

    /// Waits until the disk has all that was published so far: to be called at the end of a publication.
    ///
    /// # Errors
    /// When the disk refuses.
    pub async fn flush(&self) -> Result<(), PortalError> {
        self.flush_until(Until::Next).await
    }

    async fn flush_until(&self, until: Until) -> Result<(), PortalError> {
        let flushed = self.app.flush(until).await;
        flushed.map_err(|source| PortalError::Folder {
            path: self.app.folder.journal_path(),
            source,
        })
    }

    /// Ends the requests under way, those that wait too long without an answer; stops, and frees the folder.
    ///
    /// # Errors
    /// When the server had stopped by itself, or the disk refuses the last changes.
    pub async fn shutdown(mut self) -> Result<(), PortalError> {
        // The receiver is gone only when the server is, which the line below reports.
        if let Some(stop) = self.stop.take() {
            stop.send(()).unwrap_or_default();
        }
        match (&mut self.server).await {
            Ok(result) => result.map_err(PortalError::Stopped)?,
            Err(error) => return Err(PortalError::Stopped(std::io::Error::other(error))),
        }
        self.flush_until(Until::Stop).await
    }
}

impl Drop for RunningPortal {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn first_or_last_state(folder: &Folder, options: &PortalOptions) -> Result<State, PortalError> {
    let known = if folder.exists() {
        Journal::load(folder)?
    } else {
        None
    };
    Ok(known.unwrap_or_else(|| seed((options.clock)(), options.test_accounts)))
}

/// Takes the folder, as soon as whoever serves it has ended and within the wait.
async fn open(options: &PortalOptions) -> Result<Folder, PortalError> {
    let mut remaining = options.wait;
    loop {
        match Folder::open(&options.folder, options.access) {
            Err(PortalError::Locked { .. }) if !remaining.is_zero() => {
                tokio::time::sleep(POLL.min(remaining)).await;
                remaining = remaining.saturating_sub(POLL);
            }
            result => return result,
        }
    }
}

fn begin(folder: &Folder, state: &State) -> Result<Journal, PortalError> {
    folder.sweep(state).map_err(|source| PortalError::Folder {
        path: folder.files(),
        source,
    })?;
    Journal::begin(folder, state).map_err(|source| PortalError::Folder {
        path: folder.state_path(),
        source,
    })
}

/// Listening everywhere, we are reached here.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        ip if !ip.is_unspecified() => address,
        IpAddr::V4(_) | IpAddr::V6(_) => SocketAddr::from((Ipv4Addr::LOCALHOST, address.port())),
    }
}
