//! Names of releases, as people write them: a version, or `DATASET@VERSION`.

use crate::config::Pipeline;
use crate::failure::Usage;

/// The dataset that a call means: the one that it names, or the only one of the profile.
///
/// # Errors
/// Fails when none is named and the profile has several.
pub fn only_dataset(pipeline: &Pipeline, asked: Option<&str>) -> Result<String, Usage> {
    match (asked, pipeline.datasets.as_slice()) {
        (Some(asked), _) => Ok(asked.to_owned()),
        (None, [only]) => Ok(only.id().to_string()),
        (None, all) => {
            let known: Vec<&str> = all.iter().map(|dataset| dataset.id().as_str()).collect();
            Err(Usage(format!(
                "say which dataset with `--dataset` or `DATASET@VERSION` (known: {})",
                known.join(", ")
            )))
        }
    }
}
