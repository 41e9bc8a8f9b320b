//! The store through its own door: the same promises for a folder and for an object store, then what only a folder has.

mod conformance;
mod folder;
mod harness;
mod lock;
