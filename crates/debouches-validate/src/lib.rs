//! From bytes to a checked table, driven by the specification of the table.
//!
//! A body is read by its header, never by its file name: the domain holds one shape file per upstream generation.
//! Each rule of `rules/` looks at the whole table and tells findings. A problem in the data is a finding, not an error;
//! the tolerance of each rule, in the specification, decides whether the table goes on.
//! Deliberately absent: input and output, async, and the enrichment of anything.

mod body;
mod cast;
mod error;
mod findings;
mod format;
mod last_byte;
mod layout;
mod number;
mod refused;
mod rules;
mod shape;
mod stage;

pub use error::ValidateError;
pub use format::{Arrangement, BodyContent, BodyFormat, BodyKind, Formats};
pub use layout::{Given, Sheet};
pub use refused::RefusedRows;
pub use shape::{Shape, Shapes, shape_schema};
pub use stage::{FILE_NOTE, FORMAT, Input, Options, Outcome, validate};
