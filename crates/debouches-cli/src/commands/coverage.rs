//! `debouches coverage CATALOGUE.csv`: what the tables can show of each line of a catalogue, and why not.

use std::fmt::Write as _;

use debouches_engine::Options;
use debouches_engine::coverage::{Covered, Request, cover, names, share};
use debouches_insertion::{AskedVintages, CodeSystem, Grain, Rung};
use debouches_model::Lang;

use crate::args::{CoverageArgs, CoverageKey, Global};
use crate::output;
use crate::session;

pub(crate) async fn coverage(global: &Global, args: &CoverageArgs) -> anyhow::Result<u8> {
    let context = session::open(global).await?;
    let covered = cover(&context, &request(&context.options, args)).await?;
    if let Some(rows) = &args.rows {
        covered.write_rows(&context.options.path(rows), context.jobs())?;
    }
    if let Some(trouble) = &covered.catalogue.trouble {
        tracing::warn!("{trouble}");
    }
    if global.json {
        output::print_json(&covered.document());
    } else if !global.quiet {
        output::print(&text(&covered, global.lang.into()));
    }
    Ok(0)
}

fn request(options: &Options, args: &CoverageArgs) -> Request {
    Request {
        catalogue: options.path(&args.catalogue),
        system: args.key.into(),
        column: args.column.clone(),
        uai_column: args.uai_column.clone(),
        voie_column: args.voie_column.clone(),
        on: args.on,
        vintages: match (args.vintage, args.since) {
            (Some(vintage), _) => AskedVintages::AnsweringFor(vintage),
            (None, Some(year)) => AskedVintages::Since(year),
            (None, None) => AskedVintages::All,
        },
    }
}

impl From<CoverageKey> for CodeSystem {
    fn from(key: CoverageKey) -> Self {
        match key {
            CoverageKey::Mefstat11 => Self::Mefstat11,
            CoverageKey::Mef => Self::Mef,
            CoverageKey::Cfd => Self::Cfd,
            CoverageKey::Sise => Self::Sise,
            CoverageKey::Rncp => Self::Rncp,
            CoverageKey::Uai => Self::Uai,
        }
    }
}

/// The totals as text.
fn text(covered: &Covered, lang: Lang) -> String {
    let catalogue = &covered.catalogue;
    let mut out = format!(
        "{}: {} lines ({}, `{}`), {} in column `{}`",
        catalogue.file,
        catalogue.lines.len(),
        catalogue.encoding,
        catalogue.separator.escape_default(),
        catalogue.system.as_str(),
        catalogue.column
    );
    if let Some(column) = &catalogue.uai_column {
        let _ = write!(out, ", establishments in `{column}`");
    }
    if let Some(column) = &catalogue.voie_column {
        let _ = write!(out, ", school or apprenticeship in `{column}`");
    }
    let _ = writeln!(
        out,
        "\nfigures {}; open or closed on {}\n",
        figures(covered),
        covered.coverage.on()
    );
    let grains: Vec<Grain> = covered.totals.grains.keys().copied().collect();
    let _ = write!(out, "{:<24}", "");
    out.extend(grains.iter().map(|grain| format!("{:>18}", grain.as_str())));
    out.push('\n');
    let mut line = |name: &str, count: &dyn Fn(Grain) -> (u64, u64), meaning: &str| {
        let _ = write!(out, "{name:<24}");
        for grain in &grains {
            let (part, total) = count(*grain);
            let percent =
                share(part, total).map_or_else(String::new, |share| format!("{share:.1} %"));
            let _ = write!(out, "{part:>9}{percent:>9}");
        }
        let _ = writeln!(out, "  {meaning}");
    };
    let totals = |grain: Grain| &covered.totals.grains[&grain];
    for rung in Rung::ALL {
        let count = |grain| {
            (
                totals(grain).rungs.get(&rung).copied().unwrap_or_default(),
                totals(grain).lines(),
            )
        };
        if grains.iter().any(|grain| count(*grain).0 > 0) {
            line(rung.as_str(), &count, rung.meaning(lang));
        }
    }
    let (covered, in_scope) = match lang {
        Lang::Fr => ("couvertes", "couvertes, dans le champ"),
        Lang::En => ("covered", "covered, in scope"),
    };
    line(
        covered,
        &|grain| (totals(grain).covered(), totals(grain).lines()),
        "",
    );
    line(
        in_scope,
        &|grain| (totals(grain).covered(), totals(grain).in_scope()),
        "",
    );
    out
}

/// Which figures were read: vintages and tables.
fn figures(covered: &Covered) -> String {
    let newest = covered.coverage.newest();
    let tables = |describe: &dyn Fn(&str, u64) -> String| {
        covered
            .coverage
            .tables()
            .iter()
            .map(|(name, rows)| describe(name, *rows))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let plain = |name: &str, rows: u64| format!("{name} ({rows} rows)");
    match covered.asked {
        AskedVintages::All => format!("up to {newest} of {}", tables(&plain)),
        AskedVintages::Since(year) => format!("since {year} up to {newest} of {}", tables(&plain)),
        AskedVintages::AnsweringFor(vintage) => {
            let answered = |name: &str, rows: u64| {
                format!(
                    "{name} by {} ({rows} rows)",
                    names(&covered.coverage.vintages()[name])
                )
            };
            format!("of vintage {vintage}, answered in {}", tables(&answered))
        }
    }
}
