//! Mistakes of a configuration, all of them at once.

use std::path::Path;

/// Everything that is wrong with the configuration.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {}", problems.join("\n  "))]
pub struct ConfigErrors {
    file: String,
    pub problems: Vec<String>,
}

impl ConfigErrors {
    pub fn new(file: &Path, problems: Vec<String>) -> Self {
        Self {
            file: file.display().to_string(),
            problems,
        }
    }

    pub fn unreadable(file: &Path, error: &std::io::Error) -> Self {
        Self::new(file, vec![format!("cannot be read: {error}")])
    }

    pub fn syntax(file: &Path, error: &toml::de::Error) -> Self {
        Self::new(file, vec![error.to_string().trim_end().to_owned()])
    }
}
