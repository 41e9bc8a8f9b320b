//! The public site: pages of establishments, trainings and territories, beside the datasets of a static portal.
//!
//! Built from the releases of the state, which hold nothing that disclosure control hid. The folder keeps digests of what it
//! holds, so that the next run writes only what differs; what leads to the pages is written last.

mod build;
mod columns;
mod dates;
mod digests;
mod input;
mod serve;
mod unfinished;
mod verify;

pub use build::{Built, build};
pub use serve::{Server, serve};
pub use verify::{Verified, verify};
