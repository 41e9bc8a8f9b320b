//! What is in a release, and when there is a new one.

use serde_json::Value;

use crate::harness::{PipelineTest, fixture};

#[test]
fn a_release_holds_data_metadata_texts_and_checksums() {
    let test = PipelineTest::sample();
    test.run(&["run", "--to", "package"]).expect_exit(0);
    let releases = test.releases();
    for name in [
        "ij_cfa_etablissement.csv",
        "ij_cfa_etablissement.parquet",
        "datapackage.json",
        "README.md",
        "dictionnaire.csv",
        "CHANGELOG.md",
        "SHA256SUMS",
    ] {
        assert!(
            releases.contains_key(&format!("insertion-etablissements/1.0.0/{name}")),
            "{name} is missing"
        );
    }
    let readme =
        String::from_utf8(releases["insertion-etablissements/1.0.0/README.md"].clone()).unwrap();
    for part in [
        "Dénominateur",
        "non_echu",
        "DuckDB",
        "SHA256SUMS",
        "seuil de 20",
    ] {
        assert!(readme.contains(part), "the readme does not speak of {part}");
    }
    let package: serde_json::Value =
        serde_json::from_slice(&releases["insertion-etablissements/1.0.0/datapackage.json"])
            .unwrap();
    let resource = &package["resources"][1];
    assert!(resource["hash"].as_str().unwrap().starts_with("sha256:"));
    assert!(
        resource["schema"]["missingValues"][0]["label"]
            .as_str()
            .unwrap()
            .contains("secret")
    );
    assert_eq!(
        resource["schema"]["primaryKey"],
        serde_json::json!(["annee", "uai"])
    );
}

#[test]
fn more_rows_make_a_minor_version_and_a_correction_a_patch() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cfa.csv");
    let whole =
        std::fs::read_to_string(fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv")).unwrap();
    let older: String = whole
        .split_inclusive("\r\n")
        .filter(|line| !line.starts_with("cumul 2023-2024"))
        .collect();
    std::fs::write(&file, &older).unwrap();
    let test = PipelineTest::one_table("ij_cfa_etablissement", &file);
    let version = || {
        let ran = test.run(&["run", "--json"]).expect_exit(0).json();
        ran["datasets"][0]["version"].as_str().unwrap().to_owned()
    };
    assert_eq!(version(), "1.0.0");
    std::fs::write(&file, &whole).unwrap();
    assert_eq!(version(), "1.1.0");
    // The name of an establishment is corrected.
    std::fs::write(&file, whole.replacen("CFA d'essai", "CFA corrigé", 1)).unwrap();
    assert_eq!(version(), "1.1.1");
    // Rows in another order are the same content: no version, and the next run has nothing to do.
    let corrected = whole.replacen("CFA d'essai", "CFA corrigé", 1);
    let mut lines: Vec<&str> = corrected.split_inclusive("\r\n").collect();
    lines.swap(1, 2);
    std::fs::write(&file, lines.concat()).unwrap();
    assert_eq!(version(), "1.1.1");
    test.run(&["run"])
        .expect_exit(0)
        .expect_told("nothing to do");
    test.run(&["plan", "--exit-code"]).expect_exit(0);
    let changelog =
        std::fs::read_to_string(test.path("state/package/tested/1.1.1/CHANGELOG.md")).unwrap();
    assert!(
        changelog.contains("## 1.1.1") && changelog.contains("## 1.0.0"),
        "{changelog}"
    );
}

/// Readers of a Data Package take the columns of a CSV file by their place.
#[test]
fn the_columns_of_every_file_are_in_the_order_of_its_description() {
    let test = PipelineTest::sample();
    test.run(&["run", "--to", "package"]).expect_exit(0);
    let releases = test.releases();
    let mut tables = 0;
    for (path, bytes) in releases
        .iter()
        .filter(|(path, _)| path.ends_with("/datapackage.json"))
    {
        let described: Value = serde_json::from_slice(bytes).unwrap();
        for resource in described["resources"].as_array().unwrap() {
            let Some(fields) = resource["schema"]["fields"].as_array() else {
                continue;
            };
            let file = path.replace("datapackage.json", resource["path"].as_str().unwrap());
            let mut reader = csv::ReaderBuilder::new()
                .delimiter(b';')
                .from_reader(releases[&file].as_slice());
            let heading: Vec<_> = reader
                .headers()
                .unwrap()
                .iter()
                .map(str::to_owned)
                .collect();
            let names: Vec<_> = fields
                .iter()
                .map(|field| field["name"].as_str().unwrap())
                .collect();
            assert_eq!(heading, names, "{file}");
            tables += 1;
        }
    }
    assert!(tables > 15, "{tables} tables, derived ones among them");
}
