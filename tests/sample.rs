//! The sample, from files to the practice portal.

use crate::harness::{PipelineTest, project};

#[test]
fn the_sample_runs_to_a_published_release() {
    let test = PipelineTest::sample();
    let ran = test.run(&["run", "--json"]).expect_exit(0).json();
    let datasets = ran["datasets"].as_array().unwrap();
    let config: toml::Table =
        toml::from_str(&std::fs::read_to_string(test.path("pipeline.toml")).unwrap()).unwrap();
    let declared: Vec<_> = config["dataset"]
        .as_array()
        .unwrap()
        .iter()
        .map(|dataset| dataset["id"].as_str())
        // No source of the sample fills the register.
        .filter(|id| *id != Some("signalements"))
        .collect();
    assert_eq!(
        datasets
            .iter()
            .map(|dataset| dataset["dataset"].as_str())
            .collect::<Vec<_>>(),
        declared
    );
    for dataset in datasets {
        assert_eq!(dataset["version"], "1.0.0");
        assert!(
            dataset["address"].as_str().unwrap().contains("/datasets/"),
            "{dataset}"
        );
    }
    let portal = test.practice_portal().to_string();
    for name in [
        "ij-cfa-etablissement.csv",
        "ij-regional.parquet",
        "insersup.csv",
        "datapackage.json",
        "sha256sums.txt",
    ] {
        assert!(portal.contains(name), "{name} is not on the portal");
    }
}

#[test]
fn a_second_run_changes_nothing_and_says_so() {
    let test = PipelineTest::sample();
    test.run(&["run"]).expect_exit(0);
    let (releases, portal) = (test.releases(), test.practice_portal());
    let again = test
        .run(&["run"])
        .expect_exit(0)
        .expect_told("nothing to do");
    assert!(!again.stdout().contains("writes"), "{}", again.told());
    assert_eq!(test.releases(), releases);
    assert_eq!(test.practice_portal(), portal);
    test.run(&["plan", "--exit-code"])
        .expect_exit(0)
        .expect_told("nothing to publish");
}

#[test]
fn a_quiet_run_is_silent_when_all_is_well() {
    let test = PipelineTest::sample();
    let ran = test.run(&["run", "-q"]).expect_exit(0);
    assert_eq!((ran.stdout(), ran.stderr()), (String::new(), String::new()));
}

#[test]
fn two_runs_in_two_folders_give_the_same_bytes() {
    let (first, second) = (PipelineTest::sample(), PipelineTest::sample());
    first
        .run(&["run", "--to", "package", "--jobs", "1"])
        .expect_exit(0);
    second
        .run(&["run", "--to", "package", "--jobs", "3"])
        .expect_exit(0);
    let (first, second) = (first.releases(), second.releases());
    assert_eq!(
        first.keys().collect::<Vec<_>>(),
        second.keys().collect::<Vec<_>>()
    );
    for (path, bytes) in &first {
        assert!(bytes == &second[path], "{path} differs");
    }
}

#[test]
fn a_fixed_clock_makes_the_manifests_equal_too() {
    let run = || {
        let test = PipelineTest::sample().env("SOURCE_DATE_EPOCH", "1800000000");
        test.run(&["run", "--to", "package"]).expect_exit(0);
        std::fs::read(test.path("state/package/insertion-etablissements/1.0.0/manifest.json"))
            .unwrap()
    };
    assert_eq!(run(), run());
}

#[test]
fn each_stage_runs_alone_from_what_the_stage_before_left() {
    let test = PipelineTest::sample();
    for stage in ["fetch", "validate", "enrich", "package", "publish"] {
        test.run(&[stage]).expect_exit(0);
    }
    test.run(&["run"])
        .expect_exit(0)
        .expect_told("nothing to do");
}

#[test]
fn a_stage_without_its_input_says_what_to_run() {
    let test = PipelineTest::sample();
    test.run(&["validate", "insersup"])
        .expect_exit(2)
        .expect_told("run `debouches fetch insersup`");
    test.run(&["fetch"]).expect_exit(0);
    test.run(&["enrich", "insersup"])
        .expect_exit(2)
        .expect_told("run `debouches validate insersup`");
    test.run(&["publish", "insertion-etablissements"])
        .expect_exit(2)
        .expect_told("run `debouches package insertion-etablissements`");
}

#[test]
fn forcing_a_stage_gives_the_same_bytes() {
    let test = PipelineTest::sample();
    test.run(&["run"]).expect_exit(0);
    let releases = test.releases();
    test.run(&["run", "--force"]).expect_exit(0);
    assert_eq!(test.releases(), releases);
}

/// A fresh clone runs with the lock file that it holds, and leaves it as it was.
#[test]
fn the_lock_file_of_the_project_is_that_of_its_sample() {
    let config = std::fs::read_to_string(project().join("pipeline.toml")).unwrap();
    let test = PipelineTest::with_config(&config);
    std::os::unix::fs::symlink(project().join("fixtures"), test.path("fixtures")).unwrap();
    let lock_file = std::fs::read(project().join("pipeline.lock")).unwrap();
    std::fs::write(test.path("pipeline.lock"), &lock_file).unwrap();
    test.run(&["fetch", "--locked"]).expect_exit(0);
    assert!(std::fs::read(test.path("pipeline.lock")).unwrap() == lock_file);
}
