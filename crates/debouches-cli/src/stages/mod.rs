//! The stages as the binary runs them: find the inputs, compare fingerprints, work, commit.

mod artefact;
pub(crate) mod enrich;
pub(crate) mod fetch;
pub(crate) mod package;
pub(crate) mod publish;
pub(crate) mod validate;

pub(crate) use artefact::{TABLE_FILE, Target, blocking, load_report, load_table};
