//! The store through its own door: the same promises for a folder and for an object store, then what only a folder has.

#![expect(
    clippy::unwrap_used,
    reason = "a failure in a test is the message, in its helpers too"
)]

mod conformance;
mod folder;
mod harness;
mod lock;
