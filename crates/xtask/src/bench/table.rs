//! The table of a bench, in Markdown.

use std::fmt::Write as _;
use std::time::Duration;

use super::measure::Usage;
use super::ratios::Comparison;

/// One line of the table.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) stage: String,
    pub(super) rows: u64,
    pub(super) outcome: Outcome,
}

#[derive(Debug)]
pub(super) enum Outcome {
    /// Medians and, for our own stages, the ratio to the yardstick.
    Measured {
        usage: Usage,
        ratio: Option<f64>,
        comparison: Option<Comparison>,
    },
    /// Why it was not run.
    NotRun(String),
}

/// The table; columns of ratios when `with_ratios`.
pub(super) fn table(lines: &[Line], with_ratios: bool) -> String {
    let mut out = String::from("| stage | rows | wall | processor | peak memory |");
    out.push_str(if with_ratios {
        " ratio | stored | |\n"
    } else {
        "\n"
    });
    out.push_str("|---|--:|--:|--:|--:|");
    out.push_str(if with_ratios { "--:|--:|---|\n" } else { "\n" });
    for line in lines {
        let _ = write!(out, "| {} | {} |", line.stage, thousands(line.rows));
        let ratios = match &line.outcome {
            Outcome::NotRun(reason) => {
                let _ = write!(out, " not run: {reason} | | |");
                Default::default()
            }
            Outcome::Measured {
                usage,
                ratio,
                comparison,
            } => {
                let (wall, processor) = (seconds(usage.wall), seconds(usage.processor));
                let _ = write!(out, " {wall} | {processor} | {} |", memory(usage.peak));
                ratio_cells(*ratio, *comparison)
            }
        };
        if with_ratios {
            for cell in ratios {
                let _ = write!(out, " {cell} |");
            }
        }
        out.push('\n');
    }
    out
}

/// Ratio, stored ratio and the word « slower ».
fn ratio_cells(ratio: Option<f64>, comparison: Option<Comparison>) -> [String; 3] {
    let number = |ratio: f64| format!("{ratio:.3}");
    let [stored, word] = match comparison {
        None => [String::new(), String::new()],
        Some(Comparison::NotStored) => ["none".to_owned(), String::new()],
        Some(Comparison::Within { stored }) => [number(stored), String::new()],
        Some(Comparison::Slower { stored }) => [number(stored), "slower".to_owned()],
    };
    [ratio.map(number).unwrap_or_default(), stored, word]
}

fn seconds(duration: Duration) -> String {
    format!("{:.2} s", duration.as_secs_f64())
}

#[expect(clippy::cast_precision_loss, reason = "shown to a tenth")]
fn memory(bytes: u64) -> String {
    let mebibytes = bytes as f64 / f64::from(1 << 20);
    if mebibytes < 1024.0 {
        format!("{mebibytes:.0} MiB")
    } else {
        format!("{:.1} GiB", mebibytes / 1024.0)
    }
}

/// 1,036,781.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines() -> Vec<Line> {
        let usage = |milliseconds, mebibytes: u64| Usage {
            wall: Duration::from_millis(milliseconds),
            processor: Duration::from_millis(2 * milliseconds),
            peak: mebibytes << 20,
        };
        let measured = |usage, ratio, comparison| Outcome::Measured {
            usage,
            ratio,
            comparison,
        };
        let line = |stage: &str, outcome| Line {
            stage: stage.to_owned(),
            rows: 1_036_781,
            outcome,
        };
        let slower = Comparison::Slower { stored: 3.0 };
        vec![
            line(
                "package",
                measured(usage(2346, 1536), Some(4.0), Some(slower)),
            ),
            line("DuckDB 2.0", measured(usage(1000, 512), None, None)),
            line("Polars", Outcome::NotRun("no Python given".to_owned())),
        ]
    }

    #[test]
    fn a_line_has_stage_rows_wall_processor_and_memory() {
        assert_eq!(
            table(&lines(), false),
            "| stage | rows | wall | processor | peak memory |\n\
             |---|--:|--:|--:|--:|\n\
             | package | 1,036,781 | 2.35 s | 4.69 s | 1.5 GiB |\n\
             | DuckDB 2.0 | 1,036,781 | 1.00 s | 2.00 s | 512 MiB |\n\
             | Polars | 1,036,781 | not run: no Python given | | |\n"
        );
    }

    #[test]
    fn ratios_add_three_columns_to_every_line() {
        let table = table(&lines(), true);
        assert!(
            table.contains("| 1.5 GiB | 4.000 | 3.000 | slower |\n"),
            "{table}"
        );
        for line in table.lines() {
            assert_eq!(line.matches('|').count(), 9, "{line}");
        }
    }

    #[test]
    fn thousands_are_separated() {
        assert_eq!(thousands(7), "7");
        assert_eq!(thousands(100), "100");
        assert_eq!(thousands(100_000), "100,000");
    }
}
