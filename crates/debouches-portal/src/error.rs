//! Why the practice portal cannot start or stop.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use debouches_model::Fault;
use debouches_store::StoreError;

/// A practice portal that cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum PortalError {
    /// Another process serves this folder.
    #[error("cannot use the practice portal in {}: another process is using it", folder.display())]
    Locked {
        /// The folder.
        folder: PathBuf,
    },
    /// The folder is somebody's, or cannot be taken.
    #[error("cannot use the practice portal in {}", folder.display())]
    Refused {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: Box<StoreError>,
    },
    /// A symbolic link where the portal keeps its files.
    #[error("{} is a symbolic link: the practice portal follows none", path.display())]
    Symlink {
        /// The link.
        path: PathBuf,
    },
    /// The folder cannot be read or written.
    #[error("cannot use {}", path.display())]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of the folder is not one of ours, or is of a later version.
    #[error("cannot understand {}: {why}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Address {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The server stopped by itself.
    #[error("the practice portal stopped")]
    Stopped(#[source] io::Error),
}

impl PortalError {
    /// Who can repair it.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Locked { .. } => Fault::Busy,
            Self::Refused { source, .. } => source.fault(),
            Self::Symlink { .. } | Self::Address { .. } => Fault::Operator,
            Self::Foreign { .. } => Fault::Integrity,
            Self::Folder { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                Fault::Permission
            }
            Self::Folder { .. } | Self::Stopped(_) => Fault::Ours,
        }
    }
}
