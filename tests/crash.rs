//! Pull the plug at any instant: the next run heals.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::harness::PipelineTest;

/// Two datasets are enough to be killed between them, and forty runs stay short.
const RUN: [&str; 4] = ["run", "insertion-cfa", "insertion-regionale", "-q"];

/// Names of the files on the practice portal, sorted.
fn resources(test: &PipelineTest) -> Vec<String> {
    let portal = test.practice_portal();
    let mut names = Vec::new();
    collect(&portal, &mut names);
    names.sort();
    names
}

/// The titles of every resource, wherever the portal keeps them.
fn collect(value: &serde_json::Value, names: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(fields) => {
            if let Some(path) = fields
                .get("debouches:path")
                .and_then(serde_json::Value::as_str)
            {
                names.push(format!("{} {path}", fields["debouches:dataset"]));
            }
            fields.values().for_each(|field| collect(field, names));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
        _ => {}
    }
}

#[test]
fn killed_at_twenty_instants_the_next_run_gives_the_same_release() {
    let whole = PipelineTest::sample();
    let start = Instant::now();
    whole.run(&RUN).expect_exit(0);
    let lasts = start.elapsed();
    let (releases, files) = (whole.releases(), resources(&whole));
    let distinct: std::collections::BTreeSet<_> = files.iter().collect();
    assert!(
        files.len() >= 14 && distinct.len() == files.len(),
        "each file of both releases once: {files:#?}"
    );
    for instant in 1..=20_u32 {
        let test = PipelineTest::sample();
        let mut run = test
            .command(&RUN)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Instants spread over the whole run; a run that ended before is one more check.
        std::thread::sleep(Duration::from_nanos(
            u64::try_from(lasts.as_nanos()).unwrap() * u64::from(instant) / 21,
        ));
        run.kill().unwrap();
        run.wait().unwrap();
        test.run(&RUN).expect_exit(0);
        assert_eq!(
            test.releases(),
            releases,
            "killed at instant {instant} of 20"
        );
        assert_eq!(resources(&test), files, "killed at instant {instant} of 20");
        test.run(&RUN[..3])
            .expect_exit(0)
            .expect_told("nothing to do");
    }
}
