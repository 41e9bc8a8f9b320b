//! Tables that borrow the rates of others as they are: under the `strict` secrecy mode they would show what the gate hides.

use debouches_disclosure::Mode;

use super::Pipeline;

/// One sentence for each dataset whose hidden figures another one would show.
pub(crate) fn problems(pipeline: &Pipeline) -> Vec<String> {
    let mut problems = Vec::new();
    for dataset in &pipeline.datasets {
        for spec in &dataset.tables {
            let repeated = spec.derived.iter().flat_map(|derived| &derived.repeats);
            for table in repeated {
                let publishes =
                    |other: &&super::DatasetConfig| other.tables.iter().any(|own| own.id == *table);
                let strict = pipeline
                    .datasets
                    .iter()
                    .filter(publishes)
                    .filter(|other| other.secrecy == Some(Mode::Strict));
                problems.extend(strict.map(|other| {
                    format!(
                        "dataset `{}`: table `{}` repeats rates of `{table}`, which dataset `{}` hides under `secrecy = \"strict\"`: publish one of them only",
                        dataset.id(),
                        spec.id,
                        other.id()
                    )
                }));
            }
        }
    }
    problems
}
