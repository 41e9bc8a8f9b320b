//! `debouches yank`, `purge` and `retract --lift`: releases that readers should no longer use, and what is allowed again.

use std::time::Instant;

use debouches_engine::Context;
use debouches_engine::failure::{self, Usage};
use debouches_engine::operations::{self, Ending};
use debouches_engine::retraction::{Grounds, Retraction};
use debouches_engine::summary::Summary;

use crate::args::{Global, PurgeArgs, RetractArgs, YankArgs};
use crate::session;
use crate::{consent, output};

pub(crate) async fn yank(global: &Global, args: &YankArgs) -> anyhow::Result<u8> {
    let context = session::open(global).await?;
    let (name, dataset) = (&args.name.release, args.name.dataset.as_deref());
    let retraction = Retraction::yank(&context, name, dataset, args.undo).await?;
    if global.dry_run {
        return Ok(foretold(&retraction));
    }
    let reason = given(
        args.reason.as_deref(),
        "--reason",
        "why, in French: it is published",
    )?;
    ask(global, &retraction, "yank")?;
    let by = given(Some(args.by.as_str()), "--by", "who decides")?;
    decide(global, &context, &retraction, Grounds { by, reason }).await
}

pub(crate) async fn purge(global: &Global, args: &PurgeArgs) -> anyhow::Result<u8> {
    let context = session::open(global).await?;
    let (name, dataset) = (&args.name.release, args.name.dataset.as_deref());
    let retraction = Retraction::purge(&context, name, dataset).await?;
    if global.dry_run {
        return Ok(foretold(&retraction));
    }
    let reason = given(
        args.legal_basis.as_deref(),
        "--legal-basis",
        "on what ground, in French: it is published",
    )?;
    let by = given(Some(args.by.as_str()), "--by", "who decides")?;
    ask(global, &retraction, "purge")?;
    decide(global, &context, &retraction, Grounds { by, reason }).await
}

pub(crate) async fn retract(global: &Global, args: &RetractArgs) -> anyhow::Result<u8> {
    let context = session::open(global).await?;
    let retraction = Retraction::lift(&context, &args.lift).await?;
    if global.dry_run {
        return Ok(foretold(&retraction));
    }
    let reason = given(
        args.reason.as_deref(),
        "--reason",
        "why, in French: it is published",
    )?;
    let by = given(Some(args.by.as_str()), "--by", "who decides")?;
    ask(global, &retraction, "retract --lift")?;
    decide(global, &context, &retraction, Grounds { by, reason }).await
}

/// Prints what would be done.
fn foretold(retraction: &Retraction) -> u8 {
    output::print(&format!("would be done: {}\n", retraction.proposal()));
    for file in retraction.removed_files() {
        output::print(&format!("  {} {}\n", file.sha256, file.path));
    }
    0
}

/// A text that the register needs.
fn given(text: Option<&str>, flag: &str, what: &str) -> anyhow::Result<String> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    text.map(str::to_owned)
        .ok_or_else(|| Usage(format!("`{flag}` is needed: {what}")).into())
}

/// Asks before a retraction; refuses without `--yes` where nobody can answer.
fn ask(global: &Global, retraction: &Retraction, command: &str) -> anyhow::Result<()> {
    let story = retraction.proposal();
    let refusal = format!(
        "nothing was done. {story}. Say `debouches {command} … --yes` to do it, `-n` to see what would be done"
    );
    consent::ask(global, &format!("{story}. Do it?"), &refusal)
}

/// Notes the decision, applies it, records the run.
async fn decide(
    global: &Global,
    context: &Context,
    retraction: &Retraction,
    grounds: Grounds,
) -> anyhow::Result<u8> {
    let command = retraction.command();
    let lock = operations::begin(context, &command).await?;
    retraction.note(context, grounds, &lock).await?;
    // The register moved: read it again.
    let context = session::open(global).await?;
    let (started, mut summary) = (Instant::now(), Summary::default());
    let result = retraction.apply(&context, &lock, &mut summary).await;
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
    if exit == 0 && !global.json && !global.quiet {
        output::print(&format!("{}\n", retraction.story()));
    }
    output::print_summary(global, &context, &summary, exit);
    Ok(exit)
}
