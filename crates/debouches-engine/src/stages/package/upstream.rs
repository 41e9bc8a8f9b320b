//! Whether a dataset may be released: what it holds in another form must be released first.

use super::ingredients::ingredients;
use crate::config::DatasetConfig;
use crate::context::Context;
use crate::graph::Graph;
use crate::releases::{is_current, latest};

/// Why a dataset waits for another.
#[must_use]
pub fn waiting_text(upstream: &DatasetConfig) -> String {
    format!(
        "waits for dataset {0}, whose rows it holds in another form and which has no release of what was received last (see `debouches status {0}`)",
        upstream.id()
    )
}

/// The first dataset that this one reads and whose newest release is not made of what was received last: it was refused, or waits
/// itself. None when this dataset may be released.
///
/// The state is asked and not the run: a dataset packaged alone, or by the run after a crash, waits all the same.
///
/// # Errors
/// Fails when the state cannot be read.
pub async fn waits_for<'a>(
    context: &'a Context,
    dataset: &DatasetConfig,
) -> anyhow::Result<Option<&'a DatasetConfig>> {
    for upstream in Graph::of(&context.pipeline).upstream(dataset) {
        if !is_released(context, upstream).await? {
            return Ok(Some(upstream));
        }
    }
    Ok(None)
}

/// True when the newest release of a dataset is made of what was received last.
///
/// # Errors
/// Fails when the state cannot be read.
async fn is_released(context: &Context, dataset: &DatasetConfig) -> anyhow::Result<bool> {
    // A table that is refused, or not made yet, is no release.
    let Ok((now, _)) = ingredients(context, dataset).await else {
        return Ok(false);
    };
    match latest(context, dataset.id().as_str()).await? {
        Some(release) => is_current(context, &release, &now).await,
        None => Ok(false),
    }
}
