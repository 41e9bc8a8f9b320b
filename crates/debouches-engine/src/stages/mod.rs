//! The stages of the pipeline. Each is a [`runner::Stage`]: it observes its inputs, and works only when their fingerprint is new.

pub mod enrich;
pub mod fetch;
pub mod package;
pub mod publish;
pub mod runner;
pub mod target;
pub mod validate;

use debouches_model::Stage;
use debouches_store::Lock;

use crate::context::Context;
use crate::selection::Selection;
use crate::summary::Summary;

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
    match stage {
        Stage::Fetch => {
            let fetch = fetch::Fetch::of(context, selection).await?;
            let sources = selection.sources.iter().copied();
            runner::run(&&fetch, sources, lock, summary).await;
            context.write_lock_file(fetch.into_lock_file())?;
        }
        Stage::Validate => {
            let sources = selection.sources.iter().copied();
            runner::run(&validate::Validate::of(context), sources, lock, summary).await;
        }
        Stage::Enrich => {
            let tables = selection.enriched();
            runner::run(&enrich::Enrich::of(context), tables, lock, summary).await;
        }
        Stage::Package => package::run(context, selection, lock, summary).await?,
        Stage::Publish => publish::run(context, selection, lock, summary).await,
    }
    Ok(())
}
