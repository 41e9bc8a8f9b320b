//! The pages.

mod citation;
mod columns;
mod dataset;
mod downloads;
mod frame;
mod home;
mod lineage;
mod preview;
mod version;
mod versions;

pub(crate) use dataset::dataset;
pub(crate) use frame::{contact, letter};
pub(crate) use home::home;
pub(crate) use lineage::lineage;
pub(crate) use version::{redirect, retracted, tombstone, version};
