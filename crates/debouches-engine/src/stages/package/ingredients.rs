//! What decides the bytes of a release.

use anyhow::Context as _;
use debouches_model::spec::TableSpec;
use debouches_model::{Fault, Ingredients, Sha256, TableId};
use debouches_release::FORMAT;
use debouches_store::Artefact;
use serde::Serialize;

use crate::checks::disclosure::linked::{gated, is_beside, publisher};
use crate::checks::disclosure::repeated::repeats;
use crate::config::{DatasetConfig, Protection};
use crate::context::Context;
use crate::failure::{Decided, Usage};
use crate::releases::{is_current, latest};
use crate::stages::enrich::{Enrich, table_digest};
use crate::stages::target::Known;

/// What decides the bytes of a release, but its version.
///
/// # Errors
/// Fails when a table of the dataset is not enriched, or when the release that one repeats is not current.
pub async fn ingredients(
    context: &Context,
    dataset: &DatasetConfig,
) -> anyhow::Result<(Ingredients, Vec<Artefact>)> {
    let texts = serialised(&dataset.notice)?;
    let mut ingredients = Ingredients::new()
        .with("texts", Sha256::of(texts.as_bytes()))
        .with("format", FORMAT);
    ingredients = ingredients.with("secrecy", serialised(&dataset.secrecy)?);
    if dataset.protection != Protection::default() {
        ingredients = ingredients.with("protection", serialised(&dataset.protection)?);
    }
    let (stage, mut tables) = (Enrich::of(context), Vec::new());
    for spec in &dataset.tables {
        let target = stage.target(spec).await?;
        let artefact = match target.find(&context.store).await? {
            Known::Made(artefact) => artefact,
            Known::Refused(_) => {
                let message = format!(
                    "table {} was refused by enrich: see `debouches status {}`",
                    spec.id, spec.id
                );
                return Err(Decided {
                    message,
                    fault: Fault::Data,
                }
                .into());
            }
            Known::Nothing => {
                let table = &spec.id;
                return Err(Usage(format!(
                    "table {table} is not enriched in its present form: run `debouches enrich {table}`"
                ))
                .into());
            }
        };
        ingredients = ingredients
            .with(format!("table.{}", spec.id), table_digest(&artefact)?)
            .with(format!("specification.{}", spec.id), spec.digest);
        for table in followed(context, spec) {
            if let Some((name, digest)) = ingredient(context, spec, &table).await? {
                ingredients = ingredients.with(name, digest);
            }
        }
        tables.push(artefact);
    }
    Ok((ingredients, tables))
}

/// A configured value as it is serialised: its identity does not depend on how the program prints it.
fn serialised(value: &impl Serialize) -> anyhow::Result<String> {
    serde_json::to_string(value).context("a configured value is always written")
}

/// The release whose figures are repeated: the newest, made of what the state holds now.
///
/// # Errors
/// Fails when no dataset publishes that table, or when its release is not current.
pub(crate) async fn copied_release(context: &Context, table: &TableId) -> anyhow::Result<Artefact> {
    let dataset = publisher(&context.pipeline, table).ok_or_else(|| {
        Usage(format!(
            "no dataset publishes table {table}: its secrecy cannot be followed in its copies"
        ))
    })?;
    // A table that is copied copies none: this goes one step down, no further.
    let (now, _) = Box::pin(ingredients(context, dataset)).await?;
    let id = dataset.id().as_str();
    match latest(context, id).await? {
        Some(release) if is_current(context, &release, &now).await? => Ok(release),
        _ => Err(Usage(format!(
            "table {table} has no release in its present form: run `debouches package {id}`"
        ))
        .into()),
    }
}

/// Tables that are published, some of whose figures a table repeats.
fn followed(context: &Context, spec: &TableSpec) -> Vec<TableId> {
    let copied = gated(context.pipeline.domain.tables, spec);
    let repeated = repeats(spec).iter().map(|repeat| &repeat.table);
    let published = repeated.filter(|table| publisher(&context.pipeline, table).is_some());
    copied
        .into_iter()
        .map(|copies| &copies.table)
        .chain(published)
        .cloned()
        .collect()
}

/// What decides which cells a table may show, when it repeats those of another: the released file of the other.
async fn ingredient(
    context: &Context,
    spec: &TableSpec,
    table: &TableId,
) -> anyhow::Result<Option<(String, Sha256)>> {
    // Beside its original, a copy follows the file that the same release is about to hold: the ingredients of the original decide.
    if is_beside(&context.pipeline, spec, table) {
        return Ok(None);
    }
    let release = copied_release(context, table).await?;
    let path = format!("{table}.csv");
    let file = release
        .manifest()
        .file(&path)
        .with_context(|| format!("{} has no {path}", release.key()))?;
    Ok(Some((format!("copied.{table}"), file.sha256)))
}
