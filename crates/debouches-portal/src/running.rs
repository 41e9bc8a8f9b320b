//! Starting and stopping.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::app::App;
use crate::credentials::Credentials;
use crate::error::PortalError;
use crate::folder::Folder;
use crate::options::PortalOptions;
use crate::seed::seed;
use crate::{api, model::State};

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
    let folder = Folder::open(&options.folder)?;
    let state = first_or_last_state(&folder, &options)?;
    folder.sweep(&state).map_err(|source| PortalError::Folder {
        path: folder.files(),
        source,
    })?;
    let address = options.address;
    let unreachable = |source| PortalError::Address { address, source };
    let listener = TcpListener::bind(address).await.map_err(unreachable)?;
    let base = format!(
        "http://{}",
        reachable(listener.local_addr().map_err(unreachable)?)
    );
    let credentials = Credentials::settle(&folder, &state, &base)?;
    let app = Arc::new(App::new(folder, options, credentials, state));
    let (stop, stopped) = oneshot::channel::<()>();
    let router = api::router(&app);
    let server = tokio::spawn(async move {
        axum::serve(listener, router)
            .with_graceful_shutdown(async { drop(stopped.await) })
            .await
    });
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

    /// Ends the requests under way, stops, and frees the folder.
    ///
    /// # Errors
    /// When the server had stopped by itself.
    pub async fn shutdown(mut self) -> Result<(), PortalError> {
        // The receiver is gone only when the server is, which the line below reports.
        if let Some(stop) = self.stop.take() {
            stop.send(()).unwrap_or_default();
        }
        match (&mut self.server).await {
            Ok(result) => result.map_err(PortalError::Stopped),
            Err(error) => Err(PortalError::Stopped(std::io::Error::other(error))),
        }
    }
}

impl Drop for RunningPortal {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn first_or_last_state(folder: &Folder, options: &PortalOptions) -> Result<State, PortalError> {
    if let Some(state) = folder.load()? {
        return Ok(state);
    }
    let state = seed((options.clock)(), options.test_accounts);
    folder.save(&state).map_err(|source| PortalError::Folder {
        path: folder.state_path(),
        source,
    })?;
    Ok(state)
}

/// Listening everywhere, we are reached here.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        ip if !ip.is_unspecified() => address,
        IpAddr::V4(_) | IpAddr::V6(_) => SocketAddr::from((Ipv4Addr::LOCALHOST, address.port())),
    }
}
