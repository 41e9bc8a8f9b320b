//! What dead runs left behind: temporary files, and folders of artefacts that never got a manifest.

use debouches_model::MANIFEST_FILE;

use super::Folder;
use crate::StoreError;
use crate::backend::swept_stages;
use crate::dir::Dir;
use crate::scratch::TMP;

impl Folder {
    /// Removes the left-overs of other runs than `run`; gives their paths below the root.
    pub(crate) fn sweep(&self, run: &str) -> Result<Vec<String>, StoreError> {
        let mut removed = Vec::new();
        if let Some(tmp) = self.root().walk(TMP)? {
            for entry in tmp
                .entries()?
                .into_iter()
                .filter(|entry| entry.is_dir && entry.name != run)
            {
                tmp.remove_tree(&entry.name)?;
                removed.push(format!("{TMP}/{}", entry.name));
            }
        }
        for stage in swept_stages() {
            if let Some(dir) = self.root().walk(&stage)? {
                sweep_stage(&dir, &stage, &mut removed)?;
            }
        }
        Ok(removed)
    }
}

fn sweep_stage(stage: &Dir, path: &str, removed: &mut Vec<String>) -> Result<(), StoreError> {
    for subject in stage.entries()?.into_iter().filter(|entry| entry.is_dir) {
        let Some(dir) = stage.open_dir(&subject.name)? else {
            continue;
        };
        for id in dir.entries()?.into_iter().filter(|entry| entry.is_dir) {
            let Some(artefact) = dir.open_dir(&id.name)? else {
                continue;
            };
            if !artefact.has(MANIFEST_FILE)? {
                dir.remove_tree(&id.name)?;
                removed.push(format!("{path}/{}/{}", subject.name, id.name));
            }
        }
    }
    Ok(())
}
