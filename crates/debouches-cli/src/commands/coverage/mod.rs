//! `debouches coverage CATALOGUE.csv`: what the tables can show of each line of a catalogue, and why not.
//!
//! Works from the validated tables of the state, hidden as `enrich` hides them: the newest figures, published or about to be.

mod catalogue;
mod document;
mod lines;
mod text;

use std::collections::BTreeMap;
use std::path::Path;

use debouches_enrich::{
    Answer, AskedVintages, CODE_TABLES, Coverage, FIGURE_TABLES, Grain, Totals,
};
use debouches_model::{Lang, Vintage};

use crate::args::{CoverageArgs, Global};
use crate::output;
use crate::session;
use debouches_engine::failure::Usage;
use debouches_engine::stages::enrich::configured;
use debouches_engine::stages::target::blocking;

pub(super) use document::SCHEMA;

/// What was asked and what was found.
struct Found {
    catalogue: catalogue::Catalogue,
    coverage: Coverage,
    /// One for each line of the catalogue.
    answers: Vec<BTreeMap<Grain, Answer>>,
    totals: Totals,
    asked: AskedVintages,
}

pub(crate) async fn coverage(global: &Global, args: &CoverageArgs) -> anyhow::Result<u8> {
    let context = session::open(global).await?;
    let path = |path: &Path| {
        global
            .directory
            .as_ref()
            .map_or_else(|| path.to_path_buf(), |folder| folder.join(path))
    };
    let file = path(&args.catalogue);
    let (asked, jobs) = (args.clone(), context.jobs());
    // The catalogue first: a mistake of the call is told at once.
    let catalogue = blocking(move || catalogue::read(&file, &asked, jobs)).await?;
    let figures = configured(&context, &FIGURE_TABLES).await?;
    if figures.is_empty() {
        let known = FIGURE_TABLES.join(", ");
        return Err(Usage(format!(
            "no table with figures is configured in profile `{}` ({known})",
            context.pipeline.profile
        ))
        .into());
    }
    let mut references = configured(&context, &CODE_TABLES).await?;
    references.extend(figures);
    let on = args
        .on
        .unwrap_or_else(|| context.clock.now().date_naive())
        .to_string();
    let asked = match (args.vintage, args.since) {
        (Some(vintage), _) => AskedVintages::AnsweringFor(vintage),
        (None, Some(year)) => AskedVintages::Since(year),
        (None, None) => AskedVintages::All,
    };
    let found = blocking(move || {
        let coverage = Coverage::read(&references, Some(on), asked)?;
        if let (AskedVintages::AnsweringFor(vintage), true) = (asked, coverage.tables().is_empty())
        {
            return Err(nobody_answers(vintage, &coverage).into());
        }
        let answers: Vec<_> = catalogue
            .lines
            .iter()
            .map(|line| coverage.answer(&line.asked))
            .collect();
        let mut totals = Totals::default();
        answers.iter().for_each(|answers| totals.add(answers));
        Ok(Found {
            catalogue,
            coverage,
            answers,
            totals,
            asked,
        })
    })
    .await?;
    if let Some(rows) = &args.rows {
        lines::write(&found, &path(rows), context.jobs())?;
    }
    if let Some(trouble) = &found.catalogue.trouble {
        tracing::warn!("{trouble}");
    }
    let lang: Lang = global.lang.into();
    if global.json {
        output::print(&(document::document(&found).to_string() + "\n"));
    } else if !global.quiet {
        output::print(&text::text(&found, lang));
    }
    Ok(0)
}

/// No table has the vintage asked: those that exist are told.
fn nobody_answers(asked: Vintage, coverage: &Coverage) -> Usage {
    let existing = coverage
        .existing_vintages()
        .iter()
        .filter(|(_, own)| !own.is_empty());
    let existing: Vec<String> = existing
        .map(|(table, own)| format!("{table} has {}", text::names(own)))
        .collect();
    Usage(format!(
        "no table has figures of vintage {asked}, nor of one that answers for it: {}",
        existing.join("; ")
    ))
}
