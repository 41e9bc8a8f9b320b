//! Real files, when they are beside the project: counts, coverage, secrecy. Their absence is told, never hidden.

use serde_json::Value;

use crate::harness::{PipelineTest, project, real_data};

fn pipeline() -> PipelineTest {
    let folder = real_data();
    let config = std::fs::read_to_string(project().join("tests/data/real.toml")).unwrap();
    PipelineTest::with_config(&config.replace("{data}", &folder.display().to_string()))
}

fn report<'a>(ran: &'a Value, stage: &str, table: &str) -> &'a Value {
    let steps = ran["steps"].as_array().unwrap();
    &steps
        .iter()
        .find(|step| step["stage"] == stage && step["subject"] == table)
        .unwrap()["report"]
}

#[test]
#[ignore = "needs the real files: DEBOUCHES_DATA names their folder"]
fn every_row_of_the_real_files_is_accounted_for_with_real_files() {
    let test = pipeline();
    let ran = test.run(&["run", "--json"]).expect_exit(0).json();
    for (table, received) in [
        ("ij_cfa_etablissement", 11_314),
        ("ij_regional", 29_410),
        ("insersup", 10),
        ("bcn_mef", 10_067),
        ("bcn_formation_diplome", 11_261),
        ("certif_info", 10_067),
        ("bcn_groupe_specialite", 115),
    ] {
        let rows = &report(&ran, "validate", table)["rows"];
        assert_eq!(
            (rows["received"].as_i64(), rows["refused"].as_i64()),
            (Some(received), Some(0)),
            "{table}"
        );
    }
    // Every establishment has its région, and most regional rows a trade.
    for table in ["ij_cfa_etablissement", "insersup"] {
        assert_eq!(
            report(&ran, "enrich", table)["measures"]["valid_uai_with_region"],
            1.0,
            "{table}"
        );
    }
    let regional = &report(&ran, "enrich", "ij_regional")["measures"];
    assert_eq!(regional["rows_with_region"], 1.0);
    assert_eq!(regional["rows_with_nsf"], 1.0);
    assert!(
        regional["rows_with_rome"].as_f64().unwrap() > 0.93,
        "{regional}"
    );
    // The producer publishes leavers under twenty: they are hidden here.
    assert!(
        report(&ran, "enrich", "insersup")["rows"]["suppressed_cells"]
            .as_i64()
            .unwrap()
            > 0
    );
    assert_eq!(
        report(&ran, "enrich", "ij_cfa_etablissement")["rules"],
        Value::Array(Vec::new()),
        "no région conflict on real rows"
    );
}
