//! The two kinds of state behind one door.

use std::sync::Arc;

use debouches_model::Stage;

use crate::folder::Folder;
use crate::objects::Objects;

/// Where the bytes are.
pub(crate) enum Backend {
    /// A local folder.
    Folder(Arc<Folder>),
    /// Memory or a bucket.
    Objects(Objects),
}

/// The folders where an artefact without manifest is a left-over.
///
/// Not the publications: theirs holds the journal of what was asked of a portal, long before its manifest.
pub(crate) fn swept_stages() -> Vec<String> {
    let stages = || {
        Stage::ALL
            .into_iter()
            .filter(|stage| *stage != Stage::Publish)
    };
    stages()
        .map(|stage| stage.to_string())
        .chain(stages().map(|stage| format!("rejected/{stage}")))
        .collect()
}
