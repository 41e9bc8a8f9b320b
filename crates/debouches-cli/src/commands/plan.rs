//! `debouches plan`: what would change on the portals; writes nothing there.

use debouches_model::{Fault, Stage};
use debouches_publish::{PlanFile, PlannedBucket, PlannedDataset, PlannedPortal};
use debouches_store::Artefact;
use serde_json::json;

use super::plan_text::text;
use crate::args::{Global, PlanArgs};
use crate::output;
use crate::session;
use debouches_engine::Context;
use debouches_engine::config::{DatasetConfig, Portal, PortalKind, StaticSite};
use debouches_engine::failure::{self, Usage};
use debouches_engine::retraction::{is_withdrawn, to_mark};
use debouches_engine::selection::Selection;
use debouches_engine::stages::package::{ingredients, is_current, latest};
use debouches_engine::stages::publish::all_withdrawn;
use debouches_engine::targets::bucket;
use debouches_engine::targets::portal::connection::connect;
use debouches_engine::targets::site::{Catalogue, Write};

/// Exit code of `plan --exit-code` when something would change.
const PENDING: u8 = 10;

/// What would change for one dataset on one portal.
pub(super) struct Line {
    pub(super) dataset: String,
    pub(super) release: Option<String>,
    pub(super) portal: String,
    pub(super) planned: Option<PlannedDataset>,
    /// Of a static catalogue: what would be written.
    pub(super) files: Vec<Write>,
    pub(super) left_out: Vec<String>,
    pub(super) notes: Vec<String>,
    /// What stands in the way, and whose fault it is.
    obstacle: Option<(String, Fault)>,
}

pub(crate) async fn plan(global: &Global, args: &PlanArgs) -> anyhow::Result<u8> {
    let context = session::open(global).await?;
    let selection = Selection::of(&context.pipeline, &args.subjects.subjects)?;
    if context.pipeline.portals.is_empty() {
        return Err(Usage(format!(
            "profile `{}` has no portal",
            context.pipeline.profile
        ))
        .into());
    }
    let asked: Vec<&Portal> = context
        .pipeline
        .portals
        .iter()
        .filter(|portal| !matches!(portal.kind, PortalKind::Static(_)))
        .collect();
    if args.output.is_some() && asked.len() != 1 {
        let message =
            "a plan file is for one portal that is asked through its API, and the profile has";
        return Err(Usage(format!("{message} {}", asked.len())).into());
    }
    let mut lines = Vec::new();
    for portal in &context.pipeline.portals {
        lines.extend(match &portal.kind {
            PortalKind::Static(settings) => {
                of_catalogue(&context, &selection, portal, settings).await?
            }
            PortalKind::Practice { .. } | PortalKind::Udata { .. } => {
                of_portal(&context, &selection, portal).await?
            }
        });
    }
    let pending = lines.iter().any(Line::is_pending);
    let obstacle = lines
        .iter()
        .find_map(|line| line.obstacle.as_ref().map(|(_, fault)| *fault));
    if global.json {
        let documents: Vec<_> = lines.iter().map(Line::document).collect();
        output::print(
            &(json!({ "schema_version": 1, "pending": pending, "datasets": documents })
                .to_string()
                + "\n"),
        );
    } else {
        output::print(&text(&lines));
    }
    if let Some(fault) = obstacle {
        return Ok(fault.exit_code());
    }
    if let (Some(path), Some(portal)) = (&args.output, asked.first()) {
        let planned = lines.into_iter().filter_map(|line| line.planned);
        let planned =
            planned.filter(|planned| !planned.writes.is_empty() || planned.bucket.is_some());
        let url = match &portal.kind {
            PortalKind::Practice { .. } | PortalKind::Static(_) => None,
            PortalKind::Udata { url, .. } => Some(url.clone()),
        };
        let there = PlannedPortal {
            id: portal.id.to_string(),
            url,
        };
        let file = PlanFile::new(context.clock.now(), there, planned.collect());
        let path = global.directory.clone().unwrap_or_default().join(path);
        debouches_store::replace_file(&path, file.to_text().as_bytes())?;
    }
    Ok(if pending && args.exit_code {
        PENDING
    } else {
        0
    })
}

async fn of_portal(
    context: &Context,
    selection: &Selection<'_>,
    portal: &Portal,
) -> anyhow::Result<Vec<Line>> {
    let mut lines = Vec::new();
    let connection = connect(context, portal).await?;
    if portal.contact.is_some()
        && connection.target(None).contact_points.len() == portal.contact_points.len()
    {
        tracing::info!("the contact point of portal {} would be made", portal.id);
    }
    for dataset in &selection.datasets {
        let (mut line, release) = begun(context, dataset, portal).await?;
        let Some(release) = release else {
            lines.push(line);
            continue;
        };
        match connection
            .pending(context, &release, &connection.target(Some(dataset)))
            .await
        {
            Ok(found) => {
                line.left_out = found.desired.left_out.clone();
                let mut planned = PlannedDataset::of(&found, release.manifest().identity());
                match bucket(context, dataset, &release).await {
                    Ok(bucket) => planned.bucket = bucket,
                    Err(error) => {
                        line.obstacle = Some((failure::one_line(&error), failure::fault_of(&error)))
                    }
                }
                line.planned = Some(planned);
            }
            Err(error) => {
                line.obstacle = Some((failure::one_line(&error), failure::fault_of(&error)))
            }
        }
        lines.push(line);
    }
    connection.close().await;
    Ok(lines)
}

/// What would be put in the bucket of a dataset that has one.
async fn bucket(
    context: &Context,
    dataset: &DatasetConfig,
    release: &Artefact,
) -> anyhow::Result<Option<PlannedBucket>> {
    let Some(hosting) = &dataset.hosting else {
        return Ok(None);
    };
    let planned = bucket::planned(context, hosting, release).await?;
    Ok((!planned.is_empty()).then_some(planned))
}

/// The line of a dataset, with what stands before its publication, and its release.
async fn begun(
    context: &Context,
    dataset: &DatasetConfig,
    portal: &Portal,
) -> anyhow::Result<(Line, Option<Artefact>)> {
    let mut line = Line::new(dataset.id().as_str(), portal);
    let release = match latest(context, dataset.id().as_str()).await? {
        Some(release) => Some(release),
        None => to_mark(context, dataset.id()).await?,
    };
    let Some(release) = release else {
        if !all_withdrawn(context, dataset).await {
            line.notes
                .push("no release yet: run `debouches run`".to_owned());
        }
        return Ok((line, None));
    };
    line.release = Some(release.key().id.clone());
    match ingredients(context, dataset).await {
        Ok((now, _)) if is_current(context, &release, &now).await? => {}
        // Withdrawn data is not released again.
        Ok((now, _)) if is_withdrawn(context, dataset.id(), &now).await? => {}
        Ok(_) => line.notes.push(format!(
            "the {} stage would make another release",
            Stage::Package
        )),
        Err(error) => line.notes.push(failure::one_line(&error)),
    }
    Ok((line, Some(release)))
}

async fn of_catalogue(
    context: &Context,
    selection: &Selection<'_>,
    portal: &Portal,
    settings: &StaticSite,
) -> anyhow::Result<Vec<Line>> {
    let catalogue = Catalogue::open(context, portal, settings)?;
    let (mut lines, mut records) = (Vec::new(), Vec::new());
    for dataset in &selection.datasets {
        let (mut line, release) = begun(context, dataset, portal).await?;
        if release.is_some() {
            match catalogue.pending(dataset).await {
                Ok(pending) => {
                    line.files = pending.writes();
                    records.push(pending.record);
                }
                Err(error) => {
                    line.obstacle = Some((failure::one_line(&error), failure::fault_of(&error)))
                }
            }
        }
        lines.push(line);
    }
    let mut index = Line::new("index", portal);
    index.files = catalogue.index_writes(&records).await?;
    lines.push(index);
    Ok(lines)
}

impl Line {
    fn new(dataset: &str, portal: &Portal) -> Self {
        Self {
            dataset: dataset.to_owned(),
            release: None,
            portal: portal.id.to_string(),
            planned: None,
            files: Vec::new(),
            left_out: Vec::new(),
            notes: Vec::new(),
            obstacle: None,
        }
    }

    fn is_pending(&self) -> bool {
        let writes = self
            .planned
            .as_ref()
            .is_some_and(|planned| !planned.writes.is_empty() || planned.bucket.is_some());
        writes || !self.files.is_empty() || self.obstacle.is_some() || !self.notes.is_empty()
    }

    /// What is said in the place of a version: the index has none.
    pub(super) fn default_version(&self) -> String {
        if self.notes.is_empty() {
            String::new()
        } else {
            " no release".to_owned()
        }
    }

    pub(super) fn obstacle(&self) -> Option<&str> {
        self.obstacle.as_ref().map(|(what, _)| what.as_str())
    }

    fn document(&self) -> serde_json::Value {
        let writes = self
            .planned
            .as_ref()
            .map(|planned| planned.writes.as_slice())
            .unwrap_or_default();
        let files = self
            .files
            .iter()
            .map(|write| format!("write {}", write.path));
        let steps: Vec<String> = writes
            .iter()
            .map(ToString::to_string)
            .chain(files)
            .collect();
        let note = (!self.notes.is_empty()).then(|| self.notes.join("; "));
        json!({
            "dataset": self.dataset,
            "release": self.release,
            "portal": self.portal,
            "steps": steps,
            "writes": writes,
            "bucket": self.planned.as_ref().and_then(|planned| planned.bucket.as_ref()),
            "left_out": self.left_out,
            "note": note,
            "obstacle": self.obstacle(),
        })
    }
}
