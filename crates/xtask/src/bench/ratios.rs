//! Stored ratios: the processor time of each stage, divided by that of the yardstick in the same run.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use super::yardstick;

/// Part of the stored ratio past which a stage is slower.
const TOLERANCE: f64 = 1.2;
const FORMAT: u32 = 1;
const HEADING: &str = "# Processor time of each stage of a release build, divided by that of the yardstick in the same run.\n\
                       # Written by `cargo xtask bench --store`, read by `cargo xtask bench --compare`.\n\n";

/// `tests/bench/ratios.toml`.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ratios {
    format: u32,
    yardstick: String,
    /// Number of rows → stage → ratio.
    rows: BTreeMap<String, BTreeMap<String, f64>>,
}

/// How a stage stands to its stored ratio.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Comparison {
    /// Nothing is stored for that stage and that number of rows.
    NotStored,
    /// Not slower than the tolerance.
    Within { stored: f64 },
    /// Slower than the tolerance.
    Slower { stored: f64 },
}

impl Ratios {
    pub(super) fn new() -> Self {
        Self {
            format: FORMAT,
            yardstick: yardstick::NAME.to_owned(),
            rows: BTreeMap::new(),
        }
    }

    /// Fails when the file is missing, or was measured with another yardstick.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| {
            format!(
                "cannot read {}: `cargo xtask bench --store` writes it",
                path.display()
            )
        })?;
        Self::parse(&text).with_context(|| format!("cannot use {}", path.display()))
    }

    fn parse(text: &str) -> Result<Self> {
        let ratios: Self = toml::from_str(text)?;
        ensure!(
            ratios.format == FORMAT,
            "format {} is not known",
            ratios.format
        );
        ensure!(
            ratios.yardstick == yardstick::NAME,
            "it was measured with another yardstick: `cargo xtask bench --store` measures again"
        );
        Ok(ratios)
    }

    pub(super) fn write(&self, path: &Path) -> Result<()> {
        let text = format!("{HEADING}{}", toml::to_string(self)?);
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    pub(super) fn set(&mut self, rows: u64, stage: &str, ratio: f64) {
        let stages = self.rows.entry(rows.to_string()).or_default();
        stages.insert(stage.to_owned(), (ratio * 1000.0).round() / 1000.0);
    }

    pub(super) fn compare(&self, rows: u64, stage: &str, ratio: f64) -> Comparison {
        let stages = self.rows.get(&rows.to_string());
        match stages.and_then(|stages| stages.get(stage)) {
            None => Comparison::NotStored,
            Some(&stored) if ratio > stored * TOLERANCE => Comparison::Slower { stored },
            Some(&stored) => Comparison::Within { stored },
        }
    }
}

/// So many times the yardstick.
pub(super) fn ratio(processor: Duration, yardstick: Duration) -> f64 {
    processor.as_secs_f64() / yardstick.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_a_number_of_yardsticks() {
        let ratio = ratio(Duration::from_millis(4500), Duration::from_millis(1500));
        assert!((ratio - 3.0).abs() < 1e-9);
    }

    #[test]
    fn a_stage_is_slower_past_a_fifth_more() {
        let mut ratios = Ratios::new();
        ratios.set(1000, "package", 2.000_04);
        let compare = |rows, ratio| ratios.compare(rows, "package", ratio);
        assert_eq!(compare(1000, 2.39), Comparison::Within { stored: 2.0 });
        assert_eq!(compare(1000, 2.41), Comparison::Slower { stored: 2.0 });
        assert_eq!(compare(1000, 0.5), Comparison::Within { stored: 2.0 });
        assert_eq!(compare(2000, 9.0), Comparison::NotStored);
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut ratios = Ratios::new();
        ratios.set(100_000, "fetch", 0.25);
        ratios.set(2000, "nothing to do", 0.125);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ratios.toml");
        ratios.write(&path).unwrap();
        assert_eq!(Ratios::read(&path).unwrap(), ratios);
    }

    #[test]
    fn another_yardstick_or_format_is_refused() {
        let text = toml::to_string(&Ratios::new()).unwrap();
        assert!(Ratios::parse(&text).is_ok());
        assert!(Ratios::parse(&text.replace("64 MiB", "32 MiB")).is_err());
        assert!(Ratios::parse(&text.replace("format = 1", "format = 2")).is_err());
    }

    #[test]
    fn the_stored_file_can_be_read() {
        let text = include_str!("../../../../tests/bench/ratios.toml");
        // Not by the door: tests may be built with another profile, hence another yardstick.
        let ratios: Ratios = toml::from_str(text).unwrap();
        assert!(!ratios.rows.is_empty());
    }
}
