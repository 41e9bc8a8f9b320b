//! The sources of the crates, as the tests of this folder read them.

#![expect(dead_code, reason = "each test reads what it needs of a source")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A source file of a crate.
pub(crate) struct Source {
    /// Its module path inside the crate, empty for the root.
    pub(crate) module: String,
    /// Its code, without comments, literals and unit tests.
    pub(crate) code: String,
    /// Its text, unit tests left out.
    pub(crate) text: String,
}

/// The sources of each crate, by its name without prefix.
pub(crate) fn crates() -> BTreeMap<String, Vec<Source>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut crates = BTreeMap::new();
    for entry in std::fs::read_dir(root).unwrap() {
        let folder = entry.unwrap().path();
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let Some(name) = name.strip_prefix("debouches-") else {
            continue;
        };
        let sources = folder.join("src");
        let mut files = Vec::new();
        walk(&sources, &mut files);
        files.sort();
        let read = files.iter().map(|file| read(&sources, file));
        crates.insert(name.to_owned(), read.collect::<Vec<_>>());
    }
    assert!(crates.len() > 10, "the crates were not found");
    crates
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for path in entries.map(|entry| entry.unwrap().path()) {
        let is_test = path.file_stem().is_some_and(|stem| stem == "tests");
        if path.is_dir() && !is_test {
            walk(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test {
            files.push(path);
        }
    }
}

fn read(root: &Path, file: &Path) -> Source {
    let relative = file.strip_prefix(root).unwrap().with_extension("");
    let mut parts: Vec<String> = relative
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if parts
        .last()
        .is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str()))
    {
        parts.pop();
    }
    let text = std::fs::read_to_string(file).unwrap();
    let text = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default()
        .to_owned();
    Source {
        module: parts.join("::"),
        code: code_of(&text),
        text,
    }
}

/// The text without comments and without what is between quotes.
pub(crate) fn code_of(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
        } else if let Some(raw) = raw_string(rest) {
            code.push_str("\"\"");
            rest = raw;
        } else if first == '"' {
            code.push_str("\"\"");
            rest = after_quote(&rest[1..]);
        } else {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    code
}

/// What follows a raw string that begins here.
fn raw_string(text: &str) -> Option<&str> {
    let hashes = text.strip_prefix('r')?;
    let opened = hashes.trim_start_matches('#');
    let count = hashes.len() - opened.len();
    let body = opened.strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(count));
    let at = body.find(&end)?;
    Some(&body[at + end.len()..])
}

fn after_quote(text: &str) -> &str {
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return &text[at + 1..],
            _ => {}
        }
    }
    ""
}

/// The identifiers of some code.
pub(crate) fn identifiers(code: &str) -> impl Iterator<Item = &str> {
    code.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
        .filter(|identifier| !identifier.is_empty())
}

/// The words of identifiers: `is_in_place` and `InPlace` both hold `place`.
pub(crate) fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|letter: char| !letter.is_alphanumeric())
        .flat_map(|identifier| {
            let mut words: Vec<String> = Vec::new();
            let mut before_is_lower = false;
            for letter in identifier.chars() {
                if letter.is_uppercase() && before_is_lower || words.is_empty() {
                    words.push(String::new());
                }
                before_is_lower = letter.is_lowercase() || letter.is_numeric();
                if let Some(word) = words.last_mut() {
                    word.extend(letter.to_lowercase());
                }
            }
            words
        })
}

/// The crates whose count is over their ceiling, each in a sentence; a crate that no ceiling names has none.
pub(crate) fn over(counts: &BTreeMap<String, usize>, ceilings: &[(&str, usize)]) -> Vec<String> {
    let ceiling = |name: &str| {
        let known = ceilings.iter().find(|(known, _)| *known == name);
        known.map_or(0, |(_, ceiling)| *ceiling)
    };
    counts
        .iter()
        .filter(|(name, count)| **count > ceiling(name))
        .map(|(name, count)| format!("(\"{name}\", {count}), over {}", ceiling(name)))
        .collect()
}
