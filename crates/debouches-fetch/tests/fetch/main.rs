//! Sources of every kind, good and bad, through the door that the binary uses.

#![expect(
    clippy::unwrap_used,
    reason = "a failure in a test is the message, in its helpers too"
)]

mod api;
mod bucket;
mod catalogues;
mod files;
mod harness;
mod lock;
mod packed;
mod shared;
mod web;
