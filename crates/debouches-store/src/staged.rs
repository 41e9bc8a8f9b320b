//! The finished files of a draft, and how their commit ended.

use debouches_model::FileEntry;

use crate::scratch::Temporary;

/// A finished file of a draft.
pub(crate) struct Staged {
    pub(crate) entry: FileEntry,
    pub(crate) content: Content,
}

/// Where the bytes of a finished file are.
pub(crate) enum Content {
    /// In a temporary file.
    Written(Temporary),
    /// In the folder of the artefact already: a journal.
    Drafted,
}

/// How a commit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Committed {
    /// The manifest is ours.
    Written,
    /// Another one was there first.
    Existed,
}
