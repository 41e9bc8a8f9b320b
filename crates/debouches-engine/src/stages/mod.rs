//! The stages as the binary runs them: find the inputs, compare fingerprints, work, commit.

pub mod adopt;
pub mod announce;
pub mod artefact;
pub mod calendar;
pub mod catalogue;
pub mod connection;
mod copies;
pub mod drift;
pub mod enrich;
pub mod fetch;
pub mod hosting;
pub mod live;
pub mod package;
pub mod publish;
pub mod rebuild;
mod restore;
mod secrecy;
pub mod sign;
pub mod validate;
pub mod withdrawn;

use debouches_model::Stage;
use debouches_store::Lock;

pub use copies::{gated, publisher};

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
