//! The workspace keeps to its architecture, and the test that says so would notice if it did not.

use std::path::Path;

use serde_json::{Value, json};
use xtask::architecture::{Graph, violations};

#[test]
fn the_workspace_keeps_to_its_architecture() {
    let graph = Graph::of_workspace(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
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
    violations(&Graph::parse(json.to_string().as_bytes()).expect("the doctored answer is well formed"))
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
