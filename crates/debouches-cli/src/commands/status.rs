//! `debouches status`: where each source, table and dataset stands.

use std::collections::BTreeMap;

use debouches_model::{ArtefactKey, Decree, Fault, Ingredients, Stage, Withdrawal};
use serde_json::json;

use crate::args::{Global, Subjects};
use crate::output;
use crate::session;
use debouches_engine::Context;
use debouches_engine::calendar::Seen;
use debouches_engine::config::{Awaited, DatasetConfig, Source};
use debouches_engine::failure;
use debouches_engine::retraction::is_withdrawn;
use debouches_engine::selection::Selection;
use debouches_engine::stages::package::{ingredients, is_current, latest};
use debouches_engine::stages::target::{FINDINGS_FILE, Known, Target, load_report};
use debouches_engine::stages::{enrich, validate};

/// State of a source that has not published by its expected date.
const LATE: &str = "late";

/// One line of the status.
struct Line {
    stage: Stage,
    subject: String,
    state: String,
    detail: String,
}

pub(crate) async fn status(global: &Global, subjects: &Subjects) -> anyhow::Result<u8> {
    let context = session::open(global).await?;
    let selection = Selection::of(&context.pipeline, &subjects.subjects)?;
    let mut lines = Vec::new();
    for source in &selection.sources {
        lines.push(source_line(&context, source.id().as_str()).await?);
        let target = validate::target(&context, source)
            .await
            .map(|(target, _)| target);
        lines.extend(late_line(&context, source, target.as_ref().ok()).await?);
        lines.push(table_line(&context, Stage::Validate, source.spec.id.as_str(), target).await?);
    }
    for spec in selection.enriched() {
        lines.push(
            table_line(
                &context,
                Stage::Enrich,
                spec.id.as_str(),
                enrich::target(&context, spec).await,
            )
            .await?,
        );
    }
    for dataset in &selection.datasets {
        let (state, detail) = match (
            latest(&context, dataset.id().as_str()).await?,
            ingredients(&context, dataset).await,
        ) {
            (Some(release), Ok((now, _))) if is_current(&context, &release, &now).await? => {
                ("current", format!("version {}", release.key().id))
            }
            (last, Ok((now, _))) if refusal(&context, dataset, &now).await?.is_some() => {
                let kept = last.map_or_else(
                    || "no release yet".to_owned(),
                    |release| format!("version {} stays", release.key().id),
                );
                (
                    "refused",
                    format!(
                        "{}; {kept}",
                        refusal(&context, dataset, &now).await?.unwrap_or_default()
                    ),
                )
            }
            (Some(release), Ok((now, _))) if is_withdrawn(&context, dataset.id(), &now).await? => (
                "current",
                format!(
                    "version {}; the data received since is that of a withdrawn release",
                    release.key().id
                ),
            ),
            (Some(release), Ok(_)) => (
                "stale",
                format!("version {}, made of other ingredients", release.key().id),
            ),
            (Some(release), Err(error)) => (
                "stale",
                format!(
                    "version {}: {}",
                    release.key().id,
                    failure::one_line(&error)
                ),
            ),
            (None, _) if context.withdrawn().await?.of(dataset.id()).next().is_some() => {
                ("withdrawn", "no release that may be used".to_owned())
            }
            (None, _) => ("missing", "no release yet".to_owned()),
        };
        lines.push(Line {
            stage: Stage::Package,
            subject: dataset.id().to_string(),
            state: state.to_owned(),
            detail,
        });
        for withdrawal in context.withdrawn().await?.of(dataset.id()) {
            let Withdrawal {
                version,
                at,
                by,
                reason,
                decision,
                ..
            } = withdrawal;
            let state = if *decision == Decree::Purge {
                "purged"
            } else {
                "yanked"
            };
            let detail = format!(
                "version {version}, on {} by {by}: {reason}",
                at.format("%Y-%m-%d")
            );
            lines.push(Line {
                stage: Stage::Package,
                subject: dataset.id().to_string(),
                state: state.to_owned(),
                detail,
            });
        }
        for key in context
            .store
            .list(Stage::Publish, dataset.id().as_str())
            .await?
        {
            let at = context
                .store
                .find(&key)
                .await?
                .map(|artefact| artefact.manifest().created_at.to_rfc3339());
            let detail = format!("{} on {}", key.id, at.unwrap_or_default());
            lines.push(Line {
                stage: Stage::Publish,
                subject: dataset.id().to_string(),
                state: "published".to_owned(),
                detail,
            });
        }
    }
    let late = lines.iter().any(|line| line.state == LATE);
    print(global, &lines);
    Ok(if late { Fault::Data.exit_code() } else { 0 })
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
) -> anyhow::Result<Option<Line>> {
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
        Line {
            stage: Stage::Fetch,
            subject: source.id().to_string(),
            state: LATE.to_owned(),
            detail,
        }
    }))
}

async fn source_line(context: &Context, id: &str) -> anyhow::Result<Line> {
    let entry = context
        .sources()
        .sources
        .iter()
        .find(|(own, _)| own.as_str() == id)
        .map(|(_, entry)| entry.clone());
    let (state, detail) = match entry {
        None => ("missing", "never fetched".to_owned()),
        Some(entry) => {
            let there = context
                .store
                .find(&ArtefactKey::new(Stage::Fetch, id, entry.sha256))
                .await?
                .is_some();
            let state = if there { "current" } else { "missing" };
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
    Ok(Line {
        stage: Stage::Fetch,
        subject: id.to_owned(),
        state: state.to_owned(),
        detail,
    })
}

async fn table_line(
    context: &Context,
    stage: Stage,
    table: &str,
    target: anyhow::Result<Target>,
) -> anyhow::Result<Line> {
    let (state, detail) = match target {
        Err(error) => ("waiting", failure::one_line(&error)),
        Ok(target) => match target.look(context).await? {
            Known::Made(artefact) => (
                "current",
                format!("{} rows", load_report(&artefact).await?.rows.kept),
            ),
            Known::Refused(artefact) => ("refused", artefact.location("findings.csv")),
            Known::Nothing => ("stale", format!("`debouches why {table}` says what moved")),
        },
    };
    Ok(Line {
        stage,
        subject: table.to_owned(),
        state: state.to_owned(),
        detail,
    })
}

fn print(global: &Global, lines: &[Line]) {
    let late: Vec<&str> = lines
        .iter()
        .filter(|line| line.state == LATE)
        .map(|line| line.subject.as_str())
        .collect();
    if global.json {
        let lines: Vec<_> = lines
            .iter()
            .map(|line| json!({ "stage": line.stage, "subject": line.subject, "state": line.state, "detail": line.detail }))
            .collect();
        output::print(
            &(json!({ "schema_version": 1, "late": late, "lines": lines }).to_string() + "\n"),
        );
        return;
    }
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|line| {
            vec![
                line.stage.to_string(),
                line.subject.clone(),
                line.state.clone(),
                line.detail.clone(),
            ]
        })
        .collect();
    let table = output::table(&["stage", "subject", "state", "detail"], &rows);
    let is_bad = |place: usize| {
        place
            .checked_sub(1)
            .is_some_and(|place| [LATE, "refused"].contains(&lines[place].state.as_str()))
    };
    let red = |(place, line): (usize, &str)| {
        if is_bad(place) && output::is_coloured(global) {
            format!("\u{1b}[31m{line}\u{1b}[0m\n")
        } else {
            format!("{line}\n")
        }
    };
    output::print(&table.lines().enumerate().map(red).collect::<String>());
}
