//! The practice portal: a small udata-compatible server with a web page, state in a folder.
//!
//! It behaves as a udata portal does, its traps included, so that a publication that is right here is right there. It is
//! the default of the pipeline, with nothing to install, and the double of the tests. It was written from exchanges with
//! a real server, and the conformance tests of the client compare both.
//!
//! Deliberately absent: accounts and their pages, search, harvesting, the analysis of files, DCAT, schema catalogues,
//! discussions. It listens where it is asked to, which should be a loopback address: nothing here is meant for the world.

mod access;
mod api;
mod app;
mod authorisation;
mod coverage;
mod credentials;
mod digest;
mod error;
mod folder;
mod form;
mod journal;
mod list;
mod model;
mod options;
mod quality;
mod refusal;
mod running;
mod seed;
mod server;
mod slug;
mod storage;
mod terms;
#[cfg(feature = "test-aids")]
mod test_aids;
mod view;
mod web;

pub use error::PortalError;
pub use options::{Access, Clock, PortalOptions};
pub use running::{RunningPortal, start};
