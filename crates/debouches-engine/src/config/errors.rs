//! Mistakes of a configuration, all of them at once.

use std::path::Path;

/// Everything that is wrong with the configuration.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {}", problems.join("\n  "))]
pub struct ConfigErrors {
    file: String,
    /// Each of them, in a sentence.
    pub problems: Vec<String>,
}

impl ConfigErrors {
    /// Mistakes of a file.
    pub fn new(file: &Path, problems: Vec<String>) -> Self {
        Self {
            file: file.display().to_string(),
            problems,
        }
    }

    /// A file that cannot be read.
    pub fn unreadable(file: &Path, error: &std::io::Error) -> Self {
        Self::new(file, vec![format!("cannot be read: {error}")])
    }

    /// A file that is no TOML of ours.
    pub fn syntax(file: &Path, error: &toml::de::Error) -> Self {
        Self::new(file, vec![error.to_string().trim_end().to_owned()])
    }
}
