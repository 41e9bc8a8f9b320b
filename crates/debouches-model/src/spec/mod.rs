//! Table specifications: what we know about the data, as data.
//!
//! One TOML per table, one per group of columns that `enrich` adds; the domain holds them.
//! They drive casting, checking, documentation and export alike.

mod addition;
mod closed;
mod column;
mod expand;
mod format;
mod registered;
mod rule;
mod secrecy;
mod status_column;
mod table;
mod tables;
mod tie;
mod typed;
mod universe;
mod vocabulary;

pub use addition::{AdditionSpec, AskedAddition, ParameterKind};
pub use closed::{is_on_people, totals as undeclared_totals, unmapped, weakened};
pub use column::{Base, ColumnKind, ColumnSpec, Role};
pub use format::{CodeFormat, CodeFormats, CodeProblem};
pub use registered::RegisteredSpec;
pub use rule::RuleSpec;
pub use secrecy::{
    Bases, CountSpec, DisclosureSpec, ElsewhereSpec, Extremes, InheritSpec, LevelSpec,
};
pub use status_column::{measure_of_status, status_column};
pub use table::{
    CopySpec, DerivedSpec, ForeignKey, RepeatSpec, TableKind, TableSpec, VintageSpec, table_schema,
};
pub use tables::Tables;
pub use tie::{
    AliasSpec, CommonKey, CumulSpec, MeanSpec, PartitionSpec, RateSpec, RatioSpec, TogetherSpec,
    TotalSpec,
};
pub use typed::{Typed, schema_of};
pub use universe::{AxisSpec, Dimension, DimensionKind, TotalValues, Universe, UniverseSpec};
pub use vocabulary::Vocabulary;
