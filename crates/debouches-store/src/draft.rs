//! An artefact being written: invisible until it is committed.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use debouches_model::{ArtefactKey, FileEntry, MANIFEST_FILE, Manifest};

use crate::staged::{Committed, Content, Staged};
use crate::{Artefact, Spool, Spooled, Store, StoreError, name, seal};

/// An artefact being written. Dropping it leaves nothing behind.
pub struct Draft {
    store: Store,
    key: ArtefactKey,
    ledger: Arc<Mutex<Ledger>>,
}

/// The files of a draft, begun and finished.
#[derive(Default)]
struct Ledger {
    begun: BTreeSet<String>,
    finished: BTreeMap<String, Staged>,
}

impl Draft {
    pub(crate) fn new(store: Store, key: ArtefactKey) -> Self {
        Self {
            store,
            key,
            ledger: Arc::default(),
        }
    }

    /// The key it will have.
    #[must_use]
    pub fn key(&self) -> &ArtefactKey {
        &self.key
    }

    /// Begins a file. Several may be written at once, from several threads.
    pub fn file(&self, path: &str, media_type: &str) -> Result<DraftFile, StoreError> {
        Ok(DraftFile {
            slot: self.slot(path, media_type)?,
            spool: self.store.spool()?,
        })
    }

    /// Takes bytes that were written before the key was known, with their number of data rows when they are a table.
    pub fn take(
        &self,
        spooled: Spooled,
        path: &str,
        media_type: &str,
        rows: Option<u64>,
    ) -> Result<FileEntry, StoreError> {
        Ok(self.slot(path, media_type)?.fill(spooled, rows))
    }

    fn slot(&self, path: &str, media_type: &str) -> Result<Slot, StoreError> {
        name::check_file(path)?;
        if !lock(&self.ledger).begun.insert(path.to_owned()) {
            return Err(StoreError::Name {
                name: path.to_owned(),
                reason: "the draft has that file already",
            });
        }
        Ok(Slot {
            path: path.to_owned(),
            media_type: media_type.to_owned(),
            ledger: Arc::clone(&self.ledger),
        })
    }

    /// Writes a small file at once.
    pub fn write(
        &self,
        path: &str,
        media_type: &str,
        bytes: &[u8],
    ) -> Result<FileEntry, StoreError> {
        let mut file = self.file(path, media_type)?;
        file.put(bytes)?;
        file.finish(None)
    }

    /// Adds the journal of this key, as it is now, to the files of the manifest. Nothing can be appended to it afterwards.
    pub async fn adopt_journal(&self) -> Result<FileEntry, StoreError> {
        let path = crate::journal::JOURNAL_FILE;
        let bytes = self.store.journal_bytes(&self.key).await?;
        let bytes = bytes.ok_or_else(|| StoreError::Missing {
            key: self.key.clone().into(),
            path: path.to_owned(),
        })?;
        let entry = FileEntry {
            path: path.to_owned(),
            bytes: bytes.len() as u64,
            sha256: debouches_model::Sha256::of(&bytes),
            media_type: "application/jsonl".to_owned(),
            rows: None,
        };
        let mut ledger = lock(&self.ledger);
        ledger.begun.insert(path.to_owned());
        ledger.finished.insert(
            path.to_owned(),
            Staged {
                entry: entry.clone(),
                content: Content::Drafted,
            },
        );
        Ok(entry)
    }

    /// Makes the artefact exist. The files of `manifest` are replaced by those of the draft, sorted by path.
    ///
    /// When the key exists already with the same files, that artefact is given back and this draft dropped.
    pub async fn commit(self, mut manifest: Manifest) -> Result<Artefact, StoreError> {
        let staged = {
            let mut ledger = lock(&self.ledger);
            if let Some(path) = ledger
                .begun
                .iter()
                .find(|path| !ledger.finished.contains_key(*path))
            {
                return Err(StoreError::Unfinished {
                    key: self.key.into(),
                    path: path.clone(),
                });
            }
            std::mem::take(&mut ledger.finished)
        };
        manifest.files = staged.values().map(|file| file.entry.clone()).collect();
        let text = seal::write(&manifest);
        // Reading it back at once refuses a manifest that speaks of another key.
        seal::read(&self.key, &text)?;
        match self
            .store
            .commit(&self.key, staged.into_values().collect(), text)
            .await?
        {
            Committed::Written => Ok(Artefact::new(self.store, self.key, manifest)),
            Committed::Existed => self.existing(&manifest).await,
        }
    }

    async fn existing(&self, new: &Manifest) -> Result<Artefact, StoreError> {
        let gone = || StoreError::Missing {
            key: self.key.clone().into(),
            path: MANIFEST_FILE.to_owned(),
        };
        let existing = self.store.find(&self.key).await?.ok_or_else(gone)?;
        let (there, new) = (existing.manifest().identity(), new.identity());
        if there == new {
            Ok(existing)
        } else {
            Err(StoreError::Conflict {
                key: self.key.clone().into(),
                existing: there,
                new,
            })
        }
    }
}

/// A file of a draft: hashed and counted while it is written. Dropped before [`DraftFile::finish`], it spoils the draft.
pub struct DraftFile {
    slot: Slot,
    spool: Spool,
}

/// The place of a file in a draft.
struct Slot {
    path: String,
    media_type: String,
    ledger: Arc<Mutex<Ledger>>,
}

impl Slot {
    fn fill(self, spooled: Spooled, rows: Option<u64>) -> FileEntry {
        let Self {
            path,
            media_type,
            ledger,
        } = self;
        let entry = FileEntry {
            path: path.clone(),
            bytes: spooled.bytes(),
            sha256: spooled.sha256(),
            media_type,
            rows,
        };
        let content = Content::Written(spooled.into_temporary());
        lock(&ledger).finished.insert(
            path,
            Staged {
                entry: entry.clone(),
                content,
            },
        );
        entry
    }
}

impl DraftFile {
    /// Adds bytes, with an error that names the file.
    pub fn put(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.spool.put(bytes)
    }

    /// Ends the file, with its number of data rows when it is a table.
    pub fn finish(self, rows: Option<u64>) -> Result<FileEntry, StoreError> {
        Ok(self.slot.fill(self.spool.finish()?, rows))
    }
}

impl Write for DraftFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.spool.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.spool.flush()
    }
}

/// The ledger, even after a writer panicked: a file it did not finish still spoils the draft.
fn lock(ledger: &Mutex<Ledger>) -> MutexGuard<'_, Ledger> {
    ledger.lock().unwrap_or_else(PoisonError::into_inner)
}
