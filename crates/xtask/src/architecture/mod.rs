//! The allowed edges between the crates of the workspace, and the three invariants that follow.
//!
//! The pure stages reach neither network nor disk, fetching has no table type, and one crate alone names Arrow.

mod metadata;

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use metadata::Graph;

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

/// Fails when an edge is forbidden or an invariant is broken.
pub(crate) fn check() -> Result<()> {
    let violations = violations(&Graph::of_workspace()?);
    ensure!(violations.is_empty(), "{}", violations.join("; "));
    Ok(())
}

fn violations(graph: &Graph) -> Vec<String> {
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn the_workspace_keeps_to_its_architecture() {
        let graph = Graph::of_workspace().unwrap();
        assert_eq!(violations(&graph), Vec::<String>::new());
        // The absence of a path proves nothing in an empty graph: where one exists, it is found.
        assert!(graph.reachable("debouches-fetch").contains("reqwest"));
        assert!(graph.reachable("debouches-validate").contains("arrow"));
    }

    /// A workspace of four crates, plus one dependency of that kind from one of them.
    fn doctored(from: &str, to: &str, kind: Option<&str>) -> Vec<String> {
        let names = ["debouches-model", "debouches-store", "debouches-validate", "debouches-fetch", "reqwest", "arrow-array"];
        let dependencies = |name: &str| -> Vec<Value> {
            let added = (name == from).then(|| json!({ "name": to, "kind": kind }));
            added.into_iter().collect()
        };
        let edges = |name: &str| -> Vec<Value> {
            let added = (name == from).then(|| json!({ "pkg": to, "dep_kinds": [{ "kind": kind }] }));
            let store = (name == "debouches-store").then(|| json!({ "pkg": "reqwest", "dep_kinds": [{ "kind": null }] }));
            added.into_iter().chain(store).collect()
        };
        let json = json!({
            "packages": names.map(|name| json!({ "id": name, "name": name, "dependencies": dependencies(name) })),
            "workspace_members": &names[..4],
            "resolve": { "nodes": names.map(|name| json!({ "id": name, "deps": edges(name) })) },
        });
        violations(&Graph::parse(json.to_string().as_bytes()).unwrap())
    }

    #[test]
    fn an_allowed_edge_is_accepted() {
        assert_eq!(doctored("debouches-fetch", "debouches-store", None), Vec::<String>::new());
    }

    #[test]
    fn a_forbidden_edge_is_refused_with_what_it_reaches() {
        assert_eq!(
            doctored("debouches-validate", "debouches-store", None),
            ["debouches-validate may not depend on debouches-store", "debouches-validate must not reach reqwest",]
        );
        assert_eq!(doctored("debouches-validate", "debouches-store", Some("build")).len(), 2);
    }

    #[test]
    fn tests_may_use_another_stage_but_not_name_arrow() {
        assert_eq!(doctored("debouches-validate", "debouches-store", Some("dev")), Vec::<String>::new());
        assert_eq!(
            doctored("debouches-validate", "arrow-array", Some("dev")),
            ["debouches-validate names arrow-array: only debouches-table may",]
        );
    }

    #[test]
    fn fetching_cannot_reach_a_table_type() {
        assert_eq!(
            doctored("debouches-fetch", "arrow-array", None),
            ["debouches-fetch must not reach arrow", "debouches-fetch names arrow-array: only debouches-table may",]
        );
    }

    #[test]
    fn a_crate_must_be_in_the_table() {
        let json = json!({
            "packages": [{ "id": "x", "name": "debouches-misc", "dependencies": [] }],
            "workspace_members": ["x"],
            "resolve": { "nodes": [] },
        });
        let graph = Graph::parse(json.to_string().as_bytes()).unwrap();
        assert_eq!(violations(&graph), ["debouches-misc is not in the table of allowed edges"]);
    }
}
