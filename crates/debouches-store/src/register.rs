//! The register of withdrawn releases, one line a decision: `withdrawn/withdrawn.jsonl`.

use std::io::Read as _;

use crate::backend::Backend;
use crate::{Journal, Lock, Store, StoreError};

const FOLDER: &str = "withdrawn";
const FILE: &str = "withdrawn.jsonl";

impl Store {
    /// Adds a decision to the register, durable on return.
    ///
    /// # Errors
    /// When the lock is not that of this state, or the line cannot be written.
    pub async fn note_withdrawal(&self, line: &str, lock: &Lock) -> Result<(), StoreError> {
        lock.check(&self.root_display())?;
        Journal::open_at(self.backend(), FOLDER, FILE)
            .await?
            .append(line)
            .await
    }

    /// The decisions of the register, the oldest first.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn withdrawals(&self) -> Result<Vec<String>, StoreError> {
        let bytes = match self.backend() {
            Backend::Objects(objects) => objects.get(&format!("{FOLDER}/{FILE}")).await?,
            Backend::Folder(folder) => match folder.root().walk(FOLDER)? {
                None => None,
                Some(dir) => match dir.open_file(FILE)? {
                    None => None,
                    Some(mut file) => {
                        let mut bytes = Vec::new();
                        file.read_to_end(&mut bytes)
                            .map_err(|error| StoreError::io("read", dir.at(FILE), error))?;
                        Some(bytes)
                    }
                },
            },
        };
        Ok(crate::journal::lines(&bytes.unwrap_or_default()).0)
    }
}
