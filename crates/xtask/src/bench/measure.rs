//! What a process cost: wall, processor and peak memory, and the medians of several.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use wait4::Wait4;

/// Cost of a process and of the processes that it waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Usage {
    /// From its start to its end.
    pub(super) wall: Duration,
    /// User and system time, all threads.
    pub(super) processor: Duration,
    /// Largest resident memory of one process, in bytes.
    pub(super) peak: u64,
}

impl Usage {
    /// Runs a command to its end; its standard output is dropped. Fails when the command does.
    ///
    /// Linux counts the memory of whoever starts a process as the least peak of that process: callers hold little memory.
    pub(super) fn of(command: &mut Command) -> Result<Self> {
        let program = command.get_program().display().to_string();
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let start = Instant::now();
        let mut child = command
            .spawn()
            .with_context(|| format!("cannot run {program}"))?;
        let end = child
            .wait4()
            .with_context(|| format!("cannot wait for {program}"))?;
        let wall = start.elapsed();
        ensure!(end.status.success(), "{program}: {}", end.status);
        Ok(Self {
            wall,
            processor: end.rusage.utime + end.rusage.stime,
            peak: end.rusage.maxrss,
        })
    }

    /// The median of each quantity; none without a measure.
    pub(super) fn medians(measures: &[Self]) -> Option<Self> {
        let nanoseconds = |duration: Duration| {
            u64::try_from(duration.as_nanos()).expect("a process ends within five centuries")
        };
        let of = |quantity: &dyn Fn(&Self) -> u64| median(measures.iter().map(quantity).collect());
        Some(Self {
            wall: Duration::from_nanos(of(&|usage| nanoseconds(usage.wall))?),
            processor: Duration::from_nanos(of(&|usage| nanoseconds(usage.processor))?),
            peak: of(&|usage| usage.peak)?,
        })
    }
}

/// The middle value, or the mean of the two in the middle.
fn median(mut values: Vec<u64>) -> Option<u64> {
    values.sort_unstable();
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    Some(if values.len() % 2 == 1 {
        upper
    } else {
        values[middle - 1].midpoint(upper)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle_or_between_two() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![7]), Some(7));
        assert_eq!(median(vec![9, 1, 5]), Some(5));
        assert_eq!(median(vec![8, 2, 100, 4]), Some(6));
        assert_eq!(median(vec![u64::MAX, u64::MAX]), Some(u64::MAX));
    }

    #[test]
    fn each_quantity_has_its_own_median() {
        let usage = |wall, processor, peak| Usage {
            wall: Duration::from_millis(wall),
            processor: Duration::from_millis(processor),
            peak,
        };
        let measures = [usage(10, 300, 2), usage(20, 100, 3), usage(30, 200, 1)];
        assert_eq!(Usage::medians(&measures), Some(usage(20, 200, 2)));
        assert_eq!(Usage::medians(&[]), None);
    }

    #[test]
    fn a_command_that_fails_or_is_missing_is_named() {
        let error = Usage::of(&mut Command::new("/nowhere/debouches")).unwrap_err();
        assert_eq!(error.to_string(), "cannot run /nowhere/debouches");
        let error = Usage::of(&mut Command::new("false")).unwrap_err();
        assert!(
            error.to_string().starts_with("false: exit status"),
            "{error}"
        );
    }
}
