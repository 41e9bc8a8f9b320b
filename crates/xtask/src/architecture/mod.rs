//! The allowed edges between the crates of the workspace, and the three invariants that follow.
//!
//! The pure stages reach neither network nor disk, fetching has no table type, and one crate alone names Arrow.

mod metadata;

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Result, ensure};

pub use self::metadata::Graph;

/// What a crate of the workspace may depend on.
enum Allowed {
    Only(&'static [&'static str]),
    Anything,
}

use Allowed::{Anything, Only};

/// Wanting another edge usually means that a type lives in the wrong place: talk before adding one.
const EDGES: [(&str, Allowed); 13] = [
    ("debouches-model", Only(&[])),
    ("debouches-table", Only(&["debouches-model"])),
    ("debouches-store", Only(&["debouches-model"])),
    ("debouches-http", Only(&[])),
    ("debouches-udata", Only(&["debouches-http"])),
    ("debouches-fetch", Only(&["debouches-model", "debouches-store", "debouches-http"])),
    ("debouches-validate", Only(&["debouches-model", "debouches-table"])),
    ("debouches-enrich", Only(&["debouches-model", "debouches-table"])),
    ("debouches-package", Only(&["debouches-model", "debouches-table"])),
    ("debouches-publish", Only(&["debouches-model", "debouches-store", "debouches-udata"])),
    ("debouches-portal", Only(&[])),
    ("debouches-cli", Anything),
    ("xtask", Anything),
];

/// Network and asynchrony, which the pure stages cannot reach.
const EFFECTS: &[&str] = &["hyper", "object_store", "reqwest", "tokio"];
/// The table engine.
const ENGINE: &[&str] = &["arrow", "parquet"];
/// Crate, and what it must not be built with.
const UNREACHABLE: [(&str, &[&str]); 4] = [
    ("debouches-validate", EFFECTS),
    ("debouches-enrich", EFFECTS),
    ("debouches-package", EFFECTS),
    ("debouches-fetch", ENGINE),
];
const ENGINE_OWNER: &str = "debouches-table";

/// Checks the workspace in that folder.
///
/// # Errors
/// When an edge is forbidden, an invariant is broken, or cargo does not answer.
pub fn check(root: &Path) -> Result<()> {
    let violations = violations(&Graph::of_workspace(root)?);
    ensure!(violations.is_empty(), "{}", violations.join("; "));
    Ok(())
}

/// What is wrong, one sentence each.
#[must_use]
pub fn violations(graph: &Graph) -> Vec<String> {
    let mut found = Vec::new();
    let members: BTreeSet<&str> = graph.declared.keys().map(String::as_str).collect();
    for (member, dependencies) in &graph.declared {
        match EDGES.iter().find(|(name, _)| name == member) {
            None => found.push(format!("{member} is not in the table of allowed edges")),
            Some((_, Anything)) => {}
            Some((_, Only(allowed))) => {
                let inside = dependencies.iter().filter(|name| members.contains(name.as_str()));
                let wrong = inside.filter(|name| !allowed.contains(&name.as_str()));
                found.extend(wrong.map(|name| format!("{member} may not depend on {name}")));
            }
        }
    }
    for (member, forbidden) in UNREACHABLE {
        let reached = graph.reachable(member);
        let wrong = forbidden.iter().filter(|name| reached.iter().any(|found| is_of(found, name)));
        found.extend(wrong.map(|name| format!("{member} must not reach {name}")));
    }
    for (member, dependencies) in graph.declared_with_tests.iter().filter(|(member, _)| *member != ENGINE_OWNER) {
        let named = dependencies.iter().filter(|name| ENGINE.iter().any(|engine| is_of(name, engine)));
        found.extend(named.map(|name| format!("{member} names {name}: only {ENGINE_OWNER} may")));
    }
    found
}

/// True for a crate and for its parts, as `arrow-schema` is of `arrow`.
fn is_of(name: &str, family: &str) -> bool {
    name.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}
