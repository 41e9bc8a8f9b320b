//! The software bill of materials: `CycloneDX` 1.5 in JSON (<https://cyclonedx.org/docs/1.5/json/>).
//!
//! No date and no serial number, both optional there: the same sources give the same bytes.

use serde_json::{Map, Value, json};

use super::packages::{Origin, Package, Packages, Purpose};

/// The bill of the binary whose SHA-256 is given.
pub(super) fn sbom(packages: &Packages, binary_sha256: &str) -> Value {
    let mut binary = component(&packages.root);
    binary.insert("type".to_owned(), json!("application"));
    binary.insert("name".to_owned(), json!("debouches"));
    binary.insert("hashes".to_owned(), hashes(binary_sha256));
    let dependencies: Vec<Value> = [&packages.root]
        .into_iter()
        .chain(&packages.dependencies)
        .map(|package| json!({ "ref": package.reference(), "dependsOn": package.depends_on }))
        .collect();
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": binary },
        "components": packages.dependencies.iter().map(component).collect::<Vec<_>>(),
        "dependencies": dependencies,
    })
}

fn component(package: &Package) -> Map<String, Value> {
    let mut component = Map::new();
    let mut set = |key: &str, value: Value| component.insert(key.to_owned(), value);
    set("type", json!("library"));
    set("bom-ref", json!(package.reference()));
    set("name", json!(package.name));
    set("version", json!(package.version));
    if let Some(description) = &package.description {
        set("description", json!(description.trim()));
    }
    if let Some(licence) = &package.licence {
        set("licenses", json!([{ "expression": licence }]));
    }
    if let Some(repository) = &package.repository {
        set(
            "externalReferences",
            json!([{ "type": "vcs", "url": repository }]),
        );
    }
    set(
        "scope",
        json!(match package.purpose {
            Purpose::Binary => "required",
            Purpose::Build => "excluded",
        }),
    );
    // Crates of this repository are on no registry: an address there would be that of somebody else.
    if let Origin::Elsewhere { sha256 } = &package.origin {
        set("purl", json!(purl(&package.name, &package.version)));
        if let Some(sha256) = sha256 {
            set("hashes", hashes(sha256));
        }
    }
    component
}

fn hashes(sha256: &str) -> Value {
    json!([{ "alg": "SHA-256", "content": sha256 }])
}

/// Package URL of a crate; the `+` of a version is encoded (<https://github.com/package-url/purl-spec>).
fn purl(name: &str, version: &str) -> String {
    format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::packages::tests::example;

    #[test]
    fn the_bill_has_the_form_of_cyclonedx() {
        let bill = sbom(&example(), "abcd");
        assert_eq!(bill["bomFormat"], "CycloneDX");
        assert_eq!(bill["specVersion"], "1.5");
        let binary = &bill["metadata"]["component"];
        assert_eq!(binary["type"], "application");
        assert_eq!(binary["hashes"][0]["content"], "abcd");
        assert!(binary.get("purl").is_none());
        assert_eq!(
            bill["components"][1],
            json!({
                "type": "library",
                "bom-ref": "ring@0.17.0",
                "name": "ring",
                "version": "0.17.0",
                "description": "About ring.",
                "licenses": [{ "expression": "MIT OR Apache-2.0" }],
                "scope": "required",
                "purl": "pkg:cargo/ring@0.17.0",
                "hashes": [{ "alg": "SHA-256", "content": "00ff" }],
            })
        );
        assert_eq!(bill["components"][0]["scope"], "excluded");
        assert_eq!(
            bill["components"][2]["purl"],
            "pkg:cargo/toml@1.2.1%2Bspec-1.1.0"
        );
    }

    #[test]
    fn every_reference_is_that_of_a_component() {
        let bill = sbom(&example(), "abcd");
        let components = bill["components"].as_array().unwrap();
        let mut references: Vec<_> = components.iter().map(|one| &one["bom-ref"]).collect();
        references.push(&bill["metadata"]["component"]["bom-ref"]);
        let dependencies = bill["dependencies"].as_array().unwrap();
        assert_eq!(dependencies.len(), references.len());
        for dependency in dependencies {
            assert!(references.contains(&&dependency["ref"]));
            for named in dependency["dependsOn"].as_array().unwrap() {
                assert!(references.contains(&named), "{named}");
            }
        }
    }
}
