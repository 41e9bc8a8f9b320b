//! `cargo xtask check`: what a commit must pass, cheapest first. Every step runs, so that one run tells everything.

use std::process::{Command, Stdio};

use anyhow::{Result, bail};
use xtask::architecture;

use crate::{fixtures, root};

/// A cargo command, and what it needs in its environment.
struct Step {
    name: &'static str,
    arguments: &'static [&'static str],
    environment: Option<(&'static str, &'static str)>,
}

const FORMAT: Step = Step { name: "fmt", arguments: &["fmt", "--all", "--check"], environment: None };
const LINTS: Step = Step {
    name: "clippy",
    arguments: &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"],
    environment: None,
};
const DOCUMENTATION: Step = Step {
    name: "doc",
    arguments: &["doc", "--workspace", "--no-deps", "--locked"],
    environment: Some(("RUSTDOCFLAGS", "-D warnings")),
};
const NEXTEST: Step = Step { name: "nextest", arguments: &["nextest", "run", "--workspace", "--locked"], environment: None };
const TESTS: Step = Step { name: "test", arguments: &["test", "--workspace", "--locked"], environment: None };

#[expect(clippy::print_stderr, reason = "a chore tells what it does")]
pub(crate) fn run() -> Result<()> {
    let mut failed = Vec::new();
    let mut note = |name: &'static str, outcome: Result<()>| {
        if let Err(error) = outcome {
            eprintln!("{name}: {error:#}");
            failed.push(name);
        }
    };
    note("architecture", architecture::check(root()));
    note("fixtures", fixtures::check(&root().join("fixtures")).map(drop));
    let tests = if has_nextest() { NEXTEST } else { TESTS };
    for step in [FORMAT, LINTS, DOCUMENTATION, tests] {
        eprintln!("cargo {}", step.arguments.join(" "));
        note(step.name, cargo(&step));
    }
    if failed.is_empty() { Ok(()) } else { bail!("failed: {}", failed.join(", ")) }
}

fn command() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

fn cargo(step: &Step) -> Result<()> {
    let status = command().args(step.arguments).envs(step.environment).status()?;
    if status.success() { Ok(()) } else { bail!("cargo {} ended with {status}", step.arguments[0]) }
}

fn has_nextest() -> bool {
    let probe = command().args(["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    probe.is_ok_and(|status| status.success())
}
