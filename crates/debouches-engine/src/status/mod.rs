//! Where each source, table and dataset stands: what needs somebody first, causes before consequences.

mod counts;
mod datasets;
mod last_runs;
mod line;
mod sources;

use crate::Context;
use crate::selection::Selection;
use crate::stages::enrich;
use crate::waivers;
use debouches_model::{Stage, Waiver};

pub use counts::Counts;
pub use line::{State, StatusLine};
pub(crate) use sources::late_line;

/// Where each subject of a selection stands: what needs somebody first, else stage after stage.
///
/// # Errors
/// Fails when the state cannot be read.
pub async fn status(
    context: &Context,
    selection: &Selection<'_>,
) -> anyhow::Result<Vec<StatusLine>> {
    let runs = last_runs::LastRuns::of(context).await?;
    let mut lines = Vec::new();
    for source in &selection.sources {
        lines.extend(sources::lines(context, source, &runs).await?);
    }
    for spec in selection.enriched() {
        let target = enrich::target(context, spec).await;
        let table = spec.id.as_str();
        lines.push(sources::table_line(context, Stage::Enrich, table, (target, &runs)).await?);
    }
    for dataset in &selection.datasets {
        lines.extend(datasets::lines(context, dataset, &runs).await?);
    }
    lines.extend(expired(context, selection)?);
    // Stable: within an urgency, stages stay in their order, hence causes before consequences.
    lines.sort_by_key(StatusLine::urgency);
    Ok(lines)
}

/// The sources of a selection whose last download was refused or failed: nothing of it was kept.
///
/// # Errors
/// Fails when the state cannot be read.
pub async fn refused_fetches(
    context: &Context,
    selection: &Selection<'_>,
) -> anyhow::Result<Vec<StatusLine>> {
    let runs = last_runs::LastRuns::of(context).await?;
    let mut lines = Vec::new();
    for source in &selection.sources {
        lines.push(sources::source_line(context, source.id().as_str(), &runs).await?);
    }
    lines.retain(|line| matches!(line.state, State::Refused | State::Failed));
    Ok(lines)
}

/// The waivers of these datasets whose last day is past: they excuse nothing any more.
fn expired(context: &Context, selection: &Selection<'_>) -> anyhow::Result<Vec<StatusLine>> {
    let lines = expired_waivers(context)?;
    let is_selected = |waiver: &Waiver| {
        waiver
            .dataset
            .as_ref()
            .is_none_or(|id| selection.datasets.iter().any(|item| item.id() == id))
    };
    let line = |waiver: &Waiver| {
        let subject = waiver.dataset.as_ref().map_or("*", |id| id.as_str());
        let Waiver {
            rule, slice, until, ..
        } = waiver;
        let detail = format!("waiver of {rule} for {slice} ended on {until}: `debouches waivers`");
        StatusLine::new(Stage::Package, subject, State::Expired, detail)
    };
    Ok(lines
        .iter()
        .filter(|waiver| is_selected(waiver))
        .map(line)
        .collect())
}

/// The waivers of the profile whose last day is past.
///
/// # Errors
/// Fails when they cannot be read.
pub(crate) fn expired_waivers(context: &Context) -> anyhow::Result<Vec<Waiver>> {
    let today = context.clock.now().date_naive();
    let mut all = waivers::load(&context.pipeline.waivers_file)?;
    all.retain(|waiver| waiver.until < today);
    Ok(all)
}
