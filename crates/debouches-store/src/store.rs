//! The state: opens, finds and lists artefacts.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use debouches_model::{ArtefactKey, Hasher, MANIFEST_FILE, Sha256, Stage};

use crate::backend::Backend;
use crate::blocking::blocking;
use crate::staged::{Committed, Staged};

use crate::folder::Folder;
use crate::location::Location;
use crate::memo::Memo;
use crate::objects::Objects;
use crate::scratch::Scratch;
use crate::{Artefact, Draft, Journal, Lock, Spool, StoreError, name, seal};

/// What a state needs to know of its surroundings.
#[derive(Clone, Default)]
pub struct StoreEnv {
    /// Name of the run: the folder of its temporary files.
    pub run: String,
    /// The `AWS_*` variables of the environment, for `s3://`.
    pub aws: BTreeMap<String, String>,
    /// Where the temporary files of `s3://` and `memory://` go; the folder of the system when absent.
    pub spool: Option<PathBuf>,
    /// Whether anything may be written.
    pub access: Access,
}

/// What may be done with a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Access {
    /// Everything; a missing folder is made.
    #[default]
    ReadWrite,
    /// Nothing is written, not even the folder; a missing one is an empty state.
    ReadOnly,
}

impl StoreEnv {
    /// Only a run.
    pub fn new(run: impl Into<String>) -> Self {
        Self {
            run: run.into(),
            ..Self::default()
        }
    }
}

/// The state of a pipeline: the only thing that knows where an artefact is.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    backend: Backend,
    scratch: Arc<Scratch>,
    memo: Memo,
    display: String,
    access: Access,
}

/// What may be taken as already hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    /// A file that this process hashed and that did not change since.
    Memo,
    /// Nothing: every byte is read.
    Nothing,
}

/// Largest manifest, in bytes.
const LARGEST_MANIFEST: u64 = 16 << 20;

impl Store {
    /// Opens the state at a folder path (taken from `base`), `file://`, `memory://` or `s3://bucket/prefix`.
    ///
    /// A missing or empty folder is made ours. Each `memory://` is a new one. Nothing is asked of a bucket yet.
    pub async fn open(url: &str, base: &Path, env: &StoreEnv) -> Result<Self, StoreError> {
        name::check_run(&env.run)?;
        let (backend, scratch, display) = match Location::parse(url, base)? {
            Location::Folder(path) => {
                let (folder, scratch) = open_folder(&path, env)?;
                let display = path.display().to_string();
                (Backend::Folder(Arc::new(folder)), scratch, display)
            }
            Location::Memory => {
                let objects = Objects::memory();
                let display = objects.display();
                (
                    Backend::Objects(objects),
                    Scratch::private(env.spool.as_deref(), &env.run)?,
                    display,
                )
            }
            Location::Bucket { bucket, prefix } => {
                let objects = Objects::bucket(&bucket, &prefix, &env.aws)?;
                let display = objects.display();
                (
                    Backend::Objects(objects),
                    Scratch::private(env.spool.as_deref(), &env.run)?,
                    display,
                )
            }
        };
        Ok(Self(Arc::new(Inner {
            backend,
            scratch: Arc::new(scratch),
            memo: Memo::default(),
            display,
            access: env.access,
        })))
    }

    /// The state, for people.
    #[must_use]
    pub fn root_display(&self) -> String {
        self.0.display.clone()
    }

    /// Refuses to write in a state that was opened to be read.
    pub(crate) fn check_writable(&self) -> Result<(), StoreError> {
        match self.0.access {
            Access::ReadWrite => Ok(()),
            Access::ReadOnly => Err(StoreError::ReadOnly {
                state: self.root_display(),
            }),
        }
    }

    /// Begins an artefact.
    pub fn draft(&self, key: ArtefactKey) -> Result<Draft, StoreError> {
        name::check_key(&key)?;
        Ok(Draft::new(self.clone(), key))
    }

    /// Begins bytes whose key is not known yet, such as a snapshot named by its digest.
    pub fn spool(&self) -> Result<Spool, StoreError> {
        Ok(Spool::new(self.0.scratch.create()?))
    }

    /// The artefact of that key, if it exists: its manifest is read and checked, its files are not.
    pub async fn find(&self, key: &ArtefactKey) -> Result<Option<Artefact>, StoreError> {
        name::check_key(key)?;
        let Some(bytes) = self.bytes(key, MANIFEST_FILE).await? else {
            return Ok(None);
        };
        let manifest = seal::read(key, &bytes)?;
        Ok(Some(Artefact::new(self.clone(), key.clone(), manifest)))
    }

    /// The artefacts of a subject, sorted by id; folders without manifest are not there.
    pub async fn list(&self, stage: Stage, subject: &str) -> Result<Vec<ArtefactKey>, StoreError> {
        let ids = self.ids(stage, subject, false).await?;
        Ok(ids
            .into_iter()
            .map(|id| ArtefactKey::new(stage, subject, id))
            .collect())
    }

    /// The refused outputs of a subject, sorted by id.
    pub async fn list_rejected(
        &self,
        stage: Stage,
        subject: &str,
    ) -> Result<Vec<ArtefactKey>, StoreError> {
        let ids = self.ids(stage, subject, true).await?;
        Ok(ids
            .into_iter()
            .map(|id| ArtefactKey::rejected(stage, subject, id))
            .collect())
    }

    async fn ids(
        &self,
        stage: Stage,
        subject: &str,
        rejected: bool,
    ) -> Result<Vec<String>, StoreError> {
        name::check_key(&ArtefactKey::new(stage, subject, "any"))?;
        match &self.0.backend {
            Backend::Folder(folder) => folder.ids(stage, subject, rejected),
            Backend::Objects(objects) => objects.ids(stage, subject, rejected).await,
        }
    }

    /// The subjects that a stage has a folder for, sorted.
    pub async fn subjects(&self, stage: Stage) -> Result<Vec<String>, StoreError> {
        match &self.0.backend {
            Backend::Folder(folder) => folder.subjects(stage),
            Backend::Objects(objects) => objects.subjects(stage).await,
        }
    }

    /// Removes what dead runs left: temporary files, and artefacts that never got a manifest. Gives their paths.
    pub async fn sweep(&self, lock: &Lock) -> Result<Vec<String>, StoreError> {
        lock.check(&self.0.display)?;
        match &self.0.backend {
            Backend::Folder(folder) => {
                let (folder, run) = (Arc::clone(folder), self.0.scratch.run().to_owned());
                blocking(move || folder.sweep(&run)).await
            }
            Backend::Objects(objects) => objects.sweep().await,
        }
    }

    /// Removes an artefact, its manifest first; says whether it existed. For damaged artefacts and for disclosures.
    pub async fn discard(&self, key: &ArtefactKey, lock: &Lock) -> Result<bool, StoreError> {
        lock.check(&self.0.display)?;
        name::check_key(key)?;
        match &self.0.backend {
            Backend::Folder(folder) => folder.discard(key),
            Backend::Objects(objects) => objects.discard(key).await,
        }
    }

    /// Opens the journal of a publication, and makes it when it is not there.
    pub async fn journal(&self, key: &ArtefactKey) -> Result<Journal, StoreError> {
        self.check_writable()?;
        if let Some(artefact) = self.find(key).await?
            && artefact
                .manifest()
                .file(crate::journal::JOURNAL_FILE)
                .is_some()
        {
            return Err(StoreError::Frozen {
                key: key.clone().into(),
            });
        }
        Journal::open(&self.0.backend, key).await
    }

    /// The complete lines of the journal of a publication; none when it has no journal.
    pub async fn journal_lines(
        &self,
        key: &ArtefactKey,
    ) -> Result<Option<Vec<String>>, StoreError> {
        Ok(self
            .journal_bytes(key)
            .await?
            .map(|bytes| crate::journal::lines(&bytes).0))
    }

    pub(crate) async fn journal_bytes(
        &self,
        key: &ArtefactKey,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        name::check_key(key)?;
        self.bytes(key, crate::journal::JOURNAL_FILE).await
    }

    pub(crate) fn backend(&self) -> &Backend {
        &self.0.backend
    }

    pub(crate) async fn commit(
        &self,
        key: &ArtefactKey,
        staged: Vec<Staged>,
        manifest: Vec<u8>,
    ) -> Result<Committed, StoreError> {
        self.check_writable()?;
        match &self.0.backend {
            Backend::Folder(folder) => {
                let (folder, scratch, key) =
                    (Arc::clone(folder), Arc::clone(&self.0.scratch), key.clone());
                blocking(move || folder.commit(&key, staged, &manifest, &scratch)).await
            }
            Backend::Objects(objects) => objects.commit(key, staged, manifest).await,
        }
    }

    /// Opens a file and gives its digest; the handle is at the beginning.
    pub(crate) async fn open_hashed(
        &self,
        key: &ArtefactKey,
        path: &str,
        trust: Trust,
    ) -> Result<(File, Sha256), StoreError> {
        let missing = || StoreError::Missing {
            key: key.clone().into(),
            path: path.to_owned(),
        };
        match &self.0.backend {
            Backend::Folder(folder) => {
                let mut file = folder.open_file(key, path)?.ok_or_else(missing)?;
                let (inner, at) = (
                    Arc::clone(&self.0),
                    format!("{}/{key}/{path}", self.0.display),
                );
                blocking(move || {
                    if let Some(digest) = inner.memo.get(&file).filter(|_| trust == Trust::Memo) {
                        return Ok((file, digest));
                    }
                    let digest =
                        hash(&mut file).map_err(|error| StoreError::io("read", at, error))?;
                    inner.memo.note(&file, digest);
                    Ok((file, digest))
                })
                .await
            }
            Backend::Objects(objects) => objects
                .download(key, path, &self.0.scratch)
                .await?
                .ok_or_else(missing),
        }
    }

    /// A small file of an artefact, whether or not a manifest lists it.
    async fn bytes(&self, key: &ArtefactKey, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        match &self.0.backend {
            Backend::Folder(folder) => {
                let Some(file) = folder.open_file(key, path)? else {
                    return Ok(None);
                };
                let mut bytes = Vec::new();
                let read = file.take(LARGEST_MANIFEST).read_to_end(&mut bytes);
                read.map_err(|error| {
                    StoreError::io("read", format!("{}/{key}/{path}", self.0.display), error)
                })?;
                Ok(Some(bytes))
            }
            Backend::Objects(objects) => objects.get(&format!("{key}/{path}")).await,
        }
    }
}

/// The folder of a state and where its drafts are written.
fn open_folder(path: &Path, env: &StoreEnv) -> Result<(Folder, Scratch), StoreError> {
    match env.access {
        Access::ReadWrite => {
            let folder = Folder::open(path)?;
            let scratch = Scratch::inside(folder.root(), &env.run)?;
            Ok((folder, scratch))
        }
        Access::ReadOnly => {
            let scratch = Scratch::private(env.spool.as_deref(), &env.run)?;
            let folder = match (Folder::open_existing(path)?, scratch.private_path()) {
                (Some(folder), _) => folder,
                // Nothing was ever written there: an empty folder of ours stands for it.
                (None, private) => Folder::unmarked(private.unwrap_or(path))?,
            };
            Ok((folder, scratch))
        }
    }
}

/// The digest of a whole file, which is left at its beginning.
fn hash(file: &mut File) -> std::io::Result<Sha256> {
    let (mut hasher, mut buffer) = (Hasher::default(), vec![0; 1 << 20]);
    file.seek(SeekFrom::Start(0))?;
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => hasher.update(&buffer[..read]),
        }
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(hasher.finish())
}
