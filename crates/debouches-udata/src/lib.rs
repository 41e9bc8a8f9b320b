//! The portal's API as types; dangerous requests cannot be written.
//!
//! A dataset is always written whole, because this API empties `tags` and `temporal_coverage` when they are left out;
//! the list of resources is never part of it, because a subset deletes the others. The key goes to the base address
//! only, redirects are errors, and a write whose answer was lost is told apart from one that failed.

mod address;
mod call;
#[cfg(feature = "conformance")]
pub mod conformance;
mod contact;
mod dataset;
mod difference;
mod discussion;
mod edit;
mod error;
mod extras;
mod fault;
mod file;
mod hashed;
mod link;
mod me;
mod parts;
mod portal;
mod read;
mod refusal;
mod resource;
mod tag;
mod terms;
#[cfg(test)]
mod tests;
mod text;
mod wire;

pub use contact::ContactPoint;
pub use dataset::{Coverage, Dataset};
pub use difference::Difference;
pub use error::UdataError;
pub use fault::UdataFault;
pub use file::Upload;
pub use link::LinkText;
pub use me::{Me, Organization};
pub use parts::{Destination, Transfer};
pub use portal::Portal;
pub use resource::Resource;
pub use tag::tag_slug;
pub use terms::Terms;
pub use text::{DatasetText, ResourceKind, ResourceText, SchemaRef};

pub use debouches_http::{Reader, Source};
