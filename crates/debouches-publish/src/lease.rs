//! A mark on the dataset that says who is writing to it, for publishers on other machines.
//!
//! The lock of the state excludes two runs of one machine. A portal has no lock: the mark is written, then read back
//! after a while, and whoever reads another name leaves. It is a courtesy and not a fence: what keeps the portal right
//! when two publishers pass each other is the comparison that follows every round.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use debouches_udata::{Dataset, Portal};

/// Extra of the dataset: the run that writes, and until when at most, in seconds since 1970.
pub(crate) const LEASE_EXTRA: &str = "debouches-lease:run";

/// A run that died leaves its mark at most that long.
const LASTS: TimeDelta = TimeDelta::minutes(15);

/// How long another publisher is given to write its own mark before ours is read back.
pub(crate) const SETTLES: Duration = Duration::from_millis(250);

/// The value of a mark.
pub(crate) fn mark(run: &str, now: DateTime<Utc>) -> String {
    format!("{run} {}", (now + LASTS).timestamp())
}

/// The run that writes to the dataset, when it is none of ours and its time is not over.
pub(crate) fn held_by(
    dataset: &Dataset,
    is_ours: &dyn Fn(&str) -> bool,
    now: DateTime<Utc>,
) -> Option<String> {
    let (run, until) = dataset.extra(LEASE_EXTRA)?.split_once(' ')?;
    let until: i64 = until.parse().ok()?;
    // A clock that is far ahead must not lock us out for long.
    let held = until > now.timestamp() && until <= (now + LASTS + LASTS).timestamp();
    (held && !is_ours(run)).then(|| run.to_owned())
}

/// Writes our mark and reads it back; gives the run that was faster, if there is one.
pub(crate) async fn take(
    portal: &Portal,
    dataset: &str,
    run: &str,
    now: DateTime<Utc>,
) -> Result<Option<String>, debouches_udata::UdataError> {
    portal
        .merge_extra(dataset, LEASE_EXTRA, Some(&mark(run, now)))
        .await?;
    tokio::time::sleep(SETTLES).await;
    let there = portal.dataset(dataset).await?;
    Ok(held_by(&there, &|other| other == run, now))
}
