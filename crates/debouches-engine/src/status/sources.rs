//! Where sources and tables stand: received, late, refused, with warnings.

use debouches_model::{ArtefactKey, Report, Severity, Stage, Text};
use debouches_store::Artefact;

use super::last_runs::LastRuns;
use super::line::{State, StatusLine};
use crate::calendar::Seen;
use crate::config::{Awaited, Expected, Source};
use crate::context::Context;
use crate::failure;
use crate::stages::target::{FINDINGS_FILE, Known, Target, load_report};
use crate::stages::validate;

/// The lines of a source, and of the table that it fills.
pub(super) async fn lines(
    context: &Context,
    source: &Source,
    runs: &LastRuns,
) -> anyhow::Result<Vec<StatusLine>> {
    let mut lines = vec![source_line(context, source.id().as_str(), runs).await?];
    let target = validate::target(context, source)
        .await
        .map(|(target, _)| target);
    lines.extend(late_line(context, source, target.as_ref().ok()).await?);
    // Several sources may fill one table: it is told with the first of them.
    let mut sources = context.pipeline.sources.iter();
    let first = sources.find(|other| other.spec.id == source.spec.id);
    if first.is_some_and(|first| first.id() == source.id()) {
        let table = source.spec.id.as_str();
        lines.push(table_line(context, Stage::Validate, table, (target, runs)).await?);
    }
    Ok(lines)
}

/// The line of a source that has not published by its expected date; none when it is on time.
pub(crate) async fn late_line(
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
        let text = late_text(expected, &seen);
        let detail = text.get(context.options.lang);
        StatusLine::new(Stage::Fetch, source.id(), State::Late, detail)
    }))
}

/// What was expected of a source, and what is there.
fn late_text(expected: &Expected, seen: &Seen) -> Text {
    let (what_fr, what_en) = match &expected.what {
        Awaited::Vintage(vintage) => (
            format!("le millésime {vintage} était attendu"),
            format!("vintage {vintage} was expected"),
        ),
        Awaited::DeliverySince(since) => (
            format!("une livraison postérieure au {since} était attendue"),
            format!("a delivery since {since} was expected"),
        ),
    };
    let (there_fr, there_en) = match (seen.received, seen.vintages.join(" | ")) {
        (None, _) => (
            "rien n'a jamais été reçu".to_owned(),
            "nothing was ever received".to_owned(),
        ),
        (Some(day), vintages) if vintages.is_empty() => (
            format!("ce qui est là a été reçu pour la première fois le {day}"),
            format!("what is here was first received on {day}"),
        ),
        (Some(day), vintages) => (
            format!("ce qui est là, reçu le {day}, contient {vintages}"),
            format!("what is here, received on {day}, has {vintages}"),
        ),
    };
    let by = expected.by;
    Text {
        fr: format!("{what_fr} avant le {by} ; {there_fr}"),
        en: format!("{what_en} by {by}; {there_en}"),
    }
}

pub(super) async fn source_line(
    context: &Context,
    id: &str,
    runs: &LastRuns,
) -> anyhow::Result<StatusLine> {
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
    // The bytes of the last good answer stay, and so does the trouble until the source answers again.
    if let Some(trouble) = runs.trouble(Stage::Fetch, id) {
        let detail = format!("{} ({detail} stays)", trouble.detail);
        return Ok(StatusLine::new(Stage::Fetch, id, trouble.state, detail));
    }
    Ok(StatusLine::new(Stage::Fetch, id, state, detail))
}

pub(super) async fn table_line(
    context: &Context,
    stage: Stage,
    table: &str,
    (target, runs): (anyhow::Result<Target>, &LastRuns),
) -> anyhow::Result<StatusLine> {
    let target = match target {
        Err(error) => {
            let detail = failure::one_line(&error);
            return Ok(StatusLine::new(stage, table, State::Waiting, detail));
        }
        Ok(target) => target,
    };
    Ok(match target.find(&context.store).await? {
        Known::Made(artefact) => accepted(stage, table, &load_report(&artefact).await?),
        Known::Refused(artefact) => refused(stage, table, &artefact).await?,
        Known::Nothing => {
            // What ended the process that read it left no report.
            if let Some(trouble) = runs.trouble(stage, table) {
                return Ok(StatusLine::new(stage, table, trouble.state, trouble.detail));
            }
            let detail = format!("`debouches why {table}` says what moved");
            StatusLine::new(stage, table, State::Stale, detail)
        }
    })
}

/// The line of a table that was accepted: its rows, and what somebody may want to look at.
fn accepted(stage: Stage, table: &str, report: &Report) -> StatusLine {
    let warned: Vec<String> = report
        .rules
        .iter()
        .filter(|tally| tally.severity == Severity::Warning)
        .map(|tally| format!("{} ({})", tally.rule, tally.findings))
        .collect();
    let warnings = report
        .rules
        .iter()
        .filter(|tally| tally.severity == Severity::Warning)
        .map(|tally| tally.findings)
        .sum();
    let mut detail = format!("{} rows", report.rows.kept);
    if report.rows.refused > 0 {
        detail += &format!(", {} set aside", report.rows.refused);
    }
    if !warned.is_empty() {
        detail += &format!(", warnings: {}", warned.join(", "));
    }
    StatusLine {
        warnings,
        set_aside: report.rows.refused,
        ..StatusLine::new(stage, table, State::Current, detail)
    }
}

/// The line of a table that was refused: the rules that decided it, and where everything is.
async fn refused(stage: Stage, table: &str, artefact: &Artefact) -> anyhow::Result<StatusLine> {
    let report = load_report(artefact).await?;
    let rules: Vec<String> = report
        .rules
        .iter()
        .filter(|tally| tally.exceeded)
        .map(|tally| format!("{} ({})", tally.rule, tally.findings))
        .collect();
    let detail = format!(
        "{}; `debouches findings {table}`; {}",
        rules.join(", "),
        artefact.location(FINDINGS_FILE)
    );
    Ok(StatusLine::new(stage, table, State::Refused, detail))
}
