//! From a draft to an artefact: files, their folders, then the manifest.

use debouches_model::{ArtefactKey, MANIFEST_FILE};

use super::Folder;
use crate::StoreError;
use crate::dir::Dir;
use crate::scratch::{Scratch, Temporary};
use crate::staged::{Committed, Content, Staged};

impl Folder {
    /// Puts the files of a draft in place and writes the manifest last, unless the key has a manifest already.
    pub(crate) fn commit(
        &self,
        key: &ArtefactKey,
        staged: Vec<Staged>,
        manifest: &[u8],
        scratch: &std::sync::Arc<Scratch>,
    ) -> Result<Committed, StoreError> {
        let folder = self.root().make(&key.folder())?;
        folder.hold()?;
        if folder.has(MANIFEST_FILE)? {
            // Whoever wrote it may have died before this step.
            folder.sync()?;
            return Ok(Committed::Existed);
        }
        for file in staged {
            match file.content {
                Content::Written(temporary) => name_file(&folder, &file.entry.path, temporary)?,
                Content::Drafted => {}
            }
        }
        folder.sync()?;
        let temporary = scratch.write(manifest)?;
        let existed = !temporary.take_new(&folder, MANIFEST_FILE)?;
        folder.sync()?;
        Ok(if existed {
            Committed::Existed
        } else {
            Committed::Written
        })
    }
}

/// Gives a file its name. Without a manifest nothing here is visible: what a dead run left is replaced.
fn name_file(folder: &Dir, path: &str, temporary: Temporary) -> Result<(), StoreError> {
    match path.rsplit_once('/') {
        Some((inner, name)) => {
            let inner = folder.make(inner)?;
            temporary.take_over(&inner, name)?;
            inner.sync()
        }
        None => temporary.take_over(folder, path),
    }
}
