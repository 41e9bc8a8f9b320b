//! Chores behind `cargo xtask`.

fn main() {}
