//! The releases of the state: the newest, and whether one is what the present inputs give.

use std::collections::BTreeMap;

use debouches_model::{Fault, Ingredients, Stage, Version};
use debouches_store::{Artefact, Lock};

use crate::context::Context;
use crate::stages::target::FINDINGS_FILE;

/// The newest release of a dataset, retracted ones set aside.
///
/// # Errors
/// Fails when the state cannot be read.
pub async fn latest(context: &Context, dataset: &str) -> anyhow::Result<Option<Artefact>> {
    let retracted = context.retracted().await?;
    let id = dataset.parse()?;
    let keys = context.store.list(Stage::Package, dataset).await?;
    let versions = keys
        .into_iter()
        .filter_map(|key| Some((key.id.parse::<Version>().ok()?, key)));
    let newest = versions
        .filter(|(version, _)| retracted.find(&id, *version).is_none())
        .max_by_key(|(version, _)| *version);
    match newest {
        Some((_, key)) => Ok(context.store.find(&key).await?),
        None => Ok(None),
    }
}

/// True when a release is what these ingredients give: they built it, or a later run had the same content from them.
///
/// # Errors
/// Fails when the state cannot be read.
pub async fn is_current(
    context: &Context,
    release: &Artefact,
    ingredients: &Ingredients,
) -> anyhow::Result<bool> {
    if release.manifest().ingredients == *ingredients {
        return Ok(true);
    }
    let equivalent = context
        .store
        .journal_lines(release.key())
        .await?
        .unwrap_or_default();
    Ok(equivalent
        .iter()
        .any(|line| line == ingredients.fingerprint().as_str()))
}

/// Removes a release whose bytes were altered, so that `--force` builds it again under the same version.
///
/// # Errors
/// Fails when the state cannot be read or written.
pub async fn discard_if_altered(
    context: &Context,
    release: Option<Artefact>,
    lock: &Lock,
) -> anyhow::Result<Option<Artefact>> {
    let Some(release) = release else {
        return Ok(None);
    };
    match release.verify().await {
        Ok(()) => Ok(Some(release)),
        Err(error) if error.fault() == Fault::Integrity => {
            tracing::warn!("release {} is made again: {error}", release.key());
            context.store.discard(release.key(), lock).await?;
            latest(context, &release.key().subject).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Where the findings are, when a check refused a release made of these ingredients.
///
/// # Errors
/// Fails when the state cannot be read.
pub async fn refusal(
    context: &Context,
    dataset: &str,
    now: &Ingredients,
) -> anyhow::Result<Option<String>> {
    for key in context.store.list_rejected(Stage::Package, dataset).await? {
        let Some(artefact) = context.store.find(&key).await? else {
            continue;
        };
        // What is kept of a purged release has no findings.
        if artefact.manifest().file(FINDINGS_FILE).is_none() {
            continue;
        }
        // The drift check adds what it compared with.
        let known: BTreeMap<&str, &str> = artefact.manifest().ingredients.iter().collect();
        if now
            .iter()
            .all(|(name, value)| known.get(name) == Some(&value))
        {
            return Ok(Some(artefact.location(FINDINGS_FILE)));
        }
    }
    Ok(None)
}
