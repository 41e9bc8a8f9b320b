//! Counts what is safe in published files, and names what is not.

use std::time::Instant;

use debouches_disclosure::{
    Cells, Effort, Verdicts, Widths, explain, explain_inside, insiders, judge,
};
use debouches_model::Lang;
use serde_json::json;

use super::{Request, Subject, subjects};
use crate::failure::Decided;
use crate::options::Options;

/// The result of an audit.
#[derive(Debug, Clone)]
pub struct Audit {
    /// One document for each table.
    pub tables: Vec<serde_json::Value>,
    /// The same for people.
    pub text: String,
    /// Counts that can be worked out, or that are published under the threshold.
    pub refused: u64,
}

/// Looks for suppressed counts that can be worked out from the files of a request, all releases of a table together.
///
/// # Errors
/// Fails when a file cannot be read, or when its figures contradict each other.
pub fn audit(options: &Options, request: &Request) -> anyhow::Result<Audit> {
    let mut audit = Audit {
        tables: Vec::new(),
        text: String::new(),
        refused: 0,
    };
    for subject in subjects(options, request)? {
        let (document, lines, count) = one(&subject, options.lang, request.show)?;
        audit.tables.push(document);
        audit.text += &lines;
        audit.refused += count;
    }
    Ok(audit)
}

fn one(
    subject: &Subject,
    lang: Lang,
    show: usize,
) -> anyhow::Result<(serde_json::Value, String, u64)> {
    let start = Instant::now();
    let model = subject.model();
    let fault = debouches_model::Fault::Data;
    let mut judgement = judge(&model.system, Effort::default()).map_err(|error| Decided {
        message: error.to_string(),
        fault,
    })?;
    let (cells, mut verdicts, widths) = (
        Cells::of(&model.system),
        Verdicts::of(&judgement),
        Widths::of(&judgement),
    );
    let inside = match subject.layout.policy.insiders {
        true => insiders(
            &model.system,
            &mut judgement.ledger,
            Effort::default().visits,
        ),
        false => Vec::new(),
    };
    verdicts.inside = inside.len() as u64;
    let elapsed = start.elapsed();
    let outside = judgement
        .failures()
        .map(|(cell, reason)| explain(&model.system, cell, reason, lang));
    let inside = inside.iter().map(|inside| {
        explain_inside(
            &model.system,
            inside.cell,
            &model.owners[inside.owner as usize],
            lang,
        )
    });
    let reasons: Vec<String> = outside.chain(inside).take(show).collect();
    let refused = verdicts.refused() + verdicts.inside + model.under.len() as u64;
    let id = &subject.layout.id;
    let mut text = format!(
        "{id}: {}\n  {} releases, {} counts shown, {} hidden, {} of them protected, {} ties, {} groups (the largest: {})\n",
        subject.layout.policy.sentence(),
        subject.releases.len(),
        cells.shown,
        cells.hidden,
        judgement.cells.len(),
        model.system.ties(),
        judgement.groups.0,
        judgement.groups.1,
    );
    text += &format!(
        "  safe {}, unsafe {}: {} exact, {} too narrow, {} unproven; {} open from the inside; {} shown under the threshold; {:.1} s\n",
        verdicts.safe,
        verdicts.refused(),
        verdicts.exact,
        verdicts.narrow,
        verdicts.unproven,
        verdicts.inside,
        model.under.len(),
        elapsed.as_secs_f64(),
    );
    if let Some(widths) = widths {
        text += &format!(
            "  widths found: {} at least, {} at the first decile, {} at the median, {} at the ninth\n",
            widths.least, widths.tenth, widths.median, widths.ninetieth
        );
    }
    for name in model.under.iter().take(show) {
        text += &match lang {
            Lang::Fr => format!("  - {name} : publié sous le seuil\n"),
            Lang::En => format!("  - {name}: published under the threshold\n"),
        };
    }
    reasons
        .iter()
        .for_each(|reason| text += &format!("  - {reason}\n"));
    let more = ((verdicts.refused() + verdicts.inside) as usize).saturating_sub(reasons.len());
    if more > 0 {
        text += &format!("  … and {more} more (--show N)\n");
    }
    let document = json!({
        "table": id, "releases": subject.releases.len(), "cells": cells, "protected": judgement.cells.len(),
        "verdicts": verdicts, "widths": widths, "under_threshold": model.under, "reasons": reasons,
        "groups": judgement.groups.0, "largest_group": judgement.groups.1, "seconds": elapsed.as_secs_f64(),
        "policy": subject.layout.policy,
    });
    Ok((document, text, refused))
}
