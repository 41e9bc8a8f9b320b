//! `debouches history` and `debouches show RUN`: what former runs did.

use serde_json::json;

use crate::args::{Global, HistoryArgs, ShowArgs};
use crate::output;
use crate::session;
use debouches_engine::failure::Usage;
use debouches_engine::operations::{RunRecord, history as of_context};
use debouches_engine::summary::Outcome;

pub(crate) async fn history(global: &Global, args: &HistoryArgs) -> anyhow::Result<u8> {
    let context = session::open_to_read(global).await?;
    let mut records = of_context(&context).await?;
    if args.troubles {
        records.retain(|run| run.exit_code != 0);
    }
    let records = records.split_off(records.len().saturating_sub(args.last));
    if global.json {
        output::print(&(json!({ "schema_version": 1, "runs": records }).to_string() + "\n"));
        return Ok(0);
    }
    let rows: Vec<Vec<String>> = records.iter().map(row).collect();
    output::print(&output::table(
        &[
            "run",
            "ended (UTC)",
            "seconds",
            "exit",
            "profile",
            "command",
            "what",
        ],
        &rows,
    ));
    Ok(0)
}

fn row(run: &RunRecord) -> Vec<String> {
    vec![
        run.run.clone(),
        run.ended_at.format("%Y-%m-%d %H:%M:%S").to_string(),
        format!("{:.1}", run.seconds),
        if run.interrupted {
            "–".to_owned()
        } else {
            run.exit_code.to_string()
        },
        run.profile.clone(),
        run.command.clone(),
        what(run),
    ]
}

/// The run in a few words.
fn what(run: &RunRecord) -> String {
    if let Some(error) = &run.error {
        return error.clone();
    }
    if run.nothing_to_do {
        return "nothing to do".to_owned();
    }
    let count = |outcome| {
        run.steps
            .iter()
            .filter(|step| step.outcome == outcome)
            .count()
    };
    let parts = [
        (Outcome::Made, "made"),
        (Outcome::Refused, "refused"),
        (Outcome::Failed, "failed"),
        (Outcome::Skipped, "skipped"),
    ];
    let outcomes = parts
        .iter()
        .map(|(outcome, word)| (count(*outcome), word))
        .filter(|(count, _)| *count > 0);
    outcomes
        .map(|(count, word)| format!("{count} {word}"))
        .collect::<Vec<_>>()
        .join(", ")
}

pub(crate) async fn show(global: &Global, args: &ShowArgs) -> anyhow::Result<u8> {
    let context = session::open_to_read(global).await?;
    let records = of_context(&context).await?;
    let matches: Vec<&RunRecord> = match args.run.as_str() {
        "last" => records.last().into_iter().collect(),
        name => records
            .iter()
            .filter(|run| run.run.starts_with(name))
            .collect(),
    };
    let run = match matches.as_slice() {
        [run] => *run,
        [] => {
            return Err(Usage(format!(
                "there is no run `{}` (see `debouches history`)",
                args.run
            ))
            .into());
        }
        several => {
            let names: Vec<&str> = several.iter().map(|run| run.run.as_str()).collect();
            return Err(Usage(format!(
                "`{}` is the beginning of several runs: {}",
                args.run,
                names.join(", ")
            ))
            .into());
        }
    };
    if global.json {
        output::print(&(json!({ "schema_version": 1, "run": run }).to_string() + "\n"));
    } else {
        output::print(&text(run));
    }
    Ok(0)
}

fn text(run: &RunRecord) -> String {
    let RunRecord {
        run: name,
        command,
        profile,
        tool,
        exit_code,
        seconds,
        ..
    } = run;
    let ended = run.ended_at.format("%Y-%m-%d %H:%M:%S UTC");
    let end = if run.interrupted {
        format!("started {ended}, interrupted")
    } else {
        format!("ended {ended} after {seconds:.1} s, exit {exit_code}")
    };
    let mut out = format!(
        "run {name}\n  `{command}`, profile {profile}, debouches {}\n  {end}\n\n",
        tool.version
    );
    if let Some(error) = &run.error {
        out += &format!("error: {error}\n\n");
    }
    let rows: Vec<Vec<String>> = run
        .steps
        .iter()
        .map(|step| {
            let outcome = serde_json::to_value(step.outcome)
                .ok()
                .and_then(|word| word.as_str().map(str::to_owned));
            let detail = step.detail.clone().unwrap_or_default();
            vec![
                step.stage.to_string(),
                step.subject.clone(),
                outcome.unwrap_or_default(),
                detail,
            ]
        })
        .collect();
    out += &output::table(&["stage", "subject", "outcome", "detail"], &rows);
    let attention = attention(run);
    for line in &attention {
        out += &format!("\n{line}");
    }
    if !attention.is_empty() {
        out.push('\n');
    }
    for line in &run.datasets {
        out += &format!("\n{} {}", line.dataset, line.version);
        if let Some(address) = &line.address {
            out += &format!(" {address}");
        }
    }
    if !run.datasets.is_empty() {
        out.push('\n');
    }
    out
}

/// What did not stop the run, and is worth a look.
fn attention(run: &RunRecord) -> Vec<String> {
    let mut attention: Vec<String> = run
        .late
        .iter()
        .map(|late| format!("late: {}: {}", late.source, late.detail))
        .collect();
    attention.extend(
        run.expired_waivers
            .iter()
            .map(|waiver| format!("expired waiver: {waiver}")),
    );
    for step in &run.steps {
        let [_, set_aside] = step.rows.unwrap_or_default();
        let warnings = step.warnings.unwrap_or_default();
        if set_aside + warnings > 0 && step.outcome != Outcome::Refused {
            attention.push(format!(
                "warning: {} {}: {set_aside} rows set aside, {warnings} warnings",
                step.stage, step.subject
            ));
        }
    }
    attention
}
