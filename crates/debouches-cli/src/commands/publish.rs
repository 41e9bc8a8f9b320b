//! `debouches publish`: releases to the portal, freely or by a plan that somebody read.

use std::time::Instant;

use debouches_model::Stage;
use debouches_publish::PlanFile;

use crate::args::{Global, PlanArgs, PublishArgs, Subjects};
use crate::output;
use crate::session;
use debouches_engine::failure::Usage;
use debouches_engine::operations::{self, Ending};
use debouches_engine::selection::Selection;
use debouches_engine::stages;
use debouches_engine::summary::Summary;

pub(crate) async fn publish(global: &Global, args: &PublishArgs) -> anyhow::Result<u8> {
    let is_plan = |subject: &String| subject.ends_with(".json");
    if let Some(path) = args.subjects.iter().find(|subject| is_plan(subject)) {
        if args.subjects.len() > 1 {
            return Err(
                Usage("a plan file is published alone: it says which datasets".to_owned()).into(),
            );
        }
        return planned(global, path).await;
    }
    let subjects = Subjects {
        subjects: args.subjects.clone(),
    };
    if global.dry_run {
        return super::plan::plan(
            global,
            &PlanArgs {
                subjects,
                output: None,
                exit_code: false,
            },
        )
        .await;
    }
    super::run::stages(global, &[Stage::Publish], &subjects).await
}

/// The plan is the consent: somebody read it.
async fn planned(global: &Global, path: &str) -> anyhow::Result<u8> {
    let file = global.directory.clone().unwrap_or_default().join(path);
    let text = std::fs::read_to_string(&file)
        .map_err(|error| Usage(format!("cannot read {}: {error}", file.display())))?;
    let plan =
        PlanFile::parse(&text).map_err(|error| Usage(format!("{}: {error}", file.display())))?;
    if global.dry_run {
        output::print(&text);
        return Ok(0);
    }
    let context = session::open(global).await?;
    stages::publish::planned_portal(&context.pipeline, &plan)?;
    let subjects: Vec<String> = plan
        .datasets
        .iter()
        .map(|planned| planned.dataset.to_string())
        .collect();
    if subjects.is_empty() {
        output::print("nothing to publish: the plan is empty\n");
        return Ok(0);
    }
    let selection = Selection::of(&context.pipeline, &subjects)?;
    let command = format!("debouches publish {path}");
    let lock = operations::begin(&context, &command).await?;
    let started = Instant::now();
    let mut summary = Summary::default();
    stages::publish::run_planned(&context, &selection, &plan, &lock, &mut summary).await?;
    let exit = summary.exit_code();
    let ending = Ending {
        command: &command,
        started,
        summary: &summary,
        error: None,
        exit,
    };
    let attention = operations::close(&context, lock, &ending).await;
    summary.attention = attention;
    output::print_summary(global, &context, &summary, exit);
    Ok(exit)
}
