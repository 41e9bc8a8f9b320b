//! What a release holds, read back: ours or a producer's, for the disclosure audit and for comparisons.

pub mod facts;
mod layout;
pub mod sidecar;

pub use layout::{AuditFiles, Layout, layouts};
