//! The figures of the last run, for the textfile collector of Prometheus.

use std::fmt::Write as _;
use std::path::Path;

use debouches_store::replace_file;

use debouches_model::Stage;

use super::RunRecord;
use crate::summary::Outcome;

/// Replaces the file: a reader sees the former figures or these, whole.
pub(crate) fn write(
    path: &Path,
    record: &RunRecord,
    previous: &[&RunRecord],
) -> anyhow::Result<()> {
    Ok(replace_file(path, text(record, previous).as_bytes())?)
}

/// The figures, in the text format of Prometheus.
fn text(record: &RunRecord, previous: &[&RunRecord]) -> String {
    let profile = format!("profile={}", quoted(&record.profile));
    let mut out = String::new();
    let mut gauge = |name: &str, help: &str, samples: &[(String, f64)]| {
        if samples.is_empty() {
            return;
        }
        let _ = write!(out, "# HELP {name} {help}\n# TYPE {name} gauge\n");
        for (labels, value) in samples {
            let _ = writeln!(out, "{name}{{{labels}}} {value}");
        }
    };
    let one = |value: f64| [(profile.clone(), value)];
    gauge(
        "debouches_run_exit_code",
        "Exit code of the last run.",
        &one(f64::from(record.exit_code)),
    );
    gauge(
        "debouches_run_duration_seconds",
        "How long the last run took.",
        &one(record.seconds),
    );
    gauge(
        "debouches_run_end_timestamp_seconds",
        "When the last run ended.",
        &one(seconds(record)),
    );
    let good = std::iter::once(record)
        .chain(previous.iter().rev().copied())
        .find(|run| run.exit_code == 0);
    gauge(
        "debouches_success_timestamp_seconds",
        "When a run last ended well.",
        &good
            .map(|run| (profile.clone(), seconds(run)))
            .into_iter()
            .collect::<Vec<_>>(),
    );
    let rows = |index: usize| -> Vec<(String, f64)> {
        let of = |step: &super::record::StepRecord| {
            let labels = format!(
                "{profile},stage={},table={}",
                quoted(step.stage.as_str()),
                quoted(&step.subject)
            );
            step.rows.map(|rows| (labels, count(rows[index])))
        };
        record.steps.iter().filter_map(of).collect()
    };
    gauge(
        "debouches_table_rows_received",
        "Rows that a stage received.",
        &rows(0),
    );
    gauge(
        "debouches_table_rows_refused",
        "Rows that a stage refused.",
        &rows(1),
    );
    let warned: Vec<(String, f64)> = record
        .steps
        .iter()
        .filter_map(|step| {
            let labels = format!(
                "{profile},stage={},table={}",
                quoted(step.stage.as_str()),
                quoted(&step.subject)
            );
            step.warnings.map(|warnings| (labels, count(warnings)))
        })
        .collect();
    gauge(
        "debouches_table_warnings",
        "Findings of a stage that do not refuse.",
        &warned,
    );
    let ended: Vec<(String, f64)> = Stage::ALL
        .into_iter()
        .flat_map(|stage| {
            [Outcome::Refused, Outcome::Failed, Outcome::Skipped].map(|outcome| (stage, outcome))
        })
        .map(|(stage, outcome)| {
            let subjects = record
                .steps
                .iter()
                .filter(|step| step.stage == stage && step.outcome == outcome);
            let labels = format!(
                "{profile},stage={},outcome={}",
                quoted(stage.as_str()),
                quoted(outcome.as_str())
            );
            (labels, count(subjects.count() as u64))
        })
        .collect();
    gauge(
        "debouches_run_subjects",
        "Sources, tables and datasets that a stage refused, failed on, or left waiting.",
        &ended,
    );
    gauge(
        "debouches_sources_late",
        "Sources that have not published by their day.",
        &one(count(record.late.len() as u64)),
    );
    gauge(
        "debouches_waivers_expired",
        "Waivers whose last day is past.",
        &one(count(record.expired_waivers.len() as u64)),
    );
    let versions: Vec<_> = (record.datasets.iter())
        .map(|line| {
            (
                format!(
                    "{profile},dataset={},version={}",
                    quoted(&line.dataset),
                    quoted(&line.version)
                ),
                1.0,
            )
        })
        .collect();
    gauge(
        "debouches_dataset_version",
        "The version of each dataset, in a label.",
        &versions,
    );
    out
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts and dates are far below 2^52"
)]
fn seconds(record: &RunRecord) -> f64 {
    record.ended_at.timestamp() as f64
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn count(rows: u64) -> f64 {
    rows as f64
}

fn quoted(text: &str) -> String {
    format!(
        "\"{}\"",
        text.replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n")
    )
}
