//! Wrong data: a clear finding, exit 3, and what is published stays. Each case is a folder of `fixtures/rules/`.

use std::path::Path;

use serde_json::Value;

use crate::harness::{PipelineTest, fixture};

/// Cases that `fetch` refuses already, so that they never are a snapshot.
const STOPPED_AT_FETCH: [&str; 2] = ["not-a-table", "unreadable-body"];

/// What a case expects.
struct Case {
    name: String,
    code: String,
    file: std::path::PathBuf,
    expected: Value,
}

fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = std::fs::read_dir(fixture("rules"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|folder| {
            let text = std::fs::read_to_string(folder.join("expected.toml")).unwrap();
            let expected: Value = toml_to_json(&text);
            let file = folder.join(expected["file"].as_str().unwrap());
            let code = expected["code"].as_str().unwrap().to_owned();
            Case {
                code,
                name: folder.file_name().unwrap().to_string_lossy().into_owned(),
                file,
                expected,
            }
        })
        .collect();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(cases.len() >= 20, "only {} cases", cases.len());
    cases
}

fn toml_to_json(text: &str) -> Value {
    serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap()
}

/// The findings of the case's rule in the CSV that the stage wrote.
fn findings(test: &PipelineTest, case: &Case, stage: &str) -> Vec<String> {
    let verdict = case.expected["verdict"].as_str().unwrap();
    let table = case.expected["table"].as_str().unwrap();
    let folder = if verdict == "refused" {
        format!("rejected/{stage}/{table}")
    } else {
        format!("{stage}/{table}")
    };
    let text = std::fs::read_to_string(test.state_file(&folder, "findings.csv")).unwrap();
    text.lines()
        .filter(|line| line.starts_with(&format!("{};", case.code)))
        .map(str::to_owned)
        .collect()
}

fn run_case(case: &Case) {
    if case.expected["before"].is_string() {
        return run_drift_case(case);
    }
    let table = case.expected["table"].as_str().unwrap();
    let test = PipelineTest::one_table(table, &case.file);
    let stage = case.expected["stage"].as_str().unwrap_or("validate");
    let refused = case.expected["verdict"] == "refused";
    if STOPPED_AT_FETCH.contains(&case.code.as_str()) {
        let ran = test.run(&["run", "--to", "enrich"]).expect_exit(3);
        assert!(
            ran.stderr().contains(&*file_name(&case.file)),
            "{}",
            ran.told()
        );
        return;
    }
    let ran = test
        .run(&["run", "--to", "enrich"])
        .expect_exit(if refused { 3 } else { 0 });
    let found = findings(&test, case, stage);
    assert!(
        !found.is_empty(),
        "{}: no finding\n{}",
        case.name,
        ran.told()
    );
    let quoted = |key: &str| {
        case.expected[key]
            .as_str()
            .map(|text| text.replace('"', "\"\""))
    };
    let matches = |line: &String| {
        let line_number = case.expected["line"]
            .as_i64()
            .is_none_or(|number| line.contains(&format!(";{number};")));
        let column = quoted("column").is_none_or(|column| line.contains(&column));
        let value = quoted("value")
            .is_none_or(|value| line.contains(value.lines().next().unwrap_or_default()));
        line_number && column && value
    };
    assert!(
        found.iter().any(matches),
        "{}: expected {} among\n{}",
        case.name,
        case.expected,
        found.join("\n")
    );
    if refused && stage == "validate" {
        assert!(
            ran.stderr().contains(&format!("[{}]", case.code)),
            "{}: not told\n{}",
            case.name,
            ran.told()
        );
    }
}

/// A delivery that must not follow the one that was published.
fn run_drift_case(case: &Case) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(case.expected["file"].as_str().unwrap());
    std::fs::copy(
        case.file
            .with_file_name(case.expected["before"].as_str().unwrap()),
        &file,
    )
    .unwrap();
    let test = PipelineTest::one_table(case.expected["table"].as_str().unwrap(), &file);
    test.run(&["run"]).expect_exit(0);
    std::fs::copy(&case.file, &file).unwrap();
    test.run(&["run"])
        .expect_exit(3)
        .expect_told(&format!("[{}]", case.code));
    let findings =
        std::fs::read_to_string(test.state_file("rejected/package/tested", "findings.csv"))
            .unwrap();
    let quoted = |key: &str| {
        case.expected[key]
            .as_str()
            .map(|text| format!("\"{text}\""))
            .unwrap_or_default()
    };
    let found = findings
        .lines()
        .filter(|line| line.starts_with(&format!("{};", case.code)));
    let matches = |line: &str| line.contains(&quoted("column")) && line.contains(&quoted("value"));
    assert!(
        found.into_iter().any(matches),
        "{}: expected {} among\n{findings}",
        case.name,
        case.expected
    );
}

fn file_name(path: &Path) -> std::borrow::Cow<'_, str> {
    path.file_name().unwrap().to_string_lossy()
}

#[test]
fn every_rule_finds_its_fixture_at_its_line() {
    for case in cases() {
        run_case(&case);
    }
}

#[test]
fn a_refused_table_leaves_what_is_published_untouched() {
    let good = fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("fr-en-inserjeunes-cfa.csv");
    std::fs::copy(&good, &file).unwrap();
    let test = PipelineTest::one_table("ij_cfa_etablissement", &file);
    test.run(&["run"]).expect_exit(0);
    let (releases, portal) = (test.releases(), test.practice_portal());
    for case in cases().iter().filter(|case| {
        case.expected["verdict"] == "refused"
            && case.expected["table"] == "ij_cfa_etablissement"
            && !case.expected["before"].is_string()
    }) {
        std::fs::copy(&case.file, &file).unwrap();
        let ran = test.run(&["run"]).expect_exit(3);
        assert!(!ran.stderr().is_empty());
        assert_eq!(
            test.releases(),
            releases,
            "{}: a release changed",
            case.name
        );
        assert_eq!(
            test.practice_portal(),
            portal,
            "{}: the portal changed",
            case.name
        );
    }
    // The same refusal, told again without working again.
    test.run(&["run"]).expect_exit(3);
    std::fs::copy(&good, &file).unwrap();
    test.run(&["run"]).expect_exit(0);
    assert_eq!(test.releases(), releases);
}

#[test]
fn a_refusal_names_file_line_column_and_value_and_a_remedy() {
    let test = PipelineTest::one_table("ij_regional", &fixture("rules/not-a-number/ij_region.csv"));
    let told = test.run(&["run", "--lang", "en"]).expect_exit(3).stderr();
    for part in [
        "ij_region.csv:3",
        "nb_annee_term",
        "1O0",
        "is expected",
        "[not-a-number]",
        "findings.csv",
        "hint:",
    ] {
        assert!(told.contains(part), "« {part} » is missing from\n{told}");
    }
}

#[test]
fn refused_rows_are_kept_whole_with_their_line_and_reasons() {
    let file = fixture("rules/part-mismatch/fr-en-inserjeunes-cfa.csv");
    let test = PipelineTest::one_table("ij_cfa_etablissement", &file);
    test.run(&["validate"]).expect_exit(2);
    test.run(&["run", "--to", "validate"]).expect_exit(3);
    let kept = std::fs::read_to_string(
        test.state_file("rejected/validate/ij_cfa_etablissement", "refused_rows.csv"),
    )
    .unwrap();
    let received = std::fs::read_to_string(&file).unwrap();
    let received: Vec<&str> = received
        .lines()
        .map(|line| line.trim_start_matches('\u{feff}'))
        .collect();
    let expected = format!(
        "ligne;raisons;{}\n3;part-mismatch (part_en_emploi_6_mois_apres_la_sortie);{}\n",
        received[0], received[2]
    );
    assert_eq!(kept, expected);
}

#[test]
fn refused_records_of_json_are_kept_too() {
    let whole =
        std::fs::read_to_string(fixture("sources/insersup/fr-esr-insersup_2024_S2.json")).unwrap();
    let mut records: Value = serde_json::from_str(&whole).unwrap();
    records[2]["etablissement"] = Value::from("0750612X");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("insersup.json");
    std::fs::write(&file, serde_json::to_string_pretty(&records).unwrap()).unwrap();
    let test = PipelineTest::with_config(&format!(
        "[[source]]\nid = \"s\"\nkind = \"file\"\nurl = \"{}\"\ntable = \"insersup_par_horizon\"\n",
        file.display()
    ));
    test.run(&["run", "--to", "validate"]).expect_exit(3);
    let folder = "rejected/validate/insersup_par_horizon";
    let kept = std::fs::read_to_string(test.state_file(folder, "refused_rows.csv")).unwrap();
    let lines: Vec<&str> = kept.lines().collect();
    assert_eq!(lines.len(), 2, "{kept}");
    assert!(
        lines[0].starts_with("ligne;raisons;aca_id;aca_nom;"),
        "{kept}"
    );
    assert!(
        lines[1].contains(";uai-check-letter (etablissement);") && lines[1].contains(";0750612X;"),
        "{kept}"
    );
}
