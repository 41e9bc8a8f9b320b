//! What was retracted stays so: whatever changes around the data, and whatever happens to the register.

use std::path::PathBuf;

use crate::catalogue::{revise_source, source_table};
use crate::harness::{PipelineTest, Ran, fixture};

const REGISTER: &str = "state/withdrawn/register";

/// Two versions, the second of which is retracted.
fn retracted(command: &str) -> PipelineTest {
    let test = source_table();
    test.run(&["run", "-q"]).expect_exit(0);
    revise_source(&test);
    test.run(&["run", "-q"]).expect_exit(0);
    retract(&test, command, "1.0.1");
    test
}

fn retract(test: &PipelineTest, command: &str, version: &str) {
    let reason = if command == "purge" {
        "--legal-basis"
    } else {
        "--reason"
    };
    test.run(&[
        command,
        version,
        reason,
        "Chiffres fautifs.",
        "--by",
        "Statisticienne",
        "--yes",
    ])
    .expect_exit(0);
}

/// Another title, and another form of the same figures.
fn disguise(test: &PipelineTest) {
    let path = test.path("pipeline.toml");
    let config = std::fs::read_to_string(&path).unwrap();
    let config = config.replacen(
        "licence = \"lov2\"",
        "forms = [\"jsonl\"]\nlicence = \"lov2\"",
        1,
    );
    std::fs::write(path, config).unwrap();
}

/// One more row, of an establishment of its own.
fn among_others(test: &PipelineTest) {
    let text = std::fs::read_to_string(test.path("source.csv")).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    // The sample has more rows than one: the last one goes, the others come back.
    lines.pop();
    std::fs::write(test.path("source.csv"), lines.join("\r\n") + "\r\n").unwrap();
}

fn is_refused(ran: Ran) -> Ran {
    ran.expect_exit(3)
        .expect_told("Nothing is released until somebody lifts it")
        .expect_told("retract --lift tested@1.0.1")
}

fn live_version(test: &PipelineTest) -> String {
    test.practice_portal()["datasets"][0]["extras"]["debouches:version"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn retracted_figures_do_not_come_back_in_another_guise_until_somebody_lifts_it() {
    for command in ["yank", "purge"] {
        let test = retracted(command);
        assert_eq!(live_version(&test), "1.0.0");
        disguise(&test);
        is_refused(test.run(&["run"]));
        is_refused(test.run(&["run", "--force"]));
        assert_eq!(live_version(&test), "1.0.0", "what is live stays");
        if command == "purge" {
            among_others(&test);
            is_refused(test.run(&["run"]));
        }
        let lift = [
            "retract",
            "--lift",
            "tested@1.0.1",
            "--reason",
            "Relu.",
            "--by",
            "Statisticienne",
        ];
        test.run(&lift)
            .expect_exit(2)
            .expect_told("nothing was done");
        is_refused(test.run(&["run"]));
        test.run(&[&lift[..], &["--yes"]].concat()).expect_exit(0);
        test.run(&["run", "-q"]).expect_exit(0);
        assert!(live_version(&test).as_str() > "1.0.1");
    }
}

#[test]
fn a_correction_after_a_yank_needs_nobody() {
    let test = retracted("yank");
    std::fs::copy(
        fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv"),
        test.path("source.csv"),
    )
    .unwrap();
    test.run(&["run", "-q"]).expect_exit(0);
    let text = std::fs::read_to_string(test.path("source.csv")).unwrap();
    // Another row than the one that was wrong.
    let mut lines: Vec<&str> = text.lines().collect();
    lines.pop();
    std::fs::write(test.path("source.csv"), lines.join("\r\n") + "\r\n").unwrap();
    let ran = test.run(&["run"]);
    assert!(!ran.stderr().contains("retract --lift"), "{}", ran.told());
}

#[test]
fn a_register_that_forgets_stops_everything() {
    let test = retracted("purge");
    let path = test.path(REGISTER);
    let register = std::fs::read(&path).unwrap();
    disguise(&test);
    let stops = |what: &str| {
        for command in [&["run", "-q"][..], &["plan"]] {
            test.run(command)
                .expect_exit(7)
                .expect_told("register of retracted releases");
        }
        assert_eq!(live_version(&test), "1.0.0", "{what}");
    };
    std::fs::remove_file(&path).unwrap();
    stops("removed");
    for (what, bytes) in [
        ("emptied", Vec::new()),
        ("cut", register[..register.len() - 1].to_vec()),
        ("altered", {
            let mut altered = register.clone();
            altered[100] ^= 1;
            altered
        }),
    ] {
        std::fs::write(&path, bytes).unwrap();
        stops(what);
    }
    // The witness beside it goes too: the receipts and the tombstone remember.
    std::fs::remove_dir_all(test.path("state/rejected/publish/register")).unwrap();
    std::fs::remove_file(&path).unwrap();
    stops("removed with its witness");
    std::fs::write(&path, register).unwrap();
    is_refused(test.run(&["run"]));
}

/// Two hundred alterations: removal, truncation and flips, through the command that reads the least.
#[test]
fn two_hundred_alterations_of_the_register_and_its_witnesses_publish_nothing() {
    let test = retracted("purge");
    disguise(&test);
    let path = test.path(REGISTER);
    let register = std::fs::read(&path).unwrap();
    let mut runs = 0;
    let mut tried = |bytes: Option<&[u8]>, what: String| {
        match bytes {
            Some(bytes) => std::fs::write(&path, bytes).unwrap(),
            None => std::fs::remove_file(&path).unwrap(),
        }
        test.run(&["package", "-q"]).expect_exit(7);
        assert!(!test.path("state/package/tested/1.0.2").exists(), "{what}");
        runs += 1;
    };
    tried(None, "removed".to_owned());
    let step = register.len().div_ceil(100);
    for at in (0..register.len()).step_by(step) {
        tried(Some(&register[..at]), format!("cut at {at}"));
        let mut altered = register.clone();
        altered[at] ^= 1;
        tried(Some(&altered), format!("flip at {at}"));
    }
    let receipt = receipt(&test);
    std::fs::write(&path, &register).unwrap();
    let bytes = std::fs::read(&receipt).unwrap();
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(&receipt, std::fs::Permissions::from_mode(0o600)).unwrap();
    for at in (0..bytes.len()).step_by(bytes.len().div_ceil(20)) {
        let mut altered = bytes.clone();
        altered[at] ^= 1;
        std::fs::write(&receipt, altered).unwrap();
        test.run(&["package", "-q"]).expect_exit(7);
        runs += 1;
    }
    assert!(runs >= 200, "{runs} alterations");
}

fn receipt(test: &PipelineTest) -> PathBuf {
    test.path("state/publish/tested/1.0.0/practice/receipt.json")
}

#[test]
fn a_lost_state_takes_its_retractions_back_from_the_portal() {
    let test = retracted("purge");
    for entry in std::fs::read_dir(test.path("state")).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name() != "portal" && entry.file_name() != ".debouches-folder.json" {
            let path = entry.path();
            if path.is_dir() {
                std::fs::remove_dir_all(path).unwrap();
            } else {
                std::fs::remove_file(path).unwrap();
            }
        }
    }
    disguise(&test);
    test.run(&["run", "-q"])
        .expect_exit(7)
        .expect_told("portal adopt");
    assert_eq!(live_version(&test), "1.0.0");
    std::fs::remove_dir_all(test.path("state/package")).unwrap();
    test.run(&["portal", "adopt"])
        .expect_told("retractions taken back");
    is_refused(test.run(&["run"]));
    assert_eq!(live_version(&test), "1.0.0");
}
