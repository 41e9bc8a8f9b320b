//! Builds that began and did not end, noted beside the digests of the site.
//!
//! A build writes what differs from the digests of the last one that ended. After one that stopped in the middle of other
//! releases, a page may hold what no digest says: all of them are written again.

use debouches_store::{Pointer, Shelf};

use super::digests::{FOLDER, text};

/// The note: the ingredients of builds that did not end.
pub(super) struct Unfinished {
    path: String,
    there: Pointer,
    builds: Vec<String>,
}

impl Unfinished {
    /// Reads the note; there is none when the last build ended.
    pub(super) async fn read(shelf: &Shelf) -> anyhow::Result<Self> {
        let path = format!("{FOLDER}/en-cours.json");
        let there = shelf.pointer(&path).await?;
        let builds = there.bytes.as_deref().map(serde_json::from_slice);
        // A note that cannot be read tells of a build that is none of ours.
        let builds = builds.map(|read| read.unwrap_or_else(|_| vec![String::new()]));
        Ok(Self {
            path,
            there,
            builds: builds.unwrap_or_default(),
        })
    }

    /// Whether the digests of the last build tell what a build of these ingredients would find.
    pub(super) fn spares(&self, ingredients: &str) -> bool {
        self.builds.iter().all(|build| build == ingredients)
    }

    /// Notes that a build of these ingredients begins.
    pub(super) async fn begin(&mut self, shelf: &Shelf, ingredients: &str) -> anyhow::Result<()> {
        if self.builds.iter().any(|build| build == ingredients) {
            return Ok(());
        }
        self.builds.push(ingredients.to_owned());
        let note = text(&self.builds);
        shelf
            .move_pointer(&self.path, &self.there, note.as_bytes(), "application/json")
            .await?;
        Ok(())
    }

    /// The build ended: nothing is to be noted any more.
    pub(super) async fn end(&self, shelf: &Shelf) -> anyhow::Result<()> {
        shelf.remove(&self.path).await?;
        Ok(())
    }
}
