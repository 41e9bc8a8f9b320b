//! The content of the site: rows of released tables, read by what their columns mean.
//!
//! A number is a quotation: table, key, column. Nothing is recomputed, and a cell is a value or a reason, never both.
//! Which column holds what is in one file, `concept`.

mod concept;
mod coverage;
mod dating;
mod establishment;
mod index;
mod location;
mod measure;
mod row;
mod table;
mod territory;
mod training;
mod uai;

pub use concept::Voie;
pub use dating::RowDates;
pub(crate) use index::RowId;
pub use index::{Content, ContentInput, DatedColumns, Reply, Wanted};
pub use measure::{Family, Measure};
pub use row::{Cell, Quotation, Row, Years};
pub use table::{Origin, ReleasedTable, TextColumn};
pub use uai::Uai;

pub(crate) use concept::{Concept, branch, origin};
pub(crate) use establishment::{Establishment, LinkedTraining, Section, TrainingFigures};
pub(crate) use location::TerritoryLevel;
pub(crate) use territory::{Listed, Territories, TerritoryContent};
pub(crate) use training::{PathRows, Training};
