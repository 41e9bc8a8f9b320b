//! The slices that the last refusals name: what a waiver may be about.

use debouches_model::{DatasetId, RuleCode, Waiver};

use crate::config::DatasetConfig;
use crate::context::Context;
use crate::failure::Usage;
use crate::findings::last_refusal;
use crate::releases::{is_current, latest, refusal};
use crate::stages::package::ingredients;
use crate::stages::target::load_report;

/// Candidates that an error names.
const NAMED: usize = 12;

/// A slice that the last refusal of a dataset names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedSlice {
    /// The dataset.
    pub dataset: DatasetId,
    /// The rule that it breaks.
    pub rule: RuleCode,
    /// Its name, as a waiver spells it.
    pub slice: String,
}

/// The slices of the last refusal of a dataset, or of every dataset.
///
/// # Errors
/// Fails when the state cannot be read.
pub async fn refused_slices(
    context: &Context,
    dataset: Option<&DatasetId>,
) -> anyhow::Result<Vec<RefusedSlice>> {
    let mut slices = Vec::new();
    for config in &context.pipeline.datasets {
        if dataset.is_some_and(|wanted| wanted != config.id()) {
            continue;
        }
        let Some(refusal) = last_refusal(context, config).await? else {
            continue;
        };
        if is_over(context, config).await? {
            continue;
        }
        let report = load_report(&refusal).await?;
        slices.extend(report.slices.into_iter().map(|tally| RefusedSlice {
            dataset: config.id().clone(),
            rule: tally.rule,
            slice: tally.value,
        }));
    }
    Ok(slices)
}

/// Whether what was received last is released, or was not refused: a waiver written then would open the check in advance.
async fn is_over(context: &Context, dataset: &DatasetConfig) -> anyhow::Result<bool> {
    // Without ingredients nothing says that the refusal is over.
    let Ok((now, _)) = ingredients(context, dataset).await else {
        return Ok(false);
    };
    let id = dataset.id().as_str();
    let is_released = match latest(context, id).await? {
        Some(release) => is_current(context, &release, &now).await?,
        None => false,
    };
    Ok(is_released || refusal(context, id, &now).await?.is_none())
}

/// Checks that a waiver is about something that was refused.
///
/// # Errors
/// Fails with the slices that were refused when none of them is covered.
pub fn check(waiver: &Waiver, slices: &[RefusedSlice]) -> Result<(), Usage> {
    let is_covered =
        |refused: &RefusedSlice| waiver.covers(refused.rule, &refused.dataset, &refused.slice);
    if slices.iter().any(is_covered) {
        return Ok(());
    }
    let Waiver { rule, slice, .. } = waiver;
    if slices.is_empty() {
        return Err(Usage(format!(
            "no refusal names {rule} `{slice}`: a waiver answers a refusal (with `--ahead`, it is written all the same)"
        )));
    }
    // Those of the same rule first: the slice is the likelier mistake.
    let mut candidates: Vec<&RefusedSlice> = slices.iter().collect();
    candidates.sort_by_key(|refused| refused.rule != *rule);
    let named: Vec<String> = candidates
        .iter()
        .take(NAMED)
        .map(|refused| {
            format!(
                "{} --dataset {} --slice '{}'",
                refused.rule, refused.dataset, refused.slice
            )
        })
        .collect();
    let more = candidates.len().saturating_sub(NAMED);
    let more = if more > 0 {
        format!("; and {more} more")
    } else {
        String::new()
    };
    Err(Usage(format!(
        "no refusal names {rule} `{slice}`; refused: {}{more} (`--refusal DATASET` waives all of them)",
        named.join("; ")
    )))
}
