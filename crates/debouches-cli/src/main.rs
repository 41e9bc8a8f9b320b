//! The binary `debouches`.

fn main() {}
