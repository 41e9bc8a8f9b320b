//! `cargo xtask check`: what must hold before a commit.

use std::process::Command;

use anyhow::{Context, Result, ensure};

const FORMAT: &[&str] = &["fmt", "--all", "--check"];
const LINT: &[&str] = &[
    "clippy",
    "--workspace",
    "--all-targets",
    "--",
    "-D",
    "warnings",
];
const DOCUMENT: &[&str] = &["doc", "--no-deps", "--workspace"];
const TEST: &[&str] = &["test", "--workspace"];
const NEXTEST: &[&str] = &["nextest", "run", "--workspace"];

/// Runs the checks in turn and stops at the first that fails; the fixtures are compared by the caller.
pub(crate) fn run() -> Result<()> {
    cargo(FORMAT)?;
    cargo(LINT)?;
    cargo(DOCUMENT)?;
    cargo(if has_nextest() { NEXTEST } else { TEST })
}

fn has_nextest() -> bool {
    command(&["nextest", "--version"])
        .output()
        .is_ok_and(|output| output.status.success())
}

#[expect(clippy::print_stdout, reason = "a chore tells what it does")]
fn cargo(arguments: &[&str]) -> Result<()> {
    let shown = format!("cargo {}", arguments.join(" "));
    println!("{shown}");
    let status = command(arguments)
        .status()
        .with_context(|| format!("cannot run {shown}"))?;
    ensure!(status.success(), "{shown}: {status}");
    Ok(())
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(crate::root());
    if arguments == DOCUMENT {
        command.env("RUSTDOCFLAGS", "-D warnings");
    }
    command
}
