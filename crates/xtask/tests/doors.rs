//! Texts leave by doors that escape, and bytes enter by doors that are bounded. A door that is added elsewhere is named here.

#![expect(clippy::unwrap_used, reason = "a failure in a test is the message")]

mod sources;

use std::collections::BTreeMap;

/// What writes on a terminal. The macros are refused in libraries by lints too; a handle is not.
const PRINTS: [&str; 6] = [
    "println!",
    "eprintln!",
    "print!(",
    "eprint!(",
    "io::stdout()",
    "io::stderr()",
];

/// The modules that may, and why: the door itself, a question before it, and answers that a process of ours reads.
const PRINTERS: [(&str, &str); 3] = [
    ("cli", "output"),
    ("cli", "consent"),
    ("engine", "isolation::worker"),
];

/// What reads to the end of something.
const WHOLE_READS: [&str; 3] = ["read_to_end(", "read_to_string(", "fs::read("];

/// Lines above a read in which its bound stands, when it has one.
const NEAR: usize = 6;

/// What bounds a read.
const BOUNDS: [&str; 4] = [".take(", "bounded(", "Bounded", "limit"];

/// Reads to the end without a bound near them, by crate: files of ours, and of whoever writes the configuration. Only goes down.
const UNBOUNDED: [(&str, usize); 12] = [
    ("cli", 3),
    ("engine", 15),
    ("fetch", 8),
    ("http", 1),
    ("insertion", 0),
    ("portal", 6),
    ("release", 0),
    ("store", 10),
    ("table", 4),
    ("udata", 1),
    ("validate", 3),
    ("model", 0),
];

/// What opens a path by its name, following links. The store opens its own relative to its folder, and follows none.
const OPENS: [&str; 4] = [
    "File::open(",
    "File::create(",
    "OpenOptions::new()",
    "fs::read(",
];

/// Paths opened by name, by crate: those of the call, of the configuration, and of the practice portal. Only goes down.
const OPENED: [(&str, usize); 7] = [
    ("cli", 2),
    ("engine", 21),
    ("fetch", 2),
    ("http", 1),
    ("portal", 12),
    ("site", 0),
    ("store", 3),
];

/// How often one of these words stands in the code of each crate.
fn counted(words: &[&str], counts: impl Fn(&[&str], usize) -> bool) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for (name, files) in sources::crates() {
        let mut count = 0;
        for file in &files {
            let lines: Vec<&str> = file.code.lines().collect();
            let hits = (0..lines.len()).filter(|line| {
                words.iter().any(|word| lines[*line].contains(word)) && counts(&lines, *line)
            });
            count += hits.count();
        }
        if count > 0 {
            found.insert(name, count);
        }
    }
    found
}

#[test]
fn only_the_doors_print() {
    let mut others = Vec::new();
    for (name, files) in sources::crates() {
        for file in files {
            let may =
                |(known, module): &(&str, &str)| *known == name && file.module.starts_with(module);
            if PRINTERS.iter().any(may) {
                continue;
            }
            for line in file.code.lines() {
                if PRINTS.iter().any(|print| line.contains(print)) {
                    others.push(format!("{name} {}: {}", file.module, line.trim()));
                }
            }
        }
    }
    assert!(others.is_empty(), "{}", others.join("\n"));
}

#[test]
fn the_doors_escape_what_others_wrote() {
    let crates = sources::crates();
    let text = |name: &str, module: &str| -> &str {
        let files = &crates[name];
        let file = files.iter().find(|file| file.module == module);
        &file
            .unwrap_or_else(|| panic!("{name} has no {module}"))
            .text
    };
    // The body of each door, up to the next one.
    for (name, module, door) in [
        ("cli", "output", "fn print("),
        ("cli", "output", "fn eprint("),
        ("engine", "failure", "fn one_line("),
        ("engine", "operations::notify", "fn quiet("),
        ("engine", "stages::target", "fn located("),
    ] {
        let (_, body) = text(name, module).split_once(door).unwrap();
        let body = body.split("\n}\n").next().unwrap();
        assert!(body.contains("escape::"), "{door} of {name} {module}");
    }
    // A room is told by one function alone.
    for (name, files) in &crates {
        for file in files {
            let is_room = (name.as_str(), file.module.as_str()) == ("engine", "operations::notify");
            assert!(
                is_room || !file.text.contains("json!({ \"text\":"),
                "{name} {} speaks to a room",
                file.module
            );
        }
    }
}

#[test]
fn a_read_to_the_end_has_a_bound() {
    let unbounded = counted(&WHOLE_READS, |lines, line| {
        let near = &lines[line.saturating_sub(NEAR)..=line];
        !near
            .iter()
            .any(|near| BOUNDS.iter().any(|bound| near.contains(bound)))
    });
    let over = sources::over(&unbounded, &UNBOUNDED);
    assert!(over.is_empty(), "{}", over.join("\n"));
}

#[test]
fn paths_are_opened_by_the_store_or_by_the_doors_that_are_named() {
    let over = sources::over(&counted(&OPENS, |_, _| true), &OPENED);
    assert!(over.is_empty(), "{}", over.join("\n"));
}
