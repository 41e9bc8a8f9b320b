//! The table that ends a run.

use std::collections::BTreeSet;

use debouches_model::{Report, Severity, Stage, counted_en, escape};
use serde_json::json;

use super::{Loudness, report_line};
use crate::args::Global;
use debouches_engine::Context;
use debouches_engine::summary::{Outcome, Step, Summary};

/// Tables that wait and are named, before the others are counted.
const NAMED: usize = 6;

/// Characters of a cell at most.
const CELL: usize = 2_000;

/// Prints what happened: JSON, or tables; nothing when quiet and all is well.
pub(crate) fn print_summary(global: &Global, context: &Context, summary: &Summary, exit: u8) {
    if global.json {
        super::print(&(document(context, summary, exit).to_string() + "\n"));
        return;
    }
    report_troubles(summary, global);
    if global.quiet {
        return;
    }
    super::print(&text(summary, global.verbose > 0));
}

fn document(context: &Context, summary: &Summary, exit: u8) -> serde_json::Value {
    json!({
        "schema_version": 1,
        "tool": context.tool,
        "run": context.run,
        "profile": context.pipeline.profile,
        "exit_code": exit,
        "nothing_to_do": summary.nothing_new(),
        "steps": summary.steps,
        "datasets": summary.datasets,
        "catalogues": summary.catalogues,
        "left_out": context.pipeline.left_out,
        "attention": summary.attention,
    })
}

/// Refusals and failures, once each, on standard error; then what waits for them, then what is worth a look.
fn report_troubles(summary: &Summary, global: &Global) {
    for step in &summary.steps {
        let word = match step.outcome {
            Outcome::Refused => "refused",
            Outcome::Failed => "error",
            Outcome::Made | Outcome::Kept | Outcome::Skipped => continue,
        };
        let line = format!("{word}: {} {}: {}", step.stage, step.subject, step.detail);
        report_line(global, Loudness::Error, &line);
        if let Some(hint) = &step.hint {
            report_line(global, Loudness::Error, &format!("hint: {hint}"));
        }
    }
    waiting(summary, global);
    if global.quiet {
        return;
    }
    if let Some(line) = warned(summary) {
        report_line(global, Loudness::Warn, &line);
    }
    for line in &summary.attention {
        report_line(global, Loudness::Warn, &format!("to look at: {line}"));
    }
}

/// What waits for something else: each dataset with its reason, tables by their names.
fn waiting(summary: &Summary, global: &Global) {
    for stage in [Stage::Validate, Stage::Enrich] {
        let names: Vec<&str> = summary
            .steps
            .iter()
            .filter(|step| step.outcome == Outcome::Skipped && step.stage == stage)
            .map(|step| step.subject.as_str())
            .collect();
        let more = names.len().saturating_sub(NAMED);
        if !names.is_empty() {
            let named = names[..names.len() - more].join(", ");
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            let line = format!("waits: {stage} {named}{more}");
            report_line(global, Loudness::Error, &line);
        }
    }
    let datasets = summary
        .steps
        .iter()
        .filter(|step| step.outcome == Outcome::Skipped && step.stage == Stage::Package);
    for step in datasets {
        let line = format!("waits: {} {}: {}", step.stage, step.subject, step.detail);
        report_line(global, Loudness::Error, &line);
    }
}

/// What is worth a look in what was made and accepted, in one line: tables with rows set aside or warnings.
fn warned(summary: &Summary) -> Option<String> {
    // What was kept was told by the run that made it; `status` tells it again.
    let made = summary
        .steps
        .iter()
        .filter(|step| step.outcome == Outcome::Made);
    let reports: Vec<&Report> = made.filter_map(|step| step.report.as_ref()).collect();
    let set_aside: u64 = reports.iter().map(|report| report.rows.refused).sum();
    let warnings: u64 = reports.iter().map(|report| warnings_of(report)).sum();
    let tables: BTreeSet<&str> = reports
        .iter()
        .filter(|report| report.rows.refused + warnings_of(report) > 0)
        .map(|report| report.subject.as_str())
        .collect();
    let tables: Vec<&str> = tables.into_iter().collect();
    if tables.is_empty() {
        return None;
    }
    let named = tables[..tables.len().min(NAMED)].join(", ");
    let more = match tables.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!(
        "to look at: {}, {}: {named}{more} (`debouches findings TABLE`)",
        counted_en(set_aside, "row set aside", "rows set aside"),
        counted_en(warnings, "warning", "warnings"),
    ))
}

/// Findings that do not refuse.
fn warnings_of(report: &Report) -> u64 {
    let tallies = report.rules.iter();
    tallies
        .filter(|tally| tally.severity == Severity::Warning)
        .map(|tally| tally.findings)
        .sum()
}

/// The tables of what was made; with `everything`, of all subjects.
fn text(summary: &Summary, everything: bool) -> String {
    let mut out = String::new();
    if summary.nothing_new() && !everything {
        return "nothing to do: everything is up to date\n".to_owned();
    }
    let tables = tables(summary, everything);
    if !tables.is_empty() {
        out += &table(
            &[
                "table",
                "received",
                "refused",
                "suppressed cells",
                "published",
            ],
            &tables,
        );
        out.push('\n');
    }
    if !summary.datasets.is_empty() {
        let rows: Vec<Vec<String>> = summary
            .datasets
            .iter()
            .map(|line| {
                vec![
                    line.dataset.clone(),
                    line.version.to_string(),
                    line.address.clone().unwrap_or_else(|| line.folder.clone()),
                ]
            })
            .collect();
        out += &table(&["dataset", "version", "address"], &rows);
        out.push('\n');
    }
    for address in &summary.catalogues {
        out += &format!("catalogue: {address}\n");
    }
    if summary.nothing_new() {
        out += "nothing to do: everything is up to date\n";
    }
    out
}

fn tables(summary: &Summary, everything: bool) -> Vec<Vec<String>> {
    let published = |table: &str| {
        summary
            .datasets
            .iter()
            .find_map(|line| line.rows.get(table))
    };
    let enriched = |table: &str| {
        summary
            .steps
            .iter()
            .find(|step| step.stage == Stage::Enrich && step.subject == table)
    };
    let validated: Vec<&Step> = summary
        .steps
        .iter()
        .filter(|step| step.stage == Stage::Validate)
        .collect();
    let subjects: Vec<&Step> = if validated.is_empty() {
        summary
            .steps
            .iter()
            .filter(|step| step.stage == Stage::Enrich)
            .collect()
    } else {
        validated
    };
    subjects
        .into_iter()
        .filter_map(|step| {
            let rows = step.report.as_ref()?.rows;
            if !everything && step.outcome == Outcome::Kept {
                return None;
            }
            let hidden = enriched(&step.subject)
                .and_then(|step| step.report.as_ref())
                .map(|report| report.rows.suppressed_cells);
            let or_dash = |number: Option<u64>| {
                number.map_or_else(|| "–".to_owned(), |number| number.to_string())
            };
            Some(vec![
                step.subject.clone(),
                rows.received.to_string(),
                rows.refused.to_string(),
                or_dash(hidden),
                or_dash(published(&step.subject).copied()),
            ])
        })
        .collect()
}

/// Columns aligned with spaces; numbers to the right.
pub(crate) fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let header: Vec<String> = header.iter().map(|cell| (*cell).to_owned()).collect();
    // Reasons and names are texts of others: none of them drives the terminal.
    let plain = |row: &Vec<String>| row.iter().map(|cell| escape::line(cell, CELL)).collect();
    let rows: Vec<Vec<String>> = rows.iter().map(plain).collect();
    let rows = rows.as_slice();
    let all = || std::iter::once(&header).chain(rows);
    let widths: Vec<usize> = (0..header.len())
        .map(|column| {
            all()
                .map(|row| row[column].chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    let is_number = |text: &str| text == "–" || text.bytes().all(|b| b.is_ascii_digit());
    let numeric: Vec<bool> = (0..header.len())
        .map(|column| !rows.is_empty() && rows.iter().all(|row| is_number(&row[column])))
        .collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().enumerate().map(|(column, cell)| {
            let padding = " ".repeat(widths[column] - cell.chars().count());
            if numeric[column] {
                format!("{padding}{cell}")
            } else {
                format!("{cell}{padding}")
            }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    all().map(line).collect()
}
