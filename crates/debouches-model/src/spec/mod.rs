//! Table specifications: what we know about the data, as data.
//!
//! One TOML per table in `tables/`, one per group of columns that `enrich` adds in `additions/`.
//! They drive casting, checking, documentation and export alike.

mod addition;
mod column;
mod expand;
mod table;

pub use addition::{Addition, territory, trades};
pub use column::{Base, CodeFormat, ColumnKind, ColumnSpec, Role};
pub use table::{RuleSpec, SecrecySpec, SpecError, TableKind, TableSpec, TerritorySpec, TradeSpec, VintageSpec, find, tables};
