//! What the practice portal has of its own: its folder, its options, its pages.

#![expect(clippy::unwrap_used, reason = "tests")]

mod doors;
mod folder;
mod options;
mod pages;
mod visitor;
