//! Where each source, table and dataset stands.

use std::collections::BTreeMap;

use debouches_model::{ArtefactKey, Decree, Ingredients, Stage, Withdrawal};
use debouches_publish::receipt_of;
use serde::Serialize;

use crate::Context;
use crate::calendar::Seen;
use crate::config::{Awaited, DatasetConfig, Source};
use crate::failure;
use crate::releases::{is_current, latest};
use crate::retraction::is_retracted;
use crate::selection::Selection;
use crate::stages::package::ingredients;
use crate::stages::target::{FINDINGS_FILE, Known, Target, load_report};
use crate::stages::{enrich, validate};

/// What stands of a subject at a stage.
#[derive(Debug, Clone, Serialize)]
pub struct StatusLine {
    /// The stage.
    pub stage: Stage,
    /// The source, table or dataset.
    pub subject: String,
    /// Where it stands.
    pub state: State,
    /// Rows, version or what is missing, for people.
    pub detail: String,
}

/// Where a subject stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// What is there is what the present inputs give.
    Current,
    /// The inputs moved since.
    Stale,
    /// Nothing is there yet.
    Missing,
    /// A stage before has no output for the present inputs.
    Waiting,
    /// The present inputs were refused.
    Refused,
    /// A source has not published by its expected date.
    Late,
    /// Every release is retracted.
    RetractedRelease,
    /// A release that readers should not use; its bytes stay.
    Yanked,
    /// A release whose bytes were removed.
    Purged,
    /// A release that a portal received.
    Published,
}

impl State {
    /// Its name, as `status --json` spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Stale => "stale",
            Self::Missing => "missing",
            Self::Waiting => "waiting",
            Self::Refused => "refused",
            Self::Late => "late",
            Self::RetractedRelease => "withdrawn",
            Self::Yanked => "yanked",
            Self::Purged => "purged",
            Self::Published => "published",
        }
    }
}

/// Where each subject of a selection stands, stage after stage.
///
/// # Errors
/// Fails when the state cannot be read.
pub async fn status(
    context: &Context,
    selection: &Selection<'_>,
) -> anyhow::Result<Vec<StatusLine>> {
    let mut lines = Vec::new();
    for source in &selection.sources {
        lines.push(source_line(context, source.id().as_str()).await?);
        let target = validate::target(context, source)
            .await
            .map(|(target, _)| target);
        lines.extend(late_line(context, source, target.as_ref().ok()).await?);
        let is_first = |first: &Source| first.id() == source.id();
        if selection.validated().any(is_first) {
            let table = source.spec.id.as_str();
            lines.push(table_line(context, Stage::Validate, table, target).await?);
        }
    }
    for spec in selection.enriched() {
        lines.push(
            table_line(
                context,
                Stage::Enrich,
                spec.id.as_str(),
                enrich::target(context, spec).await,
            )
            .await?,
        );
    }
    for dataset in &selection.datasets {
        let (state, detail) = match (
            latest(context, dataset.id().as_str()).await?,
            ingredients(context, dataset).await,
        ) {
            (Some(release), Ok((now, _))) if is_current(context, &release, &now).await? => {
                (State::Current, format!("version {}", release.key().id))
            }
            (last, Ok((now, _))) if refusal(context, dataset, &now).await?.is_some() => {
                let kept = last.map_or_else(
                    || "no release yet".to_owned(),
                    |release| format!("version {} stays", release.key().id),
                );
                (
                    State::Refused,
                    format!(
                        "{}; {kept}",
                        refusal(context, dataset, &now).await?.unwrap_or_default()
                    ),
                )
            }
            (Some(release), Ok((now, _))) if is_retracted(context, dataset.id(), &now).await? => (
                State::Current,
                format!(
                    "version {}; the data received since is that of a withdrawn release",
                    release.key().id
                ),
            ),
            (Some(release), Ok(_)) => (
                State::Stale,
                format!("version {}, made of other ingredients", release.key().id),
            ),
            (Some(release), Err(error)) => (
                State::Stale,
                format!(
                    "version {}: {}",
                    release.key().id,
                    failure::one_line(&error)
                ),
            ),
            (None, _) if context.retracted().await?.of(dataset.id()).next().is_some() => (
                State::RetractedRelease,
                "no release that may be used".to_owned(),
            ),
            (None, _) => (State::Missing, "no release yet".to_owned()),
        };
        lines.push(StatusLine {
            stage: Stage::Package,
            subject: dataset.id().to_string(),
            state,
            detail,
        });
        for withdrawal in context.retracted().await?.of(dataset.id()) {
            let Withdrawal {
                version,
                at,
                by,
                reason,
                decision,
                ..
            } = withdrawal;
            let state = if *decision == Decree::Purge {
                State::Purged
            } else {
                State::Yanked
            };
            let detail = format!(
                "version {version}, on {} by {by}: {reason}",
                at.format("%Y-%m-%d")
            );
            lines.push(StatusLine {
                stage: Stage::Package,
                subject: dataset.id().to_string(),
                state,
                detail,
            });
        }
        for key in context
            .store
            .list(Stage::Publish, dataset.id().as_str())
            .await?
        {
            let Some(artefact) = context.store.find(&key).await? else {
                continue;
            };
            let at = artefact.manifest().created_at.to_rfc3339();
            let archived = match receipt_of(&artefact).await? {
                receipt if receipt.archived => ", archived on the portal",
                _ => "",
            };
            let detail = format!("{} on {at}{archived}", key.id);
            lines.push(StatusLine {
                stage: Stage::Publish,
                subject: dataset.id().to_string(),
                state: State::Published,
                detail,
            });
        }
    }
    Ok(lines)
}

/// Where the findings are, when a gate refused a release made of these ingredients.
async fn refusal(
    context: &Context,
    dataset: &DatasetConfig,
    now: &Ingredients,
) -> anyhow::Result<Option<String>> {
    for key in context
        .store
        .list_rejected(Stage::Package, dataset.id().as_str())
        .await?
    {
        let Some(artefact) = context.store.find(&key).await? else {
            continue;
        };
        // What is kept of a purged release has no findings.
        if artefact.manifest().file(FINDINGS_FILE).is_none() {
            continue;
        }
        // A gate adds what it compared with.
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

/// The line of a source that has not published by its expected date; none when it is on time.
async fn late_line(
    context: &Context,
    source: &Source,
    target: Option<&Target>,
) -> anyhow::Result<Option<StatusLine>> {
    let today = context.clock.now().date_naive();
    let due: Vec<_> = source
        .expected
        .iter()
        .filter(|expected| today > expected.by)
        .collect();
    if due.is_empty() {
        return Ok(None);
    }
    let seen = Seen::of(context, source, target).await?;
    let missing = due.into_iter().find(|expected| !seen.has(expected));
    Ok(missing.map(|expected| {
        let what = match &expected.what {
            Awaited::Vintage(vintage) => format!("vintage {vintage}"),
            Awaited::DeliverySince(since) => format!("a delivery since {since}"),
        };
        let there = match (seen.received, seen.vintages.join(" | ")) {
            (None, _) => "nothing was ever received".to_owned(),
            (Some(day), vintages) if vintages.is_empty() => {
                format!("what is here was first received on {day}")
            }
            (Some(day), vintages) => format!("what is here, received on {day}, has {vintages}"),
        };
        let detail = format!("{what} was expected by {}; {there}", expected.by);
        StatusLine {
            stage: Stage::Fetch,
            subject: source.id().to_string(),
            state: State::Late,
            detail,
        }
    }))
}

async fn source_line(context: &Context, id: &str) -> anyhow::Result<StatusLine> {
    let entry = context
        .sources()
        .sources
        .iter()
        .find(|(item, _)| item.as_str() == id)
        .map(|(_, entry)| entry.clone());
    let (state, detail) = match entry {
        None => (State::Missing, "never fetched".to_owned()),
        Some(entry) => {
            let there = context
                .store
                .find(&ArtefactKey::new(Stage::Fetch, id, entry.sha256))
                .await?
                .is_some();
            let state = if there {
                State::Current
            } else {
                State::Missing
            };
            (
                state,
                format!(
                    "{} bytes, sha256 {}…, received {}",
                    entry.size,
                    entry.sha256.short(),
                    entry.accessed.to_rfc3339()
                ),
            )
        }
    };
    Ok(StatusLine {
        stage: Stage::Fetch,
        subject: id.to_owned(),
        state,
        detail,
    })
}

async fn table_line(
    context: &Context,
    stage: Stage,
    table: &str,
    target: anyhow::Result<Target>,
) -> anyhow::Result<StatusLine> {
    let (state, detail) = match target {
        Err(error) => (State::Waiting, failure::one_line(&error)),
        Ok(target) => match target.find(&context.store).await? {
            Known::Made(artefact) => (
                State::Current,
                format!("{} rows", load_report(&artefact).await?.rows.kept),
            ),
            Known::Refused(artefact) => (State::Refused, artefact.location("findings.csv")),
            Known::Nothing => (
                State::Stale,
                format!("`debouches why {table}` says what moved"),
            ),
        },
    };
    Ok(StatusLine {
        stage,
        subject: table.to_owned(),
        state,
        detail,
    })
}
