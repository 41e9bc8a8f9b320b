//! What a release holds, read back: ours or a producer's, for the gate, for comparisons and for `debouches secrecy`.

pub(crate) mod facts;
mod layout;
pub(crate) mod side;

pub(crate) use layout::{Layout, layouts};
