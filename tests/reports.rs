//! Reports that can be mailed: a French page, `JUnit` for a continuous integration, JSON with its schema, refused rows whole.

use crate::harness::{PipelineTest, fixture};

#[test]
fn a_refusal_leaves_a_page_a_table_and_junit() {
    let test = PipelineTest::one_table(
        "ij_cfa_etablissement",
        &fixture("rules/part-mismatch/fr-en-inserjeunes-cfa.csv"),
    );
    test.run(&["run"])
        .expect_exit(3)
        .expect_told("rapport.html");
    let read = |name: &str| {
        std::fs::read_to_string(test.state_file("rejected/validate/ij_cfa_etablissement", name))
            .unwrap()
    };
    let page = read("rapport.html");
    for part in [
        "<html lang=\"fr\">",
        "Que demander au producteur",
        "Refusé",
        "ligne 3",
        "Part en emploi à 6 mois",
        "refused_rows.csv",
    ] {
        assert!(page.contains(part), "« {part} » is missing from\n{page}");
    }
    for outside in ["http://", "https://", "<script", "src=", "@import"] {
        assert!(!page.contains(outside), "{outside} in the page");
    }
    let junit = read("junit.xml");
    assert!(
        junit.contains("<failure type=\"error\"") && junit.contains("name=\"part-mismatch\""),
        "{junit}"
    );
}

#[test]
fn a_repeated_header_is_no_vintage_and_no_region() {
    let test = PipelineTest::one_table(
        "ij_cfa_etablissement",
        &fixture("rules/header-repeated/fr-en-inserjeunes-cfa.csv"),
    );
    test.run(&["run", "--to", "validate"]).expect_exit(3);
    let report = std::fs::read_to_string(
        test.state_file("rejected/validate/ij_cfa_etablissement", "report.json"),
    )
    .unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let slices = report["slices"].as_array().cloned().unwrap_or_default();
    assert!(
        slices
            .iter()
            .all(|slice| slice["rule"] != "header-repeated"),
        "{slices:#?}"
    );
    assert!(
        !report["notes"]["vintages"]
            .as_str()
            .unwrap()
            .contains("Année"),
        "{report:#}"
    );
}

#[test]
fn an_accepted_table_has_its_reports_too_and_the_drift_gate_as_well() {
    let test = PipelineTest::sample();
    test.run(&["run", "--to", "validate"]).expect_exit(0);
    let folder = "validate/ij_cfa_etablissement";
    let page = std::fs::read_to_string(test.state_file(folder, "rapport.html")).unwrap();
    assert!(page.contains("Accepté"), "{page}");
    assert!(
        std::fs::read_to_string(test.state_file(folder, "junit.xml"))
            .unwrap()
            .contains("failures=\"0\"")
    );
}

#[test]
fn the_schema_of_the_report_is_printed_and_names_every_rule() {
    let test = PipelineTest::sample();
    let schema = test.run(&["schema", "report"]).expect_exit(0).json();
    let rules = schema["$defs"]["rule"]["enum"].as_array().unwrap();
    let known = test.run(&["explain", "--json"]).expect_exit(0).json();
    assert_eq!(rules.len(), known["rules"].as_array().unwrap().len());
}
