//! Where everything stands in one line: what needs somebody first.

use debouches_model::counted_en;
use serde::Serialize;

use super::line::{State, StatusLine};

/// How many subjects are in each trouble.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Data that was refused.
    pub refused: usize,
    /// Sources or stages that failed in the last run.
    pub failed: usize,
    /// Sources that have not published by their day.
    pub late: usize,
    /// What waits for something else.
    pub waiting: usize,
    /// What is made of older inputs, or was never made.
    pub stale: usize,
    /// Waivers whose last day is past.
    pub expired_waivers: usize,
    /// Accepted tables with warnings.
    pub with_warnings: usize,
    /// Rows that were set aside.
    pub rows_set_aside: u64,
    /// What is as the present inputs give it.
    pub current: usize,
}

impl Counts {
    /// Counts these lines.
    #[must_use]
    pub fn of(lines: &[StatusLine]) -> Self {
        let mut counts = Self::default();
        for line in lines {
            let count = match line.state {
                State::Refused => &mut counts.refused,
                State::Failed => &mut counts.failed,
                State::Late => &mut counts.late,
                State::Waiting => &mut counts.waiting,
                State::Stale | State::Missing => &mut counts.stale,
                State::Expired => &mut counts.expired_waivers,
                State::Current => &mut counts.current,
                State::RetractedRelease | State::Yanked | State::Purged | State::Published => {
                    continue;
                }
            };
            *count += 1;
            if line.warnings > 0 {
                counts.with_warnings += 1;
            }
            counts.rows_set_aside += line.set_aside;
        }
        counts
    }

    /// The counts that are not zero, troubles first.
    #[must_use]
    pub fn sentence(&self) -> String {
        let as_u64 = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let parts = [
            (as_u64(self.refused), "refused", "refused"),
            (as_u64(self.failed), "failed", "failed"),
            (as_u64(self.late), "late", "late"),
            (as_u64(self.waiting), "waiting", "waiting"),
            (as_u64(self.stale), "stale or missing", "stale or missing"),
            (
                as_u64(self.expired_waivers),
                "expired waiver",
                "expired waivers",
            ),
            (as_u64(self.with_warnings), "with warnings", "with warnings"),
            (self.rows_set_aside, "row set aside", "rows set aside"),
            (as_u64(self.current), "up to date", "up to date"),
        ];
        let parts_named: Vec<String> = parts
            .into_iter()
            .filter(|(count, _, _)| *count > 0)
            .map(|(count, one, many)| counted_en(count, one, many))
            .collect();
        if parts_named.is_empty() {
            "nothing yet".to_owned()
        } else {
            parts_named.join(", ")
        }
    }

    /// True when a person has to decide or to ask: exit 3.
    #[must_use]
    pub fn needs_somebody(&self) -> bool {
        self.refused + self.late > 0
    }
}
