//! Make the portal agree with the release: look, plan, apply, look again.
//!
//! The plan is a pure function of what we want and of what is there; a second plan that is not empty means that the
//! publication is not done. A write whose answer was lost is never repeated blindly: we look, and plan again.
//! Deliberately absent: texts and figures, which are all in the release.

mod actual;
mod apply;
mod desired;
mod error;
mod hands;
mod lease;
mod ledger;
mod live;
mod matching;
mod plan;
mod plan_file;
mod preflight;
mod publication;
mod publishing;
mod receipt;
mod receipts;
mod source;
mod step;

pub use actual::Observed;
pub use desired::{Desired, DesiredResource, Hosting, Target, bucket_path, desire};
pub use error::{PublishError, fault_of};
pub use ledger::first_published;
pub use live::{Live, LiveFile, live};
pub use plan::{Pending, Plan, PlannedWrite, plan};
pub use plan_file::{
    PlanFile, PlanFileError, PlannedBucket, PlannedDataset, PlannedFile, PlannedPointer,
    PlannedPortal,
};
pub use preflight::{Obstacle, account_obstacles, obstacles};
pub use publication::{Applied, Mandate, Publication};
pub use receipt::{Receipt, ReceiptResource};
pub use receipts::{all_receipts, last_receipt, receipt_of};
pub use step::PlanStep;

/// Extra that names the dataset, on the dataset and on each of its resources.
pub(crate) const DATASET_EXTRA: &str = "debouches:dataset";
/// Extra that tells the version.
pub(crate) const VERSION_EXTRA: &str = "debouches:version";
/// Extra of the dataset: digest of all the files of the release.
pub(crate) const RELEASE_EXTRA: &str = "debouches:release";
/// Extra of the dataset: the decisions about its retracted releases, so that a lost state forgets none.
pub const RETRACTIONS_EXTRA: &str = "debouches:retractions";
/// Extra of a resource: its path in the release.
pub(crate) const PATH_EXTRA: &str = "debouches:path";
/// Extra of a resource: digest of its bytes, which the portal does not keep for hosted files.
pub(crate) const SHA256_EXTRA: &str = "debouches:sha256";
