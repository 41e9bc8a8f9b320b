//! A word in a chat room when a person is needed, and when they are needed no more.
//!
//! The body is `{"text": "…"}`, which Tchap, Mattermost and Slack take at the address of an incoming webhook. That
//! address is a secret: the configuration names the variable that holds it.

use std::time::Duration;

use anyhow::Context as _;
use debouches_http::{Method, Request};
use debouches_model::{Stage, escape};
use serde_json::json;

use super::RunRecord;
use super::record::StepRecord;
use crate::config::{Occasion, Webhook};
use crate::context::Context;
use crate::summary::Outcome;

impl Occasion {
    /// The occasion of a run, given the exit code of the one before.
    fn of(exit: u8, before: Option<u8>) -> Option<Self> {
        match exit {
            0 => before.filter(|code| *code != 0).map(|_| Self::Recovered),
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
            Self::Recovered => "tout va bien de nouveau",
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

/// Tells the room, when there is something to tell. The same trouble twice in a row is told once.
pub(crate) async fn tell(
    context: &Context,
    webhook: &Webhook,
    record: &RunRecord,
    before: Option<&RunRecord>,
) -> anyhow::Result<()> {
    let Some(occasion) = Occasion::of(record.exit_code, before.map(|run| run.exit_code)) else {
        return Ok(());
    };
    let text = text(occasion, record);
    let is_old = before
        .is_some_and(|run| run.exit_code == record.exit_code && troubled(run).eq(troubled(record)));
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

fn text(occasion: Occasion, record: &RunRecord) -> String {
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
    let lines = lines(record);
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

/// What went wrong, a line each.
fn lines(record: &RunRecord) -> Vec<String> {
    let told = |step: &StepRecord| {
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
        .map(told);
    record.error.iter().cloned().chain(steps).collect()
}

/// Where it went wrong: the detail of a refusal that is told again is not that of the first time.
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
        assert_eq!(Occasion::of(3, Some(0)), Some(Occasion::Refused));
        assert_eq!(Occasion::of(6, None), Some(Occasion::Incomplete));
        assert_eq!(Occasion::of(75, Some(0)), Some(Occasion::Failed));
        assert_eq!(Occasion::of(0, Some(75)), Some(Occasion::Recovered));
        assert_eq!(Occasion::of(0, Some(0)), None);
        assert_eq!(Occasion::of(0, None), None);
    }
}
