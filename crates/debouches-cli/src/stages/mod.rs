//! The stages as the binary runs them: find the inputs, compare fingerprints, work, commit.

pub(crate) mod adopt;
pub(crate) mod announce;
pub(crate) mod artefact;
pub(crate) mod calendar;
pub(crate) mod catalogue;
pub(crate) mod connection;
mod copies;
pub(crate) mod drift;
pub(crate) mod enrich;
pub(crate) mod fetch;
pub(crate) mod hosting;
pub(crate) mod live;
pub(crate) mod package;
pub(crate) mod publish;
pub(crate) mod rebuild;
mod restore;
mod secrecy;
pub(crate) mod sign;
pub(crate) mod validate;
pub(crate) mod withdrawn;

use debouches_model::Stage;
use debouches_store::Lock;

pub(crate) use copies::{gated, publisher};

use crate::engine::{Selection, Summary};
use crate::session::Session;

/// Runs a stage on every subject of the selection.
pub(crate) async fn run(
    stage: Stage,
    session: &Session,
    selection: &Selection<'_>,
    lock: &Lock,
    summary: &mut Summary,
) -> anyhow::Result<()> {
    match stage {
        Stage::Fetch => fetch::run(session, selection, summary).await?,
        Stage::Validate => validate::run(session, selection, lock, summary).await,
        Stage::Enrich => enrich::run(session, selection, lock, summary).await,
        Stage::Package => package::run(session, selection, lock, summary).await,
        Stage::Publish => publish::run(session, selection, lock, summary).await,
    }
    Ok(())
}
