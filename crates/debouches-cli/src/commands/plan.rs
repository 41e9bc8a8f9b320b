//! `debouches plan`: what would change on the portal; writes nothing there.

use debouches_model::Stage;
use serde_json::json;

use crate::args::{Global, PlanArgs};
use crate::engine::Selection;
use crate::session::Session;
use crate::stages::package::{ingredients, is_current, latest};
use crate::stages::publish::connect;
use crate::{failure, output};

/// Exit code of `plan --exit-code` when something would change.
const PENDING: u8 = 10;

pub(crate) async fn plan(global: &Global, args: &PlanArgs) -> anyhow::Result<u8> {
    let session = Session::open(global).await?;
    let selection = Selection::of(&session.pipeline, &args.subjects.subjects)?;
    let mut lines = Vec::new();
    let mut pending = false;
    let connection = connect(&session).await?;
    for dataset in &selection.datasets {
        let id = dataset.id().as_str();
        let Some(release) = latest(&session, id).await? else {
            lines.push(json!({ "dataset": id, "release": null, "steps": [], "note": "no release yet: run `debouches run`" }));
            pending = true;
            continue;
        };
        let stale = match ingredients(&session, dataset).await {
            Ok((now, _)) if is_current(&session, &release, &now).await? => None,
            Ok(_) => Some(format!("the {} stage would make another release", Stage::Package)),
            Err(error) => Some(failure::one_line(&error)),
        };
        let found = connection.pending(&session, &release).await?;
        pending |= !found.plan.is_empty() || stale.is_some();
        let steps: Vec<String> = found.plan.steps.iter().map(ToString::to_string).collect();
        lines.push(json!({
            "dataset": id,
            "release": release.key().id,
            "portal": connection.name,
            "steps": steps,
            "left_out": found.desired.left_out,
            "note": stale,
        }));
    }
    connection.close().await;
    if global.json {
        output::print(&(json!({ "schema_version": 1, "pending": pending, "datasets": lines }).to_string() + "\n"));
    } else {
        output::print(&text(&lines));
    }
    Ok(if pending && args.exit_code { PENDING } else { 0 })
}

fn text(lines: &[serde_json::Value]) -> String {
    let mut out = String::new();
    for line in lines {
        let dataset = line["dataset"].as_str().unwrap_or_default();
        let version = line["release"].as_str().unwrap_or("no release");
        let steps = line["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
        if steps.is_empty() && line["note"].is_null() {
            out += &format!("{dataset} {version}: nothing to publish\n");
            continue;
        }
        out += &format!("{dataset} {version}: {} writes\n", steps.len());
        steps.iter().filter_map(serde_json::Value::as_str).for_each(|step| out += &format!("  {step}\n"));
        if let Some(note) = line["note"].as_str() {
            out += &format!("  note: {note}\n");
        }
    }
    out
}
