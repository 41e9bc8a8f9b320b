//! The words of the project: identifiers, table specifications, manifests, findings, events.
//!
//! Deliberately absent: input and output, Arrow, async. Everything else depends on this crate; it depends on nobody.

mod clock;
mod counted;
mod day;
mod digest;
pub mod escape;
mod event;
mod fault;
mod finding;
mod fingerprint;
mod id;
mod lang;
mod manifest;
mod mistake;
mod release;
mod report;
mod rule;
pub mod spec;
mod stage;
mod status;
mod version;
mod vintage;
mod waiver;
mod withdrawal;

pub use clock::{Clock, FixedClock, SystemClock};
pub use counted::{counted_en, counted_fr};
pub use day::{DayOrder, parse_day, parse_day_in};
pub use digest::{DigestError, Hasher, Sha256};
pub use event::{Event, Observer, Silent, StageCounts, Unit};
pub use fault::Fault;
pub use finding::{Finding, Severity};
pub use fingerprint::{Fingerprint, Ingredients, Moved};
pub use id::{DatasetId, IdError, PortalId, SourceId, TableId};
pub use lang::{Lang, Text};
pub use manifest::{FileEntry, InputRef, MANIFEST_FILE, Manifest, Origin, Tool};
pub use mistake::{Mistake, Mistakes, closest};
pub use release::{Coverage, ReleaseNotice, ResourceKind, ResourceNotice};
pub use report::{About, Report, RowCounts, RuleTally, SliceTally, Tolerance, Verdict};
pub use rule::{RuleCode, RuleEntry};
pub use stage::{ArtefactKey, Stage};
pub use status::ValueStatus;
pub use version::{Change, Version, VersionError};
pub use vintage::{InvalidVintage, Vintage, VintageStyle};
pub use waiver::Waiver;
pub use withdrawal::{Decree, RegisterMark, RetractedTable, Withdrawal, Withdrawals};
