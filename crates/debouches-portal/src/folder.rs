//! The folder of a portal: marked as ours, one process at a time, each file complete or as it was. No link is followed.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use debouches_store::{FolderKind, FolderState, check_folder, claim_folder};
use rustix::fs::OFlags;
use serde::de::DeserializeOwned;

use crate::error::PortalError;
use crate::model::{Resource, State};
use crate::options::Access;

/// The folder, locked until dropped when it may be written. The lock is the system's: it dies with the process.
pub(crate) struct Folder {
    root: PathBuf,
    lock: Option<File>,
}

/// The folders below the root.
const FOLDERS: [&str; 3] = ["tmp", "files", "parts"];

impl Folder {
    /// Takes the folder, made when missing or empty, and sweeps what a stopped process had begun to write.
    pub(crate) fn open(root: &Path, access: Access) -> Result<Self, PortalError> {
        let refused = |source| PortalError::Refused {
            folder: root.to_owned(),
            source: Box::new(source),
        };
        match access {
            Access::ReadOnly => {
                check_folder(root, FolderKind::PracticePortal).map_err(refused)?;
                no_link(root)?;
                Ok(Self {
                    root: root.to_owned(),
                    lock: None,
                })
            }
            Access::ReadWrite => {
                claim_folder(root, FolderKind::PracticePortal).map_err(refused)?;
                no_link(root)?;
                let lock = lock(root)?;
                prepare(root)?;
                Ok(Self {
                    root: root.to_owned(),
                    lock: Some(lock),
                })
            }
        }
    }

    /// Whether anything may be written.
    pub(crate) fn is_writable(&self) -> bool {
        self.lock.is_some()
    }

    /// Whether there is such a folder.
    pub(crate) fn exists(&self) -> bool {
        check_folder(&self.root, FolderKind::PracticePortal)
            .is_ok_and(|state| state == FolderState::Ours)
    }

    pub(crate) fn journal_path(&self) -> PathBuf {
        self.root.join("journal.jsonl")
    }

    pub(crate) fn sync_root(&self) -> io::Result<()> {
        sync_folder(&self.root)
    }

    pub(crate) fn state_path(&self) -> PathBuf {
        self.root.join("portal.json")
    }

    pub(crate) fn credentials_path(&self) -> PathBuf {
        self.root.join("credentials.json")
    }

    /// A new name for a file that is being written.
    pub(crate) fn temporary(&self) -> PathBuf {
        self.root.join("tmp").join(uuid::Uuid::new_v4().to_string())
    }

    /// The stored files, as `<slug>/<instant>/<name>`.
    pub(crate) fn files(&self) -> PathBuf {
        self.root.join("files")
    }

    /// The parts of a transfer.
    pub(crate) fn parts(&self, transfer: &str) -> PathBuf {
        self.root.join("parts").join(transfer)
    }

    /// Removes the files that no resource names: a process that was stopped had stored them and not yet recorded them.
    /// Left there, they would make the same upload fail if it came again within the second.
    pub(crate) fn sweep(&self, state: &State) -> io::Result<()> {
        let named: BTreeSet<&str> = state
            .datasets
            .iter()
            .flat_map(|dataset| &dataset.resources)
            .filter_map(Resource::path)
            .collect();
        for (name, path) in stored_files(&self.files())? {
            if !named.contains(name.as_str()) {
                fs::remove_file(&path)?;
                tracing::debug!(name, "a file that nothing names was removed");
            }
        }
        Ok(())
    }

    /// Writes a file that only its owner reads: under a temporary name, flushed, then renamed.
    pub(crate) fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let temporary = self.temporary();
        let mut file = OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        sync_folder(&self.root)
    }
}

/// Refuses a link where the portal keeps its files: it would lead to files that are not its.
fn no_link(root: &Path) -> Result<(), PortalError> {
    for name in
        FOLDERS
            .into_iter()
            .chain(["portal.json", "journal.jsonl", "credentials.json", "lock"])
    {
        let path = root.join(name);
        match fs::symlink_metadata(&path) {
            Ok(about) if about.is_symlink() => return Err(PortalError::Symlink { path }),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(PortalError::Folder { path, source }),
        }
    }
    Ok(())
}

fn lock(root: &Path) -> Result<File, PortalError> {
    let path = root.join("lock");
    let no_follow = i32::try_from(OFlags::NOFOLLOW.bits()).unwrap_or_default();
    let opened = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .custom_flags(no_follow)
        .open(&path);
    let lock = match opened {
        Ok(lock) => lock,
        Err(source) => return Err(PortalError::Folder { path, source }),
    };
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(PortalError::Locked {
            folder: root.to_owned(),
        }),
        Err(TryLockError::Error(source)) => Err(PortalError::Folder { path, source }),
    }
}

/// Makes the folders, and empties the one of files that are being received.
fn prepare(root: &Path) -> Result<(), PortalError> {
    for name in FOLDERS {
        let path = root.join(name);
        let made = fs::create_dir_all(&path);
        made.map_err(|source| PortalError::Folder { path, source })?;
    }
    let temporary = root.join("tmp");
    let emptied = fs::read_dir(&temporary).and_then(|entries| {
        for entry in entries {
            fs::remove_file(entry?.path())?;
        }
        Ok(())
    });
    emptied.map_err(|source| PortalError::Folder {
        path: temporary,
        source,
    })
}

/// The files at three levels under a folder, as `<slug>/<instant>/<name>`, with their paths. Links are not followed.
fn stored_files(root: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut folders = vec![(String::new(), root.to_owned())];
    for level in 1..=3 {
        let mut deeper = Vec::new();
        for (prefix, folder) in folders {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                let kind = entry.file_type()?;
                if if level < 3 {
                    kind.is_dir()
                } else {
                    kind.is_file()
                } {
                    let name = entry.file_name().to_string_lossy().into_owned();
                    deeper.push((
                        format!("{prefix}{name}{}", if level < 3 { "/" } else { "" }),
                        entry.path(),
                    ));
                }
            }
        }
        folders = deeper;
    }
    Ok(folders)
}

/// Reads a JSON file, if there is one.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, PortalError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => {
            return Err(PortalError::Folder {
                path: path.to_owned(),
                source,
            });
        }
    };
    let foreign = |error: serde_json::Error| PortalError::Foreign {
        path: path.to_owned(),
        why: error.to_string(),
    };
    serde_json::from_slice(&bytes).map(Some).map_err(foreign)
}

/// Makes a rename in a folder last.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()
    } else {
        Ok(())
    }
}
