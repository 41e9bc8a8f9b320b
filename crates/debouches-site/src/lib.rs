//! Releases to a static catalogue: pages in French, feeds, metadata, pointers. Any web server or bucket can serve them.
//!
//! Pure: from the files of releases and a record of what was published when, to bytes with a path. A page asks nothing of
//! anybody, runs no script and repeats no figure by hand: its texts are those of the release.
//! Deliberately absent: where it is put, in which order it is compared, and the clock.

mod atom;
mod changelog;
mod dcat;
mod descriptor;
mod markdown;
mod page;
mod pointer;
mod preview;
mod readme;
mod record;
mod release;
mod site;
mod words;

pub use dcat::known_datasets;
pub use descriptor::CatalogueError;
pub use pointer::{Latest, LatestFile};
pub use preview::Preview;
pub use record::{DatasetRecord, Expectation, Licence, VersionRecord, Withdrawal};
pub use release::{Release, Texts};
pub use site::{File, Site, dataset_files, latest_path, record_path, root_files};
