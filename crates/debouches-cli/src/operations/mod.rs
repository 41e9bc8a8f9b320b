//! What a run leaves for those who operate it: a record, figures for Prometheus, a word in a chat room.
//!
//! None of it decides the exit code: a run that did its work is not failed by a chat room that is down.

mod metrics;
mod notify;
mod record;

use std::time::Instant;

use debouches_store::Lock;

pub(crate) use notify::Occasion;
pub(crate) use record::{RunRecord, all};

use crate::engine::Summary;
use crate::failure;
use crate::session::Session;

/// How a run ended.
pub(crate) struct Ending<'a> {
    pub(crate) command: &'a str,
    pub(crate) started: Instant,
    pub(crate) summary: &'a Summary,
    /// What stopped the run before its end, if anything did.
    pub(crate) error: Option<&'a anyhow::Error>,
    pub(crate) exit: u8,
}

/// Records the run, writes its figures, tells the chat room. What cannot be done is a warning.
pub(crate) async fn close(session: &Session, lock: &Lock, ending: &Ending<'_>) {
    let former = match record::all(session).await {
        Ok(records) => records,
        Err(error) => {
            tracing::warn!(
                "the record of former runs cannot be read: {}",
                failure::one_line(&error)
            );
            Vec::new()
        }
    };
    let record = RunRecord::of(session, ending);
    if let Err(error) = record::note(session, lock, &record).await {
        tracing::warn!("the run is not recorded: {}", failure::one_line(&error));
    }
    let former: Vec<&RunRecord> = former
        .iter()
        .filter(|run| run.profile == record.profile)
        .collect();
    if let Some(path) = &session.pipeline.operations.textfile
        && let Err(error) = metrics::write(path, &record, &former)
    {
        tracing::warn!(
            "the figures of the run are not written: {}",
            failure::one_line(&error)
        );
    }
    if let Some(webhook) = &session.pipeline.operations.webhook
        && let Err(error) = notify::tell(session, webhook, &record, former.last().copied()).await
    {
        tracing::warn!("nobody was told of the run: {}", failure::one_line(&error));
    }
}
