//! Which ingredient of a stage moved since its last output, hence what a run would do.

use debouches_model::{Ingredients, Moved, Stage};
use serde::Serialize;

use crate::config::{DatasetConfig, Source};
use crate::context::Context;
use crate::failure;
use crate::releases::{is_current, latest, refusal};
use crate::selection::Selection;
use crate::stages::package::{ingredients, waiting_text, waits_for};
use crate::stages::target::{Known, Target};
use crate::stages::{enrich, validate};

/// What a stage would do with a subject, and why.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    /// The stage.
    pub stage: Stage,
    /// The source, table or dataset.
    pub subject: String,
    /// Whether it would work; nothing when a stage before has to run first.
    pub runs: Option<bool>,
    /// Why, for people.
    pub because: String,
    /// Ingredients that differ from those of the last output.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved: Option<Vec<Moved>>,
}

impl Answer {
    fn new(
        stage: Stage,
        subject: impl ToString,
        runs: Option<bool>,
        because: impl Into<String>,
    ) -> Self {
        Self {
            stage,
            subject: subject.to_string(),
            runs,
            because: because.into(),
            moved: None,
        }
    }
}

/// What these stages would do with a selection.
///
/// # Errors
/// Fails when the state cannot be read.
pub async fn staleness(
    context: &Context,
    selection: &Selection<'_>,
    stages: &[Stage],
) -> anyhow::Result<Vec<Answer>> {
    let mut answers = Vec::new();
    for stage in stages {
        match stage {
            Stage::Fetch => answers.extend(of_sources(context, selection)),
            Stage::Validate => {
                for source in selection.validated() {
                    let target = validate::target(context, source)
                        .await
                        .map(|(target, _)| target);
                    let table = source.spec.id.as_str();
                    answers.push(answer(context, Stage::Validate, table, target).await?);
                }
            }
            Stage::Enrich => {
                for spec in selection.enriched() {
                    let target = enrich::target(context, spec).await;
                    answers.push(answer(context, Stage::Enrich, spec.id.as_str(), target).await?);
                }
            }
            Stage::Package => {
                for dataset in &selection.datasets {
                    answers.push(of_dataset(context, dataset).await?);
                }
            }
            Stage::Publish => {
                let because = "compares the portal with the last release: see `debouches plan`";
                let of = |dataset: &&DatasetConfig| {
                    Answer::new(Stage::Publish, dataset.id(), Some(true), because)
                };
                answers.extend(selection.datasets.iter().map(of));
            }
        }
    }
    Ok(answers)
}

fn of_sources(context: &Context, selection: &Selection<'_>) -> Vec<Answer> {
    let lock_file = context.sources();
    let of = |source: &&Source| {
        let because = match lock_file.sources.get(source.id()) {
            None => "never fetched".to_owned(),
            Some(entry) => format!(
                "asks {} whether it still is sha256 {}…",
                source.request.location.shown(),
                entry.sha256.short()
            ),
        };
        Answer::new(Stage::Fetch, source.id(), Some(true), because)
    };
    selection.sources.iter().map(of).collect()
}

async fn of_dataset(context: &Context, dataset: &DatasetConfig) -> anyhow::Result<Answer> {
    let id = dataset.id().as_str();
    let now = match ingredients(context, dataset).await {
        Ok((now, _)) => now,
        Err(error) => return Ok(waits(Stage::Package, id, &error)),
    };
    let last = latest(context, id).await?;
    if let Some(last) = &last
        && is_current(context, last, &now).await?
    {
        return Ok(Answer::new(
            Stage::Package,
            id,
            Some(false),
            "nothing moved",
        ));
    }
    if let Some(findings) = refusal(context, id, &now).await? {
        let because = format!("refused, and nothing moved since: see {findings}");
        return Ok(Answer::new(Stage::Package, id, Some(false), because));
    }
    if let Some(upstream) = waits_for(context, dataset).await? {
        return Ok(Answer::new(
            Stage::Package,
            id,
            None,
            waiting_text(upstream),
        ));
    }
    Ok(match last {
        None => Answer::new(Stage::Package, id, Some(true), "no release yet"),
        Some(last) => compared(Stage::Package, id, &now, &last.manifest().ingredients),
    })
}

async fn answer(
    context: &Context,
    stage: Stage,
    table: &str,
    target: anyhow::Result<Target>,
) -> anyhow::Result<Answer> {
    let target = match target {
        Ok(target) => target,
        Err(error) => return Ok(waits(stage, table, &error)),
    };
    Ok(match target.find(&context.store).await? {
        Known::Made(artefact) => {
            let because = format!(
                "nothing moved since {}",
                artefact.manifest().created_at.to_rfc3339()
            );
            Answer::new(stage, table, Some(false), because)
        }
        Known::Refused(artefact) => {
            let because = format!(
                "refused, and nothing moved since: see {}",
                artefact.location("findings.csv")
            );
            Answer::new(stage, table, Some(false), because)
        }
        Known::Nothing => match newest(context, stage, table).await? {
            Some(before) => compared(stage, table, &target.ingredients, &before),
            None => Answer::new(stage, table, Some(true), "never made"),
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

fn waits(stage: Stage, subject: &str, error: &anyhow::Error) -> Answer {
    Answer::new(stage, subject, None, failure::one_line(error))
}

fn compared(stage: Stage, subject: &str, now: &Ingredients, before: &Ingredients) -> Answer {
    let moved = now.moved_since(before);
    let runs = !moved.is_empty();
    let because = if runs {
        "these ingredients moved"
    } else {
        "nothing moved"
    };
    Answer {
        moved: Some(moved),
        ..Answer::new(stage, subject, Some(runs), because)
    }
}
