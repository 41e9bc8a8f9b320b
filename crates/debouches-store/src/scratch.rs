//! Where drafts are written before they have a name: `tmp/<run>/` of the state, or a private folder for object stores.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::Mode;

use crate::StoreError;
use crate::dir::Dir;

/// Folder of temporary files, below the root.
pub(crate) const TMP: &str = "tmp";

static NEXT: AtomicU64 = AtomicU64::new(0);

/// The temporary files of one run.
pub(crate) struct Scratch {
    root: Dir,
    run: String,
    /// Whether the files will be renamed into the state: then they are synced.
    durable: bool,
    /// Removes the private folder at the end.
    private: Option<tempfile::TempDir>,
}

impl Scratch {
    /// Temporary files inside a state.
    pub(crate) fn inside(root: &Dir, run: &str) -> Result<Self, StoreError> {
        Ok(Self {
            root: root.again()?,
            run: run.to_owned(),
            durable: true,
            private: None,
        })
    }

    /// Temporary files that will be sent elsewhere, in a folder that only this user can read.
    pub(crate) fn private(parent: Option<&Path>, run: &str) -> Result<Self, StoreError> {
        let made = match parent {
            Some(parent) => tempfile::Builder::new()
                .prefix("debouches-")
                .tempdir_in(parent),
            None => tempfile::Builder::new().prefix("debouches-").tempdir(),
        };
        let at = parent.map_or_else(std::env::temp_dir, Path::to_owned);
        let private = made.map_err(|error| StoreError::io("make a folder in", at, error))?;
        Ok(Self {
            root: Dir::root(private.path())?,
            run: run.to_owned(),
            durable: false,
            private: Some(private),
        })
    }

    /// The private folder; none inside a state.
    pub(crate) fn private_path(&self) -> Option<&Path> {
        self.private.as_ref().map(tempfile::TempDir::path)
    }

    /// The run that writes here.
    pub(crate) fn run(&self) -> &str {
        &self.run
    }

    /// A new empty file without a name in the state.
    pub(crate) fn create(self: &Arc<Self>) -> Result<(Temporary, File), StoreError> {
        // A sweep or the end of a sibling may remove the folder between two steps: make it again.
        for _ in 0..3 {
            let folder = format!("{TMP}/{}", self.run);
            let dir = match self.root.walk(&folder)? {
                Some(dir) => dir,
                None => self.root.make(&folder)?,
            };
            let name = format!(
                "{}-{}",
                std::process::id(),
                NEXT.fetch_add(1, Ordering::Relaxed)
            );
            match dir.create_new(&name) {
                Ok(Some(file)) => {
                    return Ok((
                        Temporary {
                            scratch: Arc::clone(self),
                            dir,
                            name,
                            taken: false,
                        },
                        file,
                    ));
                }
                Ok(None) => {}
                Err(StoreError::Io { source, .. })
                    if source.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::io(
            "create a file in",
            self.root.at(TMP),
            std::io::Error::other("another program removes it"),
        ))
    }

    /// A new file with these bytes, ready to be named.
    pub(crate) fn write(self: &Arc<Self>, bytes: &[u8]) -> Result<Temporary, StoreError> {
        let (temporary, mut file) = self.create()?;
        file.write_all(bytes)
            .map_err(|error| temporary.failure(error))?;
        temporary.settle(&file)?;
        Ok(temporary)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if self.private.is_none()
            && let Ok(Some(tmp)) = self.root.walk(TMP)
        {
            tmp.remove_if_empty(&self.run);
        }
    }
}

/// A temporary file; removed when dropped, unless it got a name.
pub(crate) struct Temporary {
    scratch: Arc<Scratch>,
    dir: Dir,
    name: String,
    taken: bool,
}

impl Temporary {
    /// Makes the file read-only and durable. After a failure the file is good for nothing: a second sync may lie.
    pub(crate) fn settle(&self, file: &File) -> Result<(), StoreError> {
        if !self.scratch.durable {
            return Ok(());
        }
        rustix::fs::fchmod(file, Mode::from_raw_mode(0o400))
            .map_err(|error| self.failure(error.into()))?;
        file.sync_all().map_err(|source| StoreError::NotDurable {
            path: self.dir.at(&self.name),
            source,
        })
    }

    /// Opens the file for reading.
    pub(crate) fn open(&self) -> Result<File, StoreError> {
        self.dir
            .open_file(&self.name)?
            .ok_or_else(|| self.failure(std::io::ErrorKind::NotFound.into()))
    }

    /// Names the file, if the name is free.
    pub(crate) fn take_new(mut self, dir: &Dir, name: &str) -> Result<bool, StoreError> {
        self.taken = dir.take_new(name, &self.dir, &self.name)?;
        Ok(self.taken)
    }

    /// Names the file, in place of what has that name.
    pub(crate) fn take_over(mut self, dir: &Dir, name: &str) -> Result<(), StoreError> {
        dir.take_over(name, &self.dir, &self.name)?;
        self.taken = true;
        Ok(())
    }

    /// A failure to write this file.
    pub(crate) fn failure(&self, error: std::io::Error) -> StoreError {
        StoreError::io("write", self.dir.at(&self.name), error)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.taken {
            // Nothing depends on it: a sweep takes what is left.
            let _ = self.dir.remove_file(&self.name);
        }
    }
}
