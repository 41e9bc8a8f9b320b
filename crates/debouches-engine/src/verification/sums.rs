//! The files of a folder against what was recorded of them: digests, sizes, what is missing, what nobody names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use debouches_model::{Fault, MANIFEST_FILE, Manifest, Sha256};
use debouches_release::SIGNATURE_FILE;

use crate::failure::Decided;
use crate::folder;

pub(super) const SUMS_FILE: &str = "SHA256SUMS";

/// What each file should be, by its path and by which list says so.
pub(super) type Expected = BTreeMap<(String, &'static str), Expectation>;

/// What a list says of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expectation {
    pub(super) sha256: Sha256,
    /// Its size, when the list tells it.
    pub(super) bytes: Option<u64>,
}

/// What the lists of a folder say of its files; nothing when it has none.
pub(super) fn expected_by(folder: &Path) -> anyhow::Result<Expected> {
    let mut expected = Expected::new();
    let listed = crate::folder::read_list(&folder.join(MANIFEST_FILE));
    if let Some(text) = listed.ok().and_then(|bytes| String::from_utf8(bytes).ok()) {
        if !debouches_store::is_sealed(&text) {
            return Err(broken(
                folder,
                &format!("{MANIFEST_FILE} was altered after it was written"),
            ));
        }
        let manifest: Manifest = serde_json::from_str(&text)
            .map_err(|error| broken(folder, &format!("{MANIFEST_FILE}: {error}")))?;
        expected.extend(of_manifest(&manifest));
    }
    if folder.join(SUMS_FILE).is_file() {
        expected.extend(of_sums(folder)?);
    }
    Ok(expected)
}

pub(super) fn of_manifest(manifest: &Manifest) -> Expected {
    let expectation = |file: &debouches_model::FileEntry| Expectation {
        sha256: file.sha256,
        bytes: Some(file.bytes),
    };
    manifest
        .files
        .iter()
        .map(|file| ((file.path.clone(), MANIFEST_FILE), expectation(file)))
        .collect()
}

/// What `SHA256SUMS` says. It may come from anywhere: a path that leaves the folder is refused.
pub(super) fn of_sums(folder: &Path) -> anyhow::Result<Expected> {
    let text = crate::folder::read_list(&folder.join(SUMS_FILE))
        .map_err(|error| broken(folder, &format!("{SUMS_FILE}: {error}")))?;
    let text = String::from_utf8_lossy(&text);
    let line = |line: &str| {
        let (digest, path) = line
            .split_once("  ")
            .ok_or_else(|| broken(folder, &format!("{SUMS_FILE}: `{line}`")))?;
        let sha256 = digest
            .parse()
            .map_err(|error| broken(folder, &format!("{SUMS_FILE}: {error}")))?;
        if !is_plain(path) {
            return Err(broken(folder, &format!("{SUMS_FILE} names `{path}`")));
        }
        Ok((
            (path.to_owned(), SUMS_FILE),
            Expectation {
                sha256,
                bytes: None,
            },
        ))
    };
    text.lines().map(line).collect()
}

/// A relative path that stays in its folder and needs no quoting in an address.
pub(crate) fn is_plain(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    path.split('/')
        .all(|part| !part.is_empty() && !part.starts_with('.') && part.bytes().all(plain))
}

fn broken(folder: &Path, what: &str) -> anyhow::Error {
    let message = format!("{} is not readable: {what}", folder.display());
    Decided {
        message,
        fault: Fault::Integrity,
    }
    .into()
}

/// The files that are not what they should be, in the order of their names.
pub(super) fn compare(at: &Path, expected: &Expected) -> Vec<String> {
    let mut actual: BTreeMap<&str, std::io::Result<(Sha256, u64)>> = BTreeMap::new();
    let mut problems = Vec::new();
    for ((path, expected_by), expectation) in expected {
        match actual
            .entry(path)
            .or_insert_with(|| folder::digest(&at.join(path)))
        {
            Ok((sha256, _)) if *sha256 == expectation.sha256 => {}
            Ok((_, bytes))
                if expectation
                    .bytes
                    .is_some_and(|expectation| expectation != *bytes) =>
            {
                let expectation = expectation.bytes.unwrap_or_default();
                problems.push(format!(
                    "{path}: {bytes} bytes, {expected_by} says {expectation}"
                ));
            }
            Ok((sha256, _)) => problems.push(format!(
                "{path}: sha256 is {sha256}, {expected_by} says {}",
                expectation.sha256
            )),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                problems.push(format!("{path}: missing, {expected_by} names it"));
            }
            Err(error) => problems.push(format!(
                "{path}: cannot be read ({error}), {expected_by} names it"
            )),
        }
    }
    problems
}

/// The files that no list names.
pub(super) fn strangers(at: &Path, expected: &Expected) -> anyhow::Result<Vec<String>> {
    let named: BTreeSet<&str> = expected.keys().map(|(path, _)| path.as_str()).collect();
    let ours = [MANIFEST_FILE, SUMS_FILE, SIGNATURE_FILE, "journal.jsonl"];
    let is_stranger =
        |path: &String| !named.contains(path.as_str()) && !ours.contains(&path.as_str());
    let files = folder::files(at)?;
    Ok(files
        .into_iter()
        .filter(is_stranger)
        .map(|path| format!("{path}: named by nobody"))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_from_elsewhere_names_nothing_outside_its_folder() {
        for path in ["a.csv", "par-region/a_b-1.csv"] {
            assert!(is_plain(path), "{path}");
        }
        for path in [
            "",
            "../a",
            "/etc/passwd",
            "a/../b",
            "a//b",
            "http://x/a",
            "a b",
            "a?b",
            ".hidden",
            "a\\b",
            "é",
        ] {
            assert!(!is_plain(path), "{path}");
        }
    }
}
