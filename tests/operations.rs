//! What a run leaves for those who operate it: its record, figures, a word in a chat room, files for a scheduler.

use debouches_http::testing::{Reply, ScriptedServer};
use serde_json::Value;

use crate::harness::{PipelineTest, fixture};

/// A pipeline on a copy of the CFA sample, with these lines more in its configuration; and the path of the copy.
fn cfa(more: &str) -> (PipelineTest, std::path::PathBuf) {
    let folder = PipelineTest::one_table("ij_cfa_etablissement", std::path::Path::new("cfa.csv"));
    let file = folder.path("cfa.csv");
    std::fs::copy(fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv"), &file).unwrap();
    let config = std::fs::read_to_string(folder.path("pipeline.toml")).unwrap();
    std::fs::write(folder.path("pipeline.toml"), format!("{config}\n{more}")).unwrap();
    (folder, file)
}

/// Puts a file that is refused in place of the sample.
fn break_it(file: &std::path::Path) {
    std::fs::copy(
        fixture("rules/shares-not-hundred/fr-en-inserjeunes-cfa.csv"),
        file,
    )
    .unwrap();
}

#[test]
fn history_tells_each_run_and_show_what_it_did() {
    let (test, file) = cfa("");
    test.run(&["run", "-q"]).expect_exit(0);
    test.run(&["run", "-q"]).expect_exit(0);
    break_it(&file);
    test.run(&["run", "-q"]).expect_exit(3);
    let history = test.run(&["history", "--json"]).expect_exit(0).json();
    let runs = history["runs"].as_array().unwrap();
    let told: Vec<_> = runs
        .iter()
        .map(|run| (run["exit_code"].as_u64(), run["nothing_to_do"].as_bool()))
        .collect();
    assert_eq!(
        told,
        [
            (Some(0), Some(false)),
            (Some(0), Some(true)),
            (Some(3), Some(false))
        ]
    );
    test.run(&["history", "--troubles"])
        .expect_exit(0)
        .expect_told("1 refused");
    test.run(&["show", "last"])
        .expect_exit(0)
        .expect_told("shares-not-hundred");
    let first = runs[0]["run"].as_str().unwrap();
    test.run(&["show", first])
        .expect_exit(0)
        .expect_told("Première publication");
    test.run(&["show", "19"])
        .expect_exit(2)
        .expect_told("debouches history");
}

#[test]
fn a_run_prints_a_line_for_each_stage_that_did_something_and_one_when_nothing_moved() {
    let (test, file) = cfa("");
    let run = || test.ran(test.command(&["run"]), "run");
    let first = run().expect_exit(0);
    let stages = "fetch: 5 received\nvalidate: 5 validated\nenrich: 4 enriched\npackage: 1 packaged\npublish: 1 published\n";
    let errors = first.stderr();
    let to_look_at = errors.strip_prefix(stages).unwrap_or_default();
    assert!(
        to_look_at.starts_with("to look at: 1 row set aside, ") && to_look_at.lines().count() == 1,
        "{to_look_at}"
    );
    assert!(first.stdout().starts_with("table "), "{}", first.told());
    let again = run().expect_exit(0);
    assert_eq!(
        (again.stdout(), again.stderr()),
        (
            "nothing to do: everything is up to date\n".to_owned(),
            String::new()
        )
    );
    break_it(&file);
    let refused = run().expect_exit(3).expect_told("1 refused\n");
    assert!(
        refused.stdout().lines().all(|line| line.len() <= 100),
        "{}",
        refused.told()
    );
}

#[test]
fn each_json_log_line_names_the_run() {
    let (test, _) = cfa("");
    let told = test
        .run(&["run", "--log-format", "json", "--json"])
        .expect_exit(0);
    let run = told.json()["run"].clone();
    let lines: Vec<Value> = told
        .stderr()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(
        lines.len() > 5 && lines.iter().all(|line| line["run"] == run),
        "{}",
        told.told()
    );
}

#[test]
fn the_figures_of_the_last_run_are_for_prometheus() {
    let (test, file) = cfa("[operations]\ntextfile = \"debouches.prom\"\n");
    let read = || std::fs::read_to_string(test.path("debouches.prom")).unwrap();
    test.run(&["run", "-q"]).expect_exit(0);
    let good = read();
    let success = |text: &str| {
        text.lines()
            .find(|line| line.starts_with("debouches_success"))
            .unwrap()
            .to_owned()
    };
    for line in [
        "debouches_run_exit_code{profile=\"sample\"} 0",
        "debouches_table_rows_received{profile=\"sample\",stage=\"validate\",table=\"ij_cfa_etablissement\"} 331",
        "debouches_table_rows_refused{profile=\"sample\",stage=\"validate\",table=\"ij_cfa_etablissement\"} 1",
        "debouches_dataset_version{profile=\"sample\",dataset=\"tested\",version=\"1.0.0\"} 1",
    ] {
        assert!(
            good.lines().any(|own| own == line),
            "{line} is not in\n{good}"
        );
    }
    break_it(&file);
    test.run(&["run", "-q"]).expect_exit(3);
    let bad = read();
    assert!(
        bad.contains("debouches_run_exit_code{profile=\"sample\"} 3\n"),
        "{bad}"
    );
    assert_eq!(
        success(&bad),
        success(&good),
        "the last good run is still told"
    );
}

#[test]
fn a_chat_room_is_told_of_a_refusal_once_and_of_the_recovery() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let server = runtime.block_on(ScriptedServer::start((0..4).map(|_| Reply::ok(b"ok"))));
    let address = server.url("/hooks/very-secret").to_string();
    let (test, file) = cfa("[operations.webhook]\nurl_env = \"ROOM\"\n");
    let test = test.env("ROOM", &address);
    test.run(&["run", "-q"]).expect_exit(0);
    assert_eq!(
        server.seen().len(),
        0,
        "a first run that is well is no news"
    );
    break_it(&file);
    let told = test.run(&["run", "-vv"]).expect_exit(3).told();
    assert!(
        !told.contains("very-secret"),
        "the address is a secret\n{told}"
    );
    test.run(&["run", "-q"]).expect_exit(3);
    std::fs::copy(fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv"), &file).unwrap();
    test.run(&["run", "-q"]).expect_exit(0);
    let texts: Vec<String> = (server.seen().iter())
        .map(|seen| {
            serde_json::from_slice::<Value>(&seen.body).unwrap()["text"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(texts.len(), 2, "{texts:#?}");
    assert!(
        texts[0].contains("données refusées") && texts[0].contains("shares-not-hundred"),
        "{}",
        texts[0]
    );
    assert!(
        texts[1].contains("tout est rentré dans l'ordre"),
        "{}",
        texts[1]
    );
}

#[test]
fn a_chat_room_that_is_down_does_not_fail_the_run() {
    let (test, file) = cfa("[operations.webhook]\nurl_env = \"ROOM\"\n");
    test.run(&["run", "-q"]).expect_exit(0);
    break_it(&file);
    test.run(&["run"]).expect_exit(3).expect_told("ROOM");
}

#[test]
fn units_and_manual_are_printed_ready() {
    let test = PipelineTest::sample();
    for (kind, wanted) in [
        ("systemd", "SuccessExitStatus=5"),
        ("cron", "run --profile \"production\" --yes --quiet"),
        ("k8s", "concurrencyPolicy: Forbid"),
        ("container", "ENTRYPOINT"),
    ] {
        let told = test
            .run(&["units", kind, "--folder", "/srv/essai"])
            .expect_exit(0)
            .expect_told(wanted);
        assert!(told.stdout().contains("/srv/essai"));
        assert!(
            !told.stdout().contains("@FOLDER@") && !told.stdout().contains("@PROFILE@"),
            "{}",
            told.told()
        );
    }
    let files = test
        .run(&[
            "units",
            "systemd",
            "--folder",
            "/srv/mes données",
            "--out",
            "units",
        ])
        .expect_exit(0);
    assert_eq!(files.stdout().lines().count(), 7);
    let service = std::fs::read_to_string(test.path("units/debouches.service")).unwrap();
    assert!(service.contains("ReadWritePaths=\"/srv/mes données\""));
    assert!(!service.contains("RestartForceExitStatus"));
    test.run(&["man"])
        .expect_exit(0)
        .expect_told(".TH debouches 1");
    test.run(&["man", "--folder", "pages"]).expect_exit(0);
    assert!(test.path("pages/debouches-run.1").is_file());
}

#[test]
fn a_key_may_be_in_the_file_that_a_variable_names() {
    crate::portals::with_practice(false, |portal| {
        let test = PipelineTest::one_table(
            "ij_cfa_etablissement",
            &fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv"),
        );
        // A variable that is empty is as good as none.
        let test = portal.receives(test, "").env("DEBOUCHES_API_KEY", "");
        std::fs::write(test.path("key"), &portal.key).unwrap();
        test.run(&["run", "--yes", "-q"])
            .expect_exit(4)
            .expect_told("DEBOUCHES_API_KEY_FILE");
        let test = test.env("DEBOUCHES_API_KEY_FILE", "key");
        test.run(&["run", "--yes", "-q"]).expect_exit(0);
    });
}

/// The texts that a room received.
fn texts(server: &ScriptedServer) -> Vec<String> {
    let text = |body: &[u8]| {
        let message: Value = serde_json::from_slice(body).unwrap();
        message["text"].as_str().unwrap().to_owned()
    };
    server.seen().iter().map(|seen| text(&seen.body)).collect()
}

#[test]
fn what_needs_somebody_is_told_by_run_status_room_and_figures_in_each_state() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let server = runtime.block_on(ScriptedServer::start((0..6).map(|_| Reply::ok(b"ok"))));
    let address = server.url("/hook").to_string();
    let (test, file) = cfa(
        "[operations]\ntextfile = \"debouches.prom\"\n[operations.webhook]\nurl_env = \"ROOM\"\n",
    );
    let test = test.env("ROOM", &address);
    let figures = || std::fs::read_to_string(test.path("debouches.prom")).unwrap();
    let whole = std::fs::read_to_string(&file).unwrap();
    // All is well: counts first, nothing for the room.
    test.run(&["run", "-q"]).expect_exit(0);
    let status = test.run(&["status"]).expect_exit(0).stdout();
    let first = status.lines().next().unwrap();
    assert!(
        first.contains("with warnings") && first.ends_with("up to date"),
        "{first}"
    );
    assert!(status.contains("practice since 20"), "{status}");
    // A second row is set aside: told by run, status, room and figures, and the exit code stays 0.
    let second = whole.lines().nth(2).unwrap().to_owned();
    let wrong: String = whole
        .split_inclusive('\n')
        .map(|line| line.replace(&second, &second.replacen("cumul 20", "cumul xx", 1)))
        .collect();
    std::fs::write(&file, wrong).unwrap();
    test.run(&["run", "-q"]).expect_exit(0);
    assert!(
        figures().contains("debouches_table_rows_refused{profile=\"sample\",stage=\"validate\",table=\"ij_cfa_etablissement\"} 2\n"),
        "{}",
        figures()
    );
    test.run(&["show", "last"])
        .expect_exit(0)
        .expect_told("warning: validate ij_cfa_etablissement: 2 rows set aside");
    test.run(&["findings", "ij_cfa_etablissement"])
        .expect_exit(0)
        .expect_told("331 rows received, 2 set aside")
        .expect_told("rows set aside: ");
    // Refused: a person decides, the cause comes before what waits for it.
    break_it(&file);
    let refused = test.run(&["run", "-q"]).expect_exit(3);
    let told = refused.stderr();
    let (cause, wait) = (
        told.find("refused: validate").unwrap(),
        told.find("waits: package tested").unwrap(),
    );
    assert!(cause < wait, "{told}");
    let status = test.run(&["status"]).expect_exit(3).stdout();
    assert!(status.starts_with("1 refused, "), "{status}");
    let lines: Vec<&str> = status.lines().collect();
    assert!(
        lines[3].contains("refused") && lines[4].contains("waiting"),
        "{status}"
    );
    assert!(
        figures().contains(
            "debouches_run_subjects{profile=\"sample\",stage=\"validate\",outcome=\"refused\"} 1\n"
        ),
        "{}",
        figures()
    );
    // Late, and a waiver that ended: all is published again, and somebody has to ask.
    std::fs::write(&file, &whole).unwrap();
    let config = std::fs::read_to_string(test.path("pipeline.toml")).unwrap();
    let late =
        "id = \"tested\"\nexpected = [{ by = \"2020-01-31\", vintage = \"cumul 2098-2099\" }]\n";
    std::fs::write(
        test.path("pipeline.toml"),
        config.replacen("id = \"tested\"\n", late, 1),
    )
    .unwrap();
    let waiver = "[[waiver]]\nrule = \"drift-rows\"\nslice = \"*\"\nreason = \"essai\"\nby = \"bureau\"\non = \"2020-01-01\"\nuntil = \"2020-12-31\"\n";
    std::fs::write(test.path("waivers.toml"), waiver).unwrap();
    test.run(&["run", "-q"]).expect_exit(0);
    test.run(&["run"])
        .expect_exit(0)
        .expect_told("to look at: source tested is late: le millésime cumul 2098-2099")
        .expect_told("to look at: waiver drift-rows * (2020-12-31) has expired");
    test.run(&["status"])
        .expect_exit(3)
        .expect_told("1 late, 1 expired waiver")
        .expect_told("cumul 2098-2099");
    for line in [
        "debouches_sources_late{profile=\"sample\"} 1\n",
        "debouches_waivers_expired{profile=\"sample\"} 1\n",
    ] {
        assert!(figures().contains(line), "{line} is not in\n{}", figures());
    }
    let texts = texts(&server);
    assert_eq!(texts.len(), 3, "{texts:#?}");
    for (text, parts) in texts.iter().zip([
        [
            "un point est à surveiller",
            "2 lignes mises de côté (au lieu de 1)",
        ],
        ["données refusées", "en attente : tested"],
        ["tout est rentré dans l'ordre", "source tested en retard"],
    ]) {
        assert!(parts.iter().all(|part| text.contains(part)), "{text}");
    }
}

#[test]
fn a_run_that_died_is_in_the_history() {
    let (test, _) = cfa("");
    test.run(&["run", "-q"]).expect_exit(0);
    // What a run writes in its lock, and does not take back when it is killed.
    let dead = serde_json::json!({
        "run": "20261127t010203-4194305",
        "pid": 4_194_305,
        "host": "machine-morte",
        "command": "debouches fetch+validate",
        "since": "2026-11-27T01:02:03Z",
    });
    std::fs::write(test.path("state/lock"), dead.to_string()).unwrap();
    // It is known before another run records it.
    test.run(&["show", "last"])
        .expect_exit(0)
        .expect_told("started 2026-11-27 01:02:03 UTC, interrupted");
    test.run(&["run", "-q"]).expect_exit(0);
    test.run(&["history", "--troubles"])
        .expect_exit(0)
        .expect_told("interrupted: process 4194305 on machine-morte");
    test.run(&["show", "20261127t010203"])
        .expect_exit(0)
        .expect_told("started 2026-11-27 01:02:03 UTC, interrupted");
}

#[test]
fn a_refused_download_is_named_by_findings_and_no_text_drives_the_terminal() {
    let (test, file) = cfa("");
    test.run(&["run", "-q"]).expect_exit(0);
    std::fs::write(
        &file,
        "<!DOCTYPE html><html><title>Maintenance</title></html>",
    )
    .unwrap();
    test.run(&["run", "-q"]).expect_exit(3);
    let findings = test.run(&["findings", "tested"]).expect_exit(0);
    let shown = findings.stdout();
    assert!(
        shown.starts_with("fetch ")
            && shown.contains("refused")
            && shown.contains("received before"),
        "{shown}"
    );
    let reason = "à retirer\u{1b}[31m";
    test.run(&[
        "yank",
        "tested@1.0.0",
        "--reason",
        reason,
        "--by",
        "bureau",
        "--yes",
    ]);
    let status = test.run(&["status"]).stdout();
    assert!(
        status.contains("à retirer") && !status.contains('\u{1b}'),
        "{status:?}"
    );
}

#[test]
fn status_shows_what_portals_show_and_no_older_version() {
    let (test, file) = cfa("");
    test.run(&["run", "-q"]).expect_exit(0);
    let text = std::fs::read_to_string(&file).unwrap();
    let (rest, _) = text.trim_end().rsplit_once('\n').unwrap();
    std::fs::write(&file, format!("{rest}\n")).unwrap();
    test.run(&["run", "-q"]).expect_exit(0);
    let status = test.run(&["status", "--json"]).json();
    let lines = status["lines"].as_array().unwrap();
    let shown: Vec<&str> = lines
        .iter()
        .filter(|line| line["state"] == "published")
        .map(|line| line["detail"].as_str().unwrap())
        .collect();
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert!(!shown[0].starts_with("1.0.0"), "{shown:?}");
}
