//! A folder that a web server serves: each file appears whole, under its name, or not at all.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use debouches_model::{Hasher, Sha256};
use rustix::fs::Mode;

use super::Placed;
use crate::StoreError;
use crate::dir::Dir;
use crate::marker::{FolderKind, FolderState, check_folder, claim};
use crate::name::is_name;

static NEXT: AtomicU64 = AtomicU64::new(0);

/// Name of the lock: it begins with a dot, as no page does.
const LOCK_FILE: &str = ".debouches-lock";

/// The folder. It is made at the first write; reading makes nothing.
pub(super) struct ShelfFolder {
    pub(super) root: PathBuf,
}

impl ShelfFolder {
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// Opens a file; none when it is not there.
    pub(super) fn open(&self, path: &str) -> Result<Option<File>, StoreError> {
        let (folder, name) = split(path)?;
        let Some(root) = self.existing()? else {
            return Ok(None);
        };
        match folder {
            None => root.open_file(name),
            Some(folder) => root
                .walk(folder)?
                .map_or(Ok(None), |dir| dir.open_file(name)),
        }
    }

    /// Reads a small file whole.
    pub(super) fn read(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(mut file) = self.open(path)? else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)
            .map_err(|error| StoreError::io("read", self.root.join(path), error))?;
        Ok(Some(bytes))
    }

    pub(super) fn digest(&self, path: &str) -> Result<Option<Sha256>, StoreError> {
        let Some(mut file) = self.open(path)? else {
            return Ok(None);
        };
        let (mut hasher, mut buffer) = (Hasher::default(), vec![0; 1 << 16]);
        loop {
            match file
                .read(&mut buffer)
                .map_err(|error| StoreError::io("read", self.root.join(path), error))?
            {
                0 => return Ok(Some(hasher.finish())),
                read => hasher.update(&buffer[..read]),
            }
        }
    }

    /// Writes a file whose name is free.
    pub(super) fn create(&self, path: &str, mut from: File) -> Result<Placed, StoreError> {
        let (dir, name) = self.slot(path)?;
        let _held = self.hold()?;
        sweep(&dir, name)?;
        from.seek(SeekFrom::Start(0))
            .map_err(|error| StoreError::io("read", dir.at(name), error))?;
        let is_new = through(
            &dir,
            name,
            |out| std::io::copy(&mut from, out).map(|_| ()),
            |dir, temporary| {
                let is_new = dir.take_new(name, dir, temporary)?;
                if !is_new {
                    dir.remove_file(temporary)?;
                }
                Ok(is_new)
            },
        )?;
        Ok(if is_new {
            Placed::Written
        } else {
            Placed::Already
        })
    }

    /// Replaces a file that holds `from`, or is not there; says whether it did.
    pub(super) fn replace(
        &self,
        path: &str,
        from: Option<&[u8]>,
        bytes: &[u8],
    ) -> Result<bool, StoreError> {
        let (dir, name) = self.slot(path)?;
        let _held = self.hold()?;
        sweep(&dir, name)?;
        if self.read(path)?.as_deref() != from {
            return Ok(false);
        }
        through(
            &dir,
            name,
            |out| out.write_all(bytes),
            |dir, temporary| dir.take_over(name, dir, temporary).map(|()| true),
        )
    }

    /// Removes a file; says whether it was there.
    pub(super) fn remove(&self, path: &str) -> Result<bool, StoreError> {
        let (folder, name) = split(path)?;
        if self.open(path)?.is_none() {
            return Ok(false);
        }
        let Some(root) = self.existing()? else {
            return Ok(false);
        };
        let dir = match folder {
            None => Some(root),
            Some(folder) => root.walk(folder)?,
        };
        let Some(dir) = dir else { return Ok(false) };
        let removed = dir.remove_file(name)?;
        dir.sync().map(|()| removed)
    }

    /// The folder, when it is there and ours.
    fn existing(&self) -> Result<Option<Dir>, StoreError> {
        match check_folder(&self.root, FolderKind::StaticSite)? {
            FolderState::Absent => Ok(None),
            FolderState::Ours => Dir::existing(&self.root),
        }
    }

    /// One writer at a time. Everybody reads the folders of a site, hence could lock them: a file of ours is locked.
    fn hold(&self) -> Result<File, StoreError> {
        Dir::root(&self.root)?.hold_by(LOCK_FILE)
    }

    /// The folder of a path, made when it is not there, and the name in it.
    fn slot<'a>(&self, path: &'a str) -> Result<(Dir, &'a str), StoreError> {
        let (folder, name) = split(path)?;
        let root = claim(&self.root, FolderKind::StaticSite)?;
        let dir = match folder {
            None => root,
            Some(folder) => match root.walk(folder)? {
                Some(dir) => dir,
                None => root.make(folder)?,
            },
        };
        Ok((dir, name))
    }
}

/// Removes the temporary files of that name that dead runs left; the folder is held, hence no other run is writing it.
fn sweep(dir: &Dir, name: &str) -> Result<(), StoreError> {
    let fail = |error| StoreError::io("list", dir.at(""), error);
    for entry in std::fs::read_dir(dir.at("")).map_err(fail)? {
        let entry = entry.map_err(fail)?.file_name();
        if let Some(stale) = entry
            .to_str()
            .filter(|entry| entry.starts_with(&format!(".{name}.")))
        {
            dir.remove_file(stale)?;
        }
    }
    Ok(())
}

/// Fills a temporary file, makes it durable, and gives it its name.
fn through(
    dir: &Dir,
    name: &str,
    fill: impl FnOnce(&mut File) -> std::io::Result<()>,
    name_it: impl FnOnce(&Dir, &str) -> Result<bool, StoreError>,
) -> Result<bool, StoreError> {
    let (temporary, mut file) = loop {
        let temporary = format!(
            ".{name}.{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        if let Some(file) = dir.create_new(&temporary)? {
            break (temporary, file);
        }
    };
    let filled = fill(&mut file).map_err(|error| StoreError::io("write", dir.at(name), error));
    // A web server reads under another account.
    let open = || rustix::fs::fchmod(&file, Mode::from_raw_mode(0o644));
    let done = filled
        .and_then(|()| open().map_err(|error| StoreError::io("write", dir.at(name), error)))
        .and_then(|()| {
            file.sync_all().map_err(|source| StoreError::NotDurable {
                path: dir.at(name),
                source,
            })
        })
        .and_then(|()| name_it(dir, &temporary));
    match done {
        Ok(named) => dir.sync().map(|()| named),
        Err(error) => {
            // The first error is the one to tell.
            let _ = dir.remove_file(&temporary);
            Err(error)
        }
    }
}

/// The folder of a path, if it has one, and its name; every component is a safe one.
fn split(path: &str) -> Result<(Option<&str>, &str), StoreError> {
    if !path.split('/').all(is_name) {
        let reason = "letters, digits, `.`, `-` and `_` only, not beginning with a dot";
        return Err(StoreError::Name {
            name: path.chars().take(80).collect(),
            reason,
        });
    }
    Ok(match path.rsplit_once('/') {
        Some((folder, name)) => (Some(folder), name),
        None => (None, path),
    })
}
