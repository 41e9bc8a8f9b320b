//! A comparison as one page without any request to anywhere.

use std::fmt::Write as _;

use debouches_model::Lang;

use super::report::DiffReport;
use super::wording::changes;
use debouches_model::escape::markup;

/// The page, in French.
#[must_use]
pub fn html(report: &DiffReport) -> String {
    let mut out = format!(
        "<!doctype html>\n<html lang=\"fr\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>Comparaison</title>\n<style>body{{font:1rem/1.5 sans-serif;max-width:70rem;margin:auto;padding:1rem}}table{{border-collapse:collapse}}td,th{{border:1px solid #767676;padding:.2rem .5rem;text-align:left}}</style>\n</head>\n<body>\n<main>\n<h1>Comparaison de {} et de {}</h1>\n<p>Tolérance sur les nombres : {}.</p>\n",
        markup(&report.before),
        markup(&report.after),
        report.tolerance
    );
    if report.identical {
        out.push_str("<p>Les données sont identiques.</p>\n");
    }
    out.push_str("<ul>\n");
    for sentence in changes(report)
        .iter()
        .flat_map(crate::facts::ReleaseChange::sentences)
    {
        let _ = writeln!(out, "<li>{}</li>", markup(sentence.get(Lang::Fr)));
    }
    out.push_str("</ul>\n");
    for table in report.tables.iter().filter(|table| !table.moves.is_empty()) {
        let _ = writeln!(
            out,
            "<h2>Plus grands écarts : {}</h2>\n<table>\n<thead><tr><th scope=\"col\">Taux</th><th scope=\"col\">Par</th><th scope=\"col\">Groupe</th><th scope=\"col\">Cellules</th><th scope=\"col\">Moyenne</th><th scope=\"col\">Plus grand</th><th scope=\"col\">Ligne</th></tr></thead>\n<tbody>",
            markup(&table.table)
        );
        for group in &table.moves {
            let _ = writeln!(
                out,
                "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{:+}</td><td>{:+}</td><td>{}</td></tr>",
                markup(&group.measure),
                markup(&group.by),
                markup(&group.group),
                group.moved,
                group.mean_move,
                group.largest_move,
                markup(&group.largest_key)
            );
        }
        out.push_str("</tbody>\n</table>\n");
    }
    out + "</main>\n</body>\n</html>\n"
}
