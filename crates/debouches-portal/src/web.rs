//! The pages for people.

mod dataset;
mod escape;
mod frame;
mod home;
mod markdown;
mod words;

pub(crate) use dataset::dataset;
pub(crate) use frame::not_found;
pub(crate) use home::home;
