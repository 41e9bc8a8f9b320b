//! Progress: bars on a terminal, a line when a long task begins and ends elsewhere.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use debouches_model::{Event, Observer, Unit};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// One bar per task.
#[derive(Default)]
pub(super) struct Bars {
    all: MultiProgress,
    by_task: Mutex<HashMap<String, ProgressBar>>,
}

impl Observer for Bars {
    fn on(&self, event: Event<'_>) {
        let mut bars = self.by_task.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Started { task, total, unit } => {
                let bar = self.all.add(bar(total, unit));
                bar.set_message(task.to_owned());
                bars.insert(task.to_owned(), bar);
            }
            Event::Advanced { task, done } => {
                if let Some(bar) = bars.get(task) {
                    bar.set_position(done);
                }
            }
            Event::Finished { task } => {
                if let Some(bar) = bars.remove(task) {
                    bar.finish_and_clear();
                }
            }
        }
    }
}

fn bar(total: Option<u64>, unit: Unit) -> ProgressBar {
    let counts = match unit {
        Unit::Bytes => "{bytes}/{total_bytes} {bytes_per_sec}",
        Unit::Rows | Unit::Steps => "{pos}/{len}",
    };
    match total {
        Some(total) => {
            let style = ProgressStyle::with_template(&format!("{{msg:30}} {{bar:30}} {counts}"));
            ProgressBar::new(total)
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        }
        None => {
            let style = ProgressStyle::with_template("{msg:30} {spinner} {bytes}");
            ProgressBar::new_spinner()
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
        }
    }
}

/// A log line for each tenth of a long task, so that a log under cron tells where a run is.
#[derive(Default)]
pub(super) struct Lines {
    by_task: Mutex<HashMap<String, (Option<u64>, u64)>>,
}

/// Amounts under which nothing is told: the end of the stage says enough.
const LONG: u64 = 64 << 20;

impl Observer for Lines {
    fn on(&self, event: Event<'_>) {
        let mut tasks = self.by_task.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Started { task, total, .. } => {
                tasks.insert(task.to_owned(), (total, 0));
            }
            Event::Advanced { task, done } => {
                let Some((Some(total), told)) = tasks.get_mut(task) else {
                    return;
                };
                let tenth = done.saturating_mul(10) / (*total).max(1);
                if *total > LONG && tenth > *told {
                    *told = tenth;
                    tracing::info!("{task}: {} %", tenth * 10);
                }
            }
            Event::Finished { task } => {
                tasks.remove(task);
            }
        }
    }
}
