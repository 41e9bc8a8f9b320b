//! A state in a local folder: our own durable code.
//!
//! Everything below the root is opened relative to a directory handle, component by component, without following
//! symbolic links. Files and folders reach the disk before whatever names them: file, folder, then manifest.

mod commit;
mod replace;
mod sweep;

use std::fs::File;
use std::path::Path;

use debouches_model::{ArtefactKey, MANIFEST_FILE, Stage};

pub use replace::replace_file;

use crate::dir::Dir;
use crate::marker::{self, FolderKind, FolderState};
use crate::{StoreError, name};

/// The folder of a state.
pub(crate) struct Folder {
    root: Dir,
}

impl Folder {
    /// Opens the folder of a state, and makes it when it is missing or empty.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(Self {
            root: marker::claim(path, FolderKind::State)?,
        })
    }

    /// Opens the folder of a state that exists; none when there is none yet.
    pub(crate) fn open_existing(path: &Path) -> Result<Option<Self>, StoreError> {
        match marker::check_folder(path, FolderKind::State)? {
            FolderState::Absent => Ok(None),
            FolderState::Ours => Ok(Dir::existing(path)?.map(|root| Self { root })),
        }
    }

    /// A folder of ours that nobody else knows.
    pub(crate) fn unmarked(path: &Path) -> Result<Self, StoreError> {
        Ok(Self {
            root: Dir::root(path)?,
        })
    }

    /// The root of the state.
    pub(crate) fn root(&self) -> &Dir {
        &self.root
    }

    /// Opens a file of an artefact; none when it is not there.
    pub(crate) fn open_file(
        &self,
        key: &ArtefactKey,
        path: &str,
    ) -> Result<Option<File>, StoreError> {
        let (folder, name) = split(key, path);
        match self.root.walk(&folder)? {
            Some(dir) => dir.open_file(name),
            None => Ok(None),
        }
    }

    /// The ids of a subject that have a manifest, sorted.
    pub(crate) fn ids(
        &self,
        stage: Stage,
        subject: &str,
        rejected: bool,
    ) -> Result<Vec<String>, StoreError> {
        let folder = ArtefactKey {
            stage,
            subject: subject.to_owned(),
            id: String::new(),
            rejected,
        }
        .folder();
        let mut ids = Vec::new();
        if let Some(dir) = self.root.walk(folder.trim_end_matches('/'))? {
            collect(&dir, "", name::ID_LEVELS, &mut ids)?;
        }
        ids.sort();
        Ok(ids)
    }

    /// The subjects of a stage, sorted.
    pub(crate) fn subjects(&self, stage: Stage) -> Result<Vec<String>, StoreError> {
        match self.root.walk(stage.as_str())? {
            Some(dir) => Ok(dir
                .entries()?
                .into_iter()
                .filter(|entry| entry.is_dir)
                .map(|entry| entry.name)
                .collect()),
            None => Ok(Vec::new()),
        }
    }

    /// Removes an artefact, manifest first so that it is never half visible.
    pub(crate) fn discard(&self, key: &ArtefactKey) -> Result<bool, StoreError> {
        let Some(dir) = self.root.walk(&key.folder())? else {
            return Ok(false);
        };
        let existed = dir.remove_file(MANIFEST_FILE)?;
        dir.sync()?;
        dir.remove_content()?;
        dir.sync()?;
        Ok(existed)
    }
}

/// Adds to `ids` the folders below `dir` that have a manifest.
fn collect(
    dir: &Dir,
    prefix: &str,
    levels: usize,
    ids: &mut Vec<String>,
) -> Result<(), StoreError> {
    if levels == 0 {
        return Ok(());
    }
    for entry in dir.entries()?.into_iter().filter(|entry| entry.is_dir) {
        let Some(inner) = dir.open_dir(&entry.name)? else {
            continue;
        };
        let id = format!("{prefix}{}", entry.name);
        if inner.has(MANIFEST_FILE)? {
            ids.push(id);
        } else {
            collect(&inner, &format!("{id}/"), levels - 1, ids)?;
        }
    }
    Ok(())
}

/// The folder and the name of a file of an artefact.
fn split<'a>(key: &ArtefactKey, path: &'a str) -> (String, &'a str) {
    match path.rsplit_once('/') {
        Some((inner, name)) => (format!("{}/{inner}", key.folder()), name),
        None => (key.folder(), path),
    }
}
