//! What people did to the dataset on the portal since we published: their decisions, not errors to be corrected.
//!
//! The table is in the README of this crate. What is compared is the last receipt; while a publication of ours is under
//! way, or another publisher has marked the dataset, what differs may be our own work.

use debouches_udata::Dataset;

use crate::desired::Desired;
use crate::lease::LEASE_EXTRA;
use crate::receipt::Receipt;
use crate::{PATH_EXTRA, PublishError};

/// What is known of earlier publications.
pub(crate) struct Known<'a> {
    /// The newest receipt on that portal.
    pub(crate) receipt: Option<&'a Receipt>,
    /// Whether a publication was begun and not ended.
    pub(crate) is_under_way: bool,
    /// Whether files that somebody removed are put back.
    pub(crate) puts_back: bool,
    /// Whether readers are led away from a retracted release. A page that somebody hid is emptied or marked as any other, since its
    /// files are still served to whoever has their address; it stays hidden, and what was removed stays away.
    pub(crate) retracts: bool,
}

/// Holds the dataset against the last receipt: notes for people, or an error when a person has to decide.
pub(crate) fn check(
    desired: &mut Desired,
    actual: &Dataset,
    known: &Known<'_>,
) -> Result<Vec<String>, PublishError> {
    let receipt = known.receipt.filter(|receipt| receipt.id == actual.id);
    let refuse = |what: String, remedy: &str| {
        Err(PublishError::Hand {
            dataset: desired.dataset.clone(),
            id: actual.id.clone(),
            what,
            remedy: remedy.to_owned(),
        })
    };
    let is_being_written = known.is_under_way || actual.extra(LEASE_EXTRA).is_some();
    let was_shown = receipt.is_some() || (!actual.resources.is_empty() && !is_being_written);
    let mut notes = Vec::new();
    if actual.private && was_shown {
        if !known.retracts {
            return refuse(
                "was made private".to_owned(),
                "make it public there, if it is to be shown: we never do",
            );
        }
        desired.text.private = true;
        notes.push("private on the portal: it stays so".to_owned());
    }
    if actual.archived {
        notes.push("archived on the portal: it stays so".to_owned());
    }
    let Some(receipt) = receipt else {
        return Ok(notes);
    };
    if let Some(owner) = &receipt.organization
        && actual.organization.as_ref() != Some(owner)
    {
        let now = actual.organization.as_deref().unwrap_or("an account");
        return refuse(
            format!("was transferred from organization {owner} to {now}"),
            "transfer it back, or configure its new owner and remove its receipts from the state",
        );
    }
    if is_being_written {
        return Ok(notes);
    }
    if !known.puts_back {
        let lost = removed(desired, actual, receipt);
        desired.removed.extend(lost);
    }
    if !desired.removed.is_empty() {
        let what = format!("has lost files: {}", desired.removed.join(", "));
        if !known.retracts {
            return refuse(what, "`--force` puts them back");
        }
        notes.push(format!("{what}: they stay away"));
        let lost = &desired.removed;
        desired
            .resources
            .retain(|wanted| !lost.contains(&wanted.path));
    }
    desired.keeps_order = same_order(desired, receipt);
    // What somebody added since is where they put it; only files of ours that are sent now are moved.
    desired.known = actual
        .resources
        .iter()
        .map(|item| item.id.clone())
        .collect();
    let order: Vec<&str> = actual
        .resources
        .iter()
        .map(|item| item.id.as_str())
        .collect();
    if desired.keeps_order && !receipt.order.is_empty() && order != receipt.order {
        notes.push("the order of its files was changed on the portal: it stays so".to_owned());
    }
    Ok(notes)
}

/// The files of the last publication that the release still has and the page has no more.
fn removed(desired: &Desired, actual: &Dataset, receipt: &Receipt) -> Vec<String> {
    let is_there = |id: &str, path: &str| {
        actual
            .resources
            .iter()
            .any(|there| there.id == id || there.extra(PATH_EXTRA) == Some(path))
    };
    let is_wanted = |path: &str| desired.resources.iter().any(|wanted| wanted.path == path);
    receipt
        .resources
        .iter()
        .filter(|known| is_wanted(&known.path) && !is_there(&known.id, &known.path))
        .map(|known| known.path.clone())
        .collect()
}

/// Whether the release wants its files in the order in which they were published.
fn same_order(desired: &Desired, receipt: &Receipt) -> bool {
    let position = |path: &str| {
        receipt
            .resources
            .iter()
            .position(|known| known.path == path)
    };
    let known: Vec<usize> = desired
        .resources
        .iter()
        .filter_map(|wanted| position(&wanted.path))
        .collect();
    known.is_sorted()
}
