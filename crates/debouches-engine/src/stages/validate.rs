//! Snapshots to checked tables.

use std::io::{BufReader, BufWriter};

use anyhow::Context as _;
use debouches_fetch::{body_of, unpack};
use debouches_model::{ArtefactKey, Ingredients, Stage};
use debouches_store::{Artefact, Lock, Spooled};
use debouches_table::ReadLimits;
use debouches_validate::{FORMAT, Input, Options, RefusedRows, validate};

use super::target::{Made, Target, blocking, check_memory, refusal};
use crate::config::Source;
use crate::context::Context;
use crate::failure::Usage;
use crate::selection::{Outcome, Selection, Step, Summary};

pub async fn run(context: &Context, selection: &Selection<'_>, lock: &Lock, summary: &mut Summary) {
    for source in &selection.sources {
        let spec = source.spec;
        if !summary.passed(Stage::Fetch, source.id().as_str()) {
            summary.push(Step::skipped(
                Stage::Validate,
                &spec.id,
                format!("source {} was not received", source.id()),
            ));
            continue;
        }
        match one(context, source, lock).await {
            Ok(step) => summary.push(step),
            Err(error) => summary.push(Step::failed(Stage::Validate, &spec.id, &error)),
        }
    }
}

/// The target of a table from the snapshot that `pipeline.lock` names, and that snapshot.
pub async fn target(context: &Context, source: &Source) -> anyhow::Result<(Target, Artefact)> {
    let sha256 = context
        .sources()
        .sources
        .get(source.id())
        .map(|entry| entry.sha256);
    let not_fetched = || {
        Usage(format!(
            "source `{0}` was never fetched: run `debouches fetch {0}`",
            source.id()
        ))
    };
    let key = ArtefactKey::new(Stage::Fetch, source.id(), sha256.ok_or_else(not_fetched)?);
    let snapshot = context.store.find(&key).await?.ok_or_else(not_fetched)?;
    let spec = source.spec;
    let ingredients = Ingredients::new()
        .with(format!("source.{}", source.id()), body_of(&snapshot).sha256)
        .with("specification", spec.digest)
        .with("shapes", context.pipeline.domain.shapes.digest(&spec.id))
        .with(
            "member",
            source.request.member.as_deref().unwrap_or_default(),
        )
        .with("format", FORMAT);
    let ingredients = source.given.iter().fold(ingredients, |all, (name, value)| {
        all.with(format!("given.{name}"), value)
    });
    let inputs = vec![snapshot.manifest().as_input()];
    Ok((
        Target {
            stage: Stage::Validate,
            subject: spec.id.to_string(),
            ingredients,
            inputs,
        },
        snapshot,
    ))
}

async fn one(context: &Context, source: &Source, lock: &Lock) -> anyhow::Result<Step> {
    let (target, snapshot) = target(context, source).await?;
    if let Some(step) = target.settled(context, lock).await? {
        return Ok(step);
    }
    let body = body_of(&snapshot).clone();
    let mut file = snapshot.open_file(&body.path).await?.into_file();
    // How large a packed body is, nobody knows before it is read; its table is checked when the next stage loads it.
    let size = (unpack::Packing::of(&mut file)? == unpack::Packing::None).then_some(body.bytes);
    check_memory(context, &target.subject, size.unwrap_or_default())?;
    let (spec, observer, unpacking) = (
        source.spec,
        std::sync::Arc::clone(&context.observer),
        source.request.unpack(),
    );
    let given = source.given.clone();
    let shapes = &context.pipeline.domain.shapes;
    let options = Options {
        jobs: context.jobs(),
        limits: ReadLimits::default(),
    };
    let outcome = blocking(move || {
        let name = body.path.as_str();
        let input = Input {
            name,
            body: unpack::open_body(file, name, &unpacking)?,
            bytes: size,
            given: &given,
        };
        Ok(validate(spec, shapes, input, options, observer.as_ref())?)
    })
    .await?;
    let (report, findings) = (outcome.report, outcome.findings);
    let refused_rows = keep_refused(context, source, &snapshot, outcome.refused_rows).await?;
    let made = Made {
        table: outcome.table,
        lines: outcome.lines,
        refused_rows,
        title: &spec.title,
        spec: Some(spec),
        report: &report,
        findings: &findings,
    };
    let artefact = target.commit(context, made).await?;
    if report.is_refused() {
        return Ok(refusal(context, &artefact, report, &findings));
    }
    let detail = format!("{} rows, {} refused", report.rows.kept, report.rows.refused);
    Ok(Step::new(Stage::Validate, &target.subject, Outcome::Made, detail).with_report(report))
}

/// The refused rows as received, read from the body a second time.
async fn keep_refused(
    context: &Context,
    source: &Source,
    snapshot: &Artefact,
    rows: RefusedRows,
) -> anyhow::Result<Option<(Spooled, u64)>> {
    if rows.is_empty() {
        return Ok(None);
    }
    let name = body_of(snapshot).path.clone();
    let file = snapshot.open_file(&name).await?.into_file();
    let (unpacking, mut spool) = (source.request.unpack(), context.store.spool()?);
    blocking(move || {
        let body = BufReader::new(unpack::open_body(file, &name, &unpacking)?);
        rows.write(body, BufWriter::new(&mut spool))
            .context("cannot keep the refused rows")?;
        Ok(Some((spool.finish()?, rows.len() as u64)))
    })
    .await
}
