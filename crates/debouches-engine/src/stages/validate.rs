//! Snapshots to checked tables.

use std::io::{BufReader, BufWriter};
use std::sync::Arc;

use anyhow::Context as _;
use debouches_fetch::{LockFile, body_of, unpack};
use debouches_model::{ArtefactKey, Ingredients, Stage as StageName};
use debouches_store::{Artefact, Lock, Spooled};
use debouches_table::ReadLimits;
use debouches_validate::{FORMAT, Input, Options, Outcome, RefusedRows, Shapes, join, validate};

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
    /// Every source of the profile: several may fill one table.
    pub sources: &'a [Source],
    /// Which bytes of each source to check.
    pub lock_file: LockFile,
}

impl<'a> Validate<'a> {
    /// The stage as a run has it.
    pub fn of(context: &'a Context) -> Self {
        Self {
            bench: context.bench(),
            shapes: &context.pipeline.domain.shapes,
            sources: &context.pipeline.sources,
            lock_file: context.sources().clone(),
        }
    }
}

/// What was received of each source of a table.
pub type Received<'a> = Vec<(&'a Source, Artefact)>;

impl<'a> Stage for Validate<'a> {
    const NAME: StageName = StageName::Validate;
    /// The first source of the table.
    type Subject = &'a Source;
    type Inputs = Received<'a>;
    type Output = Built;

    fn name(&self, source: &'a Source) -> String {
        source.spec.id.to_string()
    }

    async fn blocked(
        &self,
        source: &'a Source,
        summary: &Summary,
    ) -> anyhow::Result<Option<String>> {
        let is_there = |source: &&Source| summary.passed(StageName::Fetch, source.id().as_str());
        let missing = filling(self.sources, source).find(|source| !is_there(source));
        Ok(missing.map(|missing| format!("source {} was not received", missing.id())))
    }

    async fn observe(&self, source: &'a Source) -> anyhow::Result<Observed<Received<'a>>> {
        let mut received = Vec::new();
        for source in filling(self.sources, source) {
            let snapshot = snapshot(&self.bench, &self.lock_file, source).await?;
            received.push((source, snapshot));
        }
        Ok(observed(self.shapes, received))
    }

    async fn settled(
        &self,
        source: &'a Source,
        observed: &Observed<Received<'a>>,
        lock: &Lock,
    ) -> anyhow::Result<Option<Done>> {
        let target = Target::of(Self::NAME, &source.spec.id, observed);
        Ok(target.settled(&self.bench, lock).await?.map(Done::from))
    }

    async fn work(
        &self,
        source: &'a Source,
        observed: &Observed<Received<'a>>,
        _lock: &Lock,
    ) -> anyhow::Result<Worked<Built>> {
        let spec = source.spec;
        let (mut outcomes, mut refused_rows) = (Vec::new(), Vec::new());
        let is_alone = observed.inputs.len() == 1;
        for (source, snapshot) in &observed.inputs {
            let mut outcome = self.checked(source, snapshot, is_alone).await?;
            let rows = std::mem::take(&mut outcome.refused_rows);
            if let Some((spooled, rows)) = self.keep_refused(source, snapshot, rows).await? {
                let name = if is_alone {
                    "refused_rows.csv".to_owned()
                } else {
                    format!("refused_rows_{}.csv", source.id())
                };
                refused_rows.push((name, spooled, rows));
            }
            outcomes.push((source.id().to_string(), outcome));
        }
        let outcome = join(spec, outcomes)?;
        let mut report = outcome.report;
        if let Some(decided) = &source.quarantine {
            report
                .notes
                .insert("quarantine_reason".to_owned(), decided.reason.clone());
        }
        Ok(Worked::Output(Built {
            private: None,
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
        observed: Observed<Received<'a>>,
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
    /// Checks the body of a source; beside others, its findings name the source too.
    async fn checked(
        &self,
        source: &Source,
        snapshot: &Artefact,
        is_alone: bool,
    ) -> anyhow::Result<Outcome> {
        let spec = source.spec;
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
        let shown = if is_alone {
            body.path.clone()
        } else {
            format!("{}/{}", source.id(), body.path)
        };
        blocking(move || {
            let input = Input {
                name: &shown,
                body: unpack::open_body(file, &body.path, &unpacking)?,
                bytes: size,
                given: &given,
            };
            Ok(validate(spec, shapes, input, options, observer.as_ref())?)
        })
        .await
    }

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

/// The sources that fill the same table as this one, in the order of the configuration.
fn filling<'a>(sources: &'a [Source], source: &Source) -> impl Iterator<Item = &'a Source> {
    let table = source.spec.id.clone();
    sources.iter().filter(move |other| other.spec.id == table)
}

/// Snapshots with what decides their table.
fn observed<'a>(shapes: &Shapes, received: Received<'a>) -> Observed<Received<'a>> {
    let spec = received[0].0.spec;
    let mut ingredients = Ingredients::new()
        .with("specification", spec.digest)
        .with("shapes", shapes.digest(&spec.id))
        .with("format", FORMAT);
    let is_alone = received.len() == 1;
    for (source, snapshot) in &received {
        let named = |name: &str| {
            if is_alone {
                name.to_owned()
            } else {
                format!("{name}.{}", source.id())
            }
        };
        let member = source.request.member.as_deref().unwrap_or_default();
        ingredients = ingredients
            .with(format!("source.{}", source.id()), body_of(snapshot).sha256)
            .with(named("member"), member);
        for (name, value) in &source.given {
            ingredients = ingredients.with(named(&format!("given.{name}")), value);
        }
    }
    if let Some(decided) = &received[0].0.quarantine {
        let tolerance = decided.budget.tolerance();
        let amount = format!("{} {}", tolerance.rows, tolerance.share);
        ingredients = ingredients.with("quarantine", amount);
    }
    let snapshots = received.iter().map(|(_, snapshot)| snapshot);
    Observed {
        ingredients,
        lineage: snapshots
            .map(|snapshot| snapshot.manifest().as_input())
            .collect(),
        inputs: received,
    }
}

/// The output of the table that a source fills, and the snapshot of that source.
///
/// # Errors
/// Fails when one of the sources of the table was never fetched.
pub async fn target(context: &Context, source: &Source) -> anyhow::Result<(Target, Artefact)> {
    let stage = Validate::of(context);
    let observed = stage.observe(source).await?;
    let target = Target::of(StageName::Validate, &source.spec.id, &observed);
    let snapshot = snapshot(&stage.bench, &stage.lock_file, source).await?;
    Ok((target, snapshot))
}
