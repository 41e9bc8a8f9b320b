//! Statistical secrecy that holds: the proof that no protected figure can be worked out from everything published,
//! and what else to hide when it can.
//!
//! Pure: whole numbers and small owned structures, no table, no path, no network. A [`System`] says what readers see;
//! [`judge`] looks for two tables that they cannot tell apart, for each protected cell. Only a [`CheckedMove`], checked in
//! whole numbers against everything published, counts as a proof. What a solver could not narrow is *not* safe, and
//! what nothing proved is unsafe.

mod audit;
mod boxes;
mod build;
mod causes;
mod complete;
mod components;
mod derive;
mod disclosure;
mod elimination;
mod explain;
mod facts;
mod hierarchy;
mod insider;
mod judged;
mod ledger;
mod linear;
mod moves;
mod pair;
mod placing;
mod propagate;
mod protect;
mod search;
mod sparse;
mod split;
mod suppress;
mod system;
mod ties;
mod undeclared;
mod universe;
mod view;
mod wider;

pub use audit::{Contradiction, Effort, Judgement, Reason, Verdict, judge};
pub use build::{Modelled, Primary, build};
pub use complete::{Incomplete, complete};
pub use disclosure::{Cells, Mode, TableDisclosure, Verdicts, Widths, secondary_by_level};
pub use explain::{Explained, explain, explain_inside};
pub use facts::{Facts, Names, Row, Seen};
pub use hierarchy::{EVERYBODY, Hierarchies, Node};
pub use insider::{Inside, insiders};
pub use ledger::Ledger;
pub use pair::{CheckedMove, Pair};
pub use placing::{BoxOf, Placing};
pub use protect::{Hide, Leaks, Price, Protect, Protected, protect};
pub use suppress::{Manner, Suppression, suppress};
pub use system::{Cell, CellId, Constraint, Line, LineId, Relation, State, System};
pub use undeclared::{LooksLikeTotal, resemble_totals};
pub use universe::{Member, Published, Tables};
