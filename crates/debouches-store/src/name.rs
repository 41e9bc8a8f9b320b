//! Names that are safe in a path, checked once more at the door of the state.

use debouches_model::{ArtefactKey, MANIFEST_FILE};

use crate::StoreError;

/// Longest component of a path, in characters.
const MAX_LENGTH: usize = 160;

/// Whether this is one safe component: letters, digits, `.`, `-`, `_`, not beginning with a dot.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= MAX_LENGTH
        && !name.starts_with('.')
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
}

fn check(path: &str, levels: usize) -> Result<(), StoreError> {
    let refuse = |reason| StoreError::Name {
        name: path.chars().take(80).collect(),
        reason,
    };
    if !path.split('/').all(is_name) {
        return Err(refuse(
            "letters, digits, `.`, `-` and `_` only, not beginning with a dot",
        ));
    }
    if path.split('/').count() > levels {
        return Err(refuse("too many levels"));
    }
    Ok(())
}

/// Checks the path of a file inside an artefact.
pub(crate) fn check_file(path: &str) -> Result<(), StoreError> {
    check(path, 4)?;
    if path.rsplit('/').next() == Some(MANIFEST_FILE) {
        return Err(StoreError::Name {
            name: path.to_owned(),
            reason: "that is the name of the manifest",
        });
    }
    Ok(())
}

/// Checks the two parts of a key: one component for the subject, two at most for the id.
pub(crate) fn check_key(key: &ArtefactKey) -> Result<(), StoreError> {
    check(&key.subject, 1)?;
    check(&key.id, ID_LEVELS)
}

/// Levels of the longest id: `<version>/<portal>`.
pub(crate) const ID_LEVELS: usize = 2;

/// Checks the name of a run.
pub(crate) fn check_run(run: &str) -> Result<(), StoreError> {
    check(run, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leaves_its_folder() {
        for path in [
            "",
            ".",
            "..",
            "../a",
            "a/../b",
            "/a",
            "a/",
            "a//b",
            ".a",
            "a\0",
            "a b",
            "é",
            "a\\b",
            "a/manifest.json",
        ] {
            assert!(check_file(path).is_err(), "{path:?} was accepted");
        }
        assert!(check_file("a/b-1.csv.gz").is_ok());
    }
}
