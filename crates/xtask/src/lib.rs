//! The part of the chores that tests call: the architecture of the workspace, as a table that refuses.

pub mod architecture;
