//! What a publication leaves in the state: where everything is on the portal.

use debouches_model::Version;
use debouches_udata::Dataset;
use serde::{Deserialize, Serialize};

use crate::desired::Desired;
use crate::plan::matching;

/// Name of the receipt in its artefact.
pub(crate) const RECEIPT_FILE: &str = "receipt.json";

/// A publication that was read back and found right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Format number of this structure.
    pub format: u32,
    /// Name of the portal in the configuration.
    pub portal: String,
    /// Identifier of the dataset on the portal.
    pub id: String,
    /// Published version.
    pub version: Version,
    /// Files, in order.
    pub resources: Vec<ReceiptResource>,
}

/// A file of a publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptResource {
    /// Path in the release.
    pub path: String,
    /// Identifier on the portal: its permanent address is built from it.
    pub id: String,
    /// SHA-1 computed by the portal.
    pub sha1: String,
}

impl Receipt {
    pub(crate) fn of(portal: &str, desired: &Desired, actual: &Dataset) -> Self {
        let resources = desired.resources.iter().filter_map(|wanted| {
            let there = matching(wanted, actual)?;
            Some(ReceiptResource {
                path: wanted.path.clone(),
                id: there.id.clone(),
                sha1: there.sha1.clone().unwrap_or_default(),
            })
        });
        Self {
            format: 1,
            portal: portal.to_owned(),
            id: actual.id.clone(),
            version: desired.version,
            resources: resources.collect(),
        }
    }
}
