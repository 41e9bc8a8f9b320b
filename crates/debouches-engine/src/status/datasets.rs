//! Where the releases of a dataset stand: made, refused, waiting, retracted, published.

use debouches_model::{Decree, Stage, Withdrawal};
use debouches_publish::{Receipt, last_receipt};

use super::last_runs::{LastRuns, Trouble};
use super::line::{State, StatusLine};
use crate::config::DatasetConfig;
use crate::context::Context;
use crate::failure;
use crate::releases::{is_current, latest, refusal};
use crate::retraction::is_retracted;
use crate::stages::package::{ingredients, waiting_text, waits_for};

/// The lines of a dataset: its newest release, those that are retracted, and what portals show.
pub(super) async fn lines(
    context: &Context,
    dataset: &DatasetConfig,
    runs: &LastRuns,
) -> anyhow::Result<Vec<StatusLine>> {
    let (state, detail) = of_dataset(context, dataset, runs).await?;
    let line = |stage, state, detail| StatusLine::new(stage, dataset.id(), state, detail);
    let mut lines = vec![line(Stage::Package, state, detail)];
    for withdrawal in context.retracted().await?.of(dataset.id()) {
        let Withdrawal {
            version,
            at,
            by,
            reason,
            decision,
            ..
        } = withdrawal;
        let state = if *decision == Decree::Purge {
            State::Purged
        } else {
            State::Yanked
        };
        let day = at.format("%Y-%m-%d");
        let detail = format!("version {version}, on {day} by {by}: {reason}");
        lines.push(line(Stage::Package, state, detail));
    }
    if let Some(Trouble { state, detail }) = runs.trouble(Stage::Publish, dataset.id().as_str()) {
        lines.push(line(Stage::Publish, state, detail));
    }
    for portal in &context.pipeline.portals {
        let receipt = last_receipt(&context.store, dataset.id(), portal.id.as_str()).await?;
        let retracted = context.retracted().await?;
        let is_shown = |receipt: &Receipt| retracted.find(dataset.id(), receipt.version).is_none();
        let Some(receipt) = receipt.filter(is_shown) else {
            continue;
        };
        // A receipt is written again when a page changes around the same files.
        let since = receipt.published.map_or_else(String::new, |published| {
            format!(" since {}", published.format("%Y-%m-%d"))
        });
        let archived = if receipt.archived {
            ", archived on the portal"
        } else {
            ""
        };
        let detail = format!("{}/{}{since}{archived}", receipt.version, portal.id);
        lines.push(line(Stage::Publish, State::Published, detail));
    }
    Ok(lines)
}

/// Where the newest release of a dataset stands, in words too.
async fn of_dataset(
    context: &Context,
    dataset: &DatasetConfig,
    runs: &LastRuns,
) -> anyhow::Result<(State, String)> {
    let last = latest(context, dataset.id().as_str()).await?;
    let version = last
        .as_ref()
        .map(|release| format!("version {}", release.key().id));
    let stays = || {
        version.as_ref().map_or_else(
            || "no release yet".to_owned(),
            |version| format!("{version} stays"),
        )
    };
    let now = match ingredients(context, dataset).await {
        Ok((now, _)) => now,
        Err(error) => {
            let message = failure::one_line(&error);
            return Ok(match version {
                Some(version) => (State::Stale, format!("{version}: {message}")),
                None => without_release(context, dataset).await?,
            });
        }
    };
    if let (Some(release), Some(version)) = (&last, &version)
        && is_current(context, release, &now).await?
    {
        return Ok((State::Current, version.clone()));
    }
    if let Some(findings) = refusal(context, dataset.id().as_str(), &now).await? {
        return Ok((State::Refused, format!("{findings}; {}", stays())));
    }
    // What no check kept a report of is known to the last run alone.
    if let Some(trouble) = runs.trouble(Stage::Package, dataset.id().as_str()) {
        return Ok((trouble.state, format!("{}; {}", trouble.detail, stays())));
    }
    if let Some(version) = &version
        && is_retracted(context, dataset.id(), &now).await?
    {
        let detail = format!("{version}; the data received since is that of a withdrawn release");
        return Ok((State::Current, detail));
    }
    if let Some(upstream) = waits_for(context, dataset).await? {
        return Ok((
            State::Waiting,
            format!("{}; {}", waiting_text(upstream), stays()),
        ));
    }
    Ok(match version {
        Some(version) => (
            State::Stale,
            format!("{version}, made of other ingredients"),
        ),
        None => without_release(context, dataset).await?,
    })
}

/// Where a dataset stands that has no release to use.
async fn without_release(
    context: &Context,
    dataset: &DatasetConfig,
) -> anyhow::Result<(State, String)> {
    let is_retracted = context.retracted().await?.of(dataset.id()).next().is_some();
    Ok(if is_retracted {
        (
            State::RetractedRelease,
            "no release that may be used".to_owned(),
        )
    } else {
        (State::Missing, "no release yet".to_owned())
    })
}
