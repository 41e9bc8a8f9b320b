//! Table specifications: what we know about the data, as data.
//!
//! One TOML per table in `tables/`, one per group of columns that `enrich` adds in `additions/`.
//! They drive casting, checking, documentation and export alike.

mod addition;
mod column;
mod common;
mod expand;
mod registered;
mod rule;
mod secrecy;
mod table;
mod tie;

pub use addition::{Addition, territory, trades, value_added};
pub use column::{Base, CodeFormat, ColumnKind, ColumnSpec, Role};
pub use common::{
    CommonSpec, EstablishmentSpec, OriginSpec, TrainingSpec, WaySpec, common, common_order,
};
pub use registered::RegisteredSpec;
pub use rule::RuleSpec;
pub use secrecy::{CountSpec, Extremes, LevelSpec, SecrecySpec};
pub use table::{
    CopySpec, DerivedSpec, ForeignKey, SpecError, TableKind, TableSpec, TerritorySpec, TradeSpec,
    ValueAddedSpec, VintageSpec, find, tables,
};
pub use tie::{
    AliasSpec, CommonKey, CumulSpec, MeanSpec, PartitionSpec, RateSpec, RatioSpec, TogetherSpec,
    TotalSpec,
};
