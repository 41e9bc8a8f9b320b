//! Tests that need something beside the project are ignored by name: the name ends in what they need, so that the checks can
//! select them, and say which did not run.

#![expect(clippy::unwrap_used, reason = "a failure in a test is the message")]

use std::path::{Path, PathBuf};

/// What a test may need, as the end of its name, and the words that its reason begins with.
const MEANS: [(&str, &str); 9] = [
    ("_with_real_files", "needs the real files"),
    ("_with_real_udata", "needs a real udata:"),
    (
        "_with_real_udata_and_s3",
        "needs a real udata and an S3 server",
    ),
    ("_with_s3", "needs an S3 server"),
    ("_with_minisign", "needs minisign"),
    ("_with_faketime", "needs faketime"),
    ("_with_namespaces", "needs `unshare -rm`"),
    ("_with_strace", "needs strace"),
    ("_with_chromium", "needs chromium"),
];

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            sources(&path, into);
        } else if path.extension().is_some_and(|end| end == "rs") {
            into.push(path);
        }
    }
}

/// Every test file of the workspace, with its text.
fn texts() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap();
    let mut paths = Vec::new();
    sources(&root.join("tests"), &mut paths);
    sources(&root.join("crates"), &mut paths);
    paths
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            (path, text)
        })
        .collect()
}

#[test]
fn an_ignored_test_is_named_after_what_it_needs() {
    let attribute = concat!("#[", "ignore");
    let mut seen = 0;
    for (path, text) in texts() {
        for (place, _) in text.match_indices(attribute) {
            let (line, rest) = text[place..].split_once('\n').unwrap();
            let name = rest
                .split_once("fn ")
                .and_then(|(_, rest)| rest.split_once('('))
                .map(|(name, _)| name)
                .unwrap();
            let known = MEANS
                .iter()
                .any(|(end, reason)| name.ends_with(end) && line.contains(reason));
            assert!(known, "{}: {name}: {line}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 20, "only {seen} ignored tests were seen");
}

#[test]
fn no_test_is_green_by_doing_nothing() {
    let words = concat!("NOT", " RUN");
    for (path, text) in texts() {
        assert!(
            !text.contains(words),
            "{}: a test that cannot run is ignored by name, or fails",
            path.display()
        );
    }
}
