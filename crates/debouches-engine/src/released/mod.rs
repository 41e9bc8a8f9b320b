//! What a release holds, read back: ours or a producer's, for the gate, for comparisons and for `debouches secrecy`.

pub mod facts;
mod layout;
pub mod side;

pub use layout::{AuditFiles, Layout, layouts};
