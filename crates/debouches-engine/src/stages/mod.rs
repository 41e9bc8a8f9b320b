//! The stages of the pipeline. Each is a [`runner::Stage`]: it observes its inputs, and works only when their fingerprint is new.

pub mod enrich;
pub mod fetch;
pub mod package;
pub mod publish;
pub mod runner;
pub mod target;
pub mod validate;

use std::collections::BTreeMap;

use debouches_model::{Event, Stage, StageCounts};
use debouches_store::Lock;

use crate::context::Context;
use crate::isolation::Isolated;
use crate::selection::Selection;
use crate::summary::{Outcome, Step, Summary};

/// Runs a stage on every subject of a selection.
///
/// # Errors
/// Fails when the stage cannot begin; what goes wrong with a subject is a step of the summary.
pub async fn run(
    stage: Stage,
    context: &Context,
    selection: &Selection<'_>,
    lock: &Lock,
    summary: &mut Summary,
) -> anyhow::Result<()> {
    let observer = &*context.observer;
    let subjects = match stage {
        Stage::Fetch => selection.sources.len(),
        Stage::Validate => selection.validated().count(),
        Stage::Enrich => selection.enriched().count(),
        Stage::Package => selection.datasets.len() + selection.judged.len(),
        Stage::Publish => selection.datasets.len() * context.pipeline.portals.len(),
    };
    observer.on(Event::StageStarted { stage, subjects });
    let before = summary.steps.len();
    match stage {
        Stage::Fetch => {
            let fetch = fetch::Fetch::of(context, selection).await?;
            let sources = selection.sources.iter().copied();
            runner::run(&&fetch, sources, observer, lock, summary).await;
            context.write_lock_file(fetch.into_lock_file())?;
        }
        Stage::Validate => {
            let sources = selection.validated();
            match &context.options.isolation {
                Some(program) => {
                    let isolated = Isolated::of(context, program)?;
                    runner::run(&isolated, sources, observer, lock, summary).await;
                }
                None => {
                    let validate = validate::Validate::of(context);
                    runner::run(&validate, sources, observer, lock, summary).await;
                }
            }
        }
        Stage::Enrich => {
            let tables = selection.enriched();
            let enrich = enrich::Enrich::of(context);
            runner::run(&enrich, tables, observer, lock, summary).await;
        }
        Stage::Package => package::run(context, selection, lock, summary).await?,
        Stage::Publish => publish::run(context, selection, lock, summary).await,
    }
    let counts = counts(&summary.steps[before..]);
    observer.on(Event::StageFinished { stage, counts });
    Ok(())
}

/// How the subjects ended: each counts once, by the gravest of its steps.
fn counts(steps: &[Step]) -> StageCounts {
    let gravity = |outcome: Outcome| match outcome {
        Outcome::Kept => 0,
        Outcome::Made => 1,
        Outcome::Skipped => 2,
        Outcome::Refused => 3,
        Outcome::Failed => 4,
    };
    let mut ended: BTreeMap<&str, Outcome> = BTreeMap::new();
    for step in steps {
        let gravest = ended.entry(&step.subject).or_insert(step.outcome);
        if gravity(step.outcome) > gravity(*gravest) {
            *gravest = step.outcome;
        }
    }
    let mut counts = StageCounts::default();
    for outcome in ended.into_values() {
        *match outcome {
            Outcome::Made => &mut counts.made,
            Outcome::Kept => &mut counts.unchanged,
            Outcome::Refused => &mut counts.refused,
            Outcome::Failed => &mut counts.failed,
            Outcome::Skipped => &mut counts.waiting,
        } += 1;
    }
    counts
}
