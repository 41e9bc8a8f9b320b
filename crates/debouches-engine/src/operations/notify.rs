//! A word in a chat room when a person is needed, and when they are needed no more.
//!
//! The body is `{"text": "…"}`, which Tchap, Mattermost and Slack take at the address of an incoming webhook. That
//! address is a secret: the configuration names the variable that holds it.

use std::time::Duration;

use anyhow::Context as _;
use debouches_http::{Method, Request};
use debouches_model::{Stage, counted_fr, escape};
use serde_json::json;

use super::RunRecord;
use super::record::StepRecord;
use crate::config::{Occasion, Webhook};
use crate::context::Context;
use crate::summary::Outcome;

impl Occasion {
    /// The occasion of a run, given the one before.
    fn of(record: &RunRecord, before: Option<&RunRecord>) -> Option<Self> {
        match record.exit_code {
            0 if before.is_some_and(|run| run.exit_code != 0) => Some(Self::Recovered),
            0 => (!warnings(record, before).is_empty()).then_some(Self::Warning),
            3 => Some(Self::Refused),
            6 => Some(Self::Incomplete),
            // A busy lock is no news.
            5 => None,
            _ => Some(Self::Failed),
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Refused => "données refusées, une personne doit décider",
            Self::Incomplete => "publication incomplète, le prochain passage la reprend",
            Self::Failed => "échec",
            Self::Warning => "tout est publié, un point est à surveiller",
            Self::Recovered => "tout est rentré dans l'ordre",
        }
    }
}

/// How long a room may take, attempts included.
const PATIENCE: Duration = Duration::from_secs(10);

/// Longest line of a message, and longest message, in characters: rooms drop longer ones without a word.
const LONGEST_LINE: usize = 400;
const LONGEST: usize = 4000;

/// Lines of a message; the others are counted.
const MOST_LINES: usize = 8;

/// Tells the room, when there is something to tell. The same trouble twice in a row is described once.
pub(crate) async fn notify(
    context: &Context,
    webhook: &Webhook,
    record: &RunRecord,
    before: Option<&RunRecord>,
) -> anyhow::Result<()> {
    let Some(occasion) = Occasion::of(record, before) else {
        return Ok(());
    };
    let text = text(occasion, record, before);
    // What is worth a warning is new by itself.
    let is_old = occasion != Occasion::Warning
        && before.is_some_and(|run| {
            run.exit_code == record.exit_code && troubled(run).eq(troubled(record))
        });
    if is_old || !webhook.on.contains(&occasion) {
        return Ok(());
    }
    let variable = &webhook.url_env;
    let address = (context.room.clone())
        .or_else(|| std::env::var(variable).ok())
        .filter(|address| !address.trim().is_empty());
    let address = address.with_context(|| {
        format!("the variable {variable} does not hold the address of a webhook")
    })?;
    // The address is a secret: it is in no message.
    let url = address
        .trim()
        .parse()
        .map_err(|_| anyhow::anyhow!("the variable {variable} is not an address"))?;
    let client = context.client(context.pipeline.client_options())?;
    let request = Request::new(Method::Post, url).json(&json!({ "text": text }));
    let answer = tokio::time::timeout(PATIENCE, client.send(&request))
        .await
        .map_err(|_| anyhow::anyhow!("the webhook of {variable} did not answer in time"))?;
    let status = answer
        .map_err(|_| anyhow::anyhow!("the webhook of {variable} did not answer"))?
        .status();
    anyhow::ensure!(
        (200..300).contains(&status),
        "the webhook of {variable} answered {status}"
    );
    Ok(())
}

fn text(occasion: Occasion, record: &RunRecord, before: Option<&RunRecord>) -> String {
    let RunRecord {
        profile,
        run,
        exit_code,
        ..
    } = record;
    let head = format!(
        "Débouchés, profil {profile} : {} (code {exit_code}, exécution {run}).",
        occasion.title()
    );
    let lines = lines(record, before);
    let more = lines.len().saturating_sub(MOST_LINES);
    let shown = lines
        .into_iter()
        .take(MOST_LINES)
        .map(|line| format!("- {}", quiet(&line)));
    let rest = (more > 0).then(|| format!("- et {more} autres : `debouches show {run}`"));
    let text = std::iter::once(head)
        .chain(shown)
        .chain(rest)
        .collect::<Vec<_>>()
        .join("\n");
    text.chars().take(LONGEST).collect()
}

/// A line as a room shows it: it calls nobody (`@all`, `<!here>`), opens no link of its own and drives nothing.
fn quiet(line: &str) -> String {
    let line = escape::line(line, LONGEST_LINE);
    line.replace('@', "@\u{2060}")
        .replace('<', "‹")
        .replace('>', "›")
}

/// What went wrong, a line each, causes before what waits for them; then what is worth a look.
fn lines(record: &RunRecord, before: Option<&RunRecord>) -> Vec<String> {
    let described = |step: &StepRecord| {
        format!(
            "{} {} : {}",
            step.stage,
            step.subject,
            step.detail.as_deref().unwrap_or("–")
        )
    };
    let steps = record
        .steps
        .iter()
        .filter(|step| is_trouble(step))
        .map(described);
    let waiting: Vec<&str> = record
        .steps
        .iter()
        .filter(|step| step.stage == Stage::Package && step.outcome == Outcome::Skipped)
        .map(|step| step.subject.as_str())
        .collect();
    let waiting = (!waiting.is_empty()).then(|| format!("en attente : {}", waiting.join(", ")));
    record
        .error
        .iter()
        .cloned()
        .chain(steps)
        .chain(waiting)
        .chain(warnings(record, before))
        .collect()
}

/// What is worth a look and was not described the last time: late sources, expired waivers, more rows set aside, more warnings.
///
/// A first run has nothing to be compared with: only what is late or expired is described.
fn warnings(record: &RunRecord, before: Option<&RunRecord>) -> Vec<String> {
    let is_new_source =
        |source: &str| !before.is_some_and(|run| run.late.iter().any(|late| late.source == source));
    let late = record
        .late
        .iter()
        .filter(|late| is_new_source(&late.source))
        .map(|late| format!("source {} en retard : {}", late.source, late.detail));
    let expired = record
        .expired_waivers
        .iter()
        .filter(|waiver| !before.is_some_and(|run| run.expired_waivers.contains(waiver)))
        .map(|waiver| format!("dérogation échue : {waiver}"));
    let counts = |step: &StepRecord| {
        let [_, set_aside] = step.rows.unwrap_or_default();
        (set_aside, step.warnings.unwrap_or_default())
    };
    let grown = record.steps.iter().filter_map(|step| {
        let earlier = before?.steps.iter().find(|other| {
            (other.stage, other.subject.as_str()) == (step.stage, step.subject.as_str())
        })?;
        let ((set_aside, warnings), (set_aside_before, warnings_before)) =
            (counts(step), counts(earlier));
        let mut parts = Vec::new();
        if set_aside > set_aside_before {
            parts.push(format!(
                "{} (au lieu de {set_aside_before})",
                counted_fr(set_aside, "ligne mise de côté", "lignes mises de côté")
            ));
        }
        if warnings > warnings_before {
            parts.push(format!(
                "{} (au lieu de {warnings_before})",
                counted_fr(warnings, "avertissement", "avertissements")
            ));
        }
        (!parts.is_empty() && !is_trouble(step))
            .then(|| format!("{} {} : {}", step.stage, step.subject, parts.join(", ")))
    });
    late.chain(expired).chain(grown).collect()
}

/// Where it went wrong: the detail of a refusal that is described again is not that of the first time.
fn troubled(record: &RunRecord) -> impl Iterator<Item = (Stage, &str)> {
    record
        .steps
        .iter()
        .filter(|step| is_trouble(step))
        .map(|step| (step.stage, step.subject.as_str()))
}

fn is_trouble(step: &StepRecord) -> bool {
    matches!(step.outcome, Outcome::Refused | Outcome::Failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_called_and_nothing_is_driven_by_what_others_wrote() {
        let shown = quiet("@all <!here> <https://evil.example|ici>\u{1b}[31m\n- faux");
        assert!(
            !shown.contains("@all") && !shown.contains('<') && !shown.contains('>'),
            "{shown}"
        );
        assert!(
            !shown.contains('\n') && !shown.contains('\u{1b}'),
            "{shown}"
        );
        assert!(quiet(&"x".repeat(60_000)).chars().count() <= LONGEST_LINE + 1);
    }

    #[test]
    fn a_person_is_told_of_what_needs_them_and_of_its_end() {
        let of = |exit: u8, before: Option<u8>| {
            let run = |exit_code| RunRecord {
                exit_code,
                ..record()
            };
            Occasion::of(&run(exit), before.map(run).as_ref())
        };
        assert_eq!(of(3, Some(0)), Some(Occasion::Refused));
        assert_eq!(of(6, None), Some(Occasion::Incomplete));
        assert_eq!(of(75, Some(0)), Some(Occasion::Failed));
        assert_eq!(of(0, Some(75)), Some(Occasion::Recovered));
        assert_eq!(of(0, Some(0)), None);
        assert_eq!(of(0, None), None);
    }

    /// A run that did nothing.
    fn record() -> RunRecord {
        serde_json::from_value(json!({
            "schema_version": 1,
            "run": "r",
            "tool": { "version": "0", "commit": "0" },
            "command": "debouches run",
            "profile": "sample",
            "ended_at": "2026-11-27T04:00:00Z",
            "seconds": 1.0,
            "exit_code": 0,
            "nothing_to_do": true,
            "steps": [],
            "datasets": [],
        }))
        .unwrap()
    }

    #[test]
    fn what_is_new_to_look_at_is_told_once() {
        let late: RunRecord = RunRecord {
            late: vec![crate::operations::record::LateRecord {
                source: "cfa".to_owned(),
                detail: "vintage 2024 was expected".to_owned(),
            }],
            ..record()
        };
        assert_eq!(Occasion::of(&late, None), Some(Occasion::Warning));
        assert_eq!(Occasion::of(&late, Some(&late)), None);
        let text = text(Occasion::Warning, &late, Some(&record()));
        assert!(text.contains("source cfa en retard"), "{text}");
    }
}
