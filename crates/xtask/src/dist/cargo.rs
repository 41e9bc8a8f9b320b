//! What is read of `cargo metadata` and of `Cargo.lock`.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// What `cargo metadata` prints for a target.
pub(super) fn metadata(target: &str) -> Result<Vec<u8>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "metadata",
            "--locked",
            "--format-version",
            "1",
            "--filter-platform",
            target,
        ])
        .current_dir(crate::root())
        .output()
        .context("cannot run cargo metadata")?;
    ensure!(
        output.status.success(),
        "cargo metadata: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(output.stdout)
}

#[derive(Deserialize)]
pub(super) struct Metadata {
    pub(super) packages: Vec<MetadataPackage>,
    pub(super) resolve: Resolve,
}

#[derive(Deserialize)]
pub(super) struct MetadataPackage {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) license: Option<String>,
    pub(super) description: Option<String>,
    pub(super) repository: Option<String>,
    pub(super) source: Option<String>,
    pub(super) targets: Vec<Target>,
}

#[derive(Deserialize)]
pub(super) struct Target {
    pub(super) kind: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Resolve {
    pub(super) nodes: Vec<Node>,
}

#[derive(Deserialize)]
pub(super) struct Node {
    pub(super) id: String,
    pub(super) deps: Vec<Edge>,
}

#[derive(Deserialize)]
pub(super) struct Edge {
    pub(super) pkg: String,
    pub(super) dep_kinds: Vec<EdgeKind>,
}

#[derive(Deserialize)]
pub(super) struct EdgeKind {
    /// None for a normal dependency.
    pub(super) kind: Option<String>,
}

impl Edge {
    pub(super) fn has_kind(&self, kind: Option<&str>) -> bool {
        self.dep_kinds
            .iter()
            .any(|edge| edge.kind.as_deref() == kind)
    }
}

#[derive(Deserialize)]
pub(super) struct Lock {
    pub(super) package: Vec<LockedPackage>,
}

#[derive(Deserialize)]
pub(super) struct LockedPackage {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) checksum: Option<String>,
}
