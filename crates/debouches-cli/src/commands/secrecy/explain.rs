//! `debouches secrecy explain CELL`: why a hidden count is safe, or how it is worked out.

use debouches_disclosure::{Effort, Verdict, explain as words, judge};
use debouches_model::Lang;
use serde_json::json;

use super::subjects;
use crate::args::{Global, SecrecyFiles};
use crate::output;
use debouches_engine::failure::{Decided, Usage};

pub(super) fn explain(global: &Global, wanted: &str, files: &SecrecyFiles) -> anyhow::Result<u8> {
    let lang: Lang = global.lang.into();
    let (mut lines, mut is_unsafe) = (Vec::new(), false);
    for subject in subjects(global, files)? {
        let model = subject.model();
        let fault = debouches_model::Fault::Data;
        let judgement = judge(&model.system, Effort::default()).map_err(|error| Decided {
            message: error.to_string(),
            fault,
        })?;
        for (cell, verdict) in judgement
            .cells
            .iter()
            .filter(|(cell, _)| model.system.label(*cell).starts_with(wanted))
        {
            is_unsafe |= matches!(verdict, Verdict::Unsafe(_));
            let name = model.system.label(*cell);
            lines.push(match (verdict, lang) {
                (Verdict::Unsafe(reason), _) => words(&model.system, *cell, reason, lang),
                (Verdict::Safe(pair), Lang::Fr) => {
                    format!(
                        "{name} : secret, deux tableaux vérifiés diffèrent de {} personnes",
                        pair.width
                    )
                }
                (Verdict::Safe(pair), Lang::En) => {
                    format!(
                        "{name}: secret, two checked tables differ by {} persons",
                        pair.width
                    )
                }
            });
        }
    }
    if lines.is_empty() {
        return Err(Usage(format!(
            "no hidden count is named `{wanted}…`: see the names that `secrecy audit` prints"
        ))
        .into());
    }
    if global.json {
        output::print(&(json!({ "schema_version": 1, "cells": lines }).to_string() + "\n"));
    } else {
        output::print(&(lines.join("\n") + "\n"));
    }
    Ok(if is_unsafe { 3 } else { 0 })
}
