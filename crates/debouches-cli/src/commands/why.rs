//! `debouches why`: which ingredient of a stage moved since its last output; also what `--dry-run` shows.

use debouches_model::{Ingredients, Stage};
use serde_json::{Value, json};

use crate::args::{Global, Subjects};
use crate::output;
use crate::session;
use debouches_engine::Context;
use debouches_engine::failure;
use debouches_engine::selection::Selection;
use debouches_engine::stages::package::{ingredients, is_current, latest};
use debouches_engine::stages::target::{Known, Target};
use debouches_engine::stages::{enrich, validate};

pub(crate) async fn why(global: &Global, subjects: &Subjects) -> anyhow::Result<u8> {
    would(global, &Stage::ALL, subjects).await
}

/// What these stages would do, and why.
pub(crate) async fn would(
    global: &Global,
    wanted: &[Stage],
    subjects: &Subjects,
) -> anyhow::Result<u8> {
    let context = session::open(global).await?;
    let selection = Selection::of(&context.pipeline, &subjects.subjects)?;
    let mut answers: Vec<Value> = Vec::new();
    for source in selection
        .sources
        .iter()
        .filter(|_| wanted.contains(&Stage::Fetch))
    {
        let known = context
            .sources()
            .sources
            .get(source.id())
            .map(|entry| entry.sha256.short());
        let because = known.map_or_else(
            || "never fetched".to_owned(),
            |sha256| {
                format!(
                    "asks {} whether it still is sha256 {sha256}…",
                    source.request.place.shown()
                )
            },
        );
        answers.push(json!({ "stage": Stage::Fetch, "subject": source.id(), "runs": true, "because": because }));
    }
    for source in selection
        .sources
        .iter()
        .filter(|_| wanted.contains(&Stage::Validate))
    {
        let target = validate::target(&context, source)
            .await
            .map(|(target, _)| target);
        answers.push(answer(&context, Stage::Validate, source.spec.id.as_str(), target).await?);
    }
    for spec in selection
        .enriched()
        .filter(|_| wanted.contains(&Stage::Enrich))
    {
        answers.push(
            answer(
                &context,
                Stage::Enrich,
                spec.id.as_str(),
                enrich::target(&context, spec).await,
            )
            .await?,
        );
    }
    for dataset in selection
        .datasets
        .iter()
        .filter(|_| wanted.contains(&Stage::Package))
    {
        let id = dataset.id().as_str();
        let last = latest(&context, id).await?;
        answers.push(match (ingredients(&context, dataset).await, last) {
            (Err(error), _) => waits(Stage::Package, id, &error),
            (Ok(_), None) => json!({ "stage": Stage::Package, "subject": id, "runs": true, "because": "no release yet" }),
            (Ok((now, _)), Some(last)) if is_current(&context, &last, &now).await? => {
                json!({ "stage": Stage::Package, "subject": id, "runs": false, "because": "nothing moved" })
            }
            (Ok((now, _)), Some(last)) => compared(Stage::Package, id, &now, &last.manifest().ingredients),
        });
    }
    for dataset in selection
        .datasets
        .iter()
        .filter(|_| wanted.contains(&Stage::Publish))
    {
        let because = "compares the portal with the last release: see `debouches plan`";
        answers.push(json!({ "stage": Stage::Publish, "subject": dataset.id(), "runs": true, "because": because }));
    }
    if global.json {
        output::print(&(json!({ "schema_version": 1, "answers": answers }).to_string() + "\n"));
    } else {
        output::print(&answers.iter().map(text).collect::<String>());
    }
    Ok(0)
}

async fn answer(
    context: &Context,
    stage: Stage,
    table: &str,
    target: anyhow::Result<Target>,
) -> anyhow::Result<Value> {
    let target = match target {
        Ok(target) => target,
        Err(error) => return Ok(waits(stage, table, &error)),
    };
    Ok(match target.look(context).await? {
        Known::Made(artefact) => {
            let because = format!(
                "nothing moved since {}",
                artefact.manifest().created_at.to_rfc3339()
            );
            json!({ "stage": stage, "subject": table, "runs": false, "because": because })
        }
        Known::Refused(artefact) => {
            let because = format!(
                "refused, and nothing moved since: see {}",
                artefact.location("findings.csv")
            );
            json!({ "stage": stage, "subject": table, "runs": false, "because": because })
        }
        Known::Nothing => match newest(context, stage, table).await? {
            Some(before) => compared(stage, table, &target.ingredients, &before),
            None => {
                json!({ "stage": stage, "subject": table, "runs": true, "because": "never made" })
            }
        },
    })
}

/// The ingredients of the newest output of a table, refused or not.
async fn newest(
    context: &Context,
    stage: Stage,
    table: &str,
) -> anyhow::Result<Option<Ingredients>> {
    let mut keys = context.store.list(stage, table).await?;
    keys.extend(context.store.list_rejected(stage, table).await?);
    let mut newest = None;
    for key in keys {
        if let Some(artefact) = context.store.find(&key).await? {
            let made = artefact.manifest().created_at;
            if newest.as_ref().is_none_or(|(at, _)| made >= *at) {
                newest = Some((made, artefact.manifest().ingredients.clone()));
            }
        }
    }
    Ok(newest.map(|(_, ingredients)| ingredients))
}

fn waits(stage: Stage, subject: &str, error: &anyhow::Error) -> Value {
    json!({ "stage": stage, "subject": subject, "runs": null, "because": failure::one_line(error) })
}

fn compared(stage: Stage, subject: &str, now: &Ingredients, before: &Ingredients) -> Value {
    let moved = now.moved_since(before);
    let because = if moved.is_empty() {
        "nothing moved"
    } else {
        "these ingredients moved"
    };
    json!({ "stage": stage, "subject": subject, "runs": !moved.is_empty(), "because": because, "moved": moved })
}

fn text(answer: &Value) -> String {
    let verb = match answer["runs"].as_bool() {
        Some(true) => "runs",
        Some(false) => "rests",
        None => "waits",
    };
    let mut out = format!(
        "{:<8} {:<24} {verb}: {}\n",
        answer["stage"].as_str().unwrap_or_default(),
        answer["subject"].as_str().unwrap_or_default(),
        answer["because"].as_str().unwrap_or_default()
    );
    for moved in answer["moved"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default()
    {
        let side = |name: &str| {
            moved[name]
                .as_str()
                .unwrap_or("nothing")
                .chars()
                .take(16)
                .collect::<String>()
        };
        out += &format!(
            "           {}: {} → {}\n",
            moved["name"].as_str().unwrap_or_default(),
            side("before"),
            side("now")
        );
    }
    out
}
