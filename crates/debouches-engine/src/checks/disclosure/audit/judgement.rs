//! Counts what is safe in published files, and names what is not.

use std::time::Instant;

use debouches_disclosure::{Cells, Leaks};
use debouches_model::Lang;
use serde_json::json;

use super::{Asked, Request, Subject, subjects};
use crate::options::Options;

/// The result of an audit.
#[derive(Debug, Clone)]
pub struct Audit {
    /// One document for each universe, or for each table that is in none.
    pub tables: Vec<serde_json::Value>,
    /// The same for people.
    pub text: String,
    /// Counts that can be worked out, or that are published under the threshold.
    pub refused: u64,
}

/// Looks for suppressed counts that can be worked out from the files of a request, all releases of all tables of a universe
/// together: the code that judges a release to come.
///
/// # Errors
/// Fails when a file cannot be read.
pub fn audit(options: &Options, request: &Request) -> anyhow::Result<Audit> {
    let mut audit = Audit {
        tables: Vec::new(),
        text: String::new(),
        refused: 0,
    };
    for subject in subjects(options, request)? {
        let (document, lines, count) = one(&subject, options, request.show)?;
        audit.tables.push(document);
        audit.text += &lines;
        audit.refused += count;
    }
    Ok(audit)
}

fn one(
    subject: &Subject,
    options: &Options,
    show: usize,
) -> anyhow::Result<(serde_json::Value, String, u64)> {
    let start = Instant::now();
    let protected = subject.protected(&Asked {
        leaks: Leaks::Refuse,
        jobs: options.threads(),
        explained: None,
        lang: options.lang,
    })?;
    let elapsed = start.elapsed();
    let mut cells = Cells::default();
    for (_, _, item) in &protected.tables {
        cells += item.cells;
    }
    let Some((_, _, first)) = protected.tables.first() else {
        return Ok((json!({}), String::new(), 0));
    };
    let (verdicts, widths) = (protected.verdicts, protected.widths);
    let judged = verdicts.safe + verdicts.refused() + verdicts.contradicted;
    let reasons: Vec<&String> = protected.refused.iter().take(show).collect();
    let exposed = verdicts.explained_by_earlier_release;
    let refused = protected.refused.len() as u64 + exposed + protected.under.len() as u64;
    let id = subject.name();
    let releases: usize = subject
        .tables
        .iter()
        .map(|item| item.previous.len() + 1)
        .sum();
    let mut text = String::new();
    for table in &subject.tables {
        text += &format!("{}: {}\n", table.layout.id, table.layout.policy.sentence());
    }
    text += &format!(
        "  {releases} releases, {} counts shown, {} hidden, {judged} of them protected, {} groups (the largest: {})\n",
        cells.shown, cells.hidden, first.groups, first.largest_group,
    );
    text += &format!(
        "  safe {}, unsafe {}: {} exact, {} too narrow, {} unproven, {} by former releases alone; {} open from the inside; {} shown under the threshold; {:.1} s\n",
        verdicts.safe,
        verdicts.refused() + exposed,
        verdicts.exact,
        verdicts.narrow,
        verdicts.unproven,
        exposed,
        verdicts.inside,
        protected.under.len(),
        elapsed.as_secs_f64(),
    );
    if let Some(widths) = widths {
        text += &format!(
            "  widths found: {} at least, {} at the first decile, {} at the median, {} at the ninth\n",
            widths.least, widths.tenth, widths.median, widths.ninetieth
        );
    }
    for name in protected.under.iter().take(show) {
        text += &match options.lang {
            Lang::Fr => format!("  - {name} : publié sous le seuil\n"),
            Lang::En => format!("  - {name}: published under the threshold\n"),
        };
    }
    reasons
        .iter()
        .for_each(|reason| text += &format!("  - {reason}\n"));
    let more = protected.refused.len().saturating_sub(reasons.len());
    if more > 0 {
        text += &format!("  … and {more} more (--show N)\n");
    }
    let policies: Vec<_> = subject
        .tables
        .iter()
        .map(|item| &item.layout.policy)
        .collect();
    let document = json!({
        "table": id, "releases": releases, "cells": cells, "protected": judged,
        "verdicts": verdicts, "widths": widths, "under_threshold": protected.under, "reasons": reasons,
        "groups": first.groups, "largest_group": first.largest_group, "seconds": elapsed.as_secs_f64(),
        "policies": policies,
    });
    Ok((document, text, refused))
}
