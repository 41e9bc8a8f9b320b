//! `debouches plan`: what would change on the portals; writes nothing there.

use debouches_model::{Fault, Stage};
use debouches_publish::{PlanFile, PlannedDataset, PlannedPortal};
use serde_json::json;

use super::plan_text::text;
use crate::args::{Global, PlanArgs};
use crate::config::{Portal, PortalKind};
use crate::engine::Selection;
use crate::failure::{self, Usage};
use crate::output;
use crate::session::Session;
use crate::stages::connection::connect;
use crate::stages::package::{ingredients, is_current, latest};
use crate::stages::publish::all_withdrawn;
use crate::stages::withdrawn::{is_withdrawn, to_mark};

/// Exit code of `plan --exit-code` when something would change.
const PENDING: u8 = 10;

/// What would change for one dataset on one portal.
pub(super) struct Line {
    pub(super) dataset: String,
    pub(super) release: Option<String>,
    pub(super) portal: String,
    pub(super) planned: Option<PlannedDataset>,
    pub(super) left_out: Vec<String>,
    pub(super) notes: Vec<String>,
    /// What stands in the way, and whose fault it is.
    obstacle: Option<(String, Fault)>,
}

pub(crate) async fn plan(global: &Global, args: &PlanArgs) -> anyhow::Result<u8> {
    let session = Session::open(global).await?;
    let selection = Selection::of(&session.pipeline, &args.subjects.subjects)?;
    if session.pipeline.portals.is_empty() {
        return Err(Usage(format!("profile `{}` has no portal", session.pipeline.profile)).into());
    }
    if args.output.is_some() && session.pipeline.portals.len() > 1 {
        return Err(Usage("a plan file is for one portal, and the profile has several".to_owned()).into());
    }
    let mut lines = Vec::new();
    for portal in &session.pipeline.portals {
        lines.extend(of_portal(&session, &selection, portal).await?);
    }
    let pending = lines.iter().any(Line::is_pending);
    let obstacle = lines.iter().find_map(|line| line.obstacle.as_ref().map(|(_, fault)| *fault));
    if global.json {
        let documents: Vec<_> = lines.iter().map(Line::document).collect();
        output::print(&(json!({ "schema_version": 1, "pending": pending, "datasets": documents }).to_string() + "\n"));
    } else {
        output::print(&text(&lines));
    }
    if let Some(fault) = obstacle {
        return Ok(fault.exit_code());
    }
    if let (Some(path), Some(portal)) = (&args.output, session.pipeline.portal()) {
        let planned = lines.into_iter().filter_map(|line| line.planned).filter(|planned| !planned.writes.is_empty());
        let url = match &portal.kind {
            PortalKind::Practice { .. } => None,
            PortalKind::Udata { url, .. } => Some(url.clone()),
        };
        let there = PlannedPortal { id: portal.id.to_string(), url };
        let file = PlanFile::new(session.clock.now(), there, planned.collect());
        let path = global.directory.clone().unwrap_or_default().join(path);
        debouches_store::replace_file(&path, file.to_text().as_bytes())?;
    }
    Ok(if pending && args.exit_code { PENDING } else { 0 })
}

async fn of_portal(session: &Session, selection: &Selection<'_>, portal: &Portal) -> anyhow::Result<Vec<Line>> {
    let mut lines = Vec::new();
    let connection = connect(session, portal).await?;
    if portal.contact.is_some() && connection.target(None).contact_points.len() == portal.contact_points.len() {
        tracing::info!("the contact point of portal {} would be made", portal.id);
    }
    for dataset in &selection.datasets {
        let id = dataset.id().as_str();
        let mut line = Line {
            dataset: id.to_owned(),
            release: None,
            portal: portal.id.to_string(),
            planned: None,
            left_out: Vec::new(),
            notes: Vec::new(),
            obstacle: None,
        };
        let release = match latest(session, id).await? {
            Some(release) => Some(release),
            None => to_mark(session, dataset.id()).await?,
        };
        let Some(release) = release else {
            if !all_withdrawn(session, dataset).await {
                line.notes.push("no release yet: run `debouches run`".to_owned());
            }
            lines.push(line);
            continue;
        };
        line.release = Some(release.key().id.clone());
        match ingredients(session, dataset).await {
            Ok((now, _)) if is_current(session, &release, &now).await? => {}
            // Withdrawn data is not released again.
            Ok((now, _)) if is_withdrawn(session, dataset.id(), &now).await? => {}
            Ok(_) => line.notes.push(format!("the {} stage would make another release", Stage::Package)),
            Err(error) => line.notes.push(failure::one_line(&error)),
        }
        match connection.pending(session, &release, &connection.target(Some(dataset))).await {
            Ok(found) => {
                line.left_out = found.desired.left_out.clone();
                line.planned = Some(PlannedDataset::of(&found, release.manifest().identity()));
            }
            Err(error) => line.obstacle = Some((failure::one_line(&error), failure::fault_of(&error))),
        }
        lines.push(line);
    }
    connection.close().await;
    Ok(lines)
}

impl Line {
    fn is_pending(&self) -> bool {
        let writes = self.planned.as_ref().is_some_and(|planned| !planned.writes.is_empty());
        writes || self.obstacle.is_some() || !self.notes.is_empty()
    }

    pub(super) fn obstacle(&self) -> Option<&str> {
        self.obstacle.as_ref().map(|(what, _)| what.as_str())
    }

    fn document(&self) -> serde_json::Value {
        let writes = self.planned.as_ref().map(|planned| planned.writes.as_slice()).unwrap_or_default();
        let steps: Vec<String> = writes.iter().map(ToString::to_string).collect();
        let note = (!self.notes.is_empty()).then(|| self.notes.join("; "));
        json!({
            "dataset": self.dataset,
            "release": self.release,
            "portal": self.portal,
            "steps": steps,
            "writes": writes,
            "left_out": self.left_out,
            "note": note,
            "obstacle": self.obstacle(),
        })
    }
}
