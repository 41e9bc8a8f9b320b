//! The pages for people.

mod dataset;
mod frame;
mod home;
mod link;
mod markdown;
mod words;

pub(crate) use dataset::dataset;
pub(crate) use frame::not_found;
pub(crate) use home::home;
