//! A state in memory or in a bucket, through `object_store`.
//!
//! Every object is put if absent; the put of the manifest decides who made the artefact.

mod aws;
mod sweep;
mod transfer;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use debouches_model::{ArtefactKey, MANIFEST_FILE, Stage};
use futures_util::TryStreamExt as _;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, PutMode, PutOptions};

pub use aws::open_bucket;

use crate::owner::Slot;
use crate::staged::{Committed, Content, Staged};
use crate::{StoreError, name};

/// A bucket, or memory that behaves like one.
#[derive(Clone)]
pub(crate) struct Objects {
    store: Arc<dyn ObjectStore>,
    display: String,
    prefix: String,
    /// The lock, when all the users of the state are in this process.
    slot: Option<Slot>,
}

impl Objects {
    /// A new state in memory.
    pub(crate) fn memory() -> Self {
        let (store, slot) = (Arc::new(InMemory::new()), Some(Slot::default()));
        Self {
            store,
            display: "memory://".to_owned(),
            prefix: String::new(),
            slot,
        }
    }

    /// A prefix of a bucket; `aws` holds the usual `AWS_*` variables.
    pub(crate) fn bucket(
        bucket: &str,
        prefix: &str,
        aws: &BTreeMap<String, String>,
    ) -> Result<Self, StoreError> {
        let display = format!("s3://{bucket}/{prefix}");
        let refuse = |error: object_store::Error| StoreError::Location {
            url: display.clone(),
            reason: error.to_string(),
        };
        let store = open_bucket(bucket, aws).map_err(refuse)?;
        Ok(Self {
            store,
            display,
            prefix: prefix.to_owned(),
            slot: None,
        })
    }

    /// The state, for people.
    pub(crate) fn display(&self) -> String {
        self.display.clone()
    }

    /// The lock, if there can be one.
    pub(crate) fn slot(&self) -> Option<&Slot> {
        self.slot.as_ref()
    }

    /// A small object whole; none when it is not there.
    pub(crate) async fn get(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let fail = |error| StoreError::remote(self.shown(path), error);
        match self.store.get(&self.at(path)).await {
            Ok(actual) => Ok(Some(actual.bytes().await.map_err(fail)?.to_vec())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(fail(error)),
        }
    }

    /// Puts a small object, in place of what is there.
    pub(crate) async fn put(&self, path: &str, bytes: Vec<u8>) -> Result<(), StoreError> {
        let put = self.store.put(&self.at(path), bytes.into()).await;
        put.map(|_| ())
            .map_err(|error| StoreError::remote(self.shown(path), error))
    }

    /// Puts a small object if nothing is there; says whether it did.
    async fn put_new(&self, path: &str, bytes: Vec<u8>) -> Result<bool, StoreError> {
        match self
            .store
            .put_opts(
                &self.at(path),
                bytes.into(),
                PutOptions::from(PutMode::Create),
            )
            .await
        {
            Ok(_) => Ok(true),
            Err(
                object_store::Error::AlreadyExists { .. }
                | object_store::Error::Precondition { .. },
            ) => Ok(false),
            Err(error) => Err(StoreError::remote(self.shown(path), error)),
        }
    }

    /// Puts the files of a draft, then its manifest, unless the key has a manifest already.
    pub(crate) async fn commit(
        &self,
        key: &ArtefactKey,
        staged: Vec<Staged>,
        manifest: Vec<u8>,
    ) -> Result<Committed, StoreError> {
        let path = format!("{key}/{MANIFEST_FILE}");
        if self.get(&path).await?.is_some() {
            return Ok(Committed::Existed);
        }
        for file in staged {
            match file.content {
                Content::Written(temporary) => {
                    self.upload(&format!("{key}/{}", file.entry.path), &temporary)
                        .await?
                }
                Content::Drafted => {}
            }
        }
        if self.put_new(&path, manifest).await? {
            Ok(Committed::Written)
        } else {
            Ok(Committed::Existed)
        }
    }

    /// The ids of a subject that have a manifest, sorted.
    pub(crate) async fn ids(
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
        let mut ids: Vec<String> = (self.names(folder.trim_end_matches('/')).await?.into_iter())
            .filter_map(|name| {
                name.strip_suffix(MANIFEST_FILE)?
                    .strip_suffix('/')
                    .map(str::to_owned)
            })
            .filter(|id| !id.is_empty() && id.split('/').count() <= name::ID_LEVELS)
            .collect();
        ids.sort();
        Ok(ids)
    }

    /// The subjects of a stage, sorted.
    pub(crate) async fn subjects(&self, stage: Stage) -> Result<Vec<String>, StoreError> {
        let names = self.names(stage.as_str()).await?;
        let subjects: BTreeSet<String> = names
            .iter()
            .filter_map(|name| Some(name.split_once('/')?.0.to_owned()))
            .collect();
        Ok(subjects.into_iter().collect())
    }

    /// The objects below a folder, by their path inside it.
    pub(crate) async fn names(&self, folder: &str) -> Result<Vec<String>, StoreError> {
        let prefix = self.at(folder);
        let listed: Result<Vec<_>, _> = self.store.list(Some(&prefix)).try_collect().await;
        let listed = listed.map_err(|error| StoreError::remote(self.shown(folder), error))?;
        let below = format!("{prefix}/");
        Ok(listed
            .iter()
            .filter_map(|object| {
                object
                    .location
                    .as_ref()
                    .strip_prefix(&below)
                    .map(str::to_owned)
            })
            .collect())
    }

    async fn delete(&self, path: &str) -> Result<bool, StoreError> {
        match self.store.delete(&self.at(path)).await {
            Ok(()) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(StoreError::remote(self.shown(path), error)),
        }
    }

    fn at(&self, path: &str) -> Path {
        if self.prefix.is_empty() {
            Path::from(path)
        } else {
            Path::from(format!("{}/{path}", self.prefix))
        }
    }

    fn shown(&self, path: &str) -> String {
        format!("{}/{path}", self.display.trim_end_matches('/'))
    }
}
