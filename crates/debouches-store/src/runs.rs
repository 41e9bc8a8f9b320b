//! What each run did, one line a run and one file a year: `runs/<year>.jsonl`.

use crate::folder::Folder;
use crate::objects::Objects;
use crate::{Journal, Lock, Store, StoreError};

/// The folder of the files.
const FOLDER: &str = "runs";
const SUFFIX: &str = ".jsonl";

impl Store {
    /// Adds the line of a run, durable on return.
    ///
    /// # Errors
    /// When the lock is not that of this state, or the line cannot be written.
    pub async fn note_run(&self, year: u16, line: &str, lock: &Lock) -> Result<(), StoreError> {
        lock.check(&self.root_display())?;
        Journal::open_at(self.backend(), FOLDER, &format!("{year}{SUFFIX}"))
            .await?
            .append(line)
            .await
    }

    /// The lines of the runs, the oldest first. A line that was being written when its run died is not there.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub async fn runs(&self) -> Result<Vec<String>, StoreError> {
        let mut lines = Vec::new();
        for name in self.run_files().await? {
            let bytes = match self.backend() {
                crate::backend::Backend::Folder(folder) => read(folder, &name)?,
                crate::backend::Backend::Objects(objects) => {
                    objects.get(&format!("{FOLDER}/{name}")).await?
                }
            };
            lines.extend(crate::journal::lines(&bytes.unwrap_or_default()).0);
        }
        Ok(lines)
    }

    async fn run_files(&self) -> Result<Vec<String>, StoreError> {
        let mut names = match self.backend() {
            crate::backend::Backend::Folder(folder) => names(folder)?,
            crate::backend::Backend::Objects(objects) => list(objects).await?,
        };
        names.retain(|name| name.ends_with(SUFFIX));
        names.sort();
        Ok(names)
    }
}

fn names(folder: &Folder) -> Result<Vec<String>, StoreError> {
    let Some(dir) = folder.root().walk(FOLDER)? else {
        return Ok(Vec::new());
    };
    Ok(dir
        .entries()?
        .into_iter()
        .filter(|entry| !entry.is_dir)
        .map(|entry| entry.name)
        .collect())
}

async fn list(objects: &Objects) -> Result<Vec<String>, StoreError> {
    objects.names(FOLDER).await
}

fn read(folder: &Folder, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    use std::io::Read as _;
    let Some(dir) = folder.root().walk(FOLDER)? else {
        return Ok(None);
    };
    let Some(mut file) = dir.open_file(name)? else {
        return Ok(None);
    };
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)
        .map_err(|error| StoreError::io("read", dir.at(name), error))?;
    Ok(Some(bytes))
}
