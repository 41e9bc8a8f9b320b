//! Where releases are published: a portal, a bucket, a static site.

pub mod bucket;
pub mod live;
pub mod pages;
pub mod portal;
pub mod site;
