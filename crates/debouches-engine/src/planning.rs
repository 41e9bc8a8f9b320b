//! What a publication would change on the portals.

use debouches_model::Fault;
use debouches_publish::{PlanFile, PlannedBucket, PlannedDataset, PlannedPortal};
use debouches_store::Artefact;
use serde_json::json;

use crate::Context;
use crate::config::{DatasetConfig, Pipeline, Portal, PortalKind, StaticSite};
use crate::failure::{self, Usage};
use crate::releases::{is_current, latest, refusal};
use crate::retraction::{is_retracted, to_mark};
use crate::selection::Selection;
use crate::stages::package::{ingredients, waiting_text, waits_for};
use crate::stages::publish::all_retracted;
use crate::targets::bucket;
use crate::targets::portal::connection::connect;
use crate::targets::site::{Catalogue, Write};

/// What would change for one dataset on one portal.
pub struct PlanLine {
    /// The dataset, or `index` for the index of a static site.
    pub dataset: String,
    /// Version of its release.
    pub release: Option<String>,
    /// The portal.
    pub portal: String,
    /// Of a portal that is asked through its API: the writes.
    pub planned: Option<PlannedDataset>,
    /// Of a static site: what would be written.
    pub files: Vec<Write>,
    /// Files that the portal does not accept.
    pub left_out: Vec<String>,
    /// Why the release is not the newest possible one.
    pub notes: Vec<String>,
    /// What was refused or late upstream: the release that is live stays, and running again changes nothing.
    pub waits: Option<String>,
    /// What people decided on the portal, and is kept.
    pub hands: Vec<String>,
    /// What stands in the way, and whose fault it is.
    pub obstacle: Option<(String, Fault)>,
}

/// What publishing a selection would change on every portal of the profile; writes nothing there.
///
/// # Errors
/// Fails when the profile has no portal, or when one cannot be asked. What stands in the way of one dataset is an obstacle of its
/// line.
pub async fn plan(context: &Context, selection: &Selection<'_>) -> anyhow::Result<Vec<PlanLine>> {
    if context.pipeline.portals.is_empty() {
        return Err(Usage(format!(
            "profile `{}` has no portal",
            context.pipeline.profile
        ))
        .into());
    }
    let mut lines = Vec::new();
    for portal in &context.pipeline.portals {
        lines.extend(match &portal.kind {
            PortalKind::Static(settings) => of_site(context, selection, portal, settings).await?,
            PortalKind::Practice { .. } | PortalKind::Udata { .. } => {
                of_portal(context, selection, portal).await?
            }
        });
    }
    Ok(lines)
}

/// What a plan and a dry run do not look at: the sources, as they are now where they come from. None without a source.
#[must_use]
pub fn not_asked(selection: &Selection<'_>) -> Option<String> {
    let sources: Vec<&str> = selection
        .sources
        .iter()
        .map(|source| source.id().as_str())
        .collect();
    let first = sources.first()?;
    let others = sources.len() - 1;
    let named = match others {
        0 => format!("source {first}"),
        _ => format!("{} sources ({first} and {others} more)", sources.len()),
    };
    Some(format!(
        "not asked: {named}; what changed there since it was received is not told here, `debouches fetch` receives it and publishes nothing"
    ))
}

/// The portal that a plan file would be for: the only one that is asked through its API, else the only static site.
///
/// # Errors
/// Fails when there is none, or several.
pub fn portal_of_file(pipeline: &Pipeline) -> Result<&Portal, Usage> {
    let is_site = |portal: &&Portal| matches!(portal.kind, PortalKind::Static(_));
    let (sites, asked): (Vec<&Portal>, Vec<&Portal>) = pipeline.portals.iter().partition(is_site);
    match (asked.as_slice(), sites.as_slice()) {
        ([portal], _) | ([], [portal]) => Ok(portal),
        ([], sites) => Err(Usage(format!(
            "a plan file is for one portal, and the profile has {} static sites",
            sites.len()
        ))),
        (asked, _) => Err(Usage(format!(
            "a plan file is for one portal that is asked through its API, and the profile has {}",
            asked.len()
        ))),
    }
}

/// The plan of a portal as a file that a person reads before `debouches publish` follows it.
pub fn plan_file(context: &Context, portal: &Portal, lines: Vec<PlanLine>) -> PlanFile {
    let planned = lines
        .into_iter()
        .filter(|line| line.portal == portal.id.as_str())
        .filter_map(|line| line.planned)
        .filter(|planned| !planned.is_empty());
    let url = match &portal.kind {
        PortalKind::Practice { .. } | PortalKind::Static(_) => None,
        PortalKind::Udata { url, .. } => Some(url.clone()),
    };
    let there = PlannedPortal {
        id: portal.id.to_string(),
        url,
    };
    PlanFile::new(context.clock.now(), there, planned.collect())
}

async fn of_portal(
    context: &Context,
    selection: &Selection<'_>,
    portal: &Portal,
) -> anyhow::Result<Vec<PlanLine>> {
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
        let mut target = connection.target(Some(dataset));
        // The page of a retracted release is only marked.
        let version = release.key().id.parse();
        target.retracts = version.is_ok_and(|version| target.is_withdrawal_of(version));
        match connection.pending(context, &release, &target).await {
            Ok(desired_now) => {
                line.left_out = desired_now.desired.left_out.clone();
                line.hands = desired_now.notes.clone();
                let mut planned = PlannedDataset::of(&desired_now, release.manifest().identity());
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
) -> anyhow::Result<(PlanLine, Option<Artefact>)> {
    let mut line = PlanLine::new(dataset.id().as_str(), portal);
    let release = match latest(context, dataset.id().as_str()).await? {
        Some(release) => Some(release),
        None => to_mark(context, dataset.id()).await?,
    };
    let Some(release) = release else {
        if !all_retracted(context, dataset).await {
            match stands_before(context, dataset, None).await? {
                Before::Refusal(why) => line.waits = Some(why),
                Before::Nothing | Before::Work(_) => line
                    .notes
                    .push("no release yet: run `debouches run`".to_owned()),
            }
        }
        return Ok((line, None));
    };
    line.release = Some(release.key().id.clone());
    match stands_before(context, dataset, Some(&release)).await? {
        Before::Nothing => {}
        Before::Refusal(why) => line.waits = Some(why),
        Before::Work(what) => line.notes.push(what),
    }
    Ok((line, Some(release)))
}

/// What stands between what was received last and the release that a plan is about.
enum Before {
    Nothing,
    /// It was refused, here or upstream: running again changes nothing.
    Refusal(String),
    /// A stage has to run.
    Work(String),
}

async fn stands_before(
    context: &Context,
    dataset: &DatasetConfig,
    release: Option<&Artefact>,
) -> anyhow::Result<Before> {
    let id = dataset.id().as_str();
    let now = match ingredients(context, dataset).await {
        Ok((now, _)) => now,
        Err(error) => {
            let why = failure::one_line(&error);
            return Ok(match failure::fault_of(&error) {
                Fault::Data => Before::Refusal(why),
                _ => Before::Work(why),
            });
        }
    };
    if let Some(release) = release
        // Withdrawn data is not released again.
        && (is_current(context, release, &now).await?
            || is_retracted(context, dataset.id(), &now).await?)
    {
        return Ok(Before::Nothing);
    }
    if let Some(findings) = refusal(context, id, &now).await? {
        return Ok(Before::Refusal(format!(
            "what was received last was refused: see {findings}"
        )));
    }
    if let Some(upstream) = waits_for(context, dataset).await? {
        return Ok(Before::Refusal(waiting_text(upstream)));
    }
    Ok(Before::Work(format!(
        "what was received last would make another release, which is not planned here: `debouches run --to package {id}` makes it and publishes nothing"
    )))
}

async fn of_site(
    context: &Context,
    selection: &Selection<'_>,
    portal: &Portal,
    settings: &StaticSite,
) -> anyhow::Result<Vec<PlanLine>> {
    let catalogue = Catalogue::open(context, portal, settings)?;
    let (mut lines, mut records) = (Vec::new(), Vec::new());
    for dataset in &selection.datasets {
        let (mut line, release) = begun(context, dataset, portal).await?;
        if let Some(release) = release {
            match catalogue.pending(dataset).await {
                Ok(pending) => {
                    line.files = pending.writes();
                    line.planned = Some(PlannedDataset {
                        dataset: dataset.id().clone(),
                        version: release.key().id.parse()?,
                        release: release.manifest().identity(),
                        observed: catalogue.observed(dataset.id()).await?,
                        writes: Vec::new(),
                        bucket: None,
                        site: line.files.iter().map(|write| write.path.clone()).collect(),
                    });
                    records.push(pending.record);
                }
                Err(error) => {
                    line.obstacle = Some((failure::one_line(&error), failure::fault_of(&error)))
                }
            }
        }
        lines.push(line);
    }
    let mut index = PlanLine::new("index", portal);
    index.files = catalogue.index_writes(&records).await?;
    lines.push(index);
    Ok(lines)
}

impl PlanLine {
    fn new(dataset: &str, portal: &Portal) -> Self {
        Self {
            dataset: dataset.to_owned(),
            release: None,
            portal: portal.id.to_string(),
            planned: None,
            files: Vec::new(),
            left_out: Vec::new(),
            notes: Vec::new(),
            waits: None,
            hands: Vec::new(),
            obstacle: None,
        }
    }

    /// Whether anything would change, or stands in the way.
    pub fn is_pending(&self) -> bool {
        let writes = self
            .planned
            .as_ref()
            .is_some_and(|planned| !planned.is_empty());
        writes || !self.files.is_empty() || self.obstacle.is_some() || !self.notes.is_empty()
    }

    /// The line as JSON.
    pub fn document(&self) -> serde_json::Value {
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
            "waits": self.waits,
            "kept": self.hands,
            "obstacle": self.obstacle.as_ref().map(|(what, _)| what),
        })
    }
}
