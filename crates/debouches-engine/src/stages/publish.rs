//! Releases to the portals of the profile.

use debouches_model::{Event, Stage};
use debouches_publish::{
    Applied, Mandate, PlanFile, PlannedDataset, PublishError, Target, last_receipt,
};
use debouches_store::{Artefact, Lock};

use crate::announce::announce;
use crate::config::{DatasetConfig, Hosting, Pipeline, Portal, PortalKind, StaticSite};
use crate::context::Context;
use crate::failure::Usage;
use crate::releases::latest;
use crate::retraction::{check_release, to_mark};
use crate::selection::Selection;
use crate::summary::{Outcome, Step, Summary};
use crate::targets::bucket::host;
use crate::targets::portal::connection::{Connection, connect};
use crate::targets::site::{self, Catalogue};

/// What publishing works with: a run, its lock, and the plan that limits it.
#[derive(Clone, Copy)]
struct Publishing<'a> {
    context: &'a Context,
    lock: &'a Lock,
    plan: Option<&'a PlanFile>,
}

impl<'a> Publishing<'a> {
    /// What the plan says of a dataset; nothing without plan.
    fn planned(&self, dataset: &DatasetConfig) -> Option<&'a PlannedDataset> {
        let mut planned = self.plan?.datasets.iter();
        planned.find(|planned| &planned.dataset == dataset.id())
    }
}

/// A release to publish, and the dataset that it is of.
struct Ready<'a> {
    dataset: &'a DatasetConfig,
    release: Artefact,
    /// Whether no file of it is shown any more.
    bare: bool,
    /// Whether readers are led away from a retracted release, or to its marked page.
    retracts: bool,
}

/// Publishes the newest release of each dataset to every portal of the profile.
pub async fn run(context: &Context, selection: &Selection<'_>, lock: &Lock, summary: &mut Summary) {
    let ready = ready(context, selection, summary).await;
    if ready.is_empty() {
        return;
    }
    if context.pipeline.portals.is_empty() {
        let error = Usage(format!(
            "profile `{}` has no portal",
            context.pipeline.profile
        ))
        .into();
        for item in &ready {
            summary.push(Step::failed(Stage::Publish, item.dataset.id(), &error));
        }
    }
    let publishing = Publishing {
        context,
        lock,
        plan: None,
    };
    for portal in &context.pipeline.portals {
        to_portal(publishing, portal, &ready, summary).await;
    }
}

/// The portal that a plan was made for, if it still is the same.
///
/// # Errors
/// Fails when the profile has no such portal, or when another one has its name now.
pub fn planned_portal<'a>(pipeline: &'a Pipeline, plan: &PlanFile) -> Result<&'a Portal, Usage> {
    let portal = pipeline
        .portals
        .iter()
        .find(|portal| portal.id.as_str() == plan.portal.id)
        .ok_or_else(|| {
            Usage(format!(
                "the plan is for portal `{}`, which profile `{}` has not",
                plan.portal.id, pipeline.profile
            ))
        })?;
    let url = match &portal.kind {
        PortalKind::Practice { .. } | PortalKind::Static(_) => None,
        PortalKind::Udata { url, .. } => Some(url.clone()),
    };
    if url != plan.portal.url {
        let there = plan.portal.url.as_deref().unwrap_or("the practice portal");
        return Err(Usage(format!(
            "the plan was made for {there}, portal `{}` is another one now",
            portal.id
        )));
    }
    Ok(portal)
}

/// Publishes by a plan: its writes, and no other.
///
/// # Errors
/// Fails when the portal of the plan is not that of the profile.
pub async fn run_planned(
    context: &Context,
    selection: &Selection<'_>,
    plan: &PlanFile,
    lock: &Lock,
    summary: &mut Summary,
) -> Result<(), Usage> {
    let portal = planned_portal(&context.pipeline, plan)?;
    let mut ready = ready(context, selection, summary).await;
    ready.retain(|item| {
        plan.datasets
            .iter()
            .any(|planned| &planned.dataset == item.dataset.id())
    });
    let publishing = Publishing {
        context,
        lock,
        plan: Some(plan),
    };
    to_portal(publishing, portal, &ready, summary).await;
    Ok(())
}

async fn ready<'a>(
    context: &Context,
    selection: &Selection<'a>,
    summary: &mut Summary,
) -> Vec<Ready<'a>> {
    let mut ready = Vec::new();
    for dataset in selection.datasets.iter().copied() {
        if !summary.passed(Stage::Package, dataset.id().as_str()) {
            summary.push(Step::skipped(
                Stage::Publish,
                dataset.id(),
                "not packaged: what is published stays as it is",
            ));
            continue;
        }
        match latest(context, dataset.id().as_str()).await {
            Ok(Some(release)) => match check_release(context, dataset, &release).await {
                Ok(()) => ready.push(Ready {
                    dataset,
                    release,
                    bare: false,
                    retracts: false,
                }),
                Err(error) => summary.push(Step::failed(Stage::Publish, dataset.id(), &error)),
            },
            Ok(None) => match to_mark(context, dataset.id()).await {
                Ok(Some(release)) => ready.push(Ready {
                    dataset,
                    release,
                    bare: false,
                    retracts: true,
                }),
                Err(error) => summary.push(Step::failed(Stage::Publish, dataset.id(), &error)),
                Ok(None) if all_retracted(context, dataset).await => {
                    let detail = "every release is withdrawn: the page stays as it is";
                    summary.push(Step::new(
                        Stage::Publish,
                        dataset.id(),
                        Outcome::Kept,
                        detail,
                    ));
                }
                Ok(None) => {
                    let error = Usage(format!(
                        "dataset {0} has no release: run `debouches package {0}`",
                        dataset.id()
                    ))
                    .into();
                    summary.push(Step::failed(Stage::Publish, dataset.id(), &error));
                }
            },
            Err(error) => summary.push(Step::failed(Stage::Publish, dataset.id(), &error)),
        }
    }
    ready
}

/// True when a dataset has releases, and all of them are withdrawn.
pub async fn all_retracted(context: &Context, dataset: &DatasetConfig) -> bool {
    context
        .retracted()
        .await
        .is_ok_and(|retracted| retracted.of(dataset.id()).next().is_some())
}

/// Leads readers away from a withdrawn release: to another one, to a marked page, or to a page without files.
pub async fn led_elsewhere(
    context: &Context,
    selection: &Selection<'_>,
    purged: Option<&Artefact>,
    lock: &Lock,
    summary: &mut Summary,
) {
    let mut ready = Vec::new();
    for dataset in selection.datasets.iter().copied() {
        let (other, marked) = (
            latest(context, dataset.id().as_str()).await,
            to_mark(context, dataset.id()).await,
        );
        match (other, marked, purged) {
            (Err(error), _, _) | (_, Err(error), _) => {
                summary.push(Step::failed(Stage::Publish, dataset.id(), &error));
            }
            (Ok(Some(release)), _, _) | (Ok(None), Ok(Some(release)), _) => {
                ready.push(Ready {
                    dataset,
                    release,
                    bare: false,
                    retracts: true,
                });
            }
            (Ok(None), Ok(None), Some(release)) => ready.push(Ready {
                dataset,
                release: release.clone(),
                bare: true,
                retracts: true,
            }),
            (Ok(None), Ok(None), None) => {}
        }
    }
    for portal in &context.pipeline.portals {
        // What was never published there has no page to change.
        let mut shown = Vec::new();
        for item in &ready {
            match last_receipt(&context.store, item.dataset.id(), portal.id.as_str()).await {
                Ok(Some(_)) => shown.push(Ready {
                    dataset: item.dataset,
                    release: item.release.clone(),
                    bare: item.bare,
                    retracts: item.retracts,
                }),
                Ok(None) => {}
                Err(error) => summary.push(Step::failed(
                    Stage::Publish,
                    item.dataset.id(),
                    &error.into(),
                )),
            }
        }
        if !shown.is_empty() {
            let publishing = Publishing {
                context,
                lock,
                plan: None,
            };
            to_portal(publishing, portal, &shown, summary).await;
        }
    }
}

/// Removes the files of a purged release from its bucket.
///
/// # Errors
/// Fails when the bucket cannot be written.
pub async fn remove_hosted(
    context: &Context,
    hosting: &Hosting,
    release: &Artefact,
) -> anyhow::Result<()> {
    crate::targets::bucket::remove(context, hosting, release).await
}

async fn to_portal(
    publishing: Publishing<'_>,
    portal: &Portal,
    ready: &[Ready<'_>],
    summary: &mut Summary,
) {
    let Publishing { context, lock, .. } = publishing;
    if let PortalKind::Static(settings) = &portal.kind {
        return to_site(publishing, (portal, settings), ready, summary).await;
    }
    let connected = match connect(context, portal).await {
        Ok(mut connection) => match connection.ensure_contact().await {
            Ok(()) => Ok(connection),
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    let connection = match connected {
        Ok(connection) => connection,
        Err(error) => {
            for item in ready {
                summary.push(Step::failed(Stage::Publish, item.dataset.id(), &error));
            }
            return;
        }
    };
    for item in ready {
        let name = item.dataset.id().as_str();
        context.observer.on(Event::Subject { name });
        let planned = publishing.planned(item.dataset);
        let step = match one(context, &connection, item, planned, lock).await {
            Ok(applied) => {
                let address = connection.address(&applied);
                let subject = item.dataset.id().as_str();
                if let Some(line) = summary
                    .datasets
                    .iter_mut()
                    .find(|line| line.dataset == subject)
                {
                    line.address = Some(address.clone());
                }
                publication_step(context, &connection, subject, &applied, &address)
            }
            // Nothing of it is shown there: the bytes that we keep are removed all the same.
            Err(error) if item.retracts && is_of_deleted(&error) => {
                let detail = format!(
                    "the dataset was deleted on portal {}: nothing of it is shown there, its files may stay in its storage until its administrators purge it; if somebody restores it, `debouches verify --all` says so: delete it there again",
                    connection.name()
                );
                Step::new(Stage::Publish, item.dataset.id(), Outcome::Made, detail)
            }
            Err(error) => Step::failed(Stage::Publish, item.dataset.id(), &error),
        };
        summary.push(step);
    }
    connection.close().await;
}

/// Whether somebody deleted the dataset on the portal.
fn is_of_deleted(error: &anyhow::Error) -> bool {
    let mut links = error.chain();
    links.any(|link| matches!(link.downcast_ref(), Some(PublishError::Deleted { .. })))
}

async fn to_site(
    publishing: Publishing<'_>,
    (portal, settings): (&Portal, &StaticSite),
    ready: &[Ready<'_>],
    summary: &mut Summary,
) {
    let Publishing { context, lock, .. } = publishing;
    match Catalogue::open(context, portal, settings) {
        Ok(catalogue) => {
            let mut datasets = Vec::new();
            for item in ready {
                let planned = publishing.planned(item.dataset);
                let checked = match planned {
                    Some(planned) => {
                        catalogue
                            .check_plan(item.dataset, &item.release, planned)
                            .await
                    }
                    None => Ok(()),
                };
                match checked {
                    Ok(()) => datasets.push((item.dataset, &item.release)),
                    Err(error) => {
                        summary.push(Step::failed(Stage::Publish, item.dataset.id(), &error));
                    }
                }
            }
            if datasets.is_empty() {
                return;
            }
            site::publish(&catalogue, &datasets, lock, summary).await;
        }
        Err(error) => {
            for item in ready {
                summary.push(Step::failed(Stage::Publish, item.dataset.id(), &error));
            }
        }
    }
}

async fn one(
    context: &Context,
    connection: &Connection<'_>,
    item: &Ready<'_>,
    planned: Option<&PlannedDataset>,
    lock: &Lock,
) -> anyhow::Result<Applied> {
    let target = Target {
        bare: item.bare,
        retracts: item.retracts,
        ..connection.target(Some(item.dataset))
    };
    // Everything that the portal would refuse or drop is told before the first write.
    let desired = connection
        .pending(context, &item.release, &target)
        .await?
        .desired;
    // The files of a bucket are there, and read back, before the portal links to them.
    if let Some(hosting) = item.dataset.hosting.as_ref().filter(|_| !item.bare) {
        host(context, hosting, &item.release, planned).await?;
    }
    let mandate = planned.map_or(Mandate::All, Mandate::Planned);
    let applied = connection
        .publication(context, &item.release, &target)
        .publish_desired(desired, lock, mandate)
        .await?;
    connection.settle().await?;
    for path in &applied.left_out {
        tracing::warn!(
            "{path} was left out: portal {} does not accept its extension",
            connection.name()
        );
    }
    for note in &applied.notes {
        tracing::warn!("{}: {note}", item.dataset.id());
    }
    let is_retracted = target.is_withdrawal_of(applied.receipt.version);
    if connection.configured.announce && !is_retracted {
        announce(connection, &item.release, &applied).await?;
    }
    Ok(applied)
}

fn publication_step(
    context: &Context,
    connection: &Connection<'_>,
    subject: &str,
    applied: &Applied,
    address: &str,
) -> Step {
    let quality = applied
        .quality
        .map(|score| format!(", quality {:.0} %", score * 100.0))
        .unwrap_or_default();
    let version = applied.receipt.version;
    let quality = applied
        .notes
        .iter()
        .fold(quality, |publication_step, note| {
            format!("{publication_step}; {note}")
        });
    // With one portal its name says nothing new.
    let portal = if context.pipeline.portals.len() > 1 {
        format!("{}: ", connection.name())
    } else {
        String::new()
    };
    if applied.writes.is_empty() {
        let detail = format!("{portal}version {version} is there already{quality}: {address}");
        return Step::new(Stage::Publish, subject, Outcome::Kept, detail);
    }
    let detail = format!(
        "{portal}version {version}, {} writes{quality}: {address}",
        applied.writes.len()
    );
    Step::new(Stage::Publish, subject, Outcome::Made, detail)
}
