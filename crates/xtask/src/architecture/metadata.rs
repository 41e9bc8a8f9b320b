//! What `cargo metadata` says of the workspace, reduced to names and edges.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: BTreeSet<String>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// None for a normal dependency, else `dev` or `build`.
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Edge>,
}

#[derive(Deserialize)]
struct Edge {
    pkg: String,
    dep_kinds: Vec<DepKind>,
}

#[derive(Deserialize)]
struct DepKind {
    kind: Option<String>,
}

/// Crates and who depends on whom; dependencies of tests are left out, unless a name says otherwise.
#[derive(Debug, Default)]
pub struct Graph {
    /// Names that each crate of the workspace declares.
    pub(super) declared: BTreeMap<String, BTreeSet<String>>,
    /// The same, dependencies of tests included.
    pub(super) declared_with_tests: BTreeMap<String, BTreeSet<String>>,
    /// Names of what each crate is really built with, foreign crates included.
    resolved: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    /// Asks cargo about the workspace in that folder.
    ///
    /// # Errors
    /// When cargo does not answer.
    pub fn of_workspace(root: &Path) -> Result<Self> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["metadata", "--format-version", "1", "--locked"])
            .current_dir(root)
            .output()
            .context("cannot run cargo metadata")?;
        ensure!(output.status.success(), "cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr));
        Self::parse(&output.stdout)
    }

    /// Reads the answer of `cargo metadata --format-version 1`.
    ///
    /// # Errors
    /// When it is not such an answer.
    pub fn parse(json: &[u8]) -> Result<Self> {
        let metadata: Metadata = serde_json::from_slice(json).context("cannot read the answer of cargo metadata")?;
        let mut graph = Self::default();
        let names: BTreeMap<&str, &str> =
            metadata.packages.iter().map(|package| (package.id.as_str(), package.name.as_str())).collect();
        for package in metadata.packages.iter().filter(|package| metadata.workspace_members.contains(&package.id)) {
            let named = |wanted: &dyn Fn(&Dependency) -> bool| {
                package
                    .dependencies
                    .iter()
                    .filter(|dependency| wanted(dependency))
                    .map(|dependency| dependency.name.clone())
                    .collect()
            };
            graph.declared.insert(package.name.clone(), named(&|dependency| is_built(dependency.kind.as_deref())));
            graph.declared_with_tests.insert(package.name.clone(), named(&|_| true));
        }
        for node in &metadata.resolve.nodes {
            let built = node.deps.iter().filter(|edge| edge.dep_kinds.iter().any(|kind| is_built(kind.kind.as_deref())));
            let found = built.filter_map(|edge| names.get(edge.pkg.as_str())).map(|name| (*name).to_owned());
            let name = names.get(node.id.as_str()).copied().unwrap_or_default();
            // Two versions of a crate share a name: what either reaches, the name reaches.
            graph.resolved.entry(name.to_owned()).or_default().extend(found);
        }
        Ok(graph)
    }

    /// Every crate that this one is built with, directly or not.
    #[must_use]
    pub fn reachable(&self, name: &str) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let mut waiting = vec![name];
        while let Some(next) = waiting.pop() {
            for found in self.resolved.get(next).into_iter().flatten() {
                if reached.insert(found.as_str()) {
                    waiting.push(found);
                }
            }
        }
        reached
    }
}

fn is_built(kind: Option<&str>) -> bool {
    kind != Some("dev")
}
