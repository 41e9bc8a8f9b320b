//! The engine of the pipeline: what each stage does with the state, the sources and the portals, without a command line.
//!
//! A program gives it [`Options`] and an observer, opens a [`Context`], selects what to work on, and runs stages. Nothing here
//! prints, reads arguments or ends the process.

pub mod announce;
pub mod blocking;
pub mod calendar;
pub mod checks;
pub mod comparison;
pub mod config;
pub mod context;
pub mod coverage;
pub mod failure;
pub mod findings;
pub mod folder;
pub mod graph;
pub mod isolation;
pub mod key;
pub mod named;
pub mod operations;
pub mod options;
pub mod planning;
pub mod rebuild;
pub mod released;
pub mod releases;
pub mod retraction;
pub mod selection;
pub mod shapes;
pub mod signing;
pub mod stages;
pub mod staleness;
pub mod status;
pub mod summary;
pub mod targets;
pub mod verification;
pub mod waivers;
pub mod workbench;

pub use context::{Context, Setup};
pub use options::{Options, ReleaseOptions};
