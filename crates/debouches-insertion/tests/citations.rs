//! Every rule, dataset, proposal and vector that the sources cite has an entry.
#![expect(clippy::unwrap_used, reason = "a failure is the message")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Where entries are: one or more citations in the first cell of a row of a table.
const PAGES: [&str; 2] = [
    "crates/debouches-insertion/docs/rules.md",
    "crates/README.md",
];

/// Folders whose files cite.
const CITING: [&str; 3] = [
    "crates/debouches-insertion",
    "crates/debouches-enrich",
    "tests",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "rs" || extension == "toml")
        {
            found.push(path);
        }
    }
}

/// Words of a line such as `T6`, `D15`, `S14` or `V12`.
fn citations(line: &str) -> impl Iterator<Item = String> {
    let words = line.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter_map(|word| {
        let (letter, number) = word.split_at_checked(1)?;
        let is_number =
            (1..=2).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
        let is_cited =
            matches!(letter, "T" | "D" | "S" | "V") || (letter == "v" && number.len() == 2);
        (is_number && is_cited).then(|| word.to_ascii_uppercase())
    })
}

/// What is a comment of a Rust or TOML line, or the name of a test.
fn cites(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let comment = line.split_once("//").or_else(|| line.split_once('#'));
    if line.starts_with("fn v") {
        return Some(line);
    }
    comment.map(|(_, comment)| comment)
}

#[test]
fn every_citation_has_an_entry() {
    let mut entries = BTreeSet::new();
    for page in PAGES {
        let text = std::fs::read_to_string(root().join(page)).unwrap();
        for row in text.lines().filter_map(|line| line.strip_prefix('|')) {
            entries.extend(citations(row.split('|').next().unwrap_or_default()));
        }
    }
    let mut paths = Vec::new();
    CITING
        .iter()
        .for_each(|folder| files(&root().join(folder), &mut paths));
    let mut cited: BTreeMap<String, String> = BTreeMap::new();
    for path in &paths {
        let text = std::fs::read_to_string(path).unwrap();
        for (index, line) in text.lines().enumerate() {
            // `S3` is a kind of bucket too.
            for citation in cites(line).into_iter().flat_map(citations) {
                cited
                    .entry(citation)
                    .or_insert_with(|| format!("{}:{}", path.display(), index + 1));
            }
        }
    }
    assert!(cited.len() > 60, "only {} citations were seen", cited.len());
    let broken: Vec<_> = cited
        .iter()
        .filter(|(citation, _)| !entries.contains(*citation))
        .collect();
    assert!(broken.is_empty(), "no entry for {broken:?}");
}
