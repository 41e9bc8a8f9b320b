//! One altered byte is found, named, and stops everything.

use crate::harness::PipelineTest;

/// Changes one byte in the middle of a file.
fn alter(path: &std::path::Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    // Files of the state are read-only: put another in their place, as a bad disk would.
    std::fs::remove_file(path).unwrap();
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn verify_names_the_altered_file_of_a_release() {
    let test = PipelineTest::sample();
    test.run(&["run", "--to", "package"]).expect_exit(0);
    let release = test.path("state/package/insertion-etablissements/1.0.0");
    let path = release.display().to_string();
    test.run(&["verify", &path]).expect_exit(0);
    for name in [
        "ij_cfa_etablissement.csv",
        "ij_cfa_etablissement.parquet",
        "README.md",
        "datapackage.json",
        "CHANGELOG.en.md",
        "dcat.jsonld",
        "croissant.json",
        "prov.jsonld",
        "dictionnaire.csv",
        "ij_cfa_etablissement.schema.json",
        "ij_cfa_etablissement.csv-metadata.json",
        "release.json",
        "manifest.json",
        "SHA256SUMS",
    ] {
        let before = std::fs::read(release.join(name)).unwrap();
        alter(&release.join(name));
        test.run(&["verify", &path])
            .expect_exit(7)
            .expect_told(name);
        std::fs::write(release.join(name), before).unwrap();
    }
    std::fs::write(release.join("stranger.txt"), "?").unwrap();
    test.run(&["verify", &path])
        .expect_exit(7)
        .expect_told("stranger.txt");
}

/// A release whose sums agree with bytes that were put there by somebody else.
#[test]
fn reading_again_finds_what_new_sums_hide() {
    let test = PipelineTest::sample();
    test.run(&["run", "--to", "package"]).expect_exit(0);
    let release = test.path("state/package/insertion-etablissements/1.0.0");
    for dataset in [
        "insertion-etablissements",
        "insertion-regions",
        "insertion-superieur",
    ] {
        let path = test
            .path(&format!("state/package/{dataset}/1.0.0"))
            .display()
            .to_string();
        test.run(&["verify", &path, "--depth", "read"])
            .expect_exit(0);
    }
    let copy = test.path("copy");
    std::fs::create_dir(&copy).unwrap();
    for name in [
        "ij_cfa_etablissement.csv",
        "ij_cfa_etablissement.parquet",
        "ij_lycee_etablissement.csv",
        "ij_lycee_etablissement.parquet",
        "datapackage.json",
    ] {
        std::fs::copy(release.join(name), copy.join(name)).unwrap();
    }
    let csv = std::fs::read_to_string(copy.join("ij_cfa_etablissement.csv")).unwrap();
    std::fs::remove_file(copy.join("ij_cfa_etablissement.csv")).unwrap();
    std::fs::write(
        copy.join("ij_cfa_etablissement.csv"),
        csv.replacen(";mesure;", ";absent;", 1),
    )
    .unwrap();
    let sums = std::process::Command::new("sh")
        .args([
            "-c",
            "sha256sum *.csv *.parquet datapackage.json > SHA256SUMS",
        ])
        .current_dir(&copy)
        .status();
    assert!(sums.unwrap().success());
    let path = copy.display().to_string();
    test.run(&["verify", &path]).expect_exit(0);
    test.run(&["verify", &path, "--depth", "read"])
        .expect_exit(7)
        .expect_told("ij_cfa_etablissement.csv: 1 cells of");
}

#[test]
fn an_altered_release_is_not_published() {
    let test = PipelineTest::sample();
    test.run(&["run", "--to", "package"]).expect_exit(0);
    alter(&test.path("state/package/insertion-etablissements/1.0.0/ij_cfa_etablissement.csv"));
    test.run(&["publish", "insertion-etablissements"])
        .expect_exit(7)
        .expect_told("ij_cfa_etablissement.csv");
}

#[test]
fn forcing_package_restores_an_altered_release_under_its_version() {
    let test = PipelineTest::sample();
    test.run(&["run", "--to", "package"]).expect_exit(0);
    let releases = test.releases();
    alter(&test.path("state/package/insertion-etablissements/1.0.0/ij_cfa_etablissement.csv"));
    test.run(&["package", "insertion-etablissements", "--force"])
        .expect_exit(0);
    assert_eq!(test.releases(), releases);
}

#[test]
fn an_altered_intermediate_table_stops_the_next_stage() {
    let test = PipelineTest::sample();
    test.run(&["run", "--to", "validate"]).expect_exit(0);
    alter(&test.state_file("validate/insersup", "table.arrow"));
    test.run(&["enrich", "insersup"])
        .expect_exit(7)
        .expect_told("table.arrow");
    test.run(&["run", "insersup", "--to", "enrich", "--force"])
        .expect_exit(0);
}
