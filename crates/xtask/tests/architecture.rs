//! Which crate may depend on which: the table below is the architecture, and `cargo metadata` is held against it.

#![expect(clippy::unwrap_used, reason = "a failure in a test is the message")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::{Value, json};

/// What each crate may depend on, in our own crates. `cli` may depend on each of them, `xtask` on anything.
const ALLOWED: [(&str, &[&str]); 15] = [
    ("model", &[]),
    ("table", &["model"]),
    ("store", &["model"]),
    ("http", &["model"]),
    ("udata", &["http"]),
    ("fetch", &["model", "store", "http"]),
    ("validate", &["model", "table"]),
    ("enrich", &["model", "table"]),
    ("release", &["model", "table"]),
    ("disclosure", &["model"]),
    ("insertion", &["model", "table", "validate", "enrich"]),
    ("publish", &["model", "store", "udata"]),
    ("portal", &["model", "store"]),
    ("site", &["model"]),
    (
        "engine",
        &[
            "model",
            "table",
            "store",
            "http",
            "udata",
            "fetch",
            "validate",
            "enrich",
            "release",
            "disclosure",
            "insertion",
            "publish",
            "portal",
            "site",
        ],
    ),
];

/// What a crate must not reach, even through others.
const UNREACHABLE: [(&[&str], &[&str]); 2] = [
    (
        &[
            "validate",
            "enrich",
            "insertion",
            "release",
            "disclosure",
            "site",
        ],
        &["reqwest", "object_store", "tokio"],
    ),
    (&["fetch"], &["arrow", "parquet"]),
];

/// Normal dependencies by package name: versions of a package are taken together, which can only refuse more.
type Graph = BTreeMap<String, BTreeSet<String>>;

fn metadata() -> Value {
    let arguments = [
        "metadata",
        "--format-version",
        "1",
        "--locked",
        "--manifest-path",
    ];
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .arg(manifest)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn graph(metadata: &Value) -> Graph {
    let names: BTreeMap<String, String> = list(metadata, "packages")
        .iter()
        .map(|package| (text(&package["id"]), text(&package["name"])))
        .collect();
    let mut graph = Graph::new();
    for node in list(&metadata["resolve"], "nodes") {
        let edges = graph.entry(names[&text(&node["id"])].clone()).or_default();
        let normal = |edge: &&Value| {
            list(edge, "dep_kinds")
                .iter()
                .any(|kind| kind["kind"].is_null())
        };
        edges.extend(
            list(node, "deps")
                .iter()
                .filter(normal)
                .map(|edge| names[&text(&edge["pkg"])].clone()),
        );
    }
    graph
}

fn reachable(graph: &Graph, from: &str) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut pending = vec![from.to_owned()];
    while let Some(name) = pending.pop() {
        for next in graph.get(&name).into_iter().flatten() {
            if reached.insert(next.clone()) {
                pending.push(next.clone());
            }
        }
    }
    reached
}

/// Everything in the graph that the architecture refuses, one sentence each.
fn refusals(graph: &Graph) -> Vec<String> {
    let mut refusals = Vec::new();
    for (from, edges) in graph {
        if (from.starts_with("debouches-") || from == "xtask") && from != "debouches-table" {
            let columnar = edges
                .iter()
                .filter(|to| ["arrow", "parquet"].contains(&to.as_str()));
            refusals.extend(columnar.map(|to| format!("{from} names {to}")));
        }
        let Some(from) = from.strip_prefix("debouches-") else {
            continue;
        };
        let ours = edges.iter().filter_map(|to| {
            if to == "xtask" {
                Some("xtask")
            } else {
                to.strip_prefix("debouches-")
            }
        });
        let allowed = ALLOWED
            .iter()
            .find(|(name, _)| *name == from)
            .map(|(_, allowed)| *allowed);
        match allowed {
            Some(allowed) => {
                refusals.extend(
                    ours.filter(|to| !allowed.contains(to))
                        .map(|to| format!("{from} depends on {to}")),
                );
            }
            None if from == "cli" => refusals.extend(
                ours.filter(|to| *to == "xtask")
                    .map(|_| "cli depends on xtask".to_owned()),
            ),
            None => refusals.push(format!("{from} is in no line of the table")),
        }
    }
    for (crates, forbidden) in UNREACHABLE {
        for from in crates {
            let reached = reachable(graph, &format!("debouches-{from}"));
            refusals.extend(
                forbidden
                    .iter()
                    .filter(|to| reached.contains(**to))
                    .map(|to| format!("{from} reaches {to}")),
            );
        }
    }
    refusals
}

/// Adds a normal dependency to metadata, by package names.
fn doctored(mut metadata: Value, from: &str, to: &str) -> Value {
    let id = |name: &str| {
        let package = list(&metadata, "packages")
            .iter()
            .find(|package| package["name"] == name);
        package.unwrap_or_else(|| panic!("no package is named {name}"))["id"].clone()
    };
    let (from, to) = (id(from), id(to));
    let nodes = metadata["resolve"]["nodes"].as_array_mut().unwrap();
    let node = nodes.iter_mut().find(|node| node["id"] == from).unwrap();
    node["deps"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "pkg": to, "dep_kinds": [{ "kind": null, "target": null }] }));
    metadata
}

#[test]
fn crates_depend_on_each_other_as_the_table_says() {
    let graph = graph(&metadata());
    for (name, _) in ALLOWED {
        assert!(
            graph.contains_key(&format!("debouches-{name}")),
            "the table names {name}, which does not exist"
        );
    }
    assert_eq!(refusals(&graph), Vec::<String>::new());
}

#[test]
fn a_forbidden_dependency_is_refused() {
    let metadata = metadata();
    for (from, to, refusal) in [
        (
            "debouches-model",
            "debouches-table",
            "model depends on table",
        ),
        ("debouches-http", "debouches-store", "http depends on store"),
        ("debouches-cli", "xtask", "cli depends on xtask"),
        ("debouches-table", "tokio", "enrich reaches tokio"),
        ("debouches-validate", "reqwest", "validate reaches reqwest"),
        (
            "debouches-release",
            "object_store",
            "release reaches object_store",
        ),
        ("debouches-store", "parquet", "fetch reaches parquet"),
        ("debouches-enrich", "arrow", "debouches-enrich names arrow"),
    ] {
        let refusals = refusals(&graph(&doctored(metadata.clone(), from, to)));
        assert!(
            refusals.iter().any(|refused| refused == refusal),
            "{from} -> {to}: {refusals:?}"
        );
    }
}
