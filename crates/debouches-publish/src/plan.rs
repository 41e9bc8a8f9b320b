//! The plan: what to write so that the portal agrees with the release, and why. Pure.

use debouches_model::Sha256;
use debouches_udata::{Dataset, Difference, Resource, ResourceKind};
use serde::{Deserialize, Serialize};

use crate::actual::Observed;
use crate::desired::{Desired, DesiredResource, Hosting};
use crate::matching::{matching, same_bytes};
use crate::step::PlanStep;
use crate::{DATASET_EXTRA, PATH_EXTRA};

/// A write, why it is needed, and what it changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedWrite {
    /// The write.
    pub step: PlanStep,
    /// Why, in a few words.
    pub reason: String,
    /// The fields that it changes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Difference>,
    /// Digest of what is sent: the file, or the fields; none when the write sends nothing of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<Sha256>,
}

/// The writes, in an order that keeps readers safe: data files, other files, their order, the dataset, then what is
/// retired.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The writes.
    pub writes: Vec<PlannedWrite>,
}

/// What a publication would do.
pub struct Pending {
    /// What the release wants.
    pub desired: Desired,
    /// What is there.
    pub observed: Observed,
    /// What would be written.
    pub plan: Plan,
    /// What people decided on the portal, and is kept.
    pub notes: Vec<String>,
}

impl Plan {
    /// True when the portal agrees already.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }
}

impl std::fmt::Display for PlannedWrite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.step.fmt(f)
    }
}

/// Compares what we want with what is there.
#[must_use]
pub fn plan(desired: &Desired, observed: &Observed) -> Plan {
    let mut writes = Vec::new();
    let Some(actual) = &observed.dataset else {
        writes.push(write(
            PlanStep::CreateDataset,
            "the portal has no dataset with our mark",
            Some(desired.text_digest()),
        ));
        writes.extend(files_first(desired).map(absent));
        writes.push(write(
            PlanStep::Reorder,
            "new files come first on the portal",
            None,
        ));
        writes.push(write(
            PlanStep::UpdateDataset,
            "the dataset is hidden until everything is there",
            Some(desired.text_digest()),
        ));
        writes.extend(drafts(observed));
        return Plan { writes };
    };
    writes.extend(files_first(desired).filter_map(|wanted| file_write(wanted, actual)));
    let adds = |write: &PlannedWrite| {
        matches!(write.step, PlanStep::Upload { .. } | PlanStep::Link { .. })
    };
    if writes.iter().any(adds) {
        writes.push(write(
            PlanStep::Reorder,
            "new files come first on the portal",
            None,
        ));
    } else if wanted_order(desired, actual) != present_order(actual) {
        writes.push(write(
            PlanStep::Reorder,
            "the files are in another order",
            None,
        ));
    }
    let changes = actual.differences(&desired.text);
    if !changes.is_empty() {
        let reason = format!("{} differ", fields(&changes));
        writes.push(PlannedWrite {
            changes,
            ..write(PlanStep::UpdateDataset, reason, Some(desired.text_digest()))
        });
    }
    writes.extend(retired(desired, actual));
    writes.extend(drafts(observed));
    Plan { writes }
}

/// Data before what documents it, else in the order of the release.
fn files_first(desired: &Desired) -> impl Iterator<Item = &DesiredResource> {
    let is_data = |wanted: &&DesiredResource| wanted.text.kind == ResourceKind::Main;
    let data = desired.resources.iter().filter(is_data);
    data.chain(
        desired
            .resources
            .iter()
            .filter(move |wanted| !is_data(wanted)),
    )
}

fn write(step: PlanStep, reason: impl Into<String>, payload: Option<Sha256>) -> PlannedWrite {
    PlannedWrite {
        step,
        reason: reason.into(),
        changes: Vec::new(),
        payload,
    }
}

fn absent(wanted: &DesiredResource) -> PlannedWrite {
    let path = wanted.path.clone();
    match wanted.hosting {
        Hosting::Hosted => write(
            PlanStep::Upload { path },
            "the portal does not have it",
            Some(wanted.sha256),
        ),
        Hosting::Linked { .. } => write(
            PlanStep::Link { path },
            "the portal has no link to it",
            Some(wanted.sha256),
        ),
    }
}

fn file_write(wanted: &DesiredResource, actual: &Dataset) -> Option<PlannedWrite> {
    let Some(there) = matching(wanted, actual) else {
        return Some(absent(wanted));
    };
    let (path, resource) = (wanted.path.clone(), there.id.clone());
    if let Some(link) = wanted.link() {
        let changes = there.link_differences(&link);
        let reason = format!("{} differ", fields(&changes));
        let write = write(
            PlanStep::Relink { path, resource },
            reason,
            Some(wanted.sha256),
        );
        return (!changes.is_empty()).then_some(PlannedWrite { changes, ..write });
    }
    let changes = there.differences(&wanted.text);
    if !same_bytes(wanted, there) {
        let known_sha1 = there.sha1.as_deref().unwrap_or("none");
        let reason = format!(
            "other bytes: sha1 {}… there, {}… in the release",
            short(known_sha1),
            short(&wanted.sha1)
        );
        return Some(PlannedWrite {
            changes,
            ..write(
                PlanStep::Replace { path, resource },
                reason,
                Some(wanted.sha256),
            )
        });
    }
    let reason = format!("{} differ", fields(&changes));
    let write = write(
        PlanStep::Describe { path, resource },
        reason,
        Some(wanted.text_digest()),
    );
    (!changes.is_empty()).then_some(PlannedWrite { changes, ..write })
}

fn retired<'a>(
    desired: &'a Desired,
    actual: &'a Dataset,
) -> impl Iterator<Item = PlannedWrite> + 'a {
    let kept: Vec<&str> = desired
        .resources
        .iter()
        .filter_map(|wanted| matching(wanted, actual))
        .map(|there| there.id.as_str())
        .collect();
    let others = actual
        .resources
        .iter()
        .filter(move |there| !kept.contains(&there.id.as_str()));
    others.filter_map(|there| {
        let twin = desired
            .resources
            .iter()
            .any(|wanted| is_twin(wanted, there));
        let reason = if twin {
            "the portal has it twice"
        } else {
            "the release has it no more"
        };
        let ours = there.extra(DATASET_EXTRA) == Some(desired.dataset.as_str());
        let step = PlanStep::Retire {
            resource: there.id.clone(),
            title: there.title.clone(),
            twin,
        };
        (twin || ours).then(|| write(step, reason, None))
    })
}

/// Empty datasets that a lost answer left behind.
fn drafts(observed: &Observed) -> impl Iterator<Item = PlannedWrite> + '_ {
    let reason = "an empty hidden dataset with our mark, left by a lost answer";
    observed.drafts.iter().map(move |id| {
        write(
            PlanStep::RetireDraft {
                dataset: id.clone(),
            },
            reason,
            None,
        )
    })
}

fn fields(changes: &[Difference]) -> String {
    changes
        .iter()
        .map(|change| change.field.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

fn short(digest: &str) -> &str {
    digest.get(..8).unwrap_or(digest)
}

/// A second copy, made by a lost answer: our name and our bytes, or our mark and our bytes.
fn is_twin(wanted: &DesiredResource, there: &Resource) -> bool {
    let remote = matches!(wanted.hosting, Hosting::Linked { .. });
    let ours = there.file_name() == wanted.upload_name
        || there.extra(PATH_EXTRA) == Some(wanted.path.as_str());
    there.remote == remote && ours && same_bytes(wanted, there)
}

/// Our files in the order of the release, then what others added; the order of the page when somebody may have chosen it.
pub(crate) fn wanted_order(desired: &Desired, actual: &Dataset) -> Vec<String> {
    if desired.keeps_order {
        return kept_order(desired, actual);
    }
    let ours: Vec<String> = desired
        .resources
        .iter()
        .filter_map(|resource| matching(resource, actual))
        .map(|there| there.id.clone())
        .collect();
    let others = actual
        .resources
        .iter()
        .map(|there| there.id.clone())
        .filter(|id| !ours.contains(id));
    ours.iter().cloned().chain(others).collect()
}

/// The order of the page, each new file after the one that it follows in the release.
fn kept_order(desired: &Desired, actual: &Dataset) -> Vec<String> {
    let new = |id: &String| {
        let marked = actual.resources.iter().find(|there| there.id == *id);
        marked.is_some_and(|there| !desired.known.contains(&there.id))
    };
    let ours: Vec<String> = desired
        .resources
        .iter()
        .filter_map(|resource| matching(resource, actual))
        .map(|there| there.id.clone())
        .collect();
    let mut order: Vec<String> = present_order(actual)
        .into_iter()
        .filter(|id| !(new(id) && ours.contains(id)))
        .collect();
    for (index, id) in ours.iter().enumerate().filter(|(_, id)| new(id)) {
        let before = ours[..index]
            .iter()
            .rev()
            .find_map(|before| order.iter().position(|known| known == before));
        order.insert(before.map_or(0, |before| before + 1), id.clone());
    }
    order
}

fn present_order(actual: &Dataset) -> Vec<String> {
    actual
        .resources
        .iter()
        .map(|there| there.id.clone())
        .collect()
}
