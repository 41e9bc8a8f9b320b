//! Pages that can be made again: many small files, written without waiting for the disk, then settled at once.
//!
//! A file that waits for the disk takes twenty times longer than one that does not, and a national site has tens of thousands.
//! What leads to the pages is written after [`Shelf::settle`], by the calls that wait.

use std::fs::File;
use std::io::Write as _;
use std::sync::Arc;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use object_store::{Attribute, Attributes, ObjectStore as _, PutOptions};
use rustix::fs::Mode;
use tokio::runtime::Handle;

use super::folder::ShelfFolder;
use super::{Backing, Shelf};
use crate::StoreError;
use crate::blocking::blocking;
use crate::marker::{FolderKind, claim};
use crate::name::is_name;

/// Uploads under way at once, for each call.
const UPLOADS_AT_ONCE: usize = 16;

/// A page: its name in its folder, its media type, its bytes.
#[derive(Debug, Clone)]
pub struct PageBytes {
    /// Name in the folder.
    pub name: String,
    /// Media type.
    pub media_type: &'static str,
    /// Content.
    pub bytes: Vec<u8>,
}

impl Shelf {
    /// Writes the pages of one folder, each complete under its name or not at all; not durable before [`Self::settle`].
    ///
    /// # Errors
    /// When the place refuses or does not answer.
    pub async fn write_pages(&self, folder: &str, pages: Vec<PageBytes>) -> Result<(), StoreError> {
        let store = match &self.backing {
            Backing::Objects { store, .. } => store,
            Backing::Folder(shelf) => {
                let (shelf, folder) = (Arc::clone(shelf), folder.to_owned());
                return blocking(move || shelf.write_pages(&folder, &pages)).await;
            }
        };
        let uploads = pages.into_iter().map(|page| {
            let path = if folder.is_empty() {
                page.name
            } else {
                format!("{folder}/{}", page.name)
            };
            let attributes = Attributes::from_iter([
                (Attribute::ContentType, page.media_type.to_owned()),
                (Attribute::CacheControl, "no-cache".to_owned()),
            ]);
            async move {
                let options = PutOptions::from(attributes);
                store
                    .put_opts(&self.at(&path), page.bytes.into(), options)
                    .await
                    .map(|_| ())
                    .map_err(|error| StoreError::remote(self.shown(&path), error))
            }
        });
        stream::iter(uploads)
            .buffer_unordered(UPLOADS_AT_ONCE)
            .try_collect::<()>()
            .await
    }

    /// As [`Self::write_pages`], for a thread that may wait: a folder is written by this very thread, since handing a quarter
    /// of a million pages over to another costs more than writing them.
    ///
    /// # Errors
    /// When the place refuses or does not answer.
    pub fn write_pages_here(
        &self,
        runtime: &Handle,
        folder: &str,
        pages: Vec<PageBytes>,
    ) -> Result<(), StoreError> {
        match &self.backing {
            Backing::Objects { .. } => runtime.block_on(self.write_pages(folder, pages)),
            Backing::Folder(shelf) => shelf.write_pages(folder, &pages),
        }
    }

    /// Makes all pages written so far durable.
    ///
    /// # Errors
    /// When the disk refuses.
    pub async fn settle(&self) -> Result<(), StoreError> {
        match &self.backing {
            // A bucket answers once it keeps.
            Backing::Objects { .. } => Ok(()),
            Backing::Folder(shelf) => {
                let shelf = Arc::clone(shelf);
                blocking(move || shelf.settle()).await
            }
        }
    }
}

impl ShelfFolder {
    fn write_pages(&self, folder: &str, pages: &[PageBytes]) -> Result<(), StoreError> {
        let root = claim(&self.root, FolderKind::StaticSite)?;
        let dir = if folder.is_empty() {
            root
        } else {
            if let Some(name) = folder.split('/').find(|name| !is_name(name)) {
                return Err(unsafe_name(name));
            }
            match root.walk(folder)? {
                Some(dir) => dir,
                None => root.make(folder)?,
            }
        };
        for page in pages {
            if !is_name(&page.name) {
                return Err(unsafe_name(&page.name));
            }
            // The lock of the state is held: no other run writes this name, and what a dead one left is replaced.
            let temporary = format!(".{}.page", page.name);
            let mut file: File = match dir.create_new(&temporary)? {
                Some(file) => file,
                None => {
                    dir.remove_file(&temporary)?;
                    dir.create_new(&temporary)?
                        .ok_or_else(|| unsafe_name(&temporary))?
                }
            };
            let fail = |error| StoreError::io("write", dir.at(&page.name), error);
            file.write_all(&page.bytes).map_err(fail)?;
            // A web server reads under another account.
            rustix::fs::fchmod(&file, Mode::from_raw_mode(0o644))
                .map_err(|error| fail(error.into()))?;
            dir.take_over_later(&page.name, &temporary)?;
        }
        Ok(())
    }

    fn settle(&self) -> Result<(), StoreError> {
        let fail = |source| StoreError::NotDurable {
            path: self.root.clone(),
            source,
        };
        if !self.root.is_dir() {
            return Ok(());
        }
        let file = File::open(&self.root).map_err(fail)?;
        rustix::fs::syncfs(&file).map_err(|error| fail(error.into()))
    }
}

fn unsafe_name(name: &str) -> StoreError {
    StoreError::Name {
        name: name.chars().take(80).collect(),
        reason: "letters, digits, `.`, `-` and `_` only, not beginning with a dot",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn page(name: &str, text: &str) -> PageBytes {
        PageBytes {
            name: name.to_owned(),
            media_type: "text/html",
            bytes: text.as_bytes().to_vec(),
        }
    }

    #[tokio::test]
    async fn pages_are_replaced_in_a_folder_and_in_a_bucket() {
        let folder = tempfile::tempdir().unwrap();
        let shelves = [
            Shelf::open_in("site", folder.path(), &BTreeMap::new()).unwrap(),
            Shelf::open_in("memory://", folder.path(), &BTreeMap::new()).unwrap(),
        ];
        for shelf in shelves {
            shelf
                .write_pages("a/b", vec![page("x.html", "1"), page("y.html", "2")])
                .await
                .unwrap();
            shelf
                .write_pages("a/b", vec![page("x.html", "3")])
                .await
                .unwrap();
            shelf.settle().await.unwrap();
            let read = async |path: &str| shelf.pointer(path).await.unwrap().bytes.unwrap();
            assert_eq!(
                (read("a/b/x.html").await, read("a/b/y.html").await),
                (b"3".to_vec(), b"2".to_vec())
            );
        }
        assert!(!folder.path().join("site/a/b/.x.html.page").exists());
    }

    #[tokio::test]
    async fn a_page_never_leaves_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::open_in("site", folder.path(), &BTreeMap::new()).unwrap();
        assert!(shelf.write_pages("..", vec![page("x", "1")]).await.is_err());
        assert!(
            shelf
                .write_pages("a", vec![page("../x", "1")])
                .await
                .is_err()
        );
    }
}
