//! Charts drawn as SVG. Each stands beside a table that has the same figures, and carries none alone.

mod quadrant;
mod shares;
mod vintages;

pub(crate) use quadrant::{Point, quadrant};
pub(crate) use shares::bar;
pub(crate) use vintages::vintages;
