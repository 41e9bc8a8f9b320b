//! Pull the plug at any instant: the next run heals.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use crate::harness::PipelineTest;

/// Two datasets are enough to be killed between them, and forty runs stay short.
const RUN: [&str; 3] = ["run", "insertion-etablissements", "insertion-regions"];

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

/// The command, telling each event of the run on its own line of standard error.
fn telling(test: &PipelineTest) -> std::process::Command {
    let mut command = test.command(&RUN);
    command
        .env("DEBOUCHES_LOG", "debouches=trace")
        .args(["--log-format", "json"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

/// What the event is, without what differs from one run to the next.
fn event(line: &str) -> String {
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    let message = line["message"].as_str().unwrap();
    message.split("http://").next().unwrap().to_owned()
}

/// The events of a run that nobody kills, in order.
fn events(test: &PipelineTest) -> Vec<String> {
    let output = telling(test).output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stderr).unwrap();
    text.lines().map(event).collect()
}

/// Runs until the event is told, then pulls the plug. True when the run was still there to be killed.
fn killed_at(test: &PipelineTest, wanted: &str) -> bool {
    let mut run = telling(test).spawn().unwrap();
    let lines = BufReader::new(run.stderr.take().unwrap()).lines();
    for line in lines {
        if event(&line.unwrap()) == wanted {
            run.kill().unwrap();
            break;
        }
    }
    !run.wait().unwrap().success()
}

#[test]
fn killed_at_any_event_the_next_run_gives_the_same_release() {
    let unharmed = PipelineTest::sample();
    let events = events(&unharmed);
    let (releases, files) = (unharmed.releases(), resources(&unharmed));
    let distinct: BTreeSet<_> = files.iter().collect();
    assert!(
        files.len() >= 14 && distinct.len() == files.len(),
        "each file of both releases once: {files:#?}"
    );
    assert!(events.len() >= 40, "{events:#?}");
    let chosen = events.iter().step_by(events.len().div_ceil(20));
    let mut killed = 0;
    for wanted in chosen {
        let test = PipelineTest::sample();
        killed += usize::from(killed_at(&test, wanted));
        test.run(&RUN).expect_exit(0);
        assert_eq!(test.releases(), releases, "killed at: {wanted}");
        assert_eq!(resources(&test), files, "killed at: {wanted}");
        test.run(&RUN).expect_exit(0).expect_told("nothing to do");
    }
    assert!(killed >= 12, "only {killed} runs were there to be killed");
}
