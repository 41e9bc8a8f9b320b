//! What no step of a run tells, and somebody should know.

use super::record::LateRecord;
use crate::context::Context;
use crate::stages::validate;
use crate::status::{expired_waivers, late_line};

/// Late sources and expired waivers.
#[derive(Debug, Default)]
pub(super) struct Attention {
    /// Sources that have not published by their day.
    pub(super) late: Vec<LateRecord>,
    /// Waivers whose last day is past.
    pub(super) expired_waivers: Vec<String>,
}

impl Attention {
    /// Late sources and expired waivers, as the state and the configuration stand.
    ///
    /// # Errors
    /// Fails when they cannot be read.
    pub(super) async fn of(context: &Context) -> anyhow::Result<Self> {
        let mut late = Vec::new();
        for source in &context.pipeline.sources {
            if source.expected.is_empty() {
                continue;
            }
            let target = validate::target(context, source).await.ok();
            let line =
                late_line(context, source, target.as_ref().map(|(target, _)| target)).await?;
            late.extend(line.map(|line| LateRecord {
                source: line.subject,
                detail: line.detail,
            }));
        }
        let expired = expired_waivers(context)?;
        let expired = expired
            .iter()
            .map(|waiver| format!("{} {} ({})", waiver.rule, waiver.slice, waiver.until));
        Ok(Self {
            late,
            expired_waivers: expired.collect(),
        })
    }
}
