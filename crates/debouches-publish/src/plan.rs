//! The plan: what to write so that the portal agrees with the release. Pure.

use debouches_udata::{Dataset, Resource};
use serde::Serialize;

use crate::desired::{Desired, DesiredResource};
use crate::{DATASET_EXTRA, PATH_EXTRA};

/// A write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum PlanStep {
    /// Make the dataset, hidden until everything is there.
    CreateDataset,
    /// Send a new file.
    Upload {
        /// Path in the release.
        path: String,
    },
    /// Send the bytes of a file again.
    Replace {
        /// Path in the release.
        path: String,
        /// The resource on the portal.
        resource: String,
    },
    /// Write title, description, kind and marks of a file.
    Describe {
        /// Path in the release.
        path: String,
        /// The resource on the portal.
        resource: String,
    },
    /// Put the files in order.
    Reorder,
    /// Remove a file of ours that the release has no more, or has twice.
    Retire {
        /// The resource on the portal.
        resource: String,
        /// Its title.
        title: String,
    },
    /// Write the texts of the dataset, and show it.
    UpdateDataset,
}

/// The writes, in an order that keeps readers safe: files, their texts, their order, the dataset, then what is retired.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The writes.
    pub steps: Vec<PlanStep>,
}

impl Plan {
    /// True when the portal agrees already.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

impl std::fmt::Display for PlanStep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::CreateDataset => f.write_str("create the dataset"),
            Self::Upload { path } => write!(f, "upload {path}"),
            Self::Replace { path, .. } => write!(f, "replace the bytes of {path}"),
            Self::Describe { path, .. } => write!(f, "describe {path}"),
            Self::Reorder => f.write_str("put the files in order"),
            Self::Retire { title, .. } => write!(f, "retire “{title}”"),
            Self::UpdateDataset => f.write_str("update the texts of the dataset"),
        }
    }
}

/// Compares what we want with what is there.
#[must_use]
pub fn plan(desired: &Desired, actual: Option<&Dataset>) -> Plan {
    let Some(actual) = actual else {
        let uploads = desired.resources.iter().map(|resource| PlanStep::Upload { path: resource.path.clone() });
        let steps = std::iter::once(PlanStep::CreateDataset).chain(uploads).chain([PlanStep::Reorder, PlanStep::UpdateDataset]);
        return Plan { steps: steps.collect() };
    };
    let mut steps = Vec::new();
    for resource in &desired.resources {
        match matching(resource, actual) {
            None => steps.push(PlanStep::Upload { path: resource.path.clone() }),
            Some(there) if !same_bytes(resource, there) => {
                steps.push(PlanStep::Replace { path: resource.path.clone(), resource: there.id.clone() });
            }
            Some(there) if !there.agrees_with(&resource.text) => {
                steps.push(PlanStep::Describe { path: resource.path.clone(), resource: there.id.clone() });
            }
            Some(_) => {}
        }
    }
    if steps.iter().any(|step| matches!(step, PlanStep::Upload { .. }))
        || wanted_order(desired, actual) != present_order(actual)
    {
        steps.push(PlanStep::Reorder);
    }
    if !actual.agrees_with(&desired.text) {
        steps.push(PlanStep::UpdateDataset);
    }
    let kept: Vec<&str> =
        desired.resources.iter().filter_map(|resource| matching(resource, actual)).map(|there| there.id.as_str()).collect();
    let retired = actual.resources.iter().filter(|there| !kept.contains(&there.id.as_str()) && is_ours(desired, there));
    steps.extend(retired.map(|there| PlanStep::Retire { resource: there.id.clone(), title: there.title.clone() }));
    Plan { steps }
}

/// The resource of the portal that stands for a file: by its mark, else by its name; the right bytes win among twins.
pub(crate) fn matching<'a>(wanted: &DesiredResource, actual: &'a Dataset) -> Option<&'a Resource> {
    let marked = |there: &&Resource| there.extra(PATH_EXTRA) == Some(wanted.path.as_str());
    let named = |there: &&Resource| there.extra(PATH_EXTRA).is_none() && there.file_name() == wanted.upload_name;
    let same = |there: &&Resource| same_bytes(wanted, there);
    let there = || actual.resources.iter();
    there()
        .find(|resource| marked(resource) && same(resource))
        .or_else(|| there().find(|resource| named(resource) && same(resource)))
        .or_else(|| there().find(marked))
        .or_else(|| there().find(named))
}

fn same_bytes(wanted: &DesiredResource, there: &Resource) -> bool {
    there.sha1.as_deref() == Some(wanted.sha1.as_str())
}

/// Ours when we marked it, or when it is a twin left by a lost answer: our name and our bytes.
fn is_ours(desired: &Desired, there: &Resource) -> bool {
    let twin = |wanted: &DesiredResource| there.file_name() == wanted.upload_name && same_bytes(wanted, there);
    there.extra(DATASET_EXTRA) == Some(desired.dataset.as_str()) || desired.resources.iter().any(twin)
}

/// Our files in the order of the release, then what others added.
pub(crate) fn wanted_order(desired: &Desired, actual: &Dataset) -> Vec<String> {
    let ours: Vec<String> =
        desired.resources.iter().filter_map(|resource| matching(resource, actual)).map(|there| there.id.clone()).collect();
    let others = actual.resources.iter().map(|there| there.id.clone()).filter(|id| !ours.contains(id));
    ours.iter().cloned().chain(others).collect()
}

fn present_order(actual: &Dataset) -> Vec<String> {
    actual.resources.iter().map(|there| there.id.clone()).collect()
}
