//! Taking what is live as ours, after the state was lost.

use debouches_model::{Fault, Stage, Version};
use debouches_publish::live;
use debouches_store::Lock;

use super::connection::Connection;
use crate::config::DatasetConfig;
use crate::context::Context;
use crate::failure::fault_of;
use crate::releases::latest;
use crate::retraction::{check_release, note};
use crate::summary::{Outcome, Step};

/// Writes the receipt of what is live, when it is the newest release of the state.
pub async fn adopt(
    context: &Context,
    connection: &Connection<'_>,
    dataset: &DatasetConfig,
    lock: &Lock,
) -> Step {
    match tried(context, connection, dataset, lock).await {
        Ok((outcome, detail)) => Step::new(Stage::Publish, dataset.id(), outcome, detail),
        Err(error) => Step::failed(Stage::Publish, dataset.id(), &error),
    }
}

/// Takes into the register the decisions that the page of a dataset keeps and the register lacks. Returns how many.
///
/// # Errors
/// When the portal cannot be read, what it keeps is no list of decisions, or the state cannot be written.
pub async fn take_in_retractions(
    context: &Context,
    connection: &Connection<'_>,
    dataset: &DatasetConfig,
    lock: &Lock,
) -> anyhow::Result<usize> {
    let shown = live(
        &connection.portal,
        connection.organization(),
        dataset.id(),
        None,
    )
    .await?;
    match shown.and_then(|shown| shown.retractions) {
        Some(kept) => note::take_in(context, &kept, lock).await,
        None => Ok(0),
    }
}

async fn tried(
    context: &Context,
    connection: &Connection<'_>,
    dataset: &DatasetConfig,
    lock: &Lock,
) -> anyhow::Result<(Outcome, String)> {
    let existing = live(
        &connection.portal,
        connection.organization(),
        dataset.id(),
        None,
    )
    .await?;
    let Some(existing) = existing else {
        return Ok((
            Outcome::Kept,
            "the portal has nothing under our mark".to_owned(),
        ));
    };
    let version = existing.version.map_or_else(
        || "without version".to_owned(),
        |version| format!("version {version}"),
    );
    if let Some(detail) = purged(context, dataset, existing.version).await? {
        return Ok((Outcome::Kept, detail));
    }
    let release = latest(context, dataset.id().as_str()).await?;
    let is_this = |release: &debouches_store::Artefact| {
        release.key().id.parse::<Version>().ok() == existing.version
    };
    if let Some(release) = release.as_ref().filter(|release| is_this(release)) {
        let target = connection.target(Some(dataset));
        if connection
            .publication(context, release, &target)
            .adopt(lock)
            .await?
            .is_some()
        {
            return Ok((
                Outcome::Made,
                format!(
                    "{version} is live as {} and is the release of the state",
                    existing.id
                ),
            ));
        }
        let detail = format!(
            "{version} is live as {} and differs from the release of the state: see `debouches plan`",
            existing.id
        );
        return Ok((Outcome::Kept, detail));
    }
    super::restore::restore(context, connection, dataset, &existing, lock).await
}

/// What the state says when what is live is a purged release: nothing of it is made again.
async fn purged(
    context: &Context,
    dataset: &DatasetConfig,
    live: Option<Version>,
) -> anyhow::Result<Option<String>> {
    let retracted = context.retracted().await?;
    let purged = live.filter(|version| retracted.is_purged(dataset.id(), *version));
    Ok(purged.map(|version| {
        format!("version {version} was purged: its retraction is in the register, and nothing of it is made again")
    }))
}

/// Removes from the state the releases that it made while it had forgotten what was retracted.
///
/// # Errors
/// When the state cannot be read or written.
pub async fn forget_made_in_ignorance(
    context: &Context,
    dataset: &DatasetConfig,
    lock: &Lock,
) -> anyhow::Result<()> {
    let retracted = context.retracted().await?;
    for key in context
        .store
        .list(Stage::Package, dataset.id().as_str())
        .await?
    {
        let Some(release) = context.store.find(&key).await? else {
            continue;
        };
        let version = key.id.parse::<Version>().ok();
        let is_purged = version.is_some_and(|version| retracted.is_purged(dataset.id(), version));
        let is_retracted =
            version.is_some_and(|version| retracted.find(dataset.id(), version).is_some());
        let brings_back = || async {
            match check_release(context, dataset, &release).await {
                Err(error) if fault_of(&error) == Fault::Data => Ok(true),
                checked => checked.map(|()| false),
            }
        };
        if is_purged || (!is_retracted && brings_back().await?) {
            context.store.discard(&key, lock).await?;
            tracing::warn!("{key}: removed from the state, since it holds retracted data");
        }
    }
    Ok(())
}
