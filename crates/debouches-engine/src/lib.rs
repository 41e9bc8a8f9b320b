//! The engine of the pipeline: what each stage does with the state, the sources and the portals, without a command line.
//!
//! A program gives it [`Options`] and an observer, opens a [`Context`], selects what to work on, and runs stages. Nothing here
//! prints, reads arguments or ends the process.

pub mod announce;
pub mod calendar;
pub mod checks;
pub mod config;
pub mod context;
pub mod failure;
pub mod folder;
pub mod key;
pub mod operations;
pub mod options;
pub mod rebuild;
pub mod released;
pub mod retraction;
pub mod selection;
pub mod signing;
pub mod stages;
pub mod targets;
pub mod waivers;

pub use context::Context;
pub use options::{Options, ReleaseOptions};
