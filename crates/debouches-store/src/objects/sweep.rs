//! Left-overs and removals in an object store.

use std::collections::BTreeMap;

use debouches_model::{ArtefactKey, MANIFEST_FILE};

use super::Objects;
use crate::StoreError;
use crate::backend::swept_stages;

impl Objects {
    /// Removes the artefacts that never got a manifest; gives their folders.
    pub(crate) async fn sweep(&self) -> Result<Vec<String>, StoreError> {
        let mut removed = Vec::new();
        for stage in swept_stages() {
            let mut artefacts: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for name in self.names(&stage).await? {
                let mut parts = name.splitn(3, '/');
                if let (Some(subject), Some(id), Some(path)) =
                    (parts.next(), parts.next(), parts.next())
                {
                    artefacts
                        .entry(format!("{stage}/{subject}/{id}"))
                        .or_default()
                        .push(path.to_owned());
                }
            }
            for (folder, paths) in artefacts {
                if paths.iter().all(|path| path != MANIFEST_FILE) {
                    for path in paths {
                        self.delete(&format!("{folder}/{path}")).await?;
                    }
                    removed.push(folder);
                }
            }
        }
        Ok(removed)
    }

    /// Removes an artefact, manifest first; says whether it existed.
    pub(crate) async fn discard(&self, key: &ArtefactKey) -> Result<bool, StoreError> {
        let existed = self.get(&format!("{key}/{MANIFEST_FILE}")).await?.is_some();
        self.delete(&format!("{key}/{MANIFEST_FILE}")).await?;
        for name in self.names(&key.folder()).await? {
            self.delete(&format!("{key}/{name}")).await?;
        }
        Ok(existed)
    }
}
