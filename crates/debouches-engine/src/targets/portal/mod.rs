//! A portal that is asked through its API.

pub mod adopt;
pub mod connection;
mod restore;
