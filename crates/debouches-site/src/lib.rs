//! Releases to a static catalogue: pages in French, feeds, metadata, pointers. Any web server or bucket can serve them.
//!
//! Pure: from the files of releases and a record of what was published when, to bytes with a path. A page asks nothing of
//! anybody, runs no script and repeats no figure by hand: its texts are those of the release.
//! Deliberately absent: where it is put, in which order it is compared, and the clock.

pub mod address;
mod api;
mod atom;
mod changelog;
mod chart;
pub mod content;
mod dcat;
mod descriptor;
mod document;
mod embed;
mod error;
mod explorer;
mod files;
mod history;
mod inputs;
mod licence;
mod markdown;
mod page;
mod pages;
mod picture;
mod pointer;
mod preview;
mod publication;
mod readme;
mod record;
mod release;
mod search;
mod site;
mod text;
mod verify;
mod words;

pub use dcat::known_datasets;
pub use error::CatalogueError;
pub use files::{dataset_files, latest_path, record_path, root_files};
pub use history::{History, PinnedState};
pub use inputs::Inputs;
pub use licence::Licence;
pub use pointer::{Latest, LatestFile};
pub use preview::Preview;
pub use publication::{EstablishmentFiles, Publication, Unit, retired_file};
pub use record::{DatasetRecord, Expectation, VersionRecord, Withdrawal};
pub use release::{Release, Texts};
pub use site::{File, Lineage, LineageRow, Site};
pub use verify::{PageCheck, Releases};
