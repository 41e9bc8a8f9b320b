//! The crates that the binary is built from, as `cargo metadata` and `Cargo.lock` have them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

use super::cargo::{self, Edge, Lock, Metadata, MetadataPackage};

/// The package of the binary.
const ROOT: &str = "debouches-cli";

/// The binary's package first met, then every crate it needs, by name and version.
#[derive(Debug)]
pub(super) struct Packages {
    pub(super) root: Package,
    pub(super) dependencies: Vec<Package>,
}

/// A crate. Ordered by name, then version.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    /// SPDX expression.
    pub(super) licence: Option<String>,
    pub(super) description: Option<String>,
    pub(super) repository: Option<String>,
    pub(super) origin: Origin,
    pub(super) purpose: Purpose,
    pub(super) has_build_script: bool,
    /// References of the crates that it names, sorted.
    pub(super) depends_on: BTreeSet<String>,
}

/// Where a crate comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
    /// This repository.
    Workspace,
    /// A registry or another repository, with the SHA-256 of the archive when `Cargo.lock` has one.
    Elsewhere { sha256: Option<String> },
}

/// What a crate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Purpose {
    /// Its code, or code that it writes, is in the binary.
    Binary,
    /// It only runs while the binary is built.
    Build,
}

impl Package {
    /// How the bill of materials refers to it.
    pub(super) fn reference(&self) -> String {
        reference(&self.name, &self.version)
    }
}

fn reference(name: &str, version: &str) -> String {
    format!("{name}@{version}")
}

impl Packages {
    /// Asks cargo for a target, such as `x86_64-unknown-linux-musl`. Features are those of the complete workspace.
    pub(super) fn of_workspace(target: &str) -> Result<Self> {
        let lock = std::fs::read_to_string(crate::root().join("Cargo.lock"))
            .context("cannot read Cargo.lock")?;
        Self::parse(&cargo::metadata(target)?, &lock)
    }

    /// From what `cargo metadata` prints and the text of `Cargo.lock`.
    pub(super) fn parse(metadata: &[u8], lock: &str) -> Result<Self> {
        let metadata: Metadata =
            serde_json::from_slice(metadata).context("cannot read what cargo metadata prints")?;
        let lock: Lock = toml::from_str(lock).context("cannot read Cargo.lock")?;
        let checksums: BTreeMap<_, _> = lock
            .package
            .into_iter()
            .filter_map(|package| {
                let checksum = package.checksum?;
                Some((reference(&package.name, &package.version), checksum))
            })
            .collect();
        let packages: BTreeMap<&str, &MetadataPackage> = metadata
            .packages
            .iter()
            .map(|package| (package.id.as_str(), package))
            .collect();
        let edges: BTreeMap<&str, &[Edge]> = metadata
            .resolve
            .nodes
            .iter()
            .map(|node| (node.id.as_str(), node.deps.as_slice()))
            .collect();
        let root = metadata
            .packages
            .iter()
            .find(|package| package.name == ROOT)
            .with_context(|| format!("cargo metadata has no package {ROOT}"))?;
        let purposes = purposes(&root.id, &edges);
        let package = |id: &str| {
            let package = packages
                .get(id)
                .with_context(|| format!("cargo metadata does not describe {id}"))?;
            let mut depends_on = BTreeSet::new();
            for edge in edges.get(id).copied().unwrap_or_default() {
                if let Some(named) = packages.get(edge.pkg.as_str())
                    && (edge.has_kind(None) || edge.has_kind(Some("build")))
                {
                    depends_on.insert(reference(&named.name, &named.version));
                }
            }
            anyhow::Ok(Package {
                name: package.name.clone(),
                version: package.version.clone(),
                licence: package.license.as_deref().map(spdx),
                description: package.description.clone(),
                repository: package.repository.clone(),
                origin: match package.source {
                    None => Origin::Workspace,
                    Some(_) => Origin::Elsewhere {
                        sha256: checksums
                            .get(&reference(&package.name, &package.version))
                            .cloned(),
                    },
                },
                purpose: purposes[id],
                has_build_script: package
                    .targets
                    .iter()
                    .any(|target| target.kind.iter().any(|kind| kind == "custom-build")),
                depends_on,
            })
        };
        let mut dependencies = purposes
            .keys()
            .filter(|id| **id != root.id)
            .map(|id| package(id))
            .collect::<Result<Vec<_>>>()?;
        dependencies.sort();
        Ok(Self {
            root: package(&root.id)?,
            dependencies,
        })
    }

    /// Name and version of the crates that run code of theirs while the binary is built, one per line.
    pub(super) fn build_scripts(&self) -> String {
        self.dependencies
            .iter()
            .chain([&self.root])
            .filter(|package| package.has_build_script)
            .map(|package| format!("{} {}\n", package.name, package.version))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }
}

/// Every package that the root reaches without dependencies of tests, and what for.
fn purposes<'a>(
    root: &'a str,
    edges: &BTreeMap<&'a str, &'a [Edge]>,
) -> BTreeMap<&'a str, Purpose> {
    let mut purposes = BTreeMap::new();
    let mut pending = vec![(root, Purpose::Binary)];
    while let Some((id, purpose)) = pending.pop() {
        // What the binary holds stays so, however else it is reached.
        if purposes.get(id).is_some_and(|known| *known <= purpose) {
            continue;
        }
        purposes.insert(id, purpose);
        for edge in edges.get(id).copied().unwrap_or_default() {
            if edge.has_kind(None) {
                pending.push((edge.pkg.as_str(), purpose));
            } else if edge.has_kind(Some("build")) {
                pending.push((edge.pkg.as_str(), Purpose::Build));
            }
        }
    }
    purposes
}

/// Old manifests separate licences with a slash, which SPDX does not know.
fn spdx(licence: &str) -> String {
    licence
        .split('/')
        .map(str::trim)
        .collect::<Vec<_>>()
        .join(" OR ")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A binary with a crate of the registry, which has a build script, and a crate for its tests.
    pub(in crate::dist) fn example() -> Packages {
        let package = |name: &str, version: &str, source: Option<&str>, kind: &str| {
            serde_json::json!({
                "id": name, "name": name, "version": version, "source": source,
                "license": "MIT/Apache-2.0", "description": format!("About {name}."), "repository": null,
                "targets": [{ "kind": [kind] }],
            })
        };
        let registry = Some("registry+https://github.com/rust-lang/crates.io-index");
        let edge = |name: &str, kind: Option<&str>| serde_json::json!({ "pkg": name, "dep_kinds": [{ "kind": kind }] });
        let metadata = serde_json::json!({
            "packages": [
                package("toml", "1.2.1+spec-1.1.0", registry, "lib"),
                package("debouches-cli", "0.1.0", None, "bin"),
                package("cc", "1.0.0", registry, "lib"),
                package("ring", "0.17.0", registry, "custom-build"),
                package("insta", "1.0.0", registry, "custom-build"),
            ],
            "resolve": { "nodes": [
                { "id": "debouches-cli", "deps": [edge("toml", None), edge("ring", None), edge("insta", Some("dev"))] },
                { "id": "ring", "deps": [edge("cc", Some("build"))] },
                { "id": "toml", "deps": [] },
            ] },
        });
        let lock = r#"
            version = 4
            [[package]]
            name = "ring"
            version = "0.17.0"
            checksum = "00ff"
            [[package]]
            name = "debouches-cli"
            version = "0.1.0"
        "#;
        Packages::parse(metadata.to_string().as_bytes(), lock).unwrap()
    }

    #[test]
    fn crates_of_tests_are_not_listed() {
        let packages = example();
        let names: Vec<_> = packages
            .dependencies
            .iter()
            .map(Package::reference)
            .collect();
        assert_eq!(names, ["cc@1.0.0", "ring@0.17.0", "toml@1.2.1+spec-1.1.0"]);
        assert_eq!(packages.root.reference(), "debouches-cli@0.1.0");
    }

    #[test]
    fn a_crate_that_only_builds_is_known_as_such() {
        let purposes: Vec<_> = example()
            .dependencies
            .iter()
            .map(|package| package.purpose)
            .collect();
        assert_eq!(purposes, [Purpose::Build, Purpose::Binary, Purpose::Binary]);
    }

    #[test]
    fn build_scripts_are_listed() {
        assert_eq!(example().build_scripts(), "ring 0.17.0\n");
    }

    #[test]
    fn a_slash_between_licences_becomes_or() {
        assert_eq!(spdx("MIT/Apache-2.0"), "MIT OR Apache-2.0");
        assert_eq!(spdx("Apache-2.0 / MIT"), "Apache-2.0 OR MIT");
    }
}
