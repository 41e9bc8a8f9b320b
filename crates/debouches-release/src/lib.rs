//! From tables to a release: CSV, Parquet, metadata, checksums and texts.
//!
//! Pure but for the writers it is given. A release is decided in two steps: [`prepare`] writes the data, whose digests
//! do not depend on the version; [`VersionRule`] compares with the last release; [`describe`] then writes the texts.
//! Deliberately absent: paths, portals, and any figure that is not in the tables.

mod changelog;
mod comparisons;
mod datapackage;
mod dataset;
mod describe;
mod dictionary;
mod diff;
pub mod drift;
mod error;
mod facts;
mod files;
mod forms;
mod intervals;
mod licence;
mod notice;
mod prepare;
mod profile;
mod published;
mod readme;
mod record;
mod reread;
mod secrecy;
mod set_aside;
mod signature;
mod standards;
mod version_rule;

pub use dataset::{Dataset, Deprecation, English, Expectation, Part, SecrecyNote, SourceNote};
pub use describe::{DescribedRelease, Outline, PreviousChangelogs, SUMS_FILE, describe, sums};
pub use diff::{
    ChangedRows, ColumnDiff, DIFF_SCHEMA, DiffReport, GroupMove, Retyped, RowsDiff, SchemaDiff,
    ShapeColumn, Side, SideTable, StatusMove, TableDiff, TableShape, ValuesDiff, VersionMove,
    changes as diff_changes, diff, html as diff_html, text as diff_text,
};
pub use error::PackageError;
pub use facts::{
    Broken, EarlierRelease, ReferenceMove, ReleaseChange, ReleaseDecision, ReleaseFacts, Retracted,
};
pub use files::{TextFile, WrittenFile};
pub use forms::{Form, FormFile, media_type, write_forms};
pub use prepare::{Breakdown, Prepared, PreparedTable, prepare, require_vintage};
pub use profile::{Dimension, PROFILE_FILE, ReleaseProfile, TableProfile, profile};
pub use published::read_published;
pub use record::{ColumnRecord, RECORD_FILE, ReleaseRecord, TableRecord};
pub use reread::reread;
pub use secrecy::leaks;
pub use set_aside::{SetAside, set_aside_once};
pub use signature::{
    SIGNATURE_FILE, SignatureError, SigningKey, check_signature, public_key, signed_comment,
};
pub use version_rule::{Decision, VersionRule};

/// Format number of the output: moves when the same tables give other bytes.
pub const FORMAT: u32 = 9;
