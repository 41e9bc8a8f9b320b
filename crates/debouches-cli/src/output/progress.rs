//! Progress: one bar on a terminal, and a line for each stage that did something.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use debouches_model::{Event, Observer, Stage, StageCounts, Unit};
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

/// Target of the lines that end a stage: the only ones that are printed without `-v`, beside warnings.
pub(super) const STAGES: &str = "debouches::stages";

/// What a stage did, in a line; none when nothing moved and nothing went wrong.
fn line(stage: Stage, counts: StageCounts) -> Option<String> {
    let StageCounts {
        made,
        unchanged,
        refused,
        failed,
        waiting,
    } = counts;
    if made + refused + failed + waiting == 0 {
        return None;
    }
    let made_is = match stage {
        Stage::Fetch => "received",
        Stage::Validate => "validated",
        Stage::Enrich => "enriched",
        Stage::Package => "packaged",
        Stage::Publish => "published",
    };
    let parts = [
        (made, made_is),
        (unchanged, "unchanged"),
        (refused, "refused"),
        (failed, "failed"),
        (waiting, "waiting for another"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    Some(format!("{stage}: {}", parts.join(", ")))
}

/// One bar: the stage, the subject, how many of how many, and the bytes or rows of a long task.
pub(super) struct Bar {
    bar: ProgressBar,
    tasks: Mutex<HashMap<String, (Option<u64>, Unit)>>,
}

impl Default for Bar {
    fn default() -> Self {
        let template = "{prefix:9} {bar:24} {pos}/{len} {wide_msg}";
        let style = ProgressStyle::with_template(template);
        let bar = ProgressBar::hidden();
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self {
            bar,
            tasks: Mutex::default(),
        }
    }
}

impl Observer for Bar {
    fn on(&self, event: Event<'_>) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::StageStarted { stage, subjects } => {
                self.bar.reset();
                self.bar.set_length(subjects as u64);
                self.bar.set_prefix(stage.as_str());
                self.bar.set_message("");
                self.bar
                    .set_draw_target(indicatif::ProgressDrawTarget::stderr());
                self.bar.enable_steady_tick(Duration::from_millis(200));
            }
            Event::Subject { name } => {
                self.bar.inc(1);
                self.bar.set_message(name.to_owned());
            }
            Event::StageFinished { stage, counts } => {
                self.bar.disable_steady_tick();
                if let Some(line) = line(stage, counts) {
                    self.bar.println(line);
                }
                self.bar.finish_and_clear();
            }
            Event::Started { task, total, unit } => {
                tasks.insert(task.to_owned(), (total, unit));
                self.bar.set_message(task.to_owned());
            }
            Event::Advanced { task, done } => {
                let Some((total, unit)) = tasks.get(task) else {
                    return;
                };
                let amount = |number: u64| match unit {
                    Unit::Bytes => HumanBytes(number).to_string(),
                    Unit::Rows | Unit::Steps => number.to_string(),
                };
                let done = amount(done);
                let message = match total {
                    Some(total) => format!("{task} {done} of {}", amount(*total)),
                    None => format!("{task} {done}"),
                };
                self.bar.set_message(message);
            }
            Event::Finished { task } => {
                tasks.remove(task);
            }
        }
    }
}

/// A log line for each stage that did something, and for each tenth of a long task: a log under cron says where a run is.
#[derive(Default)]
pub(super) struct Lines {
    by_task: Mutex<HashMap<String, (Option<u64>, u64)>>,
}

/// Amounts under which nothing is logged: the end of the stage is enough.
const LONG: u64 = 64 << 20;

impl Observer for Lines {
    fn on(&self, event: Event<'_>) {
        let mut tasks = self.by_task.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::StageFinished { stage, counts } => {
                if let Some(line) = line(stage, counts) {
                    tracing::info!(target: STAGES, "{line}");
                }
            }
            Event::StageStarted { .. } | Event::Subject { .. } => {}
            Event::Started { task, total, .. } => {
                tasks.insert(task.to_owned(), (total, 0));
            }
            Event::Advanced { task, done } => {
                let Some((Some(total), logged)) = tasks.get_mut(task) else {
                    return;
                };
                let tenth = done.saturating_mul(10) / (*total).max(1);
                if *total > LONG && tenth > *logged {
                    *logged = tenth;
                    tracing::info!(target: STAGES, "{task}: {} %", tenth * 10);
                }
            }
            Event::Finished { task } => {
                tasks.remove(task);
            }
        }
    }
}
