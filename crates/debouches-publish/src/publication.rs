//! A publication: what it needs, what it may write, what it did.

use debouches_model::{Clock, Observer, Tool};
use debouches_store::{Artefact, Store};
use debouches_udata::Portal;

use crate::desired::Target;
use crate::plan_file::PlannedDataset;
use crate::receipt::Receipt;

/// Everything that a publication needs.
pub struct Publication<'a> {
    /// The release.
    pub release: &'a Artefact,
    /// The portal.
    pub portal: &'a Portal,
    /// Name of the portal in the configuration.
    pub name: &'a str,
    /// Owner and limits on the portal.
    pub target: &'a Target,
    /// The state.
    pub store: &'a Store,
    /// Dates receipts.
    pub clock: &'a dyn Clock,
    /// Signs receipts.
    pub tool: &'a Tool,
    /// Told of progress.
    pub observer: &'a dyn Observer,
    /// Name of the run, for the journal.
    pub run: &'a str,
    /// Whether the portal may have been rebuilt from nothing, as the practice portal; elsewhere a dataset of ours that is
    /// not found is never made a second time.
    pub may_be_rebuilt: bool,
    /// Whether an older version may replace a newer one, and files that somebody removed are put back.
    pub may_go_back: bool,
}

/// What a publication may write.
#[derive(Debug, Clone, Copy)]
pub enum Mandate<'a> {
    /// Whatever is needed.
    All,
    /// The writes of a plan, and what completes them after a lost answer; nothing else.
    Planned(&'a PlannedDataset),
}

/// What a publication did.
#[derive(Debug, Clone)]
pub struct Applied {
    /// The writes that were sent, in order; none when the portal agreed already.
    pub writes: Vec<String>,
    /// Where everything is.
    pub receipt: Receipt,
    /// Address of the page, when the portal has one.
    pub page: Option<String>,
    /// Quality score of the portal, from 0 to 1.
    pub quality: Option<f64>,
    /// Files that the portal does not accept.
    pub left_out: Vec<String>,
    /// What people decided on the portal, and is kept.
    pub notes: Vec<String>,
}
