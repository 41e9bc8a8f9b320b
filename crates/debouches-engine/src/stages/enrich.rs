//! Checked tables to tagged ones.

use debouches_enrich::{FORMAT, Reference, References, enrich};
use debouches_model::spec::TableSpec;
use debouches_model::{Ingredients, Stage};
use debouches_store::{Artefact, Lock};

use super::target::{Known, Made, TABLE_FILE, Target, blocking, load_origin, load_table, refusal};
use super::validate;
use crate::context::Context;
use crate::failure::Usage;
use crate::selection::{Outcome, Selection, Step, Summary};

pub async fn run(context: &Context, selection: &Selection<'_>, lock: &Lock, summary: &mut Summary) {
    for spec in selection.enriched() {
        let references = context.pipeline.domain.registry.references_of(spec);
        let needs = own(spec).chain(references.iter().map(|(name, _)| *name));
        if let Some(blocked) = needs
            .into_iter()
            .find(|table| !summary.passed(Stage::Validate, table))
        {
            summary.push(Step::skipped(
                Stage::Enrich,
                &spec.id,
                format!("table {blocked} was not validated"),
            ));
            continue;
        }
        match one(context, spec, lock).await {
            Ok(step) => summary.push(step),
            Err(error) => summary.push(Step::failed(Stage::Enrich, &spec.id, &error)),
        }
    }
}

/// The validated table that the published one is made of; none for a derived table.
fn own(spec: &TableSpec) -> impl Iterator<Item = &str> {
    spec.derived
        .is_none()
        .then_some(spec.id.as_str())
        .into_iter()
}

/// A validated table that an enrichment reads.
struct Needed {
    name: String,
    artefact: Artefact,
    version: String,
}

/// The target of a table, its validated table, and the nomenclatures it reads.
async fn inputs(
    context: &Context,
    spec: &TableSpec,
) -> anyhow::Result<(Target, Option<Artefact>, Vec<Needed>)> {
    let mut table = None;
    for name in own(spec) {
        table = Some(validated(context, name).await?);
    }
    let mut needed = Vec::new();
    for (name, optional) in context.pipeline.domain.registry.references_of(spec) {
        let configured = context
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
                let artefact = validated(context, name).await?;
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
    let mut ingredients = Ingredients::new()
        .with("specification", spec.digest)
        .with("code lists", context.pipeline.domain.codes_digest())
        .with("format", FORMAT);
    if let Some(digest) = context.pipeline.domain.specifications_digest(spec) {
        ingredients = ingredients.with("specifications read", digest);
    }
    if let Some(table) = &table {
        ingredients = ingredients.with(format!("table.{}", spec.id), table_digest(table)?);
    }
    for reference in &needed {
        ingredients = ingredients
            .with(
                format!("nomenclature.{}", reference.name),
                table_digest(&reference.artefact)?,
            )
            .with(
                format!("nomenclature.{}.version", reference.name),
                &reference.version,
            );
    }
    let inputs = table
        .iter()
        .chain(needed.iter().map(|reference| &reference.artefact));
    let inputs = inputs
        .map(|artefact| artefact.manifest().as_input())
        .collect();
    Ok((
        Target {
            stage: Stage::Enrich,
            subject: spec.id.to_string(),
            ingredients,
            inputs,
        },
        table,
        needed,
    ))
}

/// The target of a table.
pub async fn target(context: &Context, spec: &TableSpec) -> anyhow::Result<Target> {
    Ok(inputs(context, spec).await?.0)
}

/// The table that `validate` left, from the snapshots of `pipeline.lock`.
async fn validated(context: &Context, table: &str) -> anyhow::Result<Artefact> {
    let source = context
        .pipeline
        .sources
        .iter()
        .find(|source| source.spec.id.as_str() == table);
    let source =
        source.ok_or_else(|| Usage(format!("table {table} has no source in this profile")))?;
    let (target, _) = validate::target(context, source).await?;
    match target.look(context).await? {
        Known::Made(artefact) => Ok(artefact),
        Known::Refused(_) => Err(crate::failure::Decided {
            message: format!(
                "table {table} was refused by validate: see `debouches status {table}`"
            ),
            fault: debouches_model::Fault::Data,
        }
        .into()),
        Known::Nothing => Err(Usage(format!(
            "table {table} is not validated in its present form: run `debouches validate {table}`"
        ))
        .into()),
    }
}

/// Those of these tables that have a source, read from what `validate` left.
pub async fn configured(context: &Context, tables: &[&str]) -> anyhow::Result<References> {
    let mut found = References::new();
    for source in context
        .pipeline
        .sources
        .iter()
        .filter(|source| tables.contains(&source.spec.id.as_str()))
    {
        let artefact = validated(context, source.spec.id.as_str()).await?;
        let version = source.request.version.clone().unwrap_or_default();
        found.insert(
            source.spec.id.clone(),
            Reference {
                table: load_table(context, &artefact).await?,
                version,
            },
        );
    }
    Ok(found)
}

/// Digest of the table alone: a report that reads otherwise does not make the next stage run.
pub fn table_digest(artefact: &Artefact) -> anyhow::Result<debouches_model::Sha256> {
    let file = artefact.manifest().file(TABLE_FILE);
    file.map(|file| file.sha256)
        .ok_or_else(|| anyhow::anyhow!("{} has no table", artefact.key()))
}

async fn one(context: &Context, spec: &'static TableSpec, lock: &Lock) -> anyhow::Result<Step> {
    let (target, table, needed) = inputs(context, spec).await?;
    if let Some(step) = target.settled(context, lock).await? {
        return Ok(step);
    }
    let (mut origin, mut own) = (None, None);
    if let Some(table) = &table {
        origin = load_origin(table).await?;
        own = Some(load_table(context, table).await?);
    }
    let mut references = References::new();
    for reference in needed {
        let table = load_table(context, &reference.artefact).await?;
        references.insert(
            reference.name.parse()?,
            Reference {
                table,
                version: reference.version,
            },
        );
    }
    let registry = &context.pipeline.domain.registry;
    let outcome = blocking(move || Ok(enrich(registry, spec, own, &references, origin)?)).await?;
    let (report, findings) = (outcome.report, outcome.findings);
    let made = Made {
        table: outcome.table,
        lines: Vec::new(),
        refused_rows: None,
        title: &spec.title,
        spec: Some(spec),
        report: &report,
        findings: &findings,
    };
    let artefact = target.commit(context, made).await?;
    if report.is_refused() {
        return Ok(refusal(context, &artefact, report, &findings));
    }
    let detail = format!(
        "{} rows, {} cells hidden",
        report.rows.kept, report.rows.suppressed_cells
    );
    Ok(Step::new(Stage::Enrich, &target.subject, Outcome::Made, detail).with_report(report))
}
