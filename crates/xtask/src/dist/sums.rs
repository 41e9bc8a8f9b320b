//! `SHA256SUMS`: one line for each file of a folder, as `sha256sum --check` reads them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest as _, Sha256};

pub(super) const NAME: &str = "SHA256SUMS";

/// Writes the sums of everything under a folder, sorted by path, and returns how many there are.
pub(super) fn write(folder: &Path) -> Result<usize> {
    let files = files(folder)?;
    let mut text = String::new();
    for file in &files {
        text.push_str(&format!("{}  {file}\n", sha256(&folder.join(file))?));
    }
    fs::write(folder.join(NAME), text).with_context(|| format!("cannot write {NAME}"))?;
    Ok(files.len())
}

/// Hexadecimal SHA-256 of a file.
pub(super) fn sha256(path: &Path) -> Result<String> {
    let content = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(hex::encode(Sha256::digest(content)))
}

/// Paths of the files under a folder, the sums themselves apart, sorted.
fn files(folder: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(current) = pending.pop() {
        let entries =
            fs::read_dir(&current).with_context(|| format!("cannot read {}", current.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                pending.push(path);
                continue;
            }
            let relative = path.strip_prefix(folder).expect("it is under the folder");
            let name = relative
                .to_str()
                .with_context(|| format!("{} is not UTF-8", path.display()))?;
            if name != NAME {
                files.push(name.to_owned());
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_its_sum_and_a_second_writing_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("share/man")).unwrap();
        for name in ["share/man/b.1", "share/a", "LICENSE"] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        assert_eq!(write(folder.path()).unwrap(), 3);
        let sums = fs::read_to_string(folder.path().join(NAME)).unwrap();
        let names: Vec<_> = sums.lines().map(|line| &line[66..]).collect();
        assert_eq!(names, ["LICENSE", "share/a", "share/man/b.1"]);
        // printf LICENSE | sha256sum
        let line = sums.lines().next().unwrap();
        assert!(
            line.starts_with(&hex::encode(Sha256::digest("LICENSE"))),
            "{line}"
        );
        write(folder.path()).unwrap();
        let again = fs::read_to_string(folder.path().join(NAME)).unwrap();
        assert_eq!(again, sums);
    }
}
