//! Checked tables to tagged ones.

use debouches_enrich::{FORMAT, Reference, References, enrich};
use debouches_fetch::LockFile;
use debouches_model::spec::TableSpec;
use debouches_model::{Fault, Ingredients, Sha256, Stage as StageName};
use debouches_store::{Artefact, Lock};

use super::runner::{Done, Observed, Stage, Worked};
use super::target::{Built, Known, TABLE_FILE, Target, load_origin, load_table};
use super::validate::Validate;
use crate::blocking::blocking;
use crate::config::Pipeline;
use crate::context::Context;
use crate::failure::{Decided, Usage};
use crate::summary::Summary;
use crate::workbench::Workbench;

/// The stage that adds to a table what other tables know.
pub struct Enrich<'a> {
    /// Where it works.
    pub bench: Workbench<'a>,
    /// Which source fills each table.
    pub pipeline: &'a Pipeline,
    /// Which bytes of each source the tables come from.
    pub lock_file: LockFile,
}

/// The validated tables that an enrichment reads.
pub struct Inputs {
    /// The table to enrich; none when it is derived from others.
    table: Option<Artefact>,
    references: Vec<Needed>,
}

/// A validated table that an enrichment refers to.
struct Needed {
    name: String,
    artefact: Artefact,
    version: String,
}

impl<'a> Enrich<'a> {
    /// The stage as a run has it.
    pub fn of(context: &'a Context) -> Self {
        Self {
            bench: context.bench(),
            pipeline: &context.pipeline,
            lock_file: context.sources().clone(),
        }
    }

    /// The table that `validate` left, from the snapshots of the lock file.
    async fn validated(&self, table: &str) -> anyhow::Result<Artefact> {
        let source = self
            .pipeline
            .sources
            .iter()
            .find(|source| source.spec.id.as_str() == table);
        let source =
            source.ok_or_else(|| Usage(format!("table {table} has no source in this profile")))?;
        let validate = Validate {
            bench: self.bench,
            shapes: &self.pipeline.domain.shapes,
            sources: &self.pipeline.sources,
            lock_file: self.lock_file.clone(),
        };
        let observed = validate.observe(source).await?;
        let target = Target::of(StageName::Validate, &source.spec.id, &observed);
        match target.find(self.bench.store).await? {
            Known::Made(artefact) => Ok(artefact),
            Known::Refused(_) => Err(Decided {
                message: format!(
                    "table {table} was refused by validate: see `debouches status {table}`"
                ),
                fault: Fault::Data,
            }
            .into()),
            Known::Nothing => Err(Usage(format!(
                "table {table} is not validated in its present form: run `debouches validate {table}`"
            ))
            .into()),
        }
    }

    /// The tables that this one refers to; an optional one without source takes no part.
    async fn references(&self, spec: &TableSpec) -> anyhow::Result<Vec<Needed>> {
        let mut needed = Vec::new();
        for (name, optional) in self.pipeline.domain.registry.references_of(spec) {
            let configured = self
                .pipeline
                .sources
                .iter()
                .find(|source| source.spec.id.as_str() == name);
            match configured {
                None if optional => {}
                None => {
                    return Err(Usage(format!(
                        "table {} needs nomenclature {name}, which has no source",
                        spec.id
                    ))
                    .into());
                }
                Some(source) => {
                    let artefact = self.validated(name).await?;
                    let digest = table_digest(&artefact)?;
                    let version = source
                        .request
                        .version
                        .clone()
                        .unwrap_or_else(|| format!("sha256:{}", digest.short()));
                    needed.push(Needed {
                        name: name.to_owned(),
                        artefact,
                        version,
                    });
                }
            }
        }
        Ok(needed)
    }

    /// The output that the stage would build for a table.
    ///
    /// # Errors
    /// Fails when a table that it needs is not validated.
    pub async fn target(&self, spec: &'static TableSpec) -> anyhow::Result<Target> {
        let observed = self.observe(spec).await?;
        Ok(Target::of(Self::NAME, &spec.id, &observed))
    }
}

impl Stage for Enrich<'_> {
    const NAME: StageName = StageName::Enrich;
    type Subject = &'static TableSpec;
    type Inputs = Inputs;
    type Output = Built;

    fn name(&self, spec: &'static TableSpec) -> String {
        spec.id.to_string()
    }

    async fn blocked(
        &self,
        spec: &'static TableSpec,
        summary: &Summary,
    ) -> anyhow::Result<Option<String>> {
        let references = self.pipeline.domain.registry.references_of(spec);
        let mut needs = base_table(spec)
            .into_iter()
            .chain(references.iter().map(|(name, _)| *name));
        let missing = needs.find(|table| !summary.passed(StageName::Validate, table));
        Ok(missing.map(|table| format!("table {table} was not validated")))
    }

    async fn observe(&self, spec: &'static TableSpec) -> anyhow::Result<Observed<Inputs>> {
        let table = match base_table(spec) {
            Some(name) => Some(self.validated(name).await?),
            None => None,
        };
        let references = self.references(spec).await?;
        let mut ingredients = Ingredients::new()
            .with("specification", spec.digest)
            .with("code lists", self.pipeline.domain.codes_digest())
            .with("format", FORMAT);
        if let Some(digest) = self.pipeline.domain.specifications_digest(spec) {
            ingredients = ingredients.with("specifications read", digest);
        }
        if let Some(table) = &table {
            ingredients = ingredients.with(format!("table.{}", spec.id), table_digest(table)?);
        }
        for Needed {
            name,
            artefact,
            version,
        } in &references
        {
            ingredients = ingredients
                .with(format!("nomenclature.{name}"), table_digest(artefact)?)
                .with(format!("nomenclature.{name}.version"), version);
        }
        let inputs = table
            .iter()
            .chain(references.iter().map(|reference| &reference.artefact));
        let lineage = inputs
            .map(|artefact| artefact.manifest().as_input())
            .collect();
        Ok(Observed {
            ingredients,
            lineage,
            inputs: Inputs { table, references },
        })
    }

    async fn settled(
        &self,
        spec: &'static TableSpec,
        observed: &Observed<Inputs>,
        lock: &Lock,
    ) -> anyhow::Result<Option<Done>> {
        let target = Target::of(Self::NAME, &spec.id, observed);
        Ok(target.settled(&self.bench, lock).await?.map(Done::from))
    }

    async fn work(
        &self,
        spec: &'static TableSpec,
        observed: &Observed<Inputs>,
        _lock: &Lock,
    ) -> anyhow::Result<Worked<Built>> {
        let Inputs { table, references } = &observed.inputs;
        let (mut origin, mut base) = (None, None);
        if let Some(table) = table {
            origin = load_origin(table).await?;
            base = Some(load_table(&self.bench, table).await?);
        }
        let mut loaded = References::new();
        for Needed {
            name,
            artefact,
            version,
        } in references
        {
            let reference = Reference {
                table: load_table(&self.bench, artefact).await?,
                version: version.clone(),
            };
            loaded.insert(name.parse()?, reference);
        }
        let registry = &self.pipeline.domain.registry;
        let outcome = blocking(move || Ok(enrich(registry, spec, base, &loaded, origin)?)).await?;
        Ok(Worked::Output(Built {
            private: outcome.private,
            table: outcome.table,
            lines: Vec::new(),
            refused_rows: Vec::new(),
            title: spec.title.clone(),
            spec: Some(spec),
            report: outcome.report,
            findings: outcome.findings,
        }))
    }

    async fn commit(
        &self,
        spec: &'static TableSpec,
        observed: Observed<Inputs>,
        built: Built,
    ) -> anyhow::Result<Done> {
        let rows = built.report.rows;
        let detail = format!("{} rows, {} cells hidden", rows.kept, rows.suppressed_cells);
        Target::of(Self::NAME, &spec.id, &observed)
            .conclude(&self.bench, built, detail)
            .await
    }
}

/// The validated table that the published one is made of; none for a derived table.
fn base_table(spec: &TableSpec) -> Option<&str> {
    spec.derived.is_none().then_some(spec.id.as_str())
}

/// The output that the stage would build for a table.
///
/// # Errors
/// Fails when a table that it needs is not validated.
pub async fn target(context: &Context, spec: &'static TableSpec) -> anyhow::Result<Target> {
    Enrich::of(context).target(spec).await
}

/// Those of these tables that have a source, read from what `validate` left.
///
/// # Errors
/// Fails when one of them is not validated.
pub async fn configured(context: &Context, tables: &[&str]) -> anyhow::Result<References> {
    let enrich = Enrich::of(context);
    let mut references = References::new();
    for source in context
        .pipeline
        .sources
        .iter()
        .filter(|source| tables.contains(&source.spec.id.as_str()))
    {
        if references.contains_key(&source.spec.id) {
            continue;
        }
        let artefact = enrich.validated(source.spec.id.as_str()).await?;
        let version = source.request.version.clone().unwrap_or_default();
        references.insert(
            source.spec.id.clone(),
            Reference {
                table: load_table(&enrich.bench, &artefact).await?,
                version,
            },
        );
    }
    Ok(references)
}

/// Digest of the table alone: a report that reads otherwise does not make the next stage run.
///
/// # Errors
/// Fails when the artefact has no table.
pub fn table_digest(artefact: &Artefact) -> anyhow::Result<Sha256> {
    let file = artefact.manifest().file(TABLE_FILE);
    file.map(|file| file.sha256)
        .ok_or_else(|| anyhow::anyhow!("{} has no table", artefact.key()))
}
