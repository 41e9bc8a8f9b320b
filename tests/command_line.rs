//! The command line: mistakes of the call, explanations, answers for people and for scripts.

use crate::harness::{PipelineTest, fixture};

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

#[test]
fn a_document_that_a_full_disk_does_not_take_is_no_success() {
    let test = PipelineTest::one_table(
        "ij_cfa_etablissement",
        &fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv"),
    );
    test.run(&["run", "-q"]).expect_exit(0);
    let full = || {
        std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap()
    };
    for arguments in [
        &["--json", "status"][..],
        &["--json", "run"],
        &["--json", "plan"],
        &["--json", "history"],
        &["status"],
        &["schema", "table"],
        &["--help"],
    ] {
        let mut command = test.command(arguments);
        command.stdout(full()).stderr(std::process::Stdio::piped());
        let child = command.spawn().unwrap();
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {told}");
        let is_ours = !arguments.contains(&"--help");
        assert_eq!(told.contains("cannot write on standard output"), is_ours);
    }
    // Log lines that are lost stop nothing: what was asked is done, and the exit code says so.
    for format in ["text", "json"] {
        let mut command = test.command(&["run", "--force", "--log-format", format]);
        command.stderr(full()).stdout(std::process::Stdio::null());
        let status = command.status().unwrap();
        assert_eq!(status.code(), Some(0), "{format}");
    }
}

#[test]
fn what_a_file_or_a_call_holds_never_drives_the_terminal() {
    let evil = "\u{1b}[2J\u{1b}]0;titre\u{7}\u{202e}";
    let text =
        std::fs::read_to_string(fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv")).unwrap();
    let test = PipelineTest::one_table("ij_cfa_etablissement", std::path::Path::new("in.csv"));
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (number, column) in [(3, 1), (4, 2), (5, 8), (6, 3)] {
        let mut cells: Vec<String> = lines[number].split(';').map(str::to_owned).collect();
        cells[column] += evil;
        lines[number] = cells.join(";");
    }
    let values = lines.join("\n");
    let heading = text.replacen("UAI", &format!("UA{evil}"), 1);
    assert_ne!(heading, text);
    let mut runs = 0;
    for body in [values, heading] {
        std::fs::write(test.path("in.csv"), body).unwrap();
        let named = format!("essai{evil}");
        for arguments in [
            &["run"][..],
            &["run", "--log-format", "json"],
            &["run", "--json"],
            &["status"],
            &["findings", "ij_cfa_etablissement"],
            &["history"],
            &["show", "last"],
            &["plan"],
            &["coverage", "in.csv", "--key", "uai"],
            &["run", &named],
            &["explain", &named],
            &["--profile", &named, "check"],
        ] {
            let ran = test.run(arguments);
            for text in [ran.stdout(), ran.stderr()] {
                let raw = text
                    .chars()
                    .find(|c| (c.is_control() && !matches!(c, '\n' | '\t')) || *c == '\u{202e}');
                assert_eq!(raw, None, "{arguments:?}: {text:?}");
                runs += usize::from(text.contains("u{1b}") || text.contains("u001b"));
            }
        }
    }
    assert!(runs >= 6, "the escapes are shown, spelled out: {runs}");
}
