//! What differs between two releases, and what that decides: the version, the changelog, a refusal.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::harness::{PipelineTest, fixture, real_data};

/// A pipeline on a copy of the CFA sample that the test rewrites.
fn cfa() -> (PipelineTest, tempfile::TempDir, PathBuf, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cfa.csv");
    let text =
        std::fs::read_to_string(fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv")).unwrap();
    std::fs::write(&file, &text).unwrap();
    (
        PipelineTest::one_table("ij_cfa_etablissement", &file),
        folder,
        file,
        text,
    )
}

fn without(text: &str, vintages: &[&str]) -> String {
    text.split_inclusive("\r\n")
        .filter(|line| !vintages.iter().any(|vintage| line.starts_with(vintage)))
        .collect()
}

fn version(test: &PipelineTest, arguments: &[&str]) -> String {
    let ran = test
        .run(&[&["run", "--to", "package", "--json"], arguments].concat())
        .expect_exit(0)
        .json();
    ran["datasets"][0]["version"].as_str().unwrap().to_owned()
}

fn rewrite_config(test: &PipelineTest, addition: &str) {
    let path = test.path("pipeline.toml");
    let config = std::fs::read_to_string(&path).unwrap();
    let base = config.split("\n# added\n").next().unwrap().to_owned();
    std::fs::write(path, format!("{base}\n# added\n{addition}")).unwrap();
}

#[test]
fn a_diff_counts_rows_and_cells_and_exits_with_ten() {
    let (test, _folder, file, text) = cfa();
    std::fs::write(&file, without(&text, &["cumul 2023-2024"])).unwrap();
    assert_eq!(version(&test, &[]), "1.0.0");
    std::fs::write(&file, &text).unwrap();
    assert_eq!(version(&test, &[]), "1.1.0");
    test.run(&["diff", "1.0.0", "1.0.0"]).expect_exit(0);
    let found = test
        .run(&["diff", "1.0.0", "1.1.0", "--json"])
        .expect_exit(10)
        .json();
    let table = &found["tables"][0];
    assert_eq!(table["rows"]["changed"], 0, "{found}");
    assert!(table["rows"]["added"].as_u64().unwrap() > 0);
    assert_eq!(
        table["values"][0]["appeared"],
        serde_json::json!(["cumul 2023-2024"])
    );
    let page = test
        .run(&["diff", "tested@1.0.0", "latest", "--html"])
        .expect_exit(10)
        .stdout();
    assert!(
        page.starts_with("<!doctype html>") && !page.contains("http"),
        "{page}"
    );
    let rows = test.path("rows.parquet");
    test.run(&[
        "diff",
        "1.0.0",
        "1.1.0",
        "--rows",
        &rows.display().to_string(),
    ])
    .expect_exit(10);
    assert!(rows.metadata().unwrap().len() > 100);
    test.run(&["diff", "1.0.0", "9.0.0"]).expect_exit(2);
}

#[test]
fn what_is_live_is_compared_with_the_release() {
    let (test, _folder, file, text) = cfa();
    std::fs::write(&file, without(&text, &["cumul 2023-2024"])).unwrap();
    test.run(&["run"]).expect_exit(0);
    test.run(&["diff", "1.0.0", "live"]).expect_exit(0);
    std::fs::write(&file, &text).unwrap();
    assert_eq!(version(&test, &[]), "1.1.0");
    test.run(&["diff", "live", "latest"])
        .expect_exit(10)
        .expect_told("cumul 2023-2024");
}

#[test]
fn the_changelog_is_written_from_the_diff_in_both_languages() {
    let (test, _folder, file, text) = cfa();
    std::fs::write(&file, without(&text, &["cumul 2023-2024"])).unwrap();
    version(&test, &[]);
    std::fs::write(&file, &text).unwrap();
    version(&test, &[]);
    let read = |name: &str| {
        std::fs::read_to_string(test.path("state/package/tested/1.1.0").join(name)).unwrap()
    };
    assert!(
        read("CHANGELOG.md").contains("1 millésime de plus : `cumul 2023-2024`"),
        "{}",
        read("CHANGELOG.md")
    );
    assert!(
        read("CHANGELOG.en.md").contains("1 vintage more: `cumul 2023-2024`"),
        "{}",
        read("CHANGELOG.en.md")
    );
}

#[test]
fn a_removed_column_needs_a_notice_or_a_reason() {
    let (test, _folder, ..) = cfa();
    let omit = "omit = [\"ij_cfa_etablissement.taux_emploi_24_mois\"]\n";
    assert_eq!(version(&test, &[]), "1.0.0");
    rewrite_config(&test, omit);
    let refused = test
        .run(&["run", "--to", "package"])
        .expect_exit(3)
        .expect_told("taux_emploi_24_mois");
    assert!(refused.told().contains("--breaking"), "{}", refused.told());
    // Announced first, it may go.
    let notice = "[[dataset.deprecated]]\ncolumn = \"ij_cfa_etablissement.taux_emploi_24_mois\"\nreason = \"Le producteur ne la donne plus.\"\n";
    rewrite_config(&test, notice);
    assert_eq!(version(&test, &[]), "1.0.1");
    rewrite_config(&test, omit);
    assert_eq!(version(&test, &[]), "2.0.0");
    let package =
        std::fs::read_to_string(test.path("state/package/tested/2.0.0/datapackage.json")).unwrap();
    assert!(!package.contains("taux_emploi_24_mois"));
}

#[test]
fn a_reason_takes_the_place_of_a_notice_and_is_told() {
    let (test, _folder, ..) = cfa();
    version(&test, &[]);
    rewrite_config(
        &test,
        "omit = [\"ij_cfa_etablissement.taux_emploi_24_mois\"]\n",
    );
    assert_eq!(version(&test, &["--breaking", "colonne fausse"]), "2.0.0");
    let changelog =
        std::fs::read_to_string(test.path("state/package/tested/2.0.0/CHANGELOG.md")).unwrap();
    assert!(
        changelog.contains("Rupture sans préavis") && changelog.contains("colonne fausse"),
        "{changelog}"
    );
}

#[test]
fn a_hand_made_version_that_says_less_than_the_change_is_refused() {
    let (test, _folder, file, text) = cfa();
    std::fs::write(&file, without(&text, &["cumul 2023-2024"])).unwrap();
    version(&test, &[]);
    std::fs::write(&file, &text).unwrap();
    test.run(&["run", "--to", "package", "--as-version", "1.0.1"])
        .expect_exit(2)
        .expect_told("contradicts");
    assert_eq!(version(&test, &["--as-version", "2.0.0"]), "2.0.0");
}

#[test]
#[ignore = "needs the real files: DEBOUCHES_DATA names their folder"]
fn the_real_cfa_file_gives_a_minor_then_a_patch_with_real_files() {
    let data = real_data();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cfa.csv");
    let text = unpacked(&data.join("inserjeunes/fr-en-inserjeunes-cfa.csv.gz"));
    let test = PipelineTest::one_table("ij_cfa_etablissement", &file);
    let later = ["cumul 2021-2022", "cumul 2022-2023", "cumul 2023-2024"];
    std::fs::write(&file, without(&text, &later)).unwrap();
    assert_eq!(version(&test, &[]), "1.0.0");
    let with_next = without(&text, &later[1..]);
    std::fs::write(&file, &with_next).unwrap();
    assert_eq!(version(&test, &[]), "1.1.0");
    let (revised, expected) = revised(&with_next);
    std::fs::write(&file, revised).unwrap();
    assert_eq!(version(&test, &[]), "1.1.1");
    let found: Value = test
        .run(&["diff", "1.1.0", "1.1.1", "--json"])
        .expect_exit(10)
        .json();
    let columns = found["tables"][0]["columns"].as_array().unwrap();
    let column = columns
        .iter()
        .find(|column| column["column"] == "taux_emploi_12_mois")
        .unwrap();
    assert_eq!(column["cells"], expected, "{found}");
    let rows = &found["tables"][0]["rows"];
    assert_eq!(
        (
            rows["added"].as_u64(),
            rows["removed"].as_u64(),
            rows["changed"].as_u64()
        ),
        (Some(0), Some(0), Some(expected))
    );
    eprintln!("{}", test.run(&["diff", "1.0.0", "1.1.0"]).stdout());
    eprintln!("{}", test.run(&["diff", "1.1.0", "1.1.1"]).stdout());
    // A column less, without notice: refused, nothing is made, and what to do is told.
    rewrite_config(
        &test,
        "omit = [\"ij_cfa_etablissement.taux_emploi_24_mois\"]\n",
    );
    let refused = test.run(&["run", "--to", "package"]).expect_exit(3);
    eprintln!("{}", refused.stderr());
    refused
        .expect_told("taux_emploi_24_mois removed")
        .expect_told("--breaking");
    assert!(!test.path("state/package/tested/2.0.0").exists());
}

/// The employment rate at twelve months of cumul 2020-2021, one point less.
fn revised(text: &str) -> (String, u64) {
    let mut count = 0;
    let lines = text.split_inclusive("\r\n").map(|line| {
        let mut cells: Vec<String> = line.split(';').map(str::to_owned).collect();
        let rate = cells
            .get(12)
            .and_then(|cell| cell.parse::<f64>().ok())
            .filter(|rate| *rate >= 1.0);
        match rate {
            Some(rate) if line.starts_with("cumul 2020-2021") => {
                cells[12] = format!("{:.1}", rate - 1.0);
                count += 1;
                cells.join(";")
            }
            _ => line.to_owned(),
        }
    });
    let text = lines.collect();
    (text, count)
}

fn unpacked(path: &Path) -> String {
    let output = std::process::Command::new("gzip")
        .arg("-dc")
        .arg(path)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}
