//! Checks that stand between a table and its release: how far it moves from what is live, and what it discloses.

pub mod disclosure;
pub mod drift;
