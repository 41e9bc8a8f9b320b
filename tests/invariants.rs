//! The invariants measured on the real files (P1 to P9), recomputed by the rules: as many rows compared, none broken.

use serde_json::Value;

use crate::harness::{PipelineTest, project, real_data};

/// `validate` on the real files of `tests/data/real.toml`.
fn validated() -> Value {
    let folder = real_data();
    let config = std::fs::read_to_string(project().join("tests/data/real.toml")).unwrap();
    let test = PipelineTest::with_config(&config.replace("{data}", &folder.display().to_string()));
    test.run(&["run", "--to", "enrich", "--json"])
        .expect_exit(0)
        .json()
}

fn report<'a>(ran: &'a Value, stage: &str, table: &str) -> &'a Value {
    let steps = ran["steps"].as_array().unwrap();
    &steps
        .iter()
        .find(|step| step["stage"] == stage && step["subject"] == table)
        .unwrap()["report"]
}

/// Rows that the rule could compare, and rows that broke it.
fn counts(report: &Value, rule: &str) -> (f64, u64) {
    let compared = report["measures"][format!("compared.{rule}")]
        .as_f64()
        .unwrap_or_else(|| panic!("{rule} compared nothing: {report}"));
    (compared, broken(report, rule))
}

/// Rows that broke the rule.
fn broken(report: &Value, rule: &str) -> u64 {
    let tally = report["rules"]
        .as_array()
        .unwrap()
        .iter()
        .find(|tally| tally["rule"] == rule);
    tally.map_or(0, |tally| tally["findings"].as_u64().unwrap())
}

#[test]
#[ignore = "needs the real files: DEBOUCHES_DATA names their folder"]
fn p1_to_p9_hold_on_the_real_files_with_their_counts_with_real_files() {
    let ran = validated();
    let cfa = report(&ran, "validate", "ij_cfa_etablissement");
    for (invariant, rule, rows) in [
        ("P1", "shares-not-hundred", 7_083.0),
        ("P2", "twin-mismatch", 7_083.0),
        ("P3", "value-added-mismatch", 7_833.0),
        ("P4", "duplicate-key", 11_314.0),
        ("P5", "uai-check-letter", 11_314.0),
        ("identity of §2.1", "part-mismatch", 6_315.0),
    ] {
        assert_eq!(counts(cfa, rule), (rows, 0), "{invariant}, {rule}");
    }
    let tagged = report(&ran, "enrich", "ij_cfa_etablissement");
    assert_eq!(counts(tagged, "region-conflict"), (11_314.0, 0), "P6");
    assert_eq!(
        counts(report(&ran, "validate", "bcn_mef"), "mefstat-cfd-mismatch"),
        (10_067.0, 0),
        "P7"
    );
    assert_eq!(
        counts(
            report(&ran, "validate", "bcn_n_formation_diplome"),
            "succession-cycle"
        ),
        (1_532.0, 0),
        "P8"
    );
    assert_eq!(
        counts(
            report(&ran, "validate", "bcn_lien_formation_groupe"),
            "several-groups"
        ),
        (148.0, 0),
        "P9"
    );
    // Four exceptions are known, and accepted: the published column is kept.
    assert_eq!(
        counts(
            report(&ran, "validate", "bcn_formation_diplome"),
            "nsf-mismatch"
        ),
        (11_261.0, 4)
    );
    let regional = report(&ran, "validate", "ij_regional");
    assert_eq!(
        counts(regional, "rate-mismatch"),
        (14_306.0 * 3.0 + 9_281.0 * 2.0, 0)
    );
}

#[test]
#[ignore = "needs the real files: DEBOUCHES_DATA names their folder"]
fn what_the_nomenclatures_get_wrong_is_told_with_its_counts_with_real_files() {
    let ran = validated();
    let modules = report(&ran, "validate", "bcn_mef");
    assert_eq!(counts(modules, "dates-reversed"), (7_600.0, 17));
    for (table, unknown) in [
        ("bcn_mef", 4),
        ("bcn_n_formation_diplome", 2),
        ("bcn_formation_diplome", 0),
        ("bcn_lien_formation_groupe", 0),
        ("kit_apprentissage", 35),
    ] {
        assert_eq!(
            broken(report(&ran, "enrich", table), "unknown-reference"),
            unknown,
            "{table}"
        );
    }
    // No code of the regional file closed before the final year of its first cohort.
    assert_eq!(
        broken(report(&ran, "enrich", "ij_regional"), "code-closed"),
        0
    );
}
