//! What is refused stays inside, in every form: a dataset that holds the rows of a refused one waits with it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use crate::harness::{PipelineTest, Ran, fixture};

/// The sample, published once, with two deliveries that the test rewrites.
struct Deliveries {
    test: PipelineTest,
    establishments: PathBuf,
    trainings: PathBuf,
}

impl Deliveries {
    fn published() -> Self {
        let test = PipelineTest::sample();
        let config = std::fs::read_to_string(test.path("pipeline.toml")).unwrap();
        let mut rewritten = config;
        let mut take = |path: &str| {
            let source = fixture("sources").join(path);
            let file = test.path(source.file_name().unwrap().to_str().unwrap());
            std::fs::copy(&source, &file).unwrap();
            rewritten =
                rewritten.replace(&source.display().to_string(), &file.display().to_string());
            file
        };
        let establishments = take("ij-cfa/fr-en-inserjeunes-cfa.csv");
        let trainings = take("inserjeunes/cfa-formation-fine.csv");
        std::fs::write(test.path("pipeline.toml"), rewritten).unwrap();
        test.run(&["run"]).expect_exit(0);
        Self {
            test,
            establishments,
            trainings,
        }
    }

    /// The next delivery of establishments has the first half of the rows.
    fn lose_half_of_the_establishments(&self) {
        let text = std::fs::read_to_string(&self.establishments).unwrap();
        let lines = text.lines().count();
        let half: String = text.split_inclusive('\n').take(lines / 2).collect();
        std::fs::write(&self.establishments, half).unwrap();
    }

    /// The next delivery of trainings corrects one rate by a point.
    fn correct_a_training(&self) {
        let text = std::fs::read_to_string(&self.trainings).unwrap();
        let mut corrected = false;
        let correct = |line: &str| {
            let mut cells: Vec<String> = line.split(';').map(str::to_owned).collect();
            // Columns of rates: the first that holds one.
            let rates = cells.iter_mut().skip(13);
            let mut rates = rates.filter_map(|cell| {
                let rate = cell.trim().parse::<f64>().ok()?;
                (20.0..80.0).contains(&rate).then_some((cell, rate))
            });
            if !corrected && let Some((cell, rate)) = rates.next() {
                *cell = format!("{:.1}", rate + 1.0);
                corrected = true;
            }
            cells.join(";")
        };
        let lines: Vec<String> = text.split('\n').map(correct).collect();
        assert!(corrected, "no rate to correct");
        std::fs::write(&self.trainings, lines.join("\n")).unwrap();
    }

    /// Every file that readers are shown: of the practice portal and of the static site, the page of changes aside.
    fn shown(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut waiting = vec![
            self.test.path("state/portal/files"),
            self.test.path("state/catalogue"),
        ];
        while let Some(folder) = waiting.pop() {
            for entry in std::fs::read_dir(&folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    waiting.push(path);
                } else {
                    files.insert(path.display().to_string(), std::fs::read(&path).unwrap());
                }
            }
        }
        assert!(!files.is_empty());
        files
    }

    /// The newest version of each dataset in the state.
    fn versions(&self) -> BTreeMap<String, Vec<String>> {
        let mut versions: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for path in self.test.releases().into_keys() {
            let mut parts = path.split('/');
            let (dataset, version) = (parts.next().unwrap(), parts.next().unwrap());
            let known = versions.entry(dataset.to_owned()).or_default();
            if !known.iter().any(|other| other == version) {
                known.push(version.to_owned());
            }
        }
        versions
    }
}

/// The outcome of each dataset at a stage, as `run --json` prints it.
fn outcomes(ran: &Ran, stage: &str) -> BTreeMap<String, String> {
    let document = ran.json();
    let steps = document["steps"].as_array().unwrap().clone();
    steps
        .iter()
        .filter(|step| step["stage"] == stage)
        .map(|step| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (text(&step["subject"]), text(&step["outcome"]))
        })
        .collect()
}

#[test]
fn half_of_a_source_is_refused_what_holds_its_rows_waits_and_the_rest_goes_out() {
    let deliveries = Deliveries::published();
    let before = deliveries.versions();
    deliveries.lose_half_of_the_establishments();
    deliveries.correct_a_training();
    let ran = deliveries.test.run(&["run", "--json"]).expect_exit(3);
    let packaged = outcomes(&ran, "package");
    let expected = [
        ("couverture-insertion", "skipped"),
        ("definitions-indicateurs", "kept"),
        ("insertion-etablissements", "refused"),
        ("insertion-formations", "made"),
        ("insertion-france", "kept"),
        ("insertion-regions", "kept"),
        ("insertion-superieur", "kept"),
        ("referentiels-formations", "skipped"),
    ];
    let expected: BTreeMap<String, String> = expected
        .map(|(dataset, outcome)| (dataset.to_owned(), outcome.to_owned()))
        .into();
    assert_eq!(packaged, expected, "{}", ran.told());
    // Nothing of the refused rows is in a release, and nothing of a waiting dataset moved.
    let after = deliveries.versions();
    for (dataset, versions) in &after {
        let grew = versions.len() > before[dataset].len();
        assert_eq!(
            grew,
            dataset == "insertion-formations",
            "{dataset}: {versions:?}"
        );
    }
    // Rerun, a stage alone, a dataset alone: the same answer, and not a byte more is shown.
    let shown = deliveries.shown();
    deliveries.test.run(&["run", "-q"]).expect_exit(3);
    deliveries
        .test
        .run(&["package", "couverture-insertion"])
        .expect_exit(3)
        .expect_told("waits for dataset insertion-etablissements");
    deliveries
        .test
        .run(&["run", "referentiels-formations"])
        .expect_exit(3)
        .expect_told("waits for dataset insertion-etablissements");
    deliveries.test.run(&["publish"]).expect_exit(0);
    assert_eq!(deliveries.versions(), after);
    let now = deliveries.shown();
    let moved: Vec<&String> = now
        .iter()
        .filter(|(path, bytes)| shown.get(*path) != Some(bytes))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(moved, Vec::<&String>::new());
}

#[test]
fn status_why_and_graph_name_what_a_waiting_dataset_waits_for() {
    let deliveries = Deliveries::published();
    deliveries.lose_half_of_the_establishments();
    deliveries.test.run(&["run"]).expect_exit(3);
    let lines = deliveries.test.run(&["status", "--json"]).json();
    let state = |dataset: &str| {
        let lines = lines["lines"].as_array().unwrap();
        let line = lines
            .iter()
            .find(|line| line["stage"] == "package" && line["subject"] == dataset);
        line.unwrap()["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(state("insertion-etablissements"), "refused");
    assert_eq!(state("couverture-insertion"), "waiting");
    assert_eq!(state("insertion-superieur"), "current");
    deliveries
        .test
        .run(&["why", "couverture-insertion"])
        .expect_exit(0)
        .expect_told("waits: waits for dataset insertion-etablissements");
    let graph = deliveries.test.run(&["graph"]).expect_exit(0).stdout();
    for line in [
        "  s_ij_cfa --> t_ij_cfa_etablissement\n",
        "  t_ij_cfa_etablissement --> t_tags_regions\n",
        "  t_tags_regions --> d_referentiels_formations\n",
        "  d_referentiels_formations --> p_practice\n",
        "  class d_insertion_etablissements refused\n",
        "  class d_couverture_insertion waiting\n",
    ] {
        assert!(graph.contains(line), "{line} is not in\n{graph}");
    }
    let picture = deliveries
        .test
        .run(&["graph", "insertion-etablissements", "--svg", "--plain"])
        .expect_exit(0)
        .stdout();
    assert!(
        picture.starts_with("<svg ")
            && picture.contains(">ij-cfa<")
            && !picture.contains("tags_regions"),
        "{picture}"
    );
    deliveries
        .test
        .run(&["graph", "nothing-of-that-name"])
        .expect_exit(2);
}

#[test]
fn a_waiver_frees_the_refused_dataset_and_all_that_waits_for_it() {
    let deliveries = Deliveries::published();
    deliveries.lose_half_of_the_establishments();
    deliveries.test.run(&["run"]).expect_exit(3);
    deliveries
        .test
        .run(&[
            "waive",
            "--refusal",
            "insertion-etablissements",
            "--reason",
            "livraison partielle voulue",
            "--by",
            "bureau des études",
            "--until",
            "2099-12-31",
        ])
        .expect_exit(0);
    let ran = deliveries.test.run(&["run", "--json"]).expect_exit(0);
    let packaged = outcomes(&ran, "package");
    for dataset in [
        "insertion-etablissements",
        "couverture-insertion",
        "referentiels-formations",
    ] {
        assert_eq!(packaged[dataset], "made", "{}", ran.told());
    }
}
