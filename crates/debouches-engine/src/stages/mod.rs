//! The stages: find the inputs, compare fingerprints, work, commit.

pub mod enrich;
pub mod fetch;
pub mod package;
pub mod publish;
pub mod target;
pub mod validate;

use debouches_model::Stage;
use debouches_store::Lock;

use crate::context::Context;
use crate::selection::{Selection, Summary};

/// Runs a stage on every subject of the selection.
pub async fn run(
    stage: Stage,
    context: &Context,
    selection: &Selection<'_>,
    lock: &Lock,
    summary: &mut Summary,
) -> anyhow::Result<()> {
    match stage {
        Stage::Fetch => fetch::run(context, selection, summary).await?,
        Stage::Validate => validate::run(context, selection, lock, summary).await,
        Stage::Enrich => enrich::run(context, selection, lock, summary).await,
        Stage::Package => package::run(context, selection, lock, summary).await,
        Stage::Publish => publish::run(context, selection, lock, summary).await,
    }
    Ok(())
}
