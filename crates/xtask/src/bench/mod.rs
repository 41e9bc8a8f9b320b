//! `cargo xtask bench`: each stage alone on a large InserSup file, the complete run, and others on the same file.

mod measure;
mod peers;
mod ratios;
mod scratch;
mod slower;
mod table;
mod yardstick;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use measure::Usage;
use peers::{PEERS, Peer};
use ratios::Ratios;
use scratch::Scratch;
use table::{Line, Outcome, thousands};

pub(crate) use yardstick::{CHORE as YARDSTICK, work as yardstick_work};

/// The dataset that the InserSup file feeds.
const DATASET: &str = "insertion-superieur";
/// Commands that are run alone, each on what the one before committed.
const STAGES: [&str; 4] = ["fetch", "validate", "enrich", "package"];
const RUN: &str = "run";
const NOTHING_TO_DO: &str = "run, nothing to do";

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Rows of the InserSup file; several numbers are measured in turn.
    #[arg(long, default_value = "100000", value_name = "N")]
    rows: Vec<u64>,
    /// Binary to measure [default: target/release/debouches].
    #[arg(long, value_name = "PATH")]
    bin: Option<PathBuf>,
    /// How many times everything is run; the table shows medians.
    #[arg(long, default_value_t = 3, value_name = "K", value_parser = clap::value_parser!(u32).range(1..))]
    pairs: u32,
    /// Python that has duckdb, polars or pyarrow, to run them beside.
    #[arg(long, value_name = "PATH")]
    python: Option<PathBuf>,
    /// Mark the stages that are slower than `tests/bench/ratios.toml` has them, without failing.
    #[arg(long)]
    compare: bool,
    /// Write the measured ratios in `tests/bench/ratios.toml`.
    #[arg(long, conflicts_with = "compare")]
    store: bool,
}

/// Measures, and prints one table.
#[expect(clippy::print_stdout, reason = "the table is the product")]
pub(crate) fn run(options: &Options) -> Result<()> {
    let path = crate::root().join("tests/bench/ratios.toml");
    let bench = Bench {
        bin: binary(options.bin.as_deref())?,
        pairs: options.pairs,
        peers: PEERS.map(|peer| Contender::new(peer, options.python.as_deref())),
    };
    // Before the wait, so that a file that cannot be used is known at once.
    let stored = if options.compare {
        Some(Ratios::read(&path)?)
    } else {
        None
    };
    let mut lines = Vec::new();
    for &rows in &options.rows {
        lines.extend(bench.lines(rows, stored.as_ref())?);
    }
    let with_ratios = options.compare || options.store;
    print!("{}", table::table(&lines, with_ratios));
    println!(
        "\nFigures are medians; runs of each: {}. Peers validate, enrich and package, without disclosure control.",
        options.pairs
    );
    if with_ratios {
        println!(
            "Ratio: processor time divided by that of {}.",
            yardstick::NAME
        );
    }
    if options.store {
        store(&path, &lines)?;
        println!("{}: written", path.display());
    }
    slower::warn(&lines);
    Ok(())
}

/// The binary to measure; fails when there is none.
fn binary(given: Option<&Path>) -> Result<PathBuf> {
    let path = given.map_or_else(
        || crate::root().join("target/release/debouches"),
        Path::to_owned,
    );
    ensure!(
        path.is_file(),
        "cannot measure {}: there is no such file; `cargo build --release -p debouches-cli` builds it, `--bin PATH` names another",
        path.display()
    );
    path.canonicalize()
        .with_context(|| format!("cannot measure {}", path.display()))
}

/// What is measured.
struct Bench {
    bin: PathBuf,
    pairs: u32,
    peers: [Contender; PEERS.len()],
}

/// A peer: the Python that runs it and its version there, or why it is not run.
struct Contender {
    peer: Peer,
    way: Result<(PathBuf, String), String>,
}

impl Contender {
    fn new(peer: Peer, python: Option<&Path>) -> Self {
        let way = match python {
            None => Err("no Python given".to_owned()),
            Some(python) => match peer.version(python) {
                Some(version) => Ok((python.to_owned(), version)),
                None => Err(format!("that Python has no {}", peer.module)),
            },
        };
        Self { peer, way }
    }
}

type Measures = BTreeMap<&'static str, Vec<Usage>>;

impl Bench {
    /// Every line about a file of that many rows.
    fn lines(&self, rows: u64, stored: Option<&Ratios>) -> Result<Vec<Line>> {
        let measures = self.measures(rows)?;
        let median = |name| {
            Usage::medians(measures.get(name).map_or(&[], Vec::as_slice))
                .expect("everything is measured at least once")
        };
        let yardstick = median(YARDSTICK).processor;
        let line = |stage: String, outcome| Line {
            stage,
            rows,
            outcome,
        };
        let mut lines = Vec::new();
        for stage in STAGES.into_iter().chain([RUN, NOTHING_TO_DO]) {
            let usage = median(stage);
            let ratio = ratios::ratio(usage.processor, yardstick);
            let comparison = stored.map(|stored| stored.compare(rows, stage, ratio));
            let outcome = Outcome::Measured {
                usage,
                ratio: Some(ratio),
                comparison,
            };
            lines.push(line(stage.to_owned(), outcome));
        }
        for Contender { peer, way } in &self.peers {
            lines.push(match way {
                Err(reason) => line(peer.name.to_owned(), Outcome::NotRun(reason.clone())),
                Ok((_, version)) => line(
                    format!("{} {version}", peer.name),
                    Outcome::Measured {
                        usage: median(peer.name),
                        ratio: None,
                        comparison: None,
                    },
                ),
            });
        }
        Ok(lines)
    }

    /// The measures of each stage and peer, one of each in turn.
    fn measures(&self, rows: u64) -> Result<Measures> {
        progress(&format!("{} rows: writing the file", thousands(rows)));
        let scratch = Scratch::with_rows(rows)?;
        let mut measures = Measures::new();
        for pair in 1..=self.pairs {
            let mut measure = |name: &'static str, usage: &dyn Fn() -> Result<Usage>| {
                progress(&format!(
                    "{} rows, {pair} of {}: {name}",
                    thousands(rows),
                    self.pairs
                ));
                let usage = usage().with_context(|| format!("cannot measure {name}"))?;
                measures.entry(name).or_default().push(usage);
                anyhow::Ok(())
            };
            let command = |name| Usage::of(&mut scratch.command(&self.bin, name));
            measure(YARDSTICK, &yardstick::measure)?;
            scratch.clear()?;
            for stage in STAGES {
                measure(stage, &|| command(stage))?;
            }
            scratch.clear()?;
            measure(RUN, &|| command(RUN))?;
            measure(NOTHING_TO_DO, &|| command(RUN))?;
            for Contender { peer, way } in &self.peers {
                if let Ok((python, _)) = way {
                    measure(peer.name, &|| peer.measure(python, &scratch))?;
                }
            }
        }
        Ok(measures)
    }
}

/// Writes the ratios of these lines; those of other numbers of rows stay when the yardstick is the same.
fn store(path: &Path, lines: &[Line]) -> Result<()> {
    let mut ratios = Ratios::read(path).unwrap_or_else(|_| Ratios::new());
    for line in lines {
        if let Outcome::Measured {
            ratio: Some(ratio), ..
        } = line.outcome
        {
            ratios.set(line.rows, &line.stage, ratio);
        }
    }
    ratios.write(path)
}

#[expect(clippy::print_stderr, reason = "the table is on standard output")]
fn progress(sentence: &str) {
    eprintln!("{sentence}");
}

#[cfg(test)]
mod tests {
    use super::ratios::Comparison;
    use super::slower::tests::line;
    use super::*;

    #[test]
    fn a_missing_binary_names_the_command_that_builds_it() {
        let error = binary(Some(Path::new("/nowhere/debouches"))).unwrap_err();
        assert!(
            error.to_string().contains("cargo build --release"),
            "{error}"
        );
    }

    #[test]
    fn storing_keeps_the_ratios_of_other_sizes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ratios.toml");
        let mut earlier = Ratios::new();
        earlier.set(2000, "package", 1.0);
        earlier.write(&path).unwrap();
        store(&path, &[line(4.0, Comparison::NotStored)]).unwrap();
        let stored = Ratios::read(&path).unwrap();
        assert_eq!(
            stored.compare(100_000, "package", 4.0),
            Comparison::Within { stored: 4.0 }
        );
        assert_eq!(
            stored.compare(2000, "package", 2.0),
            Comparison::Slower { stored: 1.0 }
        );
    }
}
