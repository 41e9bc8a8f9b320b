//! The totals as text.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use debouches_enrich::{AskedVintages, Grain, Rung};
use debouches_model::{Lang, Vintage};

use super::Found;
use super::document::share;

pub(super) fn text(found: &Found, lang: Lang) -> String {
    let catalogue = &found.catalogue;
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
        figures(found),
        found.coverage.on()
    );
    let grains: Vec<Grain> = found.totals.grains.keys().copied().collect();
    let _ = write!(out, "{:<24}", "");
    out.extend(grains.iter().map(|grain| format!("{:>18}", grain.as_str())));
    out.push('\n');
    let mut line = |name: &str, count: &dyn Fn(Grain) -> (u64, u64), meaning: &str| {
        let _ = write!(out, "{name:<24}");
        for grain in &grains {
            let (part, whole) = count(*grain);
            let percent =
                share(part, whole).map_or_else(String::new, |share| format!("{share:.1} %"));
            let _ = write!(out, "{part:>9}{percent:>9}");
        }
        let _ = writeln!(out, "  {meaning}");
    };
    let totals = |grain: Grain| &found.totals.grains[&grain];
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
fn figures(found: &Found) -> String {
    let newest = found.coverage.newest();
    let tables = |told: &dyn Fn(&str, u64) -> String| {
        found
            .coverage
            .tables()
            .iter()
            .map(|(name, rows)| told(name, *rows))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let plain = |name: &str, rows: u64| format!("{name} ({rows} rows)");
    match found.asked {
        AskedVintages::All => format!("up to {newest} of {}", tables(&plain)),
        AskedVintages::Since(year) => format!("since {year} up to {newest} of {}", tables(&plain)),
        AskedVintages::AnsweringFor(vintage) => {
            let answered = |name: &str, rows: u64| {
                format!(
                    "{name} by {} ({rows} rows)",
                    names(&found.coverage.vintages()[name])
                )
            };
            format!("of vintage {vintage}, answered in {}", tables(&answered))
        }
    }
}

/// Vintages in words: `2018_2019 and 2019`.
pub(super) fn names(vintages: &BTreeSet<Vintage>) -> String {
    let names: Vec<String> = vintages.iter().map(ToString::to_string).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} and {last}", first.join(", ")),
        None => String::new(),
    }
}
