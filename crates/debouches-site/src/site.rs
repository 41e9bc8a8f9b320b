//! A catalogue: who publishes it, where; and its files that move.

use std::collections::BTreeMap;

use debouches_model::DatasetId;

/// Who publishes the catalogue, and where.
#[derive(Debug, Clone, Default)]
pub struct Site {
    /// Its name.
    pub title: String,
    /// Where readers find it, without slash at the end; every link is relative when absent.
    pub url: Option<String>,
    /// Whom to write to: a mailbox, or a sentence.
    pub contact: String,
    /// True when an operator lays a style sheet over ours.
    pub has_theme: bool,
    /// True when the room of the datasets is beside pages of establishments: the index is theirs then.
    pub has_pages: bool,
    /// What the datasets of this pipeline are made of; those that others publish here are not told.
    pub lineages: BTreeMap<DatasetId, Lineage>,
}

/// What a dataset is made of.
#[derive(Debug, Clone, Default)]
pub struct Lineage {
    /// The picture: an `svg` element.
    pub picture: String,
    /// The same in words, what needs the rest first.
    pub rows: Vec<LineageRow>,
}

/// A source, a table or a dataset, and what it needs.
#[derive(Debug, Clone)]
pub struct LineageRow {
    /// Its identifier.
    pub name: String,
    /// What it is, in French.
    pub nature: &'static str,
    /// What it is made of.
    pub made_of: Vec<String>,
    /// Where its codes are looked up.
    pub codes: Vec<String>,
}

/// A file that moves from one publication to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Path in the catalogue.
    pub path: String,
    /// Media type.
    pub media_type: &'static str,
    /// Its content.
    pub text: String,
}

pub(crate) const HTML: &str = "text/html; charset=utf-8";

impl File {
    pub(crate) fn new(path: impl Into<String>, media_type: &'static str, text: String) -> Self {
        Self {
            path: path.into(),
            media_type,
            text,
        }
    }
}

impl Site {
    /// The address of a path of the catalogue, for readers that are elsewhere.
    pub(crate) fn absolute(&self, path: &str) -> Option<String> {
        self.url.as_ref().map(|url| format!("{url}/{path}"))
    }

    /// Where the list of the datasets is.
    pub(crate) fn rooms(&self) -> &'static str {
        if self.has_pages {
            crate::address::DATA_ROOM
        } else {
            "index.html"
        }
    }

    /// A link from a page `depth` folders below the root.
    pub(crate) fn link(&self, path: &str, depth: usize) -> String {
        format!("{}{path}", "../".repeat(depth))
    }
}
