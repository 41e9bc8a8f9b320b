//! Snapshots to checked tables.

use debouches_fetch::{body_of, unpack};
use debouches_model::spec::TableSpec;
use debouches_model::{ArtefactKey, Ingredients, Lang, Report, Stage};
use debouches_store::{Artefact, Lock};
use debouches_table::ReadLimits;
use debouches_validate::{FORMAT, Input, Options, shapes_digest, validate};

use super::artefact::{Known, Target, blocking, load_report};
use crate::config::Source;
use crate::engine::{Outcome, Selection, Step, Summary};
use crate::failure::Usage;
use crate::session::Session;

pub(crate) async fn run(session: &Session, selection: &Selection<'_>, lock: &Lock, summary: &mut Summary) {
    for source in &selection.sources {
        let spec = source.spec;
        if !summary.passed(Stage::Fetch, source.id().as_str()) {
            summary.push(Step::skipped(Stage::Validate, &spec.id, format!("source {} was not received", source.id())));
            continue;
        }
        match one(session, source, lock).await {
            Ok(step) => summary.push(step),
            Err(error) => summary.push(Step::failed(Stage::Validate, &spec.id, &error)),
        }
    }
}

/// The target of a table from the snapshot that `pipeline.lock` names, and that snapshot.
pub(crate) async fn target(session: &Session, source: &Source) -> anyhow::Result<(Target, Artefact)> {
    let sha256 = session.sources().sources.get(source.id()).map(|entry| entry.sha256);
    let not_fetched = || Usage(format!("source `{0}` was never fetched: run `debouches fetch {0}`", source.id()));
    let key = ArtefactKey::new(Stage::Fetch, source.id(), sha256.ok_or_else(not_fetched)?);
    let snapshot = session.store.find(&key).await?.ok_or_else(not_fetched)?;
    let spec = source.spec;
    let ingredients = Ingredients::new()
        .with(format!("source.{}", source.id()), body_of(&snapshot).sha256)
        .with("specification", spec.digest)
        .with("shapes", shapes_digest(&spec.id))
        .with("member", source.request.member.as_deref().unwrap_or_default())
        .with("format", FORMAT);
    let inputs = vec![snapshot.manifest().as_input()];
    Ok((Target { stage: Stage::Validate, subject: spec.id.to_string(), ingredients, inputs }, snapshot))
}

async fn one(session: &Session, source: &Source, lock: &Lock) -> anyhow::Result<Step> {
    let (target, snapshot) = target(session, source).await?;
    if session.global.force {
        target.forget(session, lock).await?;
    }
    match target.look(session).await? {
        Known::Made(artefact) => {
            let report = load_report(&artefact).await?;
            let detail = format!("{} rows, unchanged", report.rows.kept);
            return Ok(Step::new(Stage::Validate, &target.subject, Outcome::Kept, detail).with_report(report));
        }
        Known::Refused(artefact) => {
            let report = load_report(&artefact).await?;
            return Ok(refusal(session, source.spec, &artefact, report, "refused before, nothing has changed since"));
        }
        Known::Nothing => {}
    }
    let body = body_of(&snapshot).clone();
    let file = snapshot.open_file(&body.path).await?.into_file();
    check_memory(session, source.spec, body.bytes)?;
    let (spec, observer, unpacking) = (source.spec, std::sync::Arc::clone(&session.observer), source.request.unpack());
    let options = Options { jobs: session.jobs(), limits: ReadLimits::default() };
    let outcome = blocking(move || {
        let name = body.path.as_str();
        let packed = body.media_type.contains("zip");
        let input = Input { name, body: unpack::open_body(file, name, &unpacking)?, bytes: (!packed).then_some(body.bytes) };
        Ok(validate(spec, input, options, observer.as_ref())?)
    })
    .await?;
    let (report, findings) = (outcome.report, outcome.findings);
    let artefact = target.commit(session, outcome.table, &report, &findings).await?;
    if report.is_refused() {
        let first =
            findings.iter().find(|finding| report.rules.iter().any(|tally| tally.exceeded && tally.rule == finding.rule));
        let lang: Lang = session.global.lang.into();
        let detail = first
            .map_or_else(String::new, |finding| format!("{} {} [{}]", finding.place(), finding.sentence(lang), finding.rule));
        return Ok(refusal(session, source.spec, &artefact, report, &detail));
    }
    let detail = format!("{} rows, {} refused", report.rows.kept, report.rows.refused);
    Ok(Step::new(Stage::Validate, &target.subject, Outcome::Made, detail).with_report(report))
}

fn refusal(session: &Session, spec: &TableSpec, artefact: &Artefact, report: Report, detail: &str) -> Step {
    let exceeded: u64 = report.rules.iter().filter(|tally| tally.exceeded).map(|tally| tally.findings).sum();
    let findings = artefact.location("findings.csv");
    let lang = session.global.lang.into();
    let remedy = report.rules.iter().find(|tally| tally.exceeded).map(|tally| tally.rule.entry().remedy(lang));
    let mut step =
        Step::refused(artefact.key().stage, &spec.id, format!("{exceeded} findings; {detail} (all of them: {findings})"));
    step.hint = remedy.map(str::to_owned);
    step.with_report(report)
}

/// Refuses to start on a body that would not fit in `--memory`. A table takes about twice its text while it is cast.
fn check_memory(session: &Session, spec: &TableSpec, bytes: u64) -> anyhow::Result<()> {
    match session.global.memory {
        Some(limit) if bytes.saturating_mul(2) > limit => {
            Err(Usage(format!("table {} needs about {} bytes of memory, over --memory {limit}", spec.id, bytes * 2)).into())
        }
        _ => Ok(()),
    }
}
