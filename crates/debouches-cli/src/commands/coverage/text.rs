//! The totals as text.

use std::fmt::Write as _;

use debouches_enrich::{Grain, Rung};
use debouches_model::Lang;

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
    let tables: Vec<String> = found.coverage.tables().iter().map(|(name, rows)| format!("{name} ({rows} rows)")).collect();
    let since = found.since.map(|year| format!(" since {year}")).unwrap_or_default();
    let _ = writeln!(
        out,
        "\nfigures{since} up to {} of {}; open or closed on {}\n",
        found.coverage.newest(),
        tables.join(", "),
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
            let percent = share(part, whole).map_or_else(String::new, |share| format!("{share:.1} %"));
            let _ = write!(out, "{part:>9}{percent:>9}");
        }
        let _ = writeln!(out, "  {meaning}");
    };
    let totals = |grain: Grain| &found.totals.grains[&grain];
    for rung in Rung::ALL {
        let count = |grain| (totals(grain).rungs.get(&rung).copied().unwrap_or_default(), totals(grain).lines());
        if grains.iter().any(|grain| count(*grain).0 > 0) {
            line(rung.as_str(), &count, rung.meaning(lang));
        }
    }
    let (covered, in_scope) = match lang {
        Lang::Fr => ("couvertes", "couvertes, dans le champ"),
        Lang::En => ("covered", "covered, in scope"),
    };
    line(covered, &|grain| (totals(grain).covered(), totals(grain).lines()), "");
    line(in_scope, &|grain| (totals(grain).covered(), totals(grain).in_scope()), "");
    out
}
