//! `cargo xtask docs`: what the README says of the rules, from the declarations that `debouches explain` reads.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use debouches_model::{Lang, RuleCode};

const BEGIN: &str = "<!-- rules: written by `cargo xtask docs` -->\n";
const END: &str = "<!-- end of the rules -->\n";

/// The table of rules, in the order of the catalogue.
fn table() -> String {
    let mut out =
        String::from("\n| rule | stage | severity | what must hold |\n|---|---|---|---|\n");
    for rule in RuleCode::ALL {
        let entry = rule.entry();
        let _ = writeln!(
            out,
            "| `{rule}` | {} | {} | {} |",
            entry.stage,
            entry.severity.as_str(),
            entry.title(Lang::En)
        );
    }
    out.push('\n');
    out
}

fn with_table(readme: &str) -> Result<String> {
    let (before, rest) = readme
        .split_once(BEGIN)
        .context("the README has lost the mark where the rules begin")?;
    let (_, after) = rest
        .split_once(END)
        .context("the README has lost the mark where the rules end")?;
    Ok(format!("{before}{BEGIN}{}{END}{after}", table()))
}

/// Writes the table in the README; with `check`, fails when it differs.
pub(crate) fn docs(readme: &Path, check: bool) -> Result<usize> {
    let text = std::fs::read_to_string(readme)
        .with_context(|| format!("cannot read {}", readme.display()))?;
    let wanted = with_table(&text)?;
    if wanted == text {
        return Ok(RuleCode::ALL.len());
    }
    if check {
        bail!(
            "the rules of {} are not those of the catalogue: run `cargo xtask docs`",
            readme.display()
        );
    }
    std::fs::write(readme, wanted).with_context(|| format!("cannot write {}", readme.display()))?;
    Ok(RuleCode::ALL.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_has_the_rules_of_the_catalogue() {
        docs(&crate::root().join("README.md"), true).unwrap();
    }
}
