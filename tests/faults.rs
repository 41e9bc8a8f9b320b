//! Faults on the road to the portal, at every moment: nothing lost, nothing twice, nothing stale, whatever fails.
//!
//! `DEBOUCHES_FAULT_RUNS` says how many runs per portal (6 by default; 320 is the whole matrix), `DEBOUCHES_FAULT_PART`
//! which part of them, for instance `2/4`: several machines or portals share the matrix.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::harness::{PipelineTest, Ran, fixture};
use crate::portals::with_practice;
use crate::proxy::{Fault, Proxy, Trouble};
use crate::wire::Reached;

/// Each with the exits that its first run may have beside 0 and 6: those that say that nothing, or no right, was there.
const FAULTS: [(Fault, &[i32]); 27] = [
    (Fault::Refuse, &[75]),
    (Fault::ResetBefore, &[75]),
    (Fault::ResetAt(0), &[75]),
    (Fault::ResetAt(50), &[75]),
    (Fault::ResetAt(99), &[75]),
    (Fault::ApplyThenDrop, &[75]),
    (Fault::ApplyLate, &[75]),
    (Fault::ApplyThenStatus(500), &[75]),
    (Fault::ApplyThenStatus(502), &[75]),
    (Fault::ApplyThenStatus(504), &[75]),
    (Fault::Status(500, ""), &[75]),
    (Fault::Status(502, ""), &[75]),
    (Fault::Status(503, ""), &[75]),
    (Fault::Status(503, "retry-after: 1\r\n"), &[75]),
    (Fault::Status(429, "retry-after: 1\r\n"), &[75]),
    (Fault::Status(429, "retry-after: 99999\r\n"), &[75]),
    (Fault::Status(429, ""), &[75]),
    (Fault::Status(401, ""), &[4]),
    (Fault::Status(403, ""), &[4]),
    (Fault::Status(413, ""), &[2]),
    (Fault::Status(423, ""), &[75]),
    (Fault::Status(410, ""), &[2]),
    (
        Fault::Status(308, "location: http://127.0.0.1:1/elsewhere/\r\n"),
        &[2],
    ),
    (Fault::Truncate, &[75, 1]),
    (Fault::Drip, &[75]),
    (Fault::Garbage, &[75, 1]),
    (Fault::Page, &[75, 1]),
];

/// Two releases of one dataset, made once: the second has one value revised.
pub(crate) struct Releases {
    folders: [tempfile::TempDir; 2],
}

const CONFIG: &str = "pipeline.toml";

impl Releases {
    pub(crate) fn make() -> Self {
        let first = PipelineTest::one_table(
            "ij_cfa_etablissement",
            &fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv"),
        );
        first.run(&["run", "--to", "package", "-q"]).expect_exit(0);
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        copy(first.folder(), folders[0].path());
        let text =
            std::fs::read_to_string(fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv")).unwrap();
        let revised = revise(&text);
        std::fs::write(first.path("revised.csv"), revised).unwrap();
        let config = std::fs::read_to_string(first.path(CONFIG)).unwrap();
        let original = fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv")
            .display()
            .to_string();
        std::fs::write(
            first.path(CONFIG),
            config.replace(&original, &first.path("revised.csv").display().to_string()),
        )
        .unwrap();
        first.run(&["run", "--to", "package", "-q"]).expect_exit(0);
        copy(first.folder(), folders[1].path());
        Self { folders }
    }

    /// A pipeline that has that release, and no memory of any publication.
    pub(crate) fn pipeline(&self, which: usize, portal: &Reached) -> PipelineTest {
        let folder = tempfile::tempdir().unwrap();
        copy(self.folders[which].path(), folder.path());
        portal.receives(PipelineTest::in_folder(folder), "timeout_seconds = 1")
    }
}

/// The last rate of the first row with a rate, plus or minus one.
pub(crate) fn revise(text: &str) -> String {
    let mut done = false;
    let lines = text.lines().enumerate().map(|(number, line)| {
        if number == 0 || done {
            return line.to_owned();
        }
        let mut cells: Vec<String> = line.split(';').map(str::to_owned).collect();
        let place = cells.len() - 2;
        if let Ok(value) = cells[place].parse::<f64>() {
            cells[place] = format!(
                "{:.1}",
                if value > 50.0 {
                    value - 1.0
                } else {
                    value + 1.0
                }
            );
            done = true;
        }
        cells.join(";")
    });
    let text = lines.collect::<Vec<_>>().join("\r\n") + "\r\n";
    assert!(done, "no rate to revise");
    text
}

fn copy(from: &Path, to: &Path) {
    let from = format!("{}/.", from.display());
    assert!(
        Command::new("cp")
            .args(["-r", &from])
            .arg(to)
            .status()
            .unwrap()
            .success()
    );
}

/// The release of a pipeline, and its manifest.
fn release(test: &PipelineTest) -> (PathBuf, Value) {
    let mut versions: Vec<PathBuf> = std::fs::read_dir(test.path("state/package/tested"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    versions.sort();
    let folder = versions.pop().unwrap();
    let manifest =
        serde_json::from_slice(&std::fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    (folder, manifest)
}

/// What is on the portal is the release, once, wholly: bytes, order, titles, descriptions, texts, version.
pub(crate) fn expect_published(portal: &Reached, test: &PipelineTest, context: &str) -> String {
    let (folder, manifest) = release(test);
    let notice = &manifest["release"];
    let found = portal.marked("tested");
    assert_eq!(found.len(), 1, "{context}: datasets with our mark");
    let id = found[0]["id"].as_str().unwrap().to_owned();
    let dataset = portal.get(&format!("/api/1/datasets/{id}/"));
    for (field, wanted) in [
        ("title", "title"),
        ("description", "description"),
        ("license", "licence"),
        ("frequency", "frequency"),
    ] {
        let text = |value: &Value| {
            value
                .as_str()
                .unwrap_or_default()
                .trim()
                .replace("\r\n", "\n")
        };
        assert_eq!(
            text(&dataset[field]),
            text(&notice[wanted]),
            "{context}: {field}"
        );
    }
    assert_eq!(dataset["private"], false, "{context}: still hidden");
    assert!(
        !dataset["tags"].as_array().unwrap().is_empty(),
        "{context}: tags were wiped"
    );
    assert_eq!(
        dataset["temporal_coverage"]["start"], notice["coverage"]["start"],
        "{context}: coverage"
    );
    assert_eq!(
        dataset["extras"]["debouches:version"], notice["version"],
        "{context}: version"
    );
    let shown = dataset["resources"].as_array().unwrap();
    let wanted = notice["resources"].as_array().unwrap();
    let titles = |list: &[Value]| {
        list.iter()
            .map(|item| item["title"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(titles(shown), titles(wanted), "{context}: files");
    for (shown, wanted) in shown.iter().zip(wanted) {
        let path = wanted["path"].as_str().unwrap();
        assert_eq!(
            shown["description"], wanted["description"],
            "{context}: description of {path}"
        );
        assert_eq!(
            shown["extras"]["debouches:version"], notice["version"],
            "{context}: version of {path}"
        );
        let bytes = portal.bytes(shown["url"].as_str().unwrap());
        assert!(
            bytes == std::fs::read(folder.join(path)).unwrap(),
            "{context}: bytes of {path}"
        );
    }
    id
}

/// The runs of the matrix on one portal.
fn matrix(portal: &Reached) {
    let runs: usize = std::env::var("DEBOUCHES_FAULT_RUNS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(6);
    let releases = Releases::make();
    portal.clear("tested");
    let road = Proxy::to(&portal.url);
    let by_road = portal.by(&road.url);
    // How many writes each scenario takes when nothing fails: the moments are spread over them.
    let creation = releases.pipeline(0, &by_road);
    creation.run(&["publish", "--yes", "-q"]).expect_exit(0);
    let created = road.writes();
    road.strike(None);
    let revision = releases.pipeline(1, &by_road);
    revision.run(&["publish", "--yes", "-q"]).expect_exit(0);
    let revised = road.writes();
    eprintln!("{created} writes for a creation, {revised} for a revision");
    let mut live = Some(expect_published(portal, &revision, "without fault"));
    let mut exits: BTreeMap<i32, usize> = BTreeMap::new();
    let (mut struck, mut by_fault) = (0, BTreeMap::<String, BTreeMap<i32, usize>>::new());
    // Runs after which every file was there once, with its bytes and texts.
    let mut whole: BTreeMap<String, usize> = BTreeMap::new();
    // Of the whole matrix, a sample spread evenly: each fault, moments and scenarios in turn.
    let (part, parts) = part();
    for run in (0..runs).filter(|run| run / 2 % parts == part) {
        let number = run * 320 / runs.max(1);
        let (fault, may_exit) = FAULTS[(run + number / FAULTS.len()) % FAULTS.len()];
        let is_creation = run.is_multiple_of(2);
        let writes = if is_creation { created } else { revised };
        let at = (number * 7 + run) % writes;
        let times = if number % 3 == 2 { usize::MAX } else { 1 };
        // A revision publishes the other release than the creation before it.
        let which = (run / 2 + run) % 2;
        let kind = if is_creation { "creation" } else { "revision" };
        let context = format!(
            "run {run}, {fault:?} at write {at} of a {kind} × {}",
            if times == 1 { "1" } else { "∞" }
        );
        if is_creation && let Some(id) = live.take() {
            let (status, _) = portal.ask("DELETE", &format!("/api/1/datasets/{id}/"), None);
            assert_eq!(status, 204, "{context}: clearing the portal");
        }
        let test = releases.pipeline(which, &by_road);
        road.strike(Some(Trouble { fault, at, times }));
        let first = publish(&test);
        let code = first.output.status.code().unwrap();
        *exits.entry(code).or_default() += 1;
        *by_fault
            .entry(format!("{fault:?}"))
            .or_default()
            .entry(code)
            .or_default() += 1;
        struck += usize::from(road.struck() > 0);
        assert!(
            [0, 6].contains(&code) || may_exit.contains(&code),
            "{context}: exit {code}\n{}",
            first.told()
        );
        road.settle();
        road.strike(None);
        // The next run completes, or finds nothing to do.
        let second = publish(&test);
        assert_eq!(
            second.output.status.code(),
            Some(0),
            "{context}: after exit {code}\n{}\nthen\n{}",
            first.told(),
            second.told()
        );
        live = Some(expect_published(portal, &test, &context));
        road.strike(None);
        publish(&test).expect_exit(0);
        assert_eq!(road.writes(), 0, "{context}: a third run wrote again");
        *whole.entry(format!("{fault:?}")).or_default() += 1;
    }
    eprintln!(
        "{:<34} {:>4}  {:<26} {:>5}",
        "fault", "runs", "first exits", "whole"
    );
    for (fault, exits) in &by_fault {
        let runs: usize = exits.values().sum();
        let exits: Vec<String> = exits
            .iter()
            .map(|(code, count)| format!("{code} × {count}"))
            .collect();
        eprintln!(
            "{:<34} {runs:>4}  {:<26} {:>5}",
            short(fault),
            exits.join(", "),
            whole[fault]
        );
    }
    let ran: usize = exits.values().sum();
    eprintln!(
        "{ran} runs on {}, {struck} struck; first exits {exits:?}; whole after the next run, nothing to write after that: {}",
        portal.url,
        whole.values().sum::<usize>()
    );
}

/// The part of the matrix to run, from 0, and how many parts there are.
fn part() -> (usize, usize) {
    let text = std::env::var("DEBOUCHES_FAULT_PART").unwrap_or_else(|_| "1/1".to_owned());
    let (part, parts) = text.split_once('/').unwrap();
    (part.parse::<usize>().unwrap() - 1, parts.parse().unwrap())
}

/// A fault in few words.
fn short(fault: &str) -> String {
    fault
        .chars()
        .filter(|letter| !"\"\\".contains(*letter))
        .take(34)
        .collect()
}

/// Going back to the other release is meant here.
fn publish(test: &PipelineTest) -> Ran {
    test.run(&["publish", "--yes", "--force"])
}

#[test]
fn faults_at_every_moment_leave_the_practice_portal_right() {
    with_practice(false, matrix);
}

#[test]
#[ignore = "needs a real udata: DEBOUCHES_UDATA_CREDENTIALS names its credentials (tests/udata/start.sh)"]
fn faults_at_every_moment_leave_a_real_udata_right_with_real_udata() {
    matrix(&Reached::real());
}
