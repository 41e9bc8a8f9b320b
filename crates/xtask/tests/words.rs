//! Words that the code does not use: a private dialect nobody finds in the literature, and the domain in generic crates.

#![expect(clippy::unwrap_used, reason = "a failure in a test is the message")]

mod sources;

use std::collections::BTreeMap;

/// Words of identifiers that name nothing: `crates/README.md` has the words that do.
const DIALECT: [&str; 13] = [
    "told",
    "tell",
    "tells",
    "says",
    "say",
    "found",
    "place",
    "whole",
    "gives",
    "mend",
    "look",
    "former",
    "withdrawn",
];

/// The same, as whole identifiers: parts of other names may well be `left` or `own`.
const DIALECT_ALONE: [&str; 2] = ["own", "left"];

/// Names of other crates: a status of HTTP, a call of tokio.
const OF_OTHERS: [&str; 2] = ["FOUND", "block_in_place"];

/// The same in disclosure control, whose literature has words for all of these.
const DISCLOSURE: [&str; 6] = ["secrecy", "guard", "gate", "tie", "piece", "kernel"];

/// Words of the domain: of what is published, and of the codes of its producers.
const DOMAIN: [&str; 8] = [
    "inserjeunes",
    "insersup",
    "cfd",
    "mefstat",
    "mefstat11",
    "uai",
    "rome",
    "nsf",
];

/// Crates that know what they publish.
const OF_THE_DOMAIN: [&str; 3] = ["insertion", "site", "cli"];

/// The same of the domain in generic crates, comments and literals included.
const DOMAIN_CEILINGS: [(&str, usize); 6] = [
    ("engine", 52),
    ("fetch", 21),
    ("model", 17),
    ("release", 6),
    ("udata", 2),
    ("validate", 32),
];

fn is_banned(identifier: &str, of_disclosure: bool) -> bool {
    let words: Vec<String> = sources::words(identifier).collect();
    let is_dialect = |(at, word): (usize, &String)| {
        // What the web and the file system call it.
        let is_not_found = word == "found" && at > 0 && words[at - 1] == "not";
        DIALECT.contains(&word.as_str()) && !is_not_found && !OF_OTHERS.contains(&identifier)
            || of_disclosure && DISCLOSURE.contains(&word.as_str())
    };
    DIALECT_ALONE.contains(&identifier) || words.iter().enumerate().any(is_dialect)
}

#[test]
fn identifiers_are_words_of_the_field() {
    let mut counts = BTreeMap::new();
    for (name, files) in sources::crates() {
        let banned = files
            .iter()
            .flat_map(|file| sources::identifiers(&file.code))
            .filter(|identifier| is_banned(identifier, name == "disclosure"));
        let count = banned.count();
        counts.insert(name, count);
    }
    let over = sources::over(&counts, &[]);
    assert!(over.is_empty(), "{}", over.join("\n"));
}

#[test]
fn generic_crates_do_not_name_the_domain() {
    let mut counts = BTreeMap::new();
    for (name, files) in sources::crates() {
        if OF_THE_DOMAIN.contains(&name.as_str()) {
            continue;
        }
        let words = files.iter().flat_map(|file| sources::words(&file.text));
        let named = words.filter(|word| DOMAIN.contains(&word.as_str()));
        counts.insert(name, named.count());
    }
    let over = sources::over(&counts, &DOMAIN_CEILINGS);
    assert!(over.is_empty(), "{}", over.join("\n"));
}

#[test]
fn a_word_is_banned_in_any_case_and_nowhere_else() {
    let code = sources::code_of(
        "let in_place = Place::new(\"found\"); // told\nlet left = left_join(replaced, NotFound)",
    );
    let banned: Vec<&str> = sources::identifiers(&code)
        .filter(|identifier| is_banned(identifier, false))
        .collect();
    assert_eq!(banned, ["in_place", "Place", "left"]);
    assert!(is_banned("Guard", true) && !is_banned("Guard", false));
    assert!(!sources::words("prometheus").any(|word| word == "rome"));
}
