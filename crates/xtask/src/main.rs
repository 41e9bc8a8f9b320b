//! Chores behind `cargo xtask`.

mod bench;
mod check;
mod cube;
mod dist;
mod docs;
mod fixtures;
mod insersup;
mod percent;
mod random;
mod sheet;

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Chores of the repository")]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Measure each stage on a large InserSup file, beside DuckDB, Polars and pyarrow.
    Bench(bench::Options),
    /// Format, lints, documentation, tests and fixtures: what must hold before a commit.
    Check,
    /// Rewrite the generated files under `fixtures/`.
    Fixtures {
        /// Write nothing; fail when a committed file differs.
        #[arg(long)]
        check: bool,
    },
    /// Write a cube of the size of a real year, with its secrecy policies, to measure the audit.
    Cube {
        /// Folder to write in.
        #[arg(long)]
        out: PathBuf,
        /// Keep the most popular certifications only.
        #[arg(long, default_value_t = 1500)]
        certifications: u32,
        /// Another seed gives other figures.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// The fixed work that `bench` divides by.
    #[command(name = bench::YARDSTICK, hide = true)]
    Yardstick,
    /// Put together what an install needs: binary, manual, completions, units, bill of materials, sums.
    Dist(dist::Options),
    /// Rewrite what the README says of the rules.
    Docs {
        /// Write nothing; fail when the README differs.
        #[arg(long)]
        check: bool,
    },
    /// Write a file in the shape of InserSup, of any size.
    Insersup {
        /// Number of records.
        #[arg(long)]
        rows: u64,
        /// Where to write; the folder must exist.
        #[arg(long)]
        out: PathBuf,
        /// Another seed gives other figures.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Rows that sum two promotions contradict the others: the worst case of disclosure control.
        #[arg(long)]
        contradictory: bool,
    },
}

#[expect(clippy::print_stdout, reason = "a chore tells what it did")]
fn main() -> Result<()> {
    let fixtures = root().join("fixtures");
    match Cli::parse().chore {
        Chore::Bench(options) => bench::run(&options)?,
        Chore::Yardstick => bench::yardstick_work()?,
        Chore::Check => {
            check::run()?;
            println!(
                "fixtures: {} files are up to date",
                fixtures::check(&fixtures)?
            );
        }
        Chore::Fixtures { check: true } => println!(
            "fixtures: {} files are up to date",
            fixtures::check(&fixtures)?
        ),
        Chore::Fixtures { check: false } => {
            println!("fixtures: {} files", fixtures::write(&fixtures)?)
        }
        Chore::Cube {
            out,
            certifications,
            seed,
        } => {
            let [crossed, api] = cube::write(&out, certifications, seed)?;
            println!(
                "{}: crossed.csv {crossed} lines, api.csv {api} lines",
                out.display()
            );
        }
        Chore::Dist(options) => dist::run(&options)?,
        Chore::Docs { check } => println!(
            "README: {} rules",
            docs::docs(&root().join("README.md"), check)?
        ),
        Chore::Insersup {
            rows,
            out,
            seed,
            contradictory,
        } => {
            let margins = if contradictory {
                insersup::Margins::Contradict
            } else {
                insersup::Margins::Agree
            };
            let mut file =
                File::create(&out).with_context(|| format!("cannot create {}", out.display()))?;
            insersup::stream(rows, seed, margins, &mut file)?;
            println!("{}: {rows} records", out.display());
        }
    }
    Ok(())
}

/// The root of the repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap_or(Path::new("."))
}
