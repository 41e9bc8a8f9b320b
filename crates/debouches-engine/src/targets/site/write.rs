//! The writes of a publication: data, record, pages, pointer; then what a purge removes.

use super::Catalogue;
use super::pending::{Move, Pending};
use debouches_store::Placed;

impl Catalogue<'_> {
    /// Writes what is pending and counts it. Says false when somebody moved what was read: to be looked at again.
    ///
    /// # Errors
    /// Fails when the site cannot be written.
    pub async fn write(&self, pending: &Pending, written: &mut usize) -> anyhow::Result<bool> {
        for data in &pending.data {
            let file = data.release.open_file(&data.entry.path).await?.into_file();
            let placed = self
                .shelf
                .put_once(&data.path, file, data.entry.sha256, &data.entry.media_type)
                .await?;
            if placed == Placed::Written {
                *written += 1;
            }
        }
        if !self.move_all(&pending.moves, written).await? {
            return Ok(false);
        }
        for path in &pending.removals {
            if self.shelf.remove(path).await? {
                *written += 1;
            }
        }
        Ok(true)
    }

    /// Moves each file from what was read of it.
    ///
    /// # Errors
    /// Fails when the site cannot be written.
    pub async fn move_all(&self, moves: &[Move], written: &mut usize) -> anyhow::Result<bool> {
        for Move { file, from } in moves {
            if !self
                .shelf
                .move_pointer(&file.path, from, file.text.as_bytes(), file.media_type)
                .await?
            {
                return Ok(false);
            }
            *written += 1;
        }
        Ok(true)
    }
}
