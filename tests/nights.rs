//! The production profile itself, its hosts rewritten, in front of the producers' twin: the first night, what producers do
//! to it, and the nights after.

use std::collections::BTreeMap;
use std::path::Path;

use crate::harness::{PipelineTest, Ran, project};
use crate::twin::{Accident, Twin};

/// The first night of the calendar, in seconds: 2026-01-20 at 03:00.
const START: u64 = 1_768_878_000;
const DAY: u64 = 86_400;

/// The project's own configuration; only hosts are rewritten, and the portal is the practice one.
struct Night {
    pipeline: PipelineTest,
    twin: Twin,
    day: u64,
}

impl Night {
    fn first() -> Self {
        let twin = Twin::open();
        let config = std::fs::read_to_string(project().join("pipeline.toml")).unwrap();
        let pipeline = PipelineTest::with_config(&config).with(&format!(
            "[profile.twin]\nextends = \"production\"\nportal = \"practice\"\n{}\n",
            twin.rewrite()
        ));
        Self {
            pipeline,
            twin,
            day: 0,
        }
    }

    /// A night's run, and the days that go by before the next one.
    fn run(&mut self, days: u64) -> Ran {
        self.twin.requests();
        let arguments = ["run", "--profile", "twin", "--yes", "--json"];
        let mut command = self.pipeline.command(&arguments);
        command.env("SOURCE_DATE_EPOCH", (START + self.day * DAY).to_string());
        self.day += days;
        self.pipeline.ran(command, "run --profile twin")
    }

    /// The versions of each dataset that were made so far.
    fn versions(&self) -> BTreeMap<String, Vec<String>> {
        let folders = |path: &Path| -> Vec<String> {
            let entries = std::fs::read_dir(path).unwrap();
            let mut names: Vec<String> = entries
                .map(|entry| entry.unwrap())
                .filter(|entry| entry.path().is_dir())
                .map(|entry| entry.file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        };
        let root = self.pipeline.path("state-twin/package");
        folders(&root)
            .into_iter()
            .map(|dataset| (dataset.clone(), folders(&root.join(dataset))))
            .collect()
    }

    /// What was read in full since the last run began.
    fn downloads(&self) -> Vec<String> {
        let mut requests = self.twin.requests();
        requests.retain(|request| request.contains("/exports/"));
        requests
    }
}

#[test]
fn the_production_profile_publishes_on_its_first_night_and_does_nothing_on_the_next() {
    let mut night = Night::first();
    night.run(1).expect_exit(0);
    let versions = night.versions();
    for dataset in [
        "insertion-etablissements",
        "insertion-formations",
        "insertion-superieur",
        "couverture-insertion",
        "referentiels-formations",
        "definitions-indicateurs",
    ] {
        assert_eq!(
            versions.get(dataset).map(Vec::len),
            Some(1),
            "{dataset}: {versions:?}"
        );
    }
    assert_eq!(night.downloads().len(), 8);

    let before = std::fs::read(night.pipeline.path("pipeline.twin.lock")).unwrap();
    night.run(1).expect_exit(0);
    assert_eq!(night.downloads(), [""; 0]);
    assert_eq!(night.versions(), versions);
    let after = std::fs::read(night.pipeline.path("pipeline.twin.lock")).unwrap();
    assert!(before == after, "a night without news moved the lock file");
}

#[test]
fn each_accident_of_a_night_has_its_exit_code_and_leaves_what_is_live() {
    let mut night = Night::first();
    night.run(1).expect_exit(0);
    let versions = night.versions();
    let calendar = [
        ("N_MEF", Accident::BadGateway(3), 0, ""),
        ("fr-esr-insersup", Accident::Preparing, 0, ""),
        (
            "N_GROUPE_SPECIALITE",
            Accident::Maintenance,
            75,
            "maintenance",
        ),
        (
            "fr-en-inserjeunes-cfa",
            Accident::Maintenance,
            75,
            "a web page came",
        ),
        (
            "fr-en-inserjeunes-cfa",
            Accident::Cut,
            75,
            "the catalogue announces",
        ),
        (
            "fr-esr-insersup",
            Accident::Renamed,
            3,
            "before it is downloaded",
        ),
        ("rome", Accident::Gone, 2, "not found"),
    ];
    for (key, accident, exit, told) in calendar {
        // A new edition, so that the export is read.
        night.twin.strike(key, Some(accident));
        if key.starts_with("fr-") {
            night.twin.publish(key, ";", ";");
        }
        let ran = night.run(1).expect_exit(exit).expect_told(told);
        if accident == Accident::Renamed {
            // What the night before lost is asked again; what has another column is not.
            let asked = night.downloads();
            assert!(
                asked.iter().all(|path| !path.contains(key)),
                "{asked:?}\n{}",
                ran.told()
            );
        }
        night.twin.strike(key, None);
        assert_eq!(night.versions(), versions, "{key} {accident:?}");
    }
    night.run(1).expect_exit(0);
    assert_eq!(night.versions(), versions);
}

#[test]
fn every_address_is_probed_and_each_kind_of_breakage_is_told() {
    let night = Night::first();
    let check = || {
        let arguments = ["check", "--profile", "twin", "--online", "--json"];
        let ran = night.pipeline.run(&arguments);
        let document = ran.json();
        let rows: BTreeMap<String, serde_json::Value> = (document["sources"].as_array().unwrap())
            .iter()
            .map(|row| (row["source"].as_str().unwrap().to_owned(), row.clone()))
            .collect();
        (ran, rows)
    };
    let (ran, rows) = check();
    ran.expect_exit(0);
    assert_eq!(rows.len(), 23, "{rows:?}");
    assert_eq!(rows["ij-cfa"]["header"], "known");
    assert!(
        rows["ij-cfa"]["size"]
            .as_str()
            .unwrap()
            .ends_with(" records")
    );
    assert_eq!(rows["bcn-mef"]["header"], "known");
    assert_eq!(rows["rome"]["first_line"], "(packed)");
    // Nothing was read in full, and nothing was kept.
    assert_eq!(night.downloads(), [""; 0]);
    assert!(!night.pipeline.path("pipeline.twin.lock").exists());

    for (key, accident) in [
        ("N_MEF", Accident::Maintenance),
        ("rome", Accident::Gone),
        ("fr-esr-insersup", Accident::Renamed),
        ("fr-en-inserjeunes-cfa", Accident::BadGateway(99)),
    ] {
        night.twin.strike(key, Some(accident));
    }
    let (ran, rows) = check();
    for (source, told) in [
        ("bcn-mef", "a web page, not data"),
        ("rome", "not found (404)"),
        ("insersup", "colonne_nouvelle"),
        ("ij-cfa", "answered 502"),
    ] {
        let status = rows[source]["status"].as_str().unwrap();
        assert!(status.contains(told), "{source}: {status}");
        assert_eq!(rows[source]["ok"], false, "{source}");
    }
    // What a person must correct comes before what passes by itself.
    ran.expect_exit(2);
}
