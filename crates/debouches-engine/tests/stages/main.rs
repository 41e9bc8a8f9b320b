//! The stages without a process: the engine is called as a program would call it.

#![expect(clippy::unwrap_used, reason = "a failure in a test is the message")]

mod bench;

use bench::Bench;
use debouches_engine::stages::runner;
use debouches_engine::stages::validate::Validate;
use debouches_engine::summary::Outcome;
use debouches_engine::{ReleaseOptions, rebuild};
use debouches_model::{Fault, Stage};
use debouches_release::{Broken, ReleaseChange, ReleaseDecision};

/// The stages that need no portal.
const INNER: [Stage; 4] = [Stage::Fetch, Stage::Validate, Stage::Enrich, Stage::Package];

#[tokio::test]
async fn stages_run_on_a_state_in_memory_and_a_second_time_do_nothing() {
    let bench = Bench::new("memory://");
    let context = bench.open().await;
    let first = bench::run(&context, &INNER).await;
    let built: Vec<&str> = first
        .steps
        .iter()
        .filter(|step| step.outcome == Outcome::Made && step.stage == Stage::Package)
        .map(|step| step.subject.as_str())
        .collect();
    assert_eq!(built, ["tested"]);
    let second = bench::run(&context, &INNER).await;
    assert_eq!(first.steps.len(), second.steps.len());
    assert!(second.nothing_new(), "{:#?}", second.steps);
    assert_eq!(second.datasets[0].version.to_string(), "1.0.0");
}

#[tokio::test]
async fn a_refused_table_goes_no_further_and_its_release_stays() {
    let bench = Bench::new("state");
    let context = bench.open().await;
    assert_eq!(bench::run(&context, &INNER).await.exit_code(), 0);
    // A page of an error, under the name of the file.
    bench.write(
        "source.csv",
        "<html><body>504 Gateway Time-out</body></html>",
    );
    let context = bench.open().await;
    let summary = bench::run(&context, &INNER).await;
    let outcome = |stage, subject: &str| {
        let mut steps = summary.steps.iter();
        let step = steps.find(|step| step.stage == stage && step.subject == subject);
        step.map(|step| (step.outcome, step.fault))
    };
    let stopped = [
        outcome(Stage::Fetch, "tested"),
        outcome(Stage::Validate, bench::TABLE),
    ];
    let refused = |step: &Option<(Outcome, Option<Fault>)>| {
        step.is_some_and(|(outcome, fault)| {
            matches!(outcome, Outcome::Refused | Outcome::Failed) && fault == Some(Fault::Data)
        })
    };
    assert!(stopped.iter().any(refused), "{:#?}", summary.steps);
    assert_eq!(
        outcome(Stage::Enrich, bench::TABLE),
        Some((Outcome::Skipped, None))
    );
    assert_eq!(
        outcome(Stage::Package, "tested"),
        Some((Outcome::Skipped, None))
    );
    assert_eq!(summary.exit_code(), Fault::Data.exit_code());
    assert!(
        bench
            .path("state/package/tested/1.0.0/manifest.json")
            .is_file()
    );
}

#[tokio::test]
async fn one_stage_is_called_alone_with_what_it_needs() {
    let bench = Bench::new("memory://");
    let context = bench.open().await;
    bench::run(&context, &[Stage::Fetch]).await;
    let stage = Validate {
        bench: context.bench(),
        shapes: &context.pipeline.domain.shapes,
        sources: &context.pipeline.sources,
        lock_file: context.sources().clone(),
    };
    let source = context
        .pipeline
        .sources
        .iter()
        .find(|source| source.id().as_str() == "tested")
        .unwrap();
    let lock = context.lock("test").await.unwrap();
    let outcomes = [
        runner::one(&stage, source, &lock).await.unwrap(),
        runner::one(&stage, source, &lock).await.unwrap(),
    ];
    let outcomes = outcomes.map(|done| done.step.outcome);
    assert_eq!(outcomes, [Outcome::Made, Outcome::Kept]);
}

#[tokio::test]
async fn decisions_are_values_of_the_record_and_a_rebuild_takes_them_from_it() {
    let bench = Bench::new("state");
    let context = bench.open().await;
    bench::run(&context, &INNER).await;
    bench.omit("taux_emploi_24_mois");
    let summary = bench::run(&bench.open().await, &[Stage::Package]).await;
    assert_eq!(
        summary.exit_code(),
        Fault::Data.exit_code(),
        "a break asks for a reason"
    );
    let context = bench
        .open_with(|options| {
            options.release = ReleaseOptions {
                breaking: Some("colonne fausse".to_owned()),
                as_version: None,
            };
        })
        .await;
    assert_eq!(bench::run(&context, &[Stage::Package]).await.exit_code(), 0);
    let facts = bench.record("2.0.0").facts;
    assert_eq!(
        facts.previous.map(|version| version.to_string()).as_deref(),
        Some("1.0.0")
    );
    let [ReleaseDecision::Break { broken, reason }] = facts.decisions.as_slice() else {
        panic!("{:#?}", facts.decisions);
    };
    assert_eq!(reason, "colonne fausse");
    let column = format!("{}.taux_emploi_24_mois", bench::TABLE);
    assert_eq!(broken, &[Broken::Column { column }]);
    let compared = |change: &ReleaseChange| matches!(change, ReleaseChange::Compared { .. });
    assert!(facts.changes.iter().any(compared), "{:#?}", facts.changes);
    let dataset = "tested".parse().unwrap();
    let version = "2.0.0".parse().unwrap();
    let folder = bench.path("state/package/tested/2.0.0");
    let context = bench.open().await;
    let rebuilt = rebuild::rebuild(&context, &dataset, version, &folder).await;
    let rebuilt = rebuilt.unwrap();
    assert_eq!(rebuilt.different, Vec::<String>::new());
    assert!(
        rebuilt
            .notes
            .iter()
            .any(|note| note.contains("release.json")),
        "{:#?}",
        rebuilt.notes
    );
}
