//! The files of the domain, embedded at build time by `build.rs`.

include!(concat!(env!("OUT_DIR"), "/files.rs"));
