//! The secrecy gate through the binary: releases taken together, repair, and what a release says of its secrecy.

use std::path::Path;

use serde_json::Value;

use crate::harness::PipelineTest;

const POLICY: &str = r#"
id = "regions"
key = ["region", "diplome"]
[missing]
"" = "suppressed"
[secrecy]
threshold = 20
width = 5
rule = "Seuil de 20."
[[secrecy.count]]
column = "nb"
base = ["nb"]
[[secrecy.total]]
column = "region"
total = "FR"
"#;

fn write(folder: &Path, name: &str, rows: &[(&str, &str)]) -> String {
    let lines: String = rows.iter().map(|(region, nb)| format!("{region};CAP;{nb}\n")).collect();
    std::fs::write(folder.join(name), format!("region;diplome;nb\n{lines}")).unwrap();
    name.to_owned()
}

/// Alone, the third release hides as much as the first. Together they give région 11 away.
#[test]
fn a_third_release_that_unlocks_a_count_of_the_first_is_refused_then_repaired() {
    let test = PipelineTest::with_config("");
    let folder = test.folder();
    std::fs::write(folder.join("policy.toml"), POLICY).unwrap();
    let first = write(folder, "v1.csv", &[("11", ""), ("24", ""), ("27", "58"), ("FR", "100")]);
    let second = write(folder, "v2.csv", &[("11", ""), ("24", ""), ("27", "58"), ("FR", "100")]);
    let third = write(folder, "v3.csv", &[("11", ""), ("24", "30"), ("27", ""), ("FR", "100")]);
    let audit = |paths: &[&str]| {
        let mut arguments = vec!["secrecy", "audit"];
        arguments.extend(paths);
        arguments.extend(["--spec", "policy.toml", "--complementary"]);
        test.run(&arguments)
    };
    audit(&[&first, &second]).expect_exit(0);
    audit(&[&third]).expect_exit(0);
    let refused = audit(&[&first, &second, &third]);
    let text = refused.stdout();
    refused.expect_exit(3);
    assert!(text.contains("11 × CAP · nb = FR × CAP · nb − 2 lignes publiées"), "{text}");
    let explained = test.run(&[
        "secrecy",
        "explain",
        "11 × CAP",
        &first,
        &second,
        &third,
        "--spec",
        "policy.toml",
        "--complementary",
        "--lang",
        "en",
    ]);
    assert!(explained.stdout().contains("2 published lines"), "{}", explained.stdout());
    explained.expect_exit(3);
    test.run(&[
        "secrecy",
        "price",
        &first,
        &second,
        &third,
        "--spec",
        "policy.toml",
        "--complementary",
        "--out",
        folder.join("repaired.csv").to_str().unwrap(),
    ])
    .expect_exit(0);
    let repaired = std::fs::read_to_string(folder.join("repaired.csv")).unwrap();
    assert!(repaired.contains("24;CAP;\n"), "the count that unlocked it is hidden again: {repaired}");
    audit(&[&first, &second, "repaired.csv"]).expect_exit(0);
}

#[test]
fn a_release_says_how_its_secrecy_was_checked_and_gives_no_witness() {
    let test = PipelineTest::sample();
    test.run(&["run", "--to", "package"]).expect_exit(0);
    let releases = test.releases();
    let document: Value = serde_json::from_slice(&releases["insertion-regionale/1.0.0/disclosure.json"]).unwrap();
    let table = &document["tables"][0];
    assert_eq!((table["table"].as_str(), table["passes"].as_bool()), (Some("ij_regional"), Some(true)), "{document}");
    assert_eq!(table["mode"], "inherit");
    assert_eq!(table["policy"]["threshold"], 20);
    assert!(table["cells"]["hidden"].as_u64().unwrap() > 0);
    assert!(table.get("witnesses").is_none() && table["witnesses_sha256"].is_string());
    let readme = String::from_utf8(releases["insertion-regionale/1.0.0/README.md"].clone()).unwrap();
    assert!(readme.contains("Secret statistique : rien sur moins de 20 personnes"), "{readme}");
    assert!(readme.contains("`disclosure.json`"));
    let sums = String::from_utf8(releases["insertion-regionale/1.0.0/SHA256SUMS"].clone()).unwrap();
    assert!(sums.contains("disclosure.json"));
}

#[test]
fn check_prints_the_policy_in_force() {
    let test = PipelineTest::sample();
    let checked = test.run(&["check"]);
    assert!(
        checked.stdout().contains("secrecy of ij_regional (inherit): rien sur moins de 20 personnes"),
        "{}",
        checked.stdout()
    );
    checked.expect_exit(0);
}

#[test]
fn a_file_that_no_policy_knows_is_a_mistake_of_the_call() {
    let test = PipelineTest::with_config("");
    std::fs::write(test.path("other.csv"), "a;b\n1;2\n").unwrap();
    test.run(&["secrecy", "audit", "other.csv"]).expect_exit(2);
    test.run(&["secrecy", "audit", "missing.csv"]).expect_exit(2);
}
