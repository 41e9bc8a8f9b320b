//! What can stop a publication.

use debouches_model::{DatasetId, Fault, Version};
use debouches_store::StoreError;
use debouches_udata::{UdataError, UdataFault};

/// A publication that did not take place, or not wholly.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The artefact is not a release.
    #[error("{0} is not a release: it says nothing for a portal")]
    NotARelease(String),
    /// Somebody deleted our dataset: making a second one would break every link to the first.
    #[error(
        "dataset {dataset} was deleted on the portal ({id}): restore it there, or remove its receipts from the state"
    )]
    Deleted {
        /// The dataset.
        dataset: DatasetId,
        /// Its identifier on the portal.
        id: String,
    },
    /// The identifier of a former publication leads nowhere: purged, or hidden from this key.
    #[error(
        "dataset {dataset} ({id}) is not found on the portal any more, or not with this key: a second one is not made; restore it, or remove its receipts from the state"
    )]
    Vanished {
        /// The dataset.
        dataset: DatasetId,
        /// Its identifier on the portal.
        id: String,
    },
    /// A person changed the dataset on the portal, and decides what follows.
    #[error("dataset {dataset} ({id}) {what} on the portal: {remedy}")]
    Hand {
        /// The dataset.
        dataset: DatasetId,
        /// Its identifier on the portal.
        id: String,
        /// What was done.
        what: String,
        /// What to do about it.
        remedy: String,
    },
    /// What is live is newer than the release.
    #[error(
        "the portal shows version {live} of dataset {dataset}, newer than {ours}: adopt it first, or use `--force` to go back"
    )]
    Older {
        /// The dataset.
        dataset: DatasetId,
        /// The version that is live.
        live: Version,
        /// The version of the release.
        ours: Version,
    },
    /// The release or the portal is not what the plan was made from.
    #[error("dataset {dataset} cannot be published by this plan: {why}; make the plan again")]
    Moved {
        /// The dataset.
        dataset: DatasetId,
        /// What moved.
        why: String,
    },
    /// Another publisher writes to the dataset now.
    #[error("dataset {dataset} is being published by run {run}, on another machine")]
    Busy {
        /// The dataset.
        dataset: DatasetId,
        /// The other run.
        run: String,
    },
    /// The journal was altered.
    #[error(
        "line {line} of the journal of dataset {dataset} does not follow from the line before: it was altered"
    )]
    JournalAltered {
        /// The dataset.
        dataset: DatasetId,
        /// The line, from 1.
        line: usize,
    },
    /// Several datasets of the portal claim to be ours.
    #[error("dataset {dataset} exists {count} times on the portal: keep one of {ids}")]
    Twins {
        /// The dataset.
        dataset: DatasetId,
        /// How many.
        count: usize,
        /// Their identifiers.
        ids: String,
    },
    /// The portal refused or failed.
    #[error("cannot {doing} (dataset {dataset})")]
    Portal {
        /// The dataset.
        dataset: DatasetId,
        /// What was being done.
        doing: String,
        /// True when writes of this run were applied before.
        begun: bool,
        /// The cause.
        #[source]
        source: Box<UdataError>,
    },
    /// The portal still differs after everything was sent.
    #[error("dataset {dataset} still differs from its release after {rounds} rounds: {remaining}")]
    Unsettled {
        /// The dataset.
        dataset: DatasetId,
        /// How many times we looked and wrote.
        rounds: u32,
        /// What is left to do.
        remaining: String,
    },
    /// The state failed.
    #[error("cannot use the state for dataset {dataset}")]
    Store {
        /// The dataset.
        dataset: DatasetId,
        /// The cause.
        #[source]
        source: Box<StoreError>,
    },
}

/// Whose fault a refusal of the portal is, before any write.
#[must_use]
pub fn fault_of(error: &UdataError) -> Fault {
    match error.fault() {
        UdataFault::Permission => Fault::Permission,
        UdataFault::Integrity => Fault::Integrity,
        UdataFault::Incomplete => Fault::Incomplete,
        UdataFault::Outage => Fault::Outage,
        UdataFault::Operator => Fault::Operator,
        UdataFault::Ours => Fault::Ours,
    }
}

impl PublishError {
    /// The same error, met when writes of this run had been applied.
    pub(crate) fn after_writes(self) -> Self {
        match self {
            Self::Portal {
                dataset,
                doing,
                source,
                ..
            } => Self::Portal {
                dataset,
                doing,
                begun: true,
                source,
            },
            other => other,
        }
    }

    /// Whose fault it is.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::NotARelease(_) => Fault::Ours,
            Self::Deleted { .. } | Self::Vanished { .. } | Self::Hand { .. } => Fault::Data,
            Self::Older { .. } | Self::Moved { .. } | Self::Twins { .. } => Fault::Operator,
            Self::JournalAltered { .. } => Fault::Integrity,
            Self::Busy { .. } => Fault::Busy,
            Self::Unsettled { .. } => Fault::Incomplete,
            Self::Store { source, .. } => source.fault(),
            Self::Portal { begun, source, .. } => match fault_of(source) {
                // Whatever stopped us after a first write, the page is half done and the next run completes it.
                Fault::Outage | Fault::Operator | Fault::Ours if *begun => Fault::Incomplete,
                fault => fault,
            },
        }
    }
}
