//! Make the portal agree with the release: look, plan, apply, look again.
//!
//! The plan is a pure function of what we want and of what is there; a second plan that is not empty means that the
//! publication is not done. A write whose answer was lost is never repeated blindly: we look, and plan again.
//! Deliberately absent: texts and figures, which are all in the release.

mod actual;
mod apply;
mod desired;
mod error;
mod plan;
mod publication;
mod receipt;
mod source;

pub use desired::{Desired, DesiredResource, Target, desire};
pub use error::{PublishError, fault_of};
pub use plan::{Plan, PlanStep, plan};
pub use publication::{Applied, Pending, Publication};
pub use receipt::{Receipt, ReceiptResource};

/// Extra that names the dataset, on the dataset and on each of its resources.
pub(crate) const DATASET_EXTRA: &str = "debouches:dataset";
/// Extra that tells the version.
pub(crate) const VERSION_EXTRA: &str = "debouches:version";
/// Extra of the dataset: digest of all the files of the release.
pub(crate) const RELEASE_EXTRA: &str = "debouches:release";
/// Extra of a resource: its path in the release.
pub(crate) const PATH_EXTRA: &str = "debouches:path";
/// Extra of a resource: digest of its bytes, which the portal does not keep for hosted files.
pub(crate) const SHA256_EXTRA: &str = "debouches:sha256";
