//! What a run leaves for those who operate it: a record, figures for Prometheus, a word in a chat room.
//!
//! None of it decides the exit code: a run that did its work is not failed by a chat room that is down.

mod attention;
mod metrics;
mod notify;
pub(crate) mod record;

use std::time::Instant;

use debouches_store::Lock;

pub use record::{LateRecord, RunRecord, StepRecord, all};

use attention::Attention;

use crate::context::Context;
use crate::failure;
use crate::summary::Summary;

/// How a run ended.
pub struct Ending<'a> {
    /// The command.
    pub command: &'a str,
    /// When the work began.
    pub started: Instant,
    /// What happened.
    pub summary: &'a Summary,
    /// What stopped the run before its end, if anything did.
    pub error: Option<&'a anyhow::Error>,
    /// The exit code.
    pub exit: u8,
}

/// Takes the lock of the state for a command, and records the run that died with it, if there is one: nobody else can tell of it.
///
/// # Errors
/// Fails when the lock cannot be taken.
pub async fn begin(context: &Context, command: &str) -> anyhow::Result<Lock> {
    let lock = context.lock(command).await?;
    if let Some(owner) = lock.left_by() {
        let record = RunRecord::interrupted(context, owner);
        if let Err(error) = record::note(context, &lock, &record).await {
            tracing::warn!(
                "the interrupted run is not recorded: {}",
                failure::one_line(&error)
            );
        }
    }
    Ok(lock)
}

/// What former runs did, the oldest first; a run that died last is among them although no other run has recorded it yet.
///
/// # Errors
/// Fails when the state cannot be read.
pub async fn history(context: &Context) -> anyhow::Result<Vec<RunRecord>> {
    let mut records = all(context).await?;
    let abandoned = context.store.abandoned();
    records.extend(abandoned.map(|owner| RunRecord::interrupted(context, &owner)));
    Ok(records)
}

/// Records the run, writes its figures, gives the lock back, then tells the chat room: a slow room holds nobody. What cannot be
/// done is said, and fails nothing. Returns what no step of the run says: late sources and expired waivers.
pub async fn close(context: &Context, lock: Lock, ending: &Ending<'_>) -> Vec<String> {
    let previous = match record::all(context).await {
        Ok(records) => records,
        Err(error) => {
            tracing::warn!(
                "the record of former runs cannot be read: {}",
                failure::one_line(&error)
            );
            Vec::new()
        }
    };
    let mut record = RunRecord::of(context, ending);
    match Attention::of(context).await {
        Ok(Attention {
            late,
            expired_waivers,
        }) => (record.late, record.expired_waivers) = (late, expired_waivers),
        Err(error) => tracing::warn!(
            "late sources and expired waivers cannot be told: {}",
            failure::one_line(&error)
        ),
    }
    if let Err(error) = record::note(context, &lock, &record).await {
        tracing::warn!("the run is not recorded: {}", failure::one_line(&error));
    }
    let previous: Vec<&RunRecord> = previous
        .iter()
        .filter(|run| run.profile == record.profile && !run.interrupted)
        .collect();
    if let Some(path) = &context.pipeline.operations.textfile
        && let Err(error) = metrics::write(path, &record, &previous)
    {
        tracing::warn!(
            "the figures of the run are not written: {}",
            failure::one_line(&error)
        );
    }
    drop(lock);
    if let Some(webhook) = &context.pipeline.operations.webhook
        && let Err(error) =
            notify::notify(context, webhook, &record, previous.last().copied()).await
    {
        tracing::error!("nobody was told of the run: {}", failure::one_line(&error));
    }
    let late = record.late.iter();
    let late = late.map(|late| format!("source {} is late: {}", late.source, late.detail));
    let expired = record.expired_waivers.iter();
    late.chain(expired.map(|waiver| format!("waiver {waiver} has expired")))
        .collect()
}
