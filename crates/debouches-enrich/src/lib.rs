//! What we add to a table, always in new columns, one module per addition; and the one thing we take away: small groups.
//!
//! Code lists that people review are in `codes/`; large nomenclatures come as validated tables.
//! Deliberately absent: input and output, and any change to a published figure other than hiding it.

mod codes;
mod continuum;
mod coverage;
mod days;
mod derive;
mod error;
mod foreign_keys;
mod nsf;
mod outcomes;
mod rapprochement;
mod reference;
mod registered;
mod rome;
mod secrecy;
mod stage;
mod terminal;
mod territory;
mod told;
mod trades;
mod validity;
mod value_added;
mod vintages;

pub use codes::codes_digest;
pub use coverage::{
    Answer, AskedVintages, CODE_TABLES, CatalogueLine, CodeSystem, Coverage, FIGURE_TABLES, Grain,
    GrainTotals, Rung, Totals, Voie,
};
pub use derive::specifications_digest;
pub use error::EnrichError;
pub use reference::{Reference, References, references_of};
pub use stage::{FORMAT, Outcome, enrich};
pub use told::Origin;
