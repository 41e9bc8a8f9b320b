//! The command line: mistakes of the call, explanations, answers for people and for scripts.

use crate::harness::PipelineTest;

#[test]
fn an_unknown_subject_is_a_mistake_of_the_call() {
    let test = PipelineTest::sample();
    test.run(&["validate", "insersupp"])
        .expect_exit(2)
        .expect_told("insersup");
    test.run(&["run", "--from", "publish", "--to", "fetch"])
        .expect_exit(2);
    test.run(&["nothing"]).expect_exit(2);
}

#[test]
fn every_mistake_of_the_configuration_is_told_at_once() {
    let test = PipelineTest::with_config(
        "[[source]]\nid = \"a\"\ntable = \"nothing\"\n[[dataset]]\nid = \"d\"\ntables = []\nlicence = \"lov2\"\nfrequency = \"annual\"\n",
    );
    let told = test.run(&["check"]).expect_exit(2).stderr();
    for part in ["nothing", "needs `kind` and `url`", "has no table"] {
        assert!(told.contains(part), "« {part} » is missing from\n{told}");
    }
    let test = PipelineTest::with_config("[[source]]\nid = \"../x\"\ntable = \"insersup\"\n");
    test.run(&["check"])
        .expect_exit(2)
        .expect_told("not a valid source name");
    let test = PipelineTest::with_config("colour = \"red\"\n");
    test.run(&["check"]).expect_exit(2).expect_told("colour");
}

#[test]
fn check_passes_on_the_sample() {
    PipelineTest::sample()
        .run(&["check"])
        .expect_exit(0)
        .expect_told("practice portal");
}

#[test]
fn every_rule_and_exit_code_is_explained_in_both_languages() {
    let test = PipelineTest::sample();
    let rules = test.run(&["explain", "--json"]).expect_exit(0).json();
    for rule in rules["rules"].as_array().unwrap() {
        let code = rule["code"].as_str().unwrap();
        let french = test.run(&["explain", code]).expect_exit(0).stdout();
        let english = test
            .run(&["explain", code, "--lang", "en"])
            .expect_exit(0)
            .stdout();
        assert_ne!(french, english, "{code}");
    }
    for code in ["0", "1", "2", "3", "4", "5", "6", "7", "10", "75"] {
        test.run(&["explain", code]).expect_exit(0);
    }
    test.run(&["explain", "duplicate"])
        .expect_exit(2)
        .expect_told("duplicate-key");
}

#[test]
fn why_names_the_ingredient_that_moved() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cfa.csv");
    let text = std::fs::read_to_string(crate::harness::fixture(
        "sources/ij-cfa/fr-en-inserjeunes-cfa.csv",
    ))
    .unwrap();
    std::fs::write(&file, &text).unwrap();
    let test = PipelineTest::one_table("ij_cfa_etablissement", &file);
    test.run(&["why"])
        .expect_exit(0)
        .expect_told("never fetched");
    test.run(&["run"]).expect_exit(0);
    test.run(&["why", "ij_cfa_etablissement"])
        .expect_exit(0)
        .expect_told("rests: nothing moved");
    std::fs::write(&file, text.replacen("CFA d'essai", "CFA corrigé", 1)).unwrap();
    test.run(&["fetch"]).expect_exit(0);
    test.run(&["why", "ij_cfa_etablissement"])
        .expect_exit(0)
        .expect_told("source.tested");
    test.run(&["run", "--dry-run"])
        .expect_exit(0)
        .expect_told("source.tested");
    test.run(&["status"]).expect_exit(0).expect_told("stale");
}

#[test]
fn a_plan_that_is_not_empty_has_its_own_exit_code() {
    let test = PipelineTest::sample();
    test.run(&["run", "--to", "package"]).expect_exit(0);
    test.run(&["plan"])
        .expect_exit(0)
        .expect_told("upload ij_cfa_etablissement.csv");
    test.run(&["plan", "--exit-code"]).expect_exit(10);
    test.run(&["run"]).expect_exit(0);
    test.run(&["plan", "--exit-code"]).expect_exit(0);
}

#[test]
fn json_is_one_document_with_a_schema_version() {
    let test = PipelineTest::sample();
    for arguments in [
        &["run", "--json"][..],
        &["status", "--json"],
        &["why", "--json"],
        &["plan", "--json"],
        &["check", "--json"],
    ] {
        assert_eq!(
            test.run(arguments).json()["schema_version"],
            1,
            "{arguments:?}"
        );
    }
    let error = test
        .run(&["validate", "nothing", "--json"])
        .expect_exit(2)
        .json();
    assert_eq!(error["exit_code"], 2);
}

#[test]
fn completions_are_printed() {
    PipelineTest::sample()
        .run(&["completions", "bash"])
        .expect_exit(0)
        .expect_told("_debouches");
}
