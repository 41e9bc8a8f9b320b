//! An artefact that exists, and its files, handed out only after they were hashed.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use debouches_model::{ArtefactKey, FileEntry, Manifest, Sha256};

use crate::{Store, StoreError};

/// Largest file that [`Artefact::read`] gives, in bytes.
const LARGEST_READ: u64 = 64 << 20;

/// An artefact that exists: its manifest was read, its files are hashed when they are opened.
#[derive(Clone)]
pub struct Artefact {
    store: Store,
    key: ArtefactKey,
    manifest: Manifest,
}

impl Artefact {
    pub(crate) fn new(store: Store, key: ArtefactKey, manifest: Manifest) -> Self {
        Self {
            store,
            key,
            manifest,
        }
    }

    /// Its key.
    #[must_use]
    pub fn key(&self) -> &ArtefactKey {
        &self.key
    }

    /// Its manifest.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Where one of its files is, for people; not an address to open.
    #[must_use]
    pub fn location(&self, path: &str) -> String {
        format!(
            "{}/{}/{path}",
            self.store.root_display().trim_end_matches('/'),
            self.key.folder()
        )
    }

    /// Reads every file again and compares it with the manifest. Fails at the first one, by path, that differs.
    pub async fn verify(&self) -> Result<(), StoreError> {
        for entry in &self.manifest.files {
            let (_, actual) = self
                .store
                .open_hashed(&self.key, &entry.path, crate::store::Trust::Nothing)
                .await?;
            self.compare(entry, actual)?;
        }
        Ok(())
    }

    /// Opens a file after its bytes were hashed and compared with the manifest.
    pub async fn open_file(&self, path: &str) -> Result<VerifiedFile, StoreError> {
        let entry = self.entry(path)?;
        let (file, actual) = self
            .store
            .open_hashed(&self.key, path, crate::store::Trust::Memo)
            .await?;
        self.compare(entry, actual)?;
        Ok(VerifiedFile {
            file,
            entry: entry.clone(),
        })
    }

    /// Reads a small file whole, verified.
    pub async fn read(&self, path: &str) -> Result<Vec<u8>, StoreError> {
        let entry = self.entry(path)?;
        if entry.bytes > LARGEST_READ {
            let (key, path) = (Box::new(self.key.clone()), path.to_owned());
            return Err(StoreError::TooLarge {
                key,
                path,
                bytes: entry.bytes,
                limit: LARGEST_READ,
            });
        }
        let mut bytes = Vec::new();
        let file = self.open_file(path).await?;
        file.take(entry.bytes)
            .read_to_end(&mut bytes)
            .map_err(|error| StoreError::io("read", self.location(path), error))?;
        // The digest, again: these very bytes are the ones compared.
        self.compare(entry, Sha256::of(&bytes))?;
        Ok(bytes)
    }

    fn entry(&self, path: &str) -> Result<&FileEntry, StoreError> {
        let refuse = || StoreError::Unlisted {
            key: self.key.clone().into(),
            path: path.to_owned(),
        };
        self.manifest.file(path).ok_or_else(refuse)
    }

    fn compare(&self, entry: &FileEntry, actual: Sha256) -> Result<(), StoreError> {
        if actual == entry.sha256 {
            return Ok(());
        }
        let (key, path) = (Box::new(self.key.clone()), entry.path.clone());
        Err(StoreError::Altered {
            key,
            path,
            expected: entry.sha256,
            actual,
        })
    }
}

impl std::fmt::Debug for Artefact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Artefact")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// An open file whose bytes were compared with the manifest through this very handle.
#[derive(Debug)]
pub struct VerifiedFile {
    file: File,
    entry: FileEntry,
}

impl VerifiedFile {
    /// What the manifest says of it.
    #[must_use]
    pub fn entry(&self) -> &FileEntry {
        &self.entry
    }

    /// Its size in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.entry.bytes
    }

    /// Whether it has no byte.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entry.bytes == 0
    }

    /// The handle, at the beginning of the file.
    #[must_use]
    pub fn into_file(self) -> File {
        self.file
    }
}

impl Read for VerifiedFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}

impl Seek for VerifiedFile {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.file.seek(position)
    }
}
