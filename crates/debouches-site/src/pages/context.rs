//! What the page of an establishment needs beside it.

use crate::site::Site;

/// The site, and the state of the page that stays.
pub(crate) struct Context<'a> {
    pub(crate) site: &'a Site,
    /// Its pinned state, when it has one.
    pub(crate) digest12: &'a str,
}
