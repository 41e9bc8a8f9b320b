//! From bytes to a checked table, driven by the specification of the table.
//!
//! A body is read by its header, never by its file name: the domain holds one shape file per upstream generation.
//! Each rule of `rules/` looks at the whole table and tells findings. A problem in the data is a finding, not an error;
//! the tolerance of each rule, in the specification, decides whether the table goes on.
//! Deliberately absent: input and output, async, and the enrichment of anything.

mod body;
mod budget;
mod cast;
mod code;
mod damage;
mod day;
mod error;
mod family;
mod findings;
mod format;
mod layout;
mod marker;
mod number;
mod refused;
mod rules;
mod several;
mod shape;
mod sheet;
mod stage;
mod text;

pub use body::read_body;
pub use budget::Budget;
pub use error::ValidateError;
pub use format::{Arrangement, BodyContent, BodyFormat, BodyKind, Formats};
pub use layout::Given;
pub use refused::RefusedRows;
pub use several::join;
pub use shape::{Proposal, Shape, Shapes, propose, shape_schema};
pub use sheet::Sheet;
pub use stage::{FILE_NOTE, FORMAT, Input, Options, Outcome, validate};
