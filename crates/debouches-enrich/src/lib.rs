//! The machinery of enrichment: additions in new columns, derived tables, foreign keys, and the suppression of small groups.
//!
//! What is added, and how, is registered by the domain: an [`Addition`] for a group of columns, a [`Derivation`] for a table
//! made of others. Deliberately absent: input and output, any name of the domain, and any change to a published figure other
//! than hiding it.

mod addition;
mod derivation;
mod derive;
mod error;
mod finding_collector;
mod foreign_keys;
mod reference;
mod registry;
mod secrecy;
mod stage;

pub use addition::{Addition, Job};
pub use derivation::{Derivation, Inputs};
pub use error::EnrichError;
pub use finding_collector::{FindingCollector, Origin};
pub use reference::{Reference, References, find_reference, optional_table, required_table};
pub use registry::Registry;
pub use secrecy::suppress_small_groups;
pub use stage::{FORMAT, Outcome, enrich};
