//! What can go wrong with the state, one variant per reaction.

use std::io;
use std::path::{Path, PathBuf};

use debouches_model::{ArtefactKey, Fault, Sha256};

use crate::Owner;

/// Why the state could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address of the state cannot be used.
    #[error("cannot use `{url}` as the state: {reason}")]
    Location {
        /// The address as configured.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// This kind of state cannot do that.
    #[error("{state} cannot {what}")]
    Unsupported {
        /// The state.
        state: String,
        /// What was asked, and what to do instead.
        what: &'static str,
    },
    /// A name that is not safe in a path; callers parse names, so this is our mistake.
    #[error("`{name}` cannot name a file or a folder of the state: {reason}")]
    Name {
        /// The name, cut at 80 characters.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A symbolic link below the root of the state.
    #[error("{} is a symbolic link: the state is never read or written through one", path.display())]
    Symlink {
        /// The link.
        path: PathBuf,
    },
    /// A folder that holds files and is not marked as ours: nothing in it was touched.
    #[error("cannot use {} as {kind}: {reason}", path.display())]
    Foreign {
        /// The folder.
        path: PathBuf,
        /// What it was to be.
        kind: &'static str,
        /// Why it is not.
        reason: String,
    },
    /// Another run has held the lock for longer than a run can last.
    #[error("{state} has been locked for more than a day, by {}", owner.as_ref().map_or_else(|| "another process".to_owned(), |owner| owner.to_string()))]
    HeldTooLong {
        /// The state.
        state: String,
        /// Who holds it, when it says so.
        owner: Option<Box<Owner>>,
    },
    /// The register of retracted releases was altered, or does not hold what something else remembers of it.
    #[error("the register of retracted releases of {state} cannot be trusted: {reason}")]
    Register {
        /// The state.
        state: String,
        /// What is wrong.
        reason: String,
    },
    /// The state was opened to be read.
    #[error("cannot write in {state}: it was opened to be read only")]
    ReadOnly {
        /// The state.
        state: String,
    },
    /// The rights are missing, or the file system is read-only.
    #[error("cannot {action} {}: permission denied", path.display())]
    Denied {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The disk or the quota is full.
    #[error("cannot {action} {}: no space left", path.display())]
    Full {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// Any other failure of the file system.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The system could not promise that the bytes reached the disk: they are thrown away, never synced again.
    #[error("cannot be sure that {} reached the disk", path.display())]
    NotDurable {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// Another run holds the lock.
    #[error("{state} is in use by {}", owner.as_ref().map_or_else(|| "another run".to_owned(), |owner| owner.to_string()))]
    Held {
        /// The state.
        state: String,
        /// Who holds it, when it says so.
        owner: Option<Box<Owner>>,
    },
    /// The object store did not answer as it should.
    #[error("cannot reach {path}")]
    Remote {
        /// The object.
        path: String,
        /// The cause.
        source: object_store::Error,
    },
    /// The object store refuses our credentials.
    #[error("{path} is refused to these credentials")]
    RemoteDenied {
        /// The object.
        path: String,
        /// The cause.
        source: object_store::Error,
    },
    /// The bucket of an address does not exist.
    #[error("there is no bucket for {path}: make it, or correct the address")]
    NoBucket {
        /// The object.
        path: String,
        /// The cause.
        source: object_store::Error,
    },
    /// The manifest cannot be trusted.
    #[error("cannot open {key}: its manifest {reason}")]
    Manifest {
        /// The artefact.
        key: Box<ArtefactKey>,
        /// What is wrong.
        reason: String,
    },
    /// The manifest was written by a later version of the program.
    #[error(
        "cannot open {key}: its manifest has format {format}, which this version does not know"
    )]
    Format {
        /// The artefact.
        key: Box<ArtefactKey>,
        /// The format found.
        format: u32,
    },
    /// A file no longer has the bytes that its manifest records.
    #[error("cannot open {key}: {path} was altered after it was written")]
    Altered {
        /// The artefact.
        key: Box<ArtefactKey>,
        /// The file.
        path: String,
        /// The digest recorded.
        expected: Sha256,
        /// The digest of the bytes found.
        actual: Sha256,
    },
    /// A file named by the manifest is not there.
    #[error("cannot open {key}: {path} is gone")]
    Missing {
        /// The artefact.
        key: Box<ArtefactKey>,
        /// The file.
        path: String,
    },
    /// A complete artefact with the same key holds other bytes.
    #[error("cannot write {key}: it exists with other content ({} instead of {})", existing.short(), new.short())]
    Conflict {
        /// The artefact.
        key: Box<ArtefactKey>,
        /// Identity of the one that is there.
        existing: Sha256,
        /// Identity of the one refused.
        new: Sha256,
    },
    /// An object that is never written again holds other bytes than those released.
    #[error("{path} holds other bytes than the release ({} instead of {}): what was released never changes", actual.short(), expected.short())]
    Overwritten {
        /// The object.
        path: String,
        /// The digest of the release.
        expected: Sha256,
        /// The digest of what is there.
        actual: Sha256,
    },
    /// An object was put, and is not there.
    #[error("{path} was put, and is not there")]
    Absent {
        /// The object.
        path: String,
    },
    /// The journal belongs to a finished publication, whose manifest records its bytes.
    #[error("cannot add to the journal of {key}: the publication is finished")]
    Frozen {
        /// The publication.
        key: Box<ArtefactKey>,
    },
    /// A file of the draft was not finished, or failed while it was written.
    #[error("cannot write {key}: {path} was not finished")]
    Unfinished {
        /// The artefact.
        key: Box<ArtefactKey>,
        /// The file.
        path: String,
    },
    /// The manifest does not list that file.
    #[error("{key} has no file {path}")]
    Unlisted {
        /// The artefact.
        key: Box<ArtefactKey>,
        /// The file asked for.
        path: String,
    },
    /// The file is too large to be read in one piece.
    #[error("cannot read {path} of {key} in one piece: {bytes} bytes, at most {limit}")]
    TooLarge {
        /// The artefact.
        key: Box<ArtefactKey>,
        /// The file.
        path: String,
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
}

impl StoreError {
    /// Who can mend it.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Location { .. }
            | Self::Unsupported { .. }
            | Self::Symlink { .. }
            | Self::Foreign { .. }
            | Self::Format { .. }
            | Self::NoBucket { .. } => Fault::Operator,
            Self::Name { .. }
            | Self::HeldTooLong { .. }
            | Self::ReadOnly { .. }
            | Self::Full { .. }
            | Self::Io { .. }
            | Self::NotDurable { .. }
            | Self::Frozen { .. }
            | Self::Unfinished { .. }
            | Self::Unlisted { .. }
            | Self::TooLarge { .. } => Fault::Ours,
            Self::Denied { .. } | Self::RemoteDenied { .. } => Fault::Permission,
            Self::Held { .. } => Fault::Busy,
            Self::Remote { .. } | Self::Absent { .. } => Fault::Outage,
            Self::Manifest { .. }
            | Self::Register { .. }
            | Self::Altered { .. }
            | Self::Overwritten { .. }
            | Self::Missing { .. }
            | Self::Conflict { .. } => Fault::Integrity,
        }
    }

    /// What to do about it, when it is known.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Foreign { .. } => Some(
                "name a folder that is empty or that does not exist; nothing in this one was touched",
            ),
            Self::Register { .. } => Some(
                "put the register back from a copy of the state, or take it from the portal with `debouches portal adopt`; nothing is published until then",
            ),
            Self::Overwritten { .. } => Some(
                "find out who wrote there, then remove that object and run `debouches publish`: it is put back",
            ),
            Self::HeldTooLong { .. } => {
                Some("end the process that holds it: the lock is freed with its process")
            }
            Self::Denied { .. } => {
                Some("let the user of this run read and write in the folder of the state")
            }
            Self::RemoteDenied { .. } => {
                Some("check the credentials of the bucket, and their rights")
            }
            _ => None,
        }
    }

    /// Sorts a failure of the file system by what can be done about it.
    pub(crate) fn io(
        action: &'static str,
        path: impl AsRef<Path>,
        source: impl Into<io::Error>,
    ) -> Self {
        let (path, source) = (path.as_ref().to_owned(), source.into());
        if matches!(
            source.kind(),
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
        ) {
            Self::Denied {
                action,
                path,
                source,
            }
        } else if matches!(
            source.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
        ) {
            Self::Full {
                action,
                path,
                source,
            }
        } else {
            Self::Io {
                action,
                path,
                source,
            }
        }
    }

    /// Sorts a failure of an object store by what can be done about it.
    pub(crate) fn remote(path: impl Into<String>, source: object_store::Error) -> Self {
        let path = path.into();
        if matches!(
            source,
            object_store::Error::PermissionDenied { .. }
                | object_store::Error::Unauthenticated { .. }
        ) {
            Self::RemoteDenied { path, source }
        } else if is_bucket_missing(&source) {
            Self::NoBucket { path, source }
        } else {
            Self::Remote { path, source }
        }
    }
}

/// Whether an object store says that there is no such bucket. An object that is not there was told apart before: what is
/// left of "not found" is a write, and what a write does not find is its bucket.
fn is_bucket_missing(error: &object_store::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(link) = cause {
        if link.to_string().contains("NoSuchBucket") {
            return true;
        }
        cause = link.source();
    }
    matches!(error, object_store::Error::NotFound { .. })
}
