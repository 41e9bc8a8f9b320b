//! Snapshots to checked tables.

use std::io::{BufReader, BufWriter};
use std::sync::Arc;

use anyhow::Context as _;
use debouches_fetch::{LockFile, body_of, unpack};
use debouches_model::{ArtefactKey, Ingredients, Stage as StageName};
use debouches_store::{Artefact, Lock, Spooled};
use debouches_table::ReadLimits;
use debouches_validate::{FORMAT, Input, Options, RefusedRows, Shapes, validate};

use super::runner::{Done, Observed, Stage, Worked};
use super::target::{Built, Target};
use crate::blocking::blocking;
use crate::config::Source;
use crate::context::Context;
use crate::failure::Usage;
use crate::summary::Summary;
use crate::workbench::Workbench;

/// The stage that checks what was received of a source.
pub struct Validate<'a> {
    /// Where it works.
    pub bench: Workbench<'a>,
    /// Shapes of the files that each table is read from.
    pub shapes: &'static Shapes,
    /// Which bytes of each source to check.
    pub lock_file: LockFile,
}

impl<'a> Validate<'a> {
    /// The stage as a run has it.
    pub fn of(context: &'a Context) -> Self {
        Self {
            bench: context.bench(),
            shapes: &context.pipeline.domain.shapes,
            lock_file: context.sources().clone(),
        }
    }
}

impl<'a> Stage for Validate<'a> {
    const NAME: StageName = StageName::Validate;
    type Subject = &'a Source;
    type Inputs = Artefact;
    type Output = Built;

    fn name(&self, source: &'a Source) -> String {
        source.spec.id.to_string()
    }

    fn blocked(&self, source: &'a Source, summary: &Summary) -> Option<String> {
        let is_there = summary.passed(StageName::Fetch, source.id().as_str());
        (!is_there).then(|| format!("source {} was not received", source.id()))
    }

    async fn observe(&self, source: &'a Source) -> anyhow::Result<Observed<Artefact>> {
        let snapshot = snapshot(&self.bench, &self.lock_file, source).await?;
        Ok(observed(self.shapes, source, snapshot))
    }

    async fn settled(
        &self,
        source: &'a Source,
        observed: &Observed<Artefact>,
        lock: &Lock,
    ) -> anyhow::Result<Option<Done>> {
        let target = Target::of(Self::NAME, &source.spec.id, observed);
        Ok(target.settled(&self.bench, lock).await?.map(Done::from))
    }

    async fn work(
        &self,
        source: &'a Source,
        observed: &Observed<Artefact>,
        _lock: &Lock,
    ) -> anyhow::Result<Worked<Built>> {
        let (spec, snapshot) = (source.spec, &observed.inputs);
        let body = body_of(snapshot).clone();
        let mut file = snapshot.open_file(&body.path).await?.into_file();
        // How large a packed body is, nobody knows before it is read; its table is checked when the next stage loads it.
        let is_plain = unpack::Packing::of(&mut file)? == unpack::Packing::None;
        let size = is_plain.then_some(body.bytes);
        self.bench
            .check_memory(spec.id.as_str(), size.unwrap_or_default())?;
        let (observer, unpacking) = (Arc::clone(self.bench.observer), source.request.unpack());
        let (given, shapes) = (source.given.clone(), self.shapes);
        let options = Options {
            jobs: self.bench.threads,
            limits: ReadLimits::for_received(),
            budget: source.budget(),
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
        let mut report = outcome.report;
        if let Some(decided) = &source.quarantine {
            report
                .notes
                .insert("quarantine_reason".to_owned(), decided.reason.clone());
        }
        let refused_rows = self
            .keep_refused(source, snapshot, outcome.refused_rows)
            .await?;
        Ok(Worked::Output(Built {
            table: outcome.table,
            lines: outcome.lines,
            refused_rows,
            title: spec.title.clone(),
            spec: Some(spec),
            report,
            findings: outcome.findings,
        }))
    }

    async fn commit(
        &self,
        source: &'a Source,
        observed: Observed<Artefact>,
        built: Built,
    ) -> anyhow::Result<Done> {
        let rows = built.report.rows;
        let detail = format!("{} rows, {} refused", rows.kept, rows.refused);
        Target::of(Self::NAME, &source.spec.id, &observed)
            .conclude(&self.bench, built, detail)
            .await
    }
}

impl Validate<'_> {
    /// The refused rows as received, read from the body a second time.
    async fn keep_refused(
        &self,
        source: &Source,
        snapshot: &Artefact,
        rows: RefusedRows,
    ) -> anyhow::Result<Option<(Spooled, u64)>> {
        if rows.is_empty() {
            return Ok(None);
        }
        let name = body_of(snapshot).path.clone();
        let file = snapshot.open_file(&name).await?.into_file();
        let (unpacking, mut spool) = (source.request.unpack(), self.bench.store.spool()?);
        blocking(move || {
            let body = BufReader::new(unpack::open_body(file, &name, &unpacking)?);
            rows.write(body, BufWriter::new(&mut spool))
                .context("cannot keep the refused rows")?;
            Ok(Some((spool.finish()?, rows.len() as u64)))
        })
        .await
    }
}

/// The snapshot of a source that the lock file names.
async fn snapshot(
    bench: &Workbench<'_>,
    lock_file: &LockFile,
    source: &Source,
) -> anyhow::Result<Artefact> {
    let sha256 = lock_file.sources.get(source.id()).map(|entry| entry.sha256);
    let not_fetched = || {
        Usage(format!(
            "source `{0}` was never fetched: run `debouches fetch {0}`",
            source.id()
        ))
    };
    let key = ArtefactKey::new(
        StageName::Fetch,
        source.id(),
        sha256.ok_or_else(not_fetched)?,
    );
    Ok(bench.store.find(&key).await?.ok_or_else(not_fetched)?)
}

/// A snapshot with what decides its table.
fn observed(shapes: &Shapes, source: &Source, snapshot: Artefact) -> Observed<Artefact> {
    let spec = source.spec;
    let ingredients = Ingredients::new()
        .with(format!("source.{}", source.id()), body_of(&snapshot).sha256)
        .with("specification", spec.digest)
        .with("shapes", shapes.digest(&spec.id))
        .with(
            "member",
            source.request.member.as_deref().unwrap_or_default(),
        )
        .with("format", FORMAT);
    let ingredients = source.given.iter().fold(ingredients, |all, (name, value)| {
        all.with(format!("given.{name}"), value)
    });
    let ingredients = match &source.quarantine {
        Some(decided) => {
            let tolerance = decided.budget.tolerance();
            let amount = format!("{} {}", tolerance.rows, tolerance.share);
            ingredients.with("quarantine", amount)
        }
        None => ingredients,
    };
    Observed {
        ingredients,
        lineage: vec![snapshot.manifest().as_input()],
        inputs: snapshot,
    }
}

/// The output of a source, and its snapshot.
///
/// # Errors
/// Fails when the source was never fetched.
pub async fn target(context: &Context, source: &Source) -> anyhow::Result<(Target, Artefact)> {
    let lock_file = context.sources().clone();
    let snapshot = snapshot(&context.bench(), &lock_file, source).await?;
    let observed = observed(&context.pipeline.domain.shapes, source, snapshot);
    let target = Target::of(StageName::Validate, &source.spec.id, &observed);
    Ok((target, observed.inputs))
}
