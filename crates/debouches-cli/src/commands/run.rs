//! `debouches run`, and each stage alone.

use std::time::Instant;

use debouches_model::Stage;
use debouches_store::Lock;

use crate::args::{Global, RunArgs, Subjects};
use crate::session;
use crate::{consent, output};
use debouches_engine::Context;
use debouches_engine::config::PortalKind;
use debouches_engine::failure::{self, Usage};
use debouches_engine::operations::{self, Ending};
use debouches_engine::selection::Selection;
use debouches_engine::stages;
use debouches_engine::summary::Summary;

/// The stages that the flags ask for.
pub(crate) fn range(args: &RunArgs) -> anyhow::Result<Vec<Stage>> {
    let from = args.only.or(args.from).unwrap_or(Stage::Fetch);
    let to = args.only.or(args.to).unwrap_or(Stage::Publish);
    if from > to {
        return Err(Usage(format!("--from {from} comes after --to {to}")).into());
    }
    Ok(Stage::ALL
        .into_iter()
        .filter(|stage| (from..=to).contains(stage))
        .collect())
}

/// Runs these stages on the subjects.
pub(crate) async fn stages(
    global: &Global,
    wanted: &[Stage],
    subjects: &Subjects,
) -> anyhow::Result<u8> {
    if global.dry_run {
        return super::why::would(global, wanted, subjects).await;
    }
    let context = session::open(global).await?;
    let selection = Selection::of(&context.pipeline, &subjects.subjects)?;
    if wanted.contains(&Stage::Publish) {
        ask_for_consent(global, &context)?;
    }
    for reason in &context.pipeline.left_out {
        tracing::info!("left out of profile {}: {reason}", context.pipeline.profile);
    }
    let command = command_of(wanted);
    let lock = operations::begin(&context, &command).await?;
    let started = Instant::now();
    let mut summary = Summary::default();
    let result = in_order(&context, &selection, wanted, &lock, &mut summary).await;
    let exit = result.as_ref().map_or_else(
        |error| failure::fault_of(error).exit_code(),
        |()| summary.exit_code(),
    );
    let ending = Ending {
        command: &command,
        started,
        summary: &summary,
        error: result.as_ref().err(),
        exit,
    };
    let attention = operations::close(&context, lock, &ending).await;
    summary.attention = attention;
    result?;
    output::print_summary(global, &context, &summary, exit);
    Ok(exit)
}

/// The command that runs these stages.
fn command_of(wanted: &[Stage]) -> String {
    match wanted {
        [only] => format!("debouches {only}"),
        _ if wanted == Stage::ALL => "debouches run".to_owned(),
        [first, .., last] => format!("debouches run --from {first} --to {last}"),
        [] => "debouches run".to_owned(),
    }
}

async fn in_order(
    context: &Context,
    selection: &Selection<'_>,
    wanted: &[Stage],
    lock: &Lock,
    summary: &mut Summary,
) -> anyhow::Result<()> {
    for stage in wanted {
        stages::run(*stage, context, selection, lock, summary).await?;
    }
    Ok(())
}

/// A real portal is written to only with `--yes`, under cron as on a terminal, where one may also answer.
fn ask_for_consent(global: &Global, context: &Context) -> anyhow::Result<()> {
    let real = context
        .pipeline
        .portals
        .iter()
        .filter_map(|portal| match &portal.kind {
            PortalKind::Udata { url, .. } => Some(url.as_str()),
            PortalKind::Static(site) => site.is_remote().then_some(site.location.as_str()),
            PortalKind::Practice { .. } => None,
        });
    let url = real.collect::<Vec<_>>().join(" and ");
    if url.is_empty() {
        return Ok(());
    }
    let refusal = format!(
        "publishing to {url} needs `--yes`, or a plan: `debouches plan -o plan.json`, then `debouches publish plan.json`"
    );
    consent::ask(global, &format!("Publish to {url}?"), &refusal)
}
