//! Why a hidden count is safe, or how it is worked out.

use debouches_disclosure::Leaks;

use super::{Asked, Request, subjects};
use crate::failure::Usage;
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
/// Fails when a file cannot be read, or when no suppressed count has that name.
pub fn explain(options: &Options, wanted: &str, request: &Request) -> anyhow::Result<Explained> {
    let (mut lines, mut is_unsafe) = (Vec::new(), false);
    for subject in subjects(options, request)? {
        let protected = subject.protected(&Asked {
            leaks: Leaks::Refuse,
            jobs: options.threads(),
            explained: Some(wanted),
            lang: options.lang,
        })?;
        for cell in protected.explained {
            is_unsafe |= !cell.is_safe;
            lines.push(cell.sentence);
        }
    }
    if lines.is_empty() {
        return Err(Usage(format!(
            "no hidden count is named `{wanted}…`: see the names that `disclosure audit` prints"
        ))
        .into());
    }
    Ok(Explained { lines, is_unsafe })
}
