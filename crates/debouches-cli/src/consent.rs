//! A person's consent to what cannot be undone: `--yes`, or an answer on a terminal.

use std::io::{BufRead as _, IsTerminal as _};

use debouches_engine::failure::Usage;

use crate::args::Global;
use crate::output;

/// Asks `question` on a terminal; elsewhere, fails with `refusal` unless `--yes` was given.
pub(crate) fn ask(global: &Global, question: &str, refusal: &str) -> anyhow::Result<()> {
    if global.yes {
        return Ok(());
    }
    let refuse = || Usage(refusal.to_owned());
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(refuse().into());
    }
    output::eprint(&format!("{question} [y/N] "));
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    if matches!(answer.trim(), "y" | "yes" | "o" | "oui") {
        Ok(())
    } else {
        Err(refuse().into())
    }
}
