//! Why a hidden count is safe, or how it is worked out.

use debouches_disclosure::{Effort, Verdict, explain as words, judge};
use debouches_model::Lang;

use super::{Request, subjects};
use crate::failure::{Decided, Usage};
use crate::options::Options;

/// Suppressed counts with what protects them.
#[derive(Debug, Clone)]
pub struct Explained {
    /// A sentence for each count.
    pub lines: Vec<String>,
    /// Whether one of them can be worked out.
    pub is_unsafe: bool,
}

/// Why each suppressed count whose name begins like this is safe, or how it is worked out.
///
/// # Errors
/// Fails when a file cannot be read, when its figures contradict each other, or when no suppressed count has that name.
pub fn explain(options: &Options, wanted: &str, request: &Request) -> anyhow::Result<Explained> {
    let lang: Lang = options.lang;
    let (mut lines, mut is_unsafe) = (Vec::new(), false);
    for subject in subjects(options, request)? {
        let model = subject.model();
        let fault = debouches_model::Fault::Data;
        let judgement = judge(&model.system, Effort::default()).map_err(|error| Decided {
            message: error.to_string(),
            fault,
        })?;
        for (cell, verdict) in judgement
            .cells
            .iter()
            .filter(|(cell, _)| model.system.label(*cell).starts_with(wanted))
        {
            is_unsafe |= matches!(verdict, Verdict::Unsafe(_));
            let name = model.system.label(*cell);
            lines.push(match (verdict, lang) {
                (Verdict::Unsafe(reason), _) => words(&model.system, *cell, reason, lang),
                (Verdict::Safe(pair), Lang::Fr) => {
                    format!(
                        "{name} : secret, deux tableaux vérifiés diffèrent de {} personnes",
                        pair.width
                    )
                }
                (Verdict::Safe(pair), Lang::En) => {
                    format!(
                        "{name}: secret, two checked tables differ by {} persons",
                        pair.width
                    )
                }
            });
        }
    }
    if lines.is_empty() {
        return Err(Usage(format!(
            "no hidden count is named `{wanted}…`: see the names that `secrecy audit` prints"
        ))
        .into());
    }
    Ok(Explained { lines, is_unsafe })
}
