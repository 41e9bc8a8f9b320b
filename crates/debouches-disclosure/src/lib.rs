//! Statistical secrecy that holds: the proof that no protected figure can be worked out from everything published,
//! and what else to hide when it can.
//!
//! Pure: whole numbers and small owned structures, no table, no path, no network. A [`System`] says what readers see;
//! [`judge`] looks for two tables that they cannot tell apart, for each protected cell. Only a [`CheckedMove`], checked in
//! whole numbers against everything published, counts as a proof. What a solver could not narrow is *not* safe, and
//! what nothing proved is unsafe.

mod boxes;
mod build;
mod causes;
mod complete;
mod components;
mod derive;
mod disclosure;
mod explain;
mod facts;
mod gate;
mod hierarchy;
mod insider;
mod judged;
mod kernel;
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

pub use build::{Modelled, Primary, build};
pub use complete::{Incomplete, complete};
pub use disclosure::{Cells, Mode, TableDisclosure, Verdicts, Widths, secondary_by_level};
pub use explain::{Explained, explain, explain_inside};
pub use facts::{Facts, Names, Row, Seen};
pub use gate::{Contradiction, Effort, Judgement, Reason, Verdict, judge};
pub use hierarchy::{EVERYBODY, Hierarchies, Node};
pub use insider::{Inside, insiders};
pub use ledger::Ledger;
pub use pair::{CheckedMove, Pair};
pub use placing::{BoxOf, Placing};
pub use protect::{Hide, Leaks, Price, Protect, Protected, protect};
pub use suppress::{Manner, Suppression, suppress};
pub use system::{Cell, CellId, Constraint, Line, LineId, State, System, Tie};
pub use undeclared::{LooksLikeTotal, look_like_totals};
pub use universe::{Member, Published, Tables};
