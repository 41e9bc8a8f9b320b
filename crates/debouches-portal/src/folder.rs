//! The folder of a portal: one process at a time, each file whole or as it was.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::error::PortalError;
use crate::model::{Resource, State};

/// The folder, locked until dropped. The lock is the system's: it dies with the process.
pub(crate) struct Folder {
    root: PathBuf,
    _lock: File,
}

impl Folder {
    /// Takes the folder, made when absent, and sweeps what a stopped process left half-written.
    pub(crate) fn open(root: &Path) -> Result<Self, PortalError> {
        let at = |path: &Path| {
            let path = path.to_owned();
            move |source| PortalError::Folder { path, source }
        };
        fs::create_dir_all(root).map_err(at(root))?;
        let path = root.join("lock");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(at(&path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(PortalError::Locked {
                    folder: root.to_owned(),
                });
            }
            Err(TryLockError::Error(source)) => return Err(PortalError::Folder { path, source }),
        }
        let temporary = root.join("tmp");
        if temporary.exists() {
            fs::remove_dir_all(&temporary).map_err(at(&temporary))?;
        }
        for folder in ["tmp", "files", "parts"] {
            fs::create_dir_all(root.join(folder)).map_err(at(root))?;
        }
        Ok(Self {
            root: root.to_owned(),
            _lock: lock,
        })
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

    pub(crate) fn save(&self, state: &State) -> io::Result<()> {
        self.write(&self.state_path(), &serde_json::to_vec_pretty(state)?)
    }

    /// The state, if there is one yet.
    pub(crate) fn load(&self) -> Result<Option<State>, PortalError> {
        let path = self.state_path();
        let Some(state) = read::<State>(&path)? else {
            return Ok(None);
        };
        if state.format == State::FORMAT {
            Ok(Some(state))
        } else {
            Err(PortalError::Foreign {
                path,
                why: format!("format {} instead of {}", state.format, State::FORMAT),
            })
        }
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
        let mut options = OpenOptions::new();
        options.create_new(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        sync_folder(&self.root)
    }
}

/// The files at three levels under a folder, as `<slug>/<instant>/<name>`, with their paths.
fn stored_files(root: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut found = vec![(String::new(), root.to_owned())];
    for _ in 0..3 {
        let mut deeper = Vec::new();
        for (name, folder) in found.into_iter().filter(|(_, path)| path.is_dir()) {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                let own = entry.file_name().to_string_lossy().into_owned();
                deeper.push((
                    if name.is_empty() {
                        own
                    } else {
                        format!("{name}/{own}")
                    },
                    entry.path(),
                ));
            }
        }
        found = deeper;
    }
    Ok(found)
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
