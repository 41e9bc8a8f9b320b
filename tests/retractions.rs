//! What was retracted stays so: whatever changes around the data, and whatever happens to the register.

use std::path::PathBuf;

use serde_json::Value;

use crate::catalogue::{revise_source, source_table};
use crate::harness::{PipelineTest, Ran, fixture};
use crate::portals::with_practice;
use crate::wire::Reached;

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

/// A yank or a purge of a release.
pub(crate) fn retract(test: &PipelineTest, command: &str, version: &str) {
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
    // That run made releases without knowing: with or without them, the register comes back and they do not go out.
    assert!(test.path("state/package/tested").exists());
    test.run(&["portal", "adopt"])
        .expect_told("retractions taken back");
    is_refused(test.run(&["run"]));
    assert_eq!(live_version(&test), "1.0.0");
}

#[test]
fn a_lost_state_takes_its_retractions_back_from_a_static_site() {
    for command in ["yank", "purge"] {
        let site = "\n[portal.site]\nkind = \"static\"\nfolder = \"www\"\n";
        let test = crate::catalogue::source_table().with(site);
        test.run(&["run", "-q"]).expect_exit(0);
        retract(&test, command, "1.0.0");
        std::fs::remove_dir_all(test.path("state")).unwrap();
        test.run(&["run", "-q"])
            .expect_exit(7)
            .expect_told("portal adopt");
        test.run(&["portal", "adopt"])
            .expect_exit(0)
            .expect_told("1 retractions taken back from portal site");
        // The same data is that of the retracted release; other forms of it are refused.
        test.run(&["run", "-q"]).expect_exit(0);
        disguise(&test);
        test.run(&["run"])
            .expect_exit(3)
            .expect_told("retract --lift tested@1.0.0");
        let record = std::fs::read(test.path("www/tested/dataset.json")).unwrap();
        let record: Value = serde_json::from_slice(&record).unwrap();
        for version in record["versions"].as_array().unwrap() {
            assert!(version["withdrawn"].is_object(), "{command}: {version}");
        }
    }
}

/// The only release is purged: other forms, another title, another nomenclature and a lost state do not bring it back, and what a
/// run makes before the register is back is removed.
fn never_back(portal: &Reached) {
    portal.clear("tested");
    let regional = fixture("sources/ij-regional/ij_region_2020_2022.csv.gz");
    let test = portal.receives(PipelineTest::one_table("ij_regional", &regional), "");
    test.run(&["run", "--yes", "-q"]).expect_exit(0);
    retract(&test, "purge", "1.0.0");
    let is_gone = || {
        let shown = portal.marked("tested").remove(0);
        assert_eq!(shown["resources"], Value::Array(Vec::new()), "{shown}");
    };
    is_gone();
    let change = |from: &str, to: &str| {
        let path = test.path("pipeline.toml");
        let config = std::fs::read_to_string(&path).unwrap();
        let changed = config.replacen(from, to, 1);
        assert_ne!(config, changed, "{from}");
        std::fs::write(path, changed).unwrap();
    };
    let refused = || {
        test.run(&["run", "--yes"])
            .expect_exit(3)
            .expect_told("tested 1.0.0, which was purged")
            .expect_told("retract --lift tested@1.0.0");
        is_gone();
    };
    change(
        "licence = \"lov2\"",
        "forms = [\"jsonl\"]\nlicence = \"lov2\"",
    );
    refused();
    change(
        "id = \"tested\"\ntables",
        "id = \"tested\"\ntitle = \"Autre titre\"\ntables",
    );
    refused();
    let nomenclature = fixture("sources/bcn/n_mef.csv");
    let text = std::fs::read_to_string(&nomenclature).unwrap();
    let other = text.replace("(libellé d'essai)", "(autre libellé)");
    assert_ne!(text, other);
    std::fs::write(test.path("n_mef.csv"), other).unwrap();
    change(nomenclature.to_str().unwrap(), "n_mef.csv");
    refused();
    test.run(&["run", "--force", "--yes"]).expect_exit(3);
    is_gone();
    for stage in [
        "fetch",
        "validate",
        "enrich",
        "package",
        "publish",
        "rejected",
        "withdrawn",
    ] {
        let _ = std::fs::remove_dir_all(test.path(&format!("state/{stage}")));
    }
    test.run(&["run", "--yes", "-q"])
        .expect_exit(7)
        .expect_told("portal adopt");
    is_gone();
    assert!(test.path("state/package/tested/1.0.0").exists());
    test.run(&["portal", "adopt", "--yes"])
        .expect_exit(0)
        .expect_told("1.0.0 was purged");
    let held = walkdir(&test.path("state/package"));
    assert!(held.is_empty(), "{held:?}");
    refused();
    portal.clear("tested");
}

#[test]
fn a_purged_release_never_comes_back_on_a_practice_portal_that_is_served() {
    with_practice(false, never_back);
}

#[test]
#[ignore = "needs a real udata: DEBOUCHES_UDATA_CREDENTIALS names its credentials (tests/udata/start.sh)"]
fn a_purged_release_never_comes_back_on_a_real_udata_with_real_udata() {
    never_back(&Reached::real());
}

fn walkdir(folder: &std::path::Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(walkdir(&path));
        } else {
            files.push(path);
        }
    }
    files
}

/// What was wrong is a word, and every figure is that of the release before: the word does not come back either.
#[test]
fn a_retracted_word_does_not_come_back_in_another_guise() {
    for (command, reason) in [("purge", "--legal-basis"), ("yank", "--reason")] {
        let test = source_table();
        test.run(&["run", "-q"]).expect_exit(0);
        let right = std::fs::read_to_string(test.path("source.csv")).unwrap();
        let line = right.lines().nth(3).unwrap();
        let mut cells: Vec<&str> = line.split(';').collect();
        cells[2] = "Nom d'une personne";
        let wrong = right.replacen(line, &cells.join(";"), 1);
        std::fs::write(test.path("source.csv"), wrong).unwrap();
        test.run(&["run", "-q"]).expect_exit(0);
        test.run(&[
            command,
            "1.0.1",
            reason,
            "Un nom.",
            "--by",
            "Statisticienne",
            "--yes",
        ])
        .expect_exit(0);
        let is_gone = || {
            let held = walkdir(&test.path("state/portal/files"));
            let shown = held.iter().any(|path| {
                String::from_utf8_lossy(&std::fs::read(path).unwrap())
                    .contains("Nom d'une personne")
            });
            assert!(!shown, "{command}");
            assert!(!held.is_empty());
            assert_eq!(live_version(&test), "1.0.0");
        };
        if command == "purge" {
            is_gone();
        }
        disguise(&test);
        is_refused(test.run(&["run"]));
        is_refused(test.run(&["run", "--force"]));
        assert_eq!(live_version(&test), "1.0.0");
        // Corrected, it goes out and needs nobody.
        std::fs::write(test.path("source.csv"), &right).unwrap();
        test.run(&["run", "-q"]).expect_exit(0);
        if command == "purge" {
            assert_eq!(live_version(&test), "1.0.2");
        }
    }
}

/// The only release is retracted; the file then has these lines.
fn retracted_then(command: &str, lines: impl FnOnce(&mut Vec<String>)) -> PipelineTest {
    let test = source_table();
    test.run(&["run", "-q"]).expect_exit(0);
    retract(&test, command, "1.0.0");
    let text = std::fs::read_to_string(test.path("source.csv")).unwrap();
    let mut all: Vec<String> = text.lines().map(str::to_owned).collect();
    lines(&mut all);
    std::fs::write(test.path("source.csv"), all.join("\r\n") + "\r\n").unwrap();
    test
}

/// A row of an establishment that the file does not have.
fn another_row(lines: &mut Vec<String>) {
    let last = lines.last().unwrap().clone();
    let mut cells: Vec<&str> = last.split(';').collect();
    cells[1] = "0010001W";
    cells[2] = "CFA d'essai ajouté";
    lines.push(cells.join(";"));
}

/// Another figure in a row.
fn corrected_row(lines: &mut [String]) {
    lines[1] = lines[1].replacen(";75.0;", ";74.0;", 1);
}

#[test]
fn yanked_rows_of_which_none_was_corrected_do_not_come_back_when_others_leave_or_join() {
    let one_fewer = |lines: &mut Vec<String>| {
        lines.pop();
    };
    let both = |lines: &mut Vec<String>| {
        lines.remove(1);
        another_row(lines);
    };
    for test in [
        retracted_then("yank", one_fewer),
        retracted_then("yank", another_row),
        retracted_then("yank", both),
    ] {
        for _ in 0..2 {
            test.run(&["run"])
                .expect_exit(3)
                .expect_told("none of them was corrected")
                .expect_told("retract --lift tested@1.0.0");
            assert_eq!(live_version(&test), "1.0.0", "what is marked stays");
        }
        test.run(&[
            "retract",
            "--lift",
            "tested@1.0.0",
            "--reason",
            "La ligne fautive est partie.",
            "--by",
            "Statisticienne",
            "--yes",
        ])
        .expect_exit(0);
        test.run(&["run", "-q"]).expect_exit(0);
        assert!(live_version(&test).as_str() > "1.0.0");
    }
}

#[test]
fn yanked_rows_of_which_one_was_corrected_come_back_whatever_leaves_or_joins() {
    let one = |lines: &mut Vec<String>| corrected_row(lines);
    let and_one_fewer = |lines: &mut Vec<String>| {
        corrected_row(lines);
        lines.pop();
    };
    let and_another = |lines: &mut Vec<String>| {
        corrected_row(lines);
        another_row(lines);
    };
    for test in [
        retracted_then("yank", one),
        retracted_then("yank", and_one_fewer),
        retracted_then("yank", and_another),
    ] {
        test.run(&["run", "-q"]).expect_exit(0);
        assert!(live_version(&test).as_str() > "1.0.0");
        test.run(&["run"])
            .expect_exit(0)
            .expect_told("nothing to do");
    }
}

/// Which row disclosed something is not known: a correction of another one is not enough.
#[test]
fn a_purged_row_does_not_come_back_beside_a_corrected_one() {
    let test = retracted_then("purge", |lines| corrected_row(lines));
    test.run(&["run"])
        .expect_exit(3)
        .expect_told("tested 1.0.0, which was purged");
}

/// Where counts are protected, our own suppression moves figures: one that disappears is no correction, one that is shown otherwise is.
#[test]
fn a_figure_that_is_hidden_does_not_free_the_yanked_rows_beside_it() {
    let packed = fixture("sources/ij-regional/ij_region_2020_2022.csv.gz");
    let packed = std::fs::File::open(packed).unwrap();
    let text = std::io::read_to_string(flate2::read::GzDecoder::new(packed)).unwrap();
    let figures = ";129;46;46;47;39;43;86;53;53;55;45;33";
    let after = |figures_now: &str| {
        let source = std::path::Path::new("source.csv");
        let test = PipelineTest::one_table("ij_regional", source);
        std::fs::write(test.path("source.csv"), &text).unwrap();
        test.run(&["run", "-q"]).expect_exit(0);
        retract(&test, "yank", "1.0.0");
        let revised = text.replacen(figures, figures_now, 1);
        assert_ne!(revised, text);
        std::fs::write(test.path("source.csv"), revised).unwrap();
        test
    };
    after(";;;;;;;;;;;;")
        .run(&["run"])
        .expect_exit(3)
        .expect_told("none of them was corrected");
    let corrected = after(";128;46;46;47;39;42;86;53;53;55;45;33");
    corrected.run(&["run", "-q"]).expect_exit(0);
    assert!(live_version(&corrected).as_str() > "1.0.0");
}
