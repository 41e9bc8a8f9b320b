//! A bucket or a folder that everybody reads: objects written once and never again, and a few that move.
//!
//! Nothing here needs a journal: an object is put only if absent, and compared when it is there; what moves does so only
//! from the state that was read. A run that died is completed by the next one.

mod folder;
mod pages;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path as FilePath;
use std::sync::Arc;

use debouches_model::{Hasher, Sha256};
use futures_util::TryStreamExt as _;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, ObjectStore, ObjectStoreExt as _, PutMode, PutMultipartOptions,
    PutOptions, UpdateVersion, WriteMultipart,
};

use crate::blocking::blocking;
use crate::location::Location;
use crate::{StoreError, open_bucket};

use folder::ShelfFolder;
pub use pages::PageBytes;

/// Above this size a file travels in parts, in bytes; also the size of a part.
const PART: usize = 8 << 20;

/// Parts under way at once.
const PARTS_AT_ONCE: usize = 4;

/// The bucket, or the folder.
#[derive(Clone)]
pub struct Shelf {
    backing: Backing,
    display: String,
}

#[derive(Clone)]
enum Backing {
    Objects {
        store: Arc<dyn ObjectStore>,
        prefix: String,
    },
    Folder(Arc<ShelfFolder>),
}

/// Whether an object had to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placed {
    /// It was not there.
    Written,
    /// The same bytes were there.
    Already,
}

/// A small object that moves, as it was read.
#[derive(Debug, Clone, Default)]
pub struct Pointer {
    /// What it says; none when there is no pointer yet.
    pub bytes: Option<Vec<u8>>,
    version: Option<UpdateVersion>,
}

impl Shelf {
    /// Opens `s3://bucket/prefix`, or `memory://`; `aws` holds the usual `AWS_*` variables. Nothing is asked of it yet.
    ///
    /// # Errors
    /// When the address cannot be used.
    pub fn open(url: &str, aws: &BTreeMap<String, String>) -> Result<Self, StoreError> {
        match Location::parse(url, FilePath::new("/"))? {
            Location::Folder(_) => Err(StoreError::Location {
                url: url.to_owned(),
                reason:
                    "files are hosted in s3://bucket/prefix; for a folder, use a static catalogue"
                        .to_owned(),
            }),
            location => Self::at_location(url, location, aws),
        }
    }

    /// Opens a folder too (taken from `base`, or `file://`); it is made at the first write.
    ///
    /// # Errors
    /// When the address cannot be used.
    pub fn open_in(
        url: &str,
        base: &FilePath,
        aws: &BTreeMap<String, String>,
    ) -> Result<Self, StoreError> {
        Self::at_location(url, Location::parse(url, base)?, aws)
    }

    fn at_location(
        url: &str,
        location: Location,
        aws: &BTreeMap<String, String>,
    ) -> Result<Self, StoreError> {
        match location {
            Location::Bucket { bucket, prefix } => {
                let display = format!("s3://{bucket}/{prefix}");
                let refuse = |error: object_store::Error| StoreError::Location {
                    url: display.clone(),
                    reason: error.to_string(),
                };
                let store = open_bucket(&bucket, aws).map_err(refuse)?;
                Ok(Self {
                    backing: Backing::Objects { store, prefix },
                    display,
                })
            }
            Location::Memory => {
                let backing = Backing::Objects {
                    store: Arc::new(InMemory::new()),
                    prefix: String::new(),
                };
                Ok(Self {
                    backing,
                    display: url.to_owned(),
                })
            }
            Location::Folder(path) => {
                let display = path.display().to_string();
                Ok(Self {
                    backing: Backing::Folder(Arc::new(ShelfFolder::new(path))),
                    display,
                })
            }
        }
    }

    /// Where it is, for people.
    #[must_use]
    pub fn display(&self) -> &str {
        &self.display
    }

    /// Puts a file whose digest is known, if nothing is there, and reads back what is there.
    ///
    /// # Errors
    /// [`StoreError::Overwritten`] when other bytes are there: what was released never changes.
    pub async fn put_once(
        &self,
        path: &str,
        file: File,
        sha256: Sha256,
        media_type: &str,
    ) -> Result<Placed, StoreError> {
        if let Some(actual) = self.digest(path).await? {
            return self.compare(path, sha256, actual).map(|()| Placed::Already);
        }
        let placed = match &self.backing {
            Backing::Objects { store, .. } => self.put(store, path, file, media_type).await?,
            Backing::Folder(folder) => {
                let (folder, path) = (Arc::clone(folder), path.to_owned());
                blocking(move || folder.create(&path, file)).await?
            }
        };
        let actual = self.digest(path).await?.ok_or_else(|| StoreError::Absent {
            path: self.shown(path),
        })?;
        self.compare(path, sha256, actual)?;
        Ok(placed)
    }

    /// Size in bytes of what is there; none when nothing is.
    ///
    /// # Errors
    /// When the place does not answer.
    pub async fn size(&self, path: &str) -> Result<Option<u64>, StoreError> {
        match &self.backing {
            Backing::Objects { store, .. } => match store.head(&self.at(path)).await {
                Ok(meta) => Ok(Some(meta.size)),
                Err(object_store::Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(StoreError::remote(self.shown(path), error)),
            },
            Backing::Folder(folder) => {
                let file = folder.open(path)?;
                let size = |file: File| file.metadata().map(|meta| meta.len());
                file.map(size)
                    .transpose()
                    .map_err(|error| StoreError::io("inspect", self.shown(path), error))
            }
        }
    }

    /// Opens what is there for reading, in a temporary file when it is elsewhere; none when nothing is there.
    ///
    /// # Errors
    /// When the place does not answer.
    pub async fn open_file(&self, path: &str) -> Result<Option<File>, StoreError> {
        let store = match &self.backing {
            Backing::Objects { store, .. } => store,
            Backing::Folder(folder) => return folder.open(path),
        };
        let fail = |error| StoreError::remote(self.shown(path), error);
        let local = |error| StoreError::io("write", self.shown(path), error);
        let actual = match store.get(&self.at(path)).await {
            Ok(actual) => actual,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(fail(error)),
        };
        let mut file = tempfile::tempfile().map_err(local)?;
        let mut chunks = actual.into_stream();
        while let Some(chunk) = chunks.try_next().await.map_err(fail)? {
            file.write_all(&chunk).map_err(local)?;
        }
        file.seek(SeekFrom::Start(0)).map_err(local)?;
        Ok(Some(file))
    }

    async fn put(
        &self,
        store: &Arc<dyn ObjectStore>,
        path: &str,
        mut file: File,
        media_type: &str,
    ) -> Result<Placed, StoreError> {
        let fail = |error| StoreError::remote(self.shown(path), error);
        let local = |error| StoreError::io("read", self.shown(path), error);
        file.seek(SeekFrom::Start(0)).map_err(local)?;
        // Releases never change: readers may keep them for a year.
        let attributes = Attributes::from_iter([
            (Attribute::ContentType, media_type.to_owned()),
            (
                Attribute::CacheControl,
                "public, max-age=31536000, immutable".to_owned(),
            ),
        ]);
        let (first, mut file) = part(file).await.map_err(local)?;
        if first.len() < PART {
            let options = PutOptions {
                attributes,
                ..PutOptions::from(PutMode::Create)
            };
            return match store.put_opts(&self.at(path), first.into(), options).await {
                Ok(_) => Ok(Placed::Written),
                Err(
                    object_store::Error::AlreadyExists { .. }
                    | object_store::Error::Precondition { .. },
                ) => Ok(Placed::Already),
                Err(error) => Err(fail(error)),
            };
        }
        let options = PutMultipartOptions {
            attributes,
            ..PutMultipartOptions::default()
        };
        let upload = store
            .put_multipart_opts(&self.at(path), options)
            .await
            .map_err(fail)?;
        let mut writer = WriteMultipart::new_with_chunk_size(upload, PART);
        let mut bytes = first;
        while !bytes.is_empty() {
            if let Err(error) = writer.wait_for_capacity(PARTS_AT_ONCE).await {
                // Parts left over cost space only; the first error is the one to tell.
                let _ = writer.abort().await;
                return Err(fail(error));
            }
            writer.put(bytes.into());
            (bytes, file) = part(file).await.map_err(local)?;
        }
        writer.finish().await.map_err(fail)?;
        Ok(Placed::Written)
    }

    /// The digest of what is there; none when nothing is. All the bytes are read, and not kept.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn digest(&self, path: &str) -> Result<Option<Sha256>, StoreError> {
        let store = match &self.backing {
            Backing::Objects { store, .. } => store,
            Backing::Folder(folder) => {
                let (folder, path) = (Arc::clone(folder), path.to_owned());
                return blocking(move || folder.digest(&path)).await;
            }
        };
        let fail = |error| StoreError::remote(self.shown(path), error);
        let actual = match store.get(&self.at(path)).await {
            Ok(actual) => actual,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(fail(error)),
        };
        let (mut hasher, mut chunks) = (Hasher::default(), actual.into_stream());
        while let Some(chunk) = chunks.try_next().await.map_err(fail)? {
            hasher.update(&chunk);
        }
        Ok(Some(hasher.finish()))
    }

    /// Reads what moves: a pointer, a page.
    ///
    /// # Errors
    /// When the place does not answer.
    pub async fn pointer(&self, path: &str) -> Result<Pointer, StoreError> {
        let store = match &self.backing {
            Backing::Objects { store, .. } => store,
            Backing::Folder(folder) => {
                return Ok(Pointer {
                    bytes: folder.read(path)?,
                    version: None,
                });
            }
        };
        let fail = |error| StoreError::remote(self.shown(path), error);
        match store.get(&self.at(path)).await {
            Ok(actual) => {
                let version = UpdateVersion {
                    e_tag: actual.meta.e_tag.clone(),
                    version: actual.meta.version.clone(),
                };
                Ok(Pointer {
                    bytes: Some(actual.bytes().await.map_err(fail)?.to_vec()),
                    version: Some(version),
                })
            }
            Err(object_store::Error::NotFound { .. }) => Ok(Pointer::default()),
            Err(error) => Err(fail(error)),
        }
    }

    /// Moves a pointer from what was read; says whether it did. It did not when somebody moved it meanwhile.
    ///
    /// A bucket compares and writes in one step. A folder cannot: what is there is compared just before it is replaced,
    /// whole.
    ///
    /// # Errors
    /// When the place refuses or does not answer.
    pub async fn move_pointer(
        &self,
        path: &str,
        from: &Pointer,
        bytes: &[u8],
        media_type: &str,
    ) -> Result<bool, StoreError> {
        let store = match &self.backing {
            Backing::Objects { store, .. } => store,
            Backing::Folder(folder) => return folder.replace(path, from.bytes.as_deref(), bytes),
        };
        let mode = from
            .version
            .clone()
            .map_or(PutMode::Create, PutMode::Update);
        let attributes = Attributes::from_iter([
            (Attribute::ContentType, media_type.to_owned()),
            (Attribute::CacheControl, "no-cache".to_owned()),
        ]);
        let options = PutOptions {
            attributes,
            ..PutOptions::from(mode)
        };
        match store
            .put_opts(&self.at(path), bytes.to_vec().into(), options)
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

    /// Removes what is there; says whether something was.
    ///
    /// # Errors
    /// When the place refuses or does not answer.
    pub async fn remove(&self, path: &str) -> Result<bool, StoreError> {
        let store = match &self.backing {
            Backing::Objects { store, .. } => store,
            Backing::Folder(folder) => return folder.remove(path),
        };
        if self.size(path).await?.is_none() {
            return Ok(false);
        }
        store
            .delete(&self.at(path))
            .await
            .map(|()| true)
            .map_err(|error| StoreError::remote(self.shown(path), error))
    }

    fn compare(&self, path: &str, expected: Sha256, actual: Sha256) -> Result<(), StoreError> {
        if expected == actual {
            return Ok(());
        }
        Err(StoreError::Overwritten {
            path: self.shown(path),
            expected,
            actual,
        })
    }

    fn at(&self, path: &str) -> Path {
        match &self.backing {
            Backing::Objects { prefix, .. } if !prefix.is_empty() => {
                Path::from(format!("{prefix}/{path}"))
            }
            Backing::Objects { .. } | Backing::Folder(_) => Path::from(path),
        }
    }

    fn shown(&self, path: &str) -> String {
        format!("{}/{path}", self.display.trim_end_matches('/'))
    }
}

/// The next part of a file; empty at its end.
async fn part(mut file: File) -> std::io::Result<(Vec<u8>, File)> {
    let read = tokio::task::spawn_blocking(move || {
        let mut bytes = Vec::with_capacity(PART);
        (&mut file)
            .take(PART as u64)
            .read_to_end(&mut bytes)
            .map(|_| (bytes, file))
    });
    read.await.map_err(std::io::Error::other)?
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = "application/json";

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    #[tokio::test]
    async fn an_object_is_written_once_and_a_pointer_moves_from_what_was_read() {
        let folder = tempfile::tempdir().unwrap();
        for url in ["memory://", "inner/site"] {
            follows_the_rules(&Shelf::open_in(url, folder.path(), &BTreeMap::new()).unwrap()).await;
        }
        let names: Vec<_> = std::fs::read_dir(folder.path().join("inner/site/d"))
            .unwrap()
            .collect();
        assert_eq!(names.len(), 2, "a temporary file was left: {names:?}");
    }

    async fn follows_the_rules(shelf: &Shelf) {
        let large = vec![7; PART * 2 + 5];
        for bytes in [&b"abc"[..], &large] {
            let (path, sha256) = (format!("d/1.0.0/{}", bytes.len()), Sha256::of(bytes));
            assert_eq!(
                shelf
                    .put_once(&path, file(bytes), sha256, "text/csv")
                    .await
                    .unwrap(),
                Placed::Written
            );
            assert_eq!(
                shelf
                    .put_once(&path, file(bytes), sha256, "text/csv")
                    .await
                    .unwrap(),
                Placed::Already
            );
            let other = shelf
                .put_once(&path, file(b"abd"), Sha256::of(b"abd"), "text/csv")
                .await;
            assert!(matches!(other, Err(StoreError::Overwritten { .. })));
            assert_eq!(shelf.size(&path).await.unwrap(), Some(bytes.len() as u64));
            let mut actual = Vec::new();
            shelf
                .open_file(&path)
                .await
                .unwrap()
                .unwrap()
                .read_to_end(&mut actual)
                .unwrap();
            assert!(actual == bytes);
        }
        assert_eq!(shelf.size("d/1.0.0/none").await.unwrap(), None);
        assert!(shelf.open_file("e/none").await.unwrap().is_none());
        let (one, other) = (
            shelf.pointer("d/latest.json").await.unwrap(),
            shelf.pointer("d/latest.json").await.unwrap(),
        );
        assert!(one.bytes.is_none());
        assert!(
            shelf
                .move_pointer("d/latest.json", &one, b"1", JSON)
                .await
                .unwrap()
        );
        assert!(
            !shelf
                .move_pointer("d/latest.json", &other, b"2", JSON)
                .await
                .unwrap(),
            "somebody was there before"
        );
        let now = shelf.pointer("d/latest.json").await.unwrap();
        assert_eq!(now.bytes.as_deref(), Some(&b"1"[..]));
        assert!(
            shelf
                .move_pointer("d/latest.json", &now, b"3", JSON)
                .await
                .unwrap()
        );
        assert!(
            !shelf
                .move_pointer("d/latest.json", &now, b"4", JSON)
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn what_is_removed_is_gone_and_removing_it_again_is_no_error() {
        let shelf = Shelf::open("memory://", &BTreeMap::new()).unwrap();
        shelf
            .put_once("d/1.0.0/a", file(b"abc"), Sha256::of(b"abc"), "text/csv")
            .await
            .unwrap();
        assert!(shelf.remove("d/1.0.0/a").await.unwrap());
        assert!(!shelf.remove("d/1.0.0/a").await.unwrap());
    }

    #[test]
    fn a_folder_is_no_shelf() {
        assert!(Shelf::open("somewhere", &BTreeMap::new()).is_err());
    }
}
