//! What is said of stages that are slower than their stored ratios.

use std::io::IsTerminal as _;

use super::ratios::Comparison;
use super::table::{Line, Outcome, thousands};

/// One sentence for each stage that is slower, in red on a terminal.
#[expect(clippy::print_stderr, reason = "the table is on standard output")]
pub(super) fn warn(lines: &[Line]) {
    let [red, plain] = if std::io::stderr().is_terminal() {
        ["\u{1b}[31m", "\u{1b}[0m"]
    } else {
        ["", ""]
    };
    for line in lines {
        if let Some(sentence) = sentence(line) {
            eprintln!("{red}{sentence}{plain}");
        }
    }
}

/// What is said of a line that is slower than its stored ratio.
fn sentence(line: &Line) -> Option<String> {
    let Outcome::Measured {
        ratio: Some(ratio),
        comparison: Some(Comparison::Slower { stored }),
        ..
    } = line.outcome
    else {
        return None;
    };
    Some(format!(
        "slower: {}, {} rows: {ratio:.3} times the yardstick, {stored:.3} stored ({:+.0} %)",
        line.stage,
        thousands(line.rows),
        (ratio / stored - 1.0) * 100.0
    ))
}

#[cfg(test)]
pub(super) mod tests {
    use std::time::Duration;

    use super::*;
    use crate::bench::measure::Usage;

    pub(in crate::bench) fn line(ratio: f64, comparison: Comparison) -> Line {
        let usage = Usage {
            wall: Duration::from_secs(1),
            processor: Duration::from_secs(1),
            peak: 1,
        };
        Line {
            stage: "package".to_owned(),
            rows: 100_000,
            outcome: Outcome::Measured {
                usage,
                ratio: Some(ratio),
                comparison: Some(comparison),
            },
        }
    }

    #[test]
    fn only_a_slower_stage_is_named() {
        let stored = 4.0;
        assert_eq!(sentence(&line(4.5, Comparison::Within { stored })), None);
        assert_eq!(sentence(&line(4.5, Comparison::NotStored)), None);
        assert_eq!(
            sentence(&line(5.0, Comparison::Slower { stored })).unwrap(),
            "slower: package, 100,000 rows: 5.000 times the yardstick, 4.000 stored (+25 %)"
        );
    }
}
