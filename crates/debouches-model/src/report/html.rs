//! The report as one French page, for somebody who has never seen the tool: what was received, what is wrong with it,
//! where, and what to ask. Self-contained: no script, no image, no address that a browser would fetch.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Report, RuleTally, SliceTally};
use crate::escape::markup;
use crate::spec::TableSpec;
use crate::{Finding, Lang, RuleCode, Severity, Stage, Verdict};

const STYLE: &str = include_str!("style.css");

/// Examples shown for each rule; the others are in `findings.csv`.
const EXAMPLES: usize = 5;

/// What the page is about.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// Title of the table or of the dataset, in French.
    pub title: &'a str,
    /// Its specification, for the names of columns and of the producer; none for a dataset.
    pub spec: Option<&'a TableSpec>,
    /// True when the refused rows are kept beside the page.
    pub has_refused_rows: bool,
}

impl Report {
    /// The page.
    #[must_use]
    pub fn html(&self, about: About<'_>, findings: &[Finding]) -> String {
        let page = Page {
            report: self,
            about,
            findings,
        };
        let title = markup(&format!("Rapport de contrôle : {}", about.title));
        format!(
            "<!DOCTYPE html>\n<html lang=\"fr\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
             <style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{}{}{}{}{}{}{}</main>\n</body>\n</html>\n",
            page.heading(),
            page.figures(),
            page.rules(),
            page.slices(),
            page.examples(),
            page.letter(),
            page.words()
        )
    }
}

struct Page<'a> {
    report: &'a Report,
    about: About<'a>,
    findings: &'a [Finding],
}

impl Page<'_> {
    fn heading(&self) -> String {
        let total: u64 = self.report.rules.iter().map(|tally| tally.findings).sum();
        let (class, verdict) = match (self.report.verdict, total) {
            (Verdict::Refused, _) => (
                "refused",
                "Refusé : rien n'a été publié, la version en ligne reste inchangée.",
            ),
            (Verdict::Accepted, 0) => ("accepted", "Accepté, sans remarque."),
            (Verdict::Accepted, _) => ("warned", "Accepté, avec des remarques."),
        };
        let what = match self.report.stage {
            Stage::Package | Stage::Publish => {
                "Ce rapport compare une nouvelle version d'un jeu de données avec celle qui est en ligne : il dit ce qui a disparu ou bougé plus que prévu."
            }
            Stage::Fetch | Stage::Validate | Stage::Enrich => {
                "Ce rapport dit ce qui, dans le fichier reçu, ne suit pas les règles attendues, où cela se trouve, et ce qu'il faut demander au producteur."
            }
        };
        format!(
            "<h1>{}</h1>\n<p class=\"lead\">{what} Il est établi par <em>débouchés</em>, un programme qui contrôle les chiffres \
             d'insertion professionnelle avant de les republier.</p>\n<p class=\"verdict {class}\">{verdict}</p>\n",
            markup(self.about.title)
        )
    }

    fn figures(&self) -> String {
        let rows = self.report.rows;
        let note = |name: &str| self.report.notes.get(name).cloned();
        let mut lines: Vec<(&str, String)> = Vec::new();
        if self.report.stage != Stage::Package {
            lines.push(("Lignes reçues", number(rows.received)));
            lines.push(("Lignes retenues", number(rows.kept)));
            lines.push(("Lignes écartées", number(rows.refused)));
        }
        let file = note("file").or_else(|| {
            self.findings
                .iter()
                .find_map(|finding| finding.file.clone())
        });
        let spec = self.about.spec;
        let optional = [
            (
                "Fichier",
                file.filter(|_| self.report.stage != Stage::Package),
            ),
            ("Producteur", spec.map(|spec| spec.producer.clone())),
            (
                "Millésimes présents",
                note("vintages").map(|text| text.replace(" | ", ", ")),
            ),
            ("Encodage", note("encoding")),
            ("Séparateur", note("separator")),
            ("Forme reconnue", note("shape")),
            ("Comparé avec la version en ligne", note("live")),
        ];
        lines.extend(
            optional
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        let mut out = String::from("<h2>En bref</h2>\n<dl>\n");
        for (name, value) in lines {
            let _ = writeln!(out, "<div><dt>{name}</dt><dd>{}</dd></div>", markup(&value));
        }
        out + "</dl>\n"
    }

    fn rules(&self) -> String {
        if self.report.rules.is_empty() {
            return "<h2>Règles</h2>\n<p>Toutes les règles sont suivies.</p>\n".to_owned();
        }
        let mut out = String::from(
            "<h2>Règles qui ne sont pas suivies</h2>\n<table>\n<thead><tr><th>Règle</th><th>Effet</th>\
             <th class=\"n\">Constats</th><th>Toléré</th></tr></thead>\n<tbody>\n",
        );
        for tally in &self.report.rules {
            let class = if tally.exceeded {
                " class=\"exceeded\""
            } else {
                ""
            };
            let _ = writeln!(
                out,
                "<tr{class}><td><a href=\"#{rule}\">{}</a><br><code>{rule}</code></td><td>{}</td><td class=\"n\">{}</td><td>{}</td></tr>",
                markup(tally.rule.entry().title(Lang::Fr)),
                self.effect(tally),
                number(tally.findings),
                tolerated(tally),
                rule = tally.rule
            );
        }
        out + "</tbody>\n</table>\n"
    }

    fn effect(&self, tally: &RuleTally) -> &'static str {
        match (tally.severity, tally.exceeded, self.report.stage) {
            (Severity::Warning, _, _) => "signalé, sans effet",
            (Severity::Fatal, _, _) => "fichier refusé en entier",
            (Severity::Error, true, Stage::Package) => "version refusée",
            (Severity::Error, true, _) => "au-delà du toléré : fichier refusé",
            (Severity::Error, false, _) => "lignes écartées",
        }
    }

    /// Counts by vintage and by région; for the drift check, by slice.
    fn slices(&self) -> String {
        let mut by_column: BTreeMap<&str, Vec<&SliceTally>> = BTreeMap::new();
        for slice in &self.report.slices {
            by_column.entry(&slice.column).or_default().push(slice);
        }
        let mut out = String::new();
        for (column, slices) in by_column {
            let mut values: BTreeMap<&str, BTreeMap<RuleCode, u64>> = BTreeMap::new();
            for slice in slices {
                *values
                    .entry(&slice.value)
                    .or_default()
                    .entry(slice.rule)
                    .or_default() += slice.findings;
            }
            let mut rows: Vec<(&str, u64, String)> = values
                .iter()
                .map(|(value, rules)| {
                    let list: Vec<String> = rules
                        .iter()
                        .map(|(rule, count)| format!("{rule} : {}", number(*count)))
                        .collect();
                    (*value, rules.values().sum(), list.join(", "))
                })
                .collect();
            rows.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
            let most = rows.first().map_or(1, |row| row.1).max(1);
            let _ = write!(
                out,
                "<h2>Où : par {}</h2>\n<table>\n<thead><tr><th>{}</th><th class=\"n\">Constats</th><th></th><th>Règles</th></tr></thead>\n<tbody>\n",
                markup(&self.label(column).to_lowercase()),
                markup(&self.label(column))
            );
            for (value, count, list) in rows {
                let share = count * 100 / most;
                let _ = writeln!(
                    out,
                    "<tr><td>{}</td><td class=\"n\">{}</td><td class=\"bar\"><span style=\"width:{share}%\"></span></td><td>{}</td></tr>",
                    markup(value),
                    number(count),
                    markup(&list)
                );
            }
            out += "</tbody>\n</table>\n";
        }
        out
    }

    fn examples(&self) -> String {
        let mut out = String::new();
        for tally in &self.report.rules {
            let of_rule: Vec<&Finding> = self
                .findings
                .iter()
                .filter(|finding| finding.rule == tally.rule)
                .collect();
            let entry = tally.rule.entry();
            let _ = write!(
                out,
                "<section id=\"{}\">\n<h3>{} <small>{} {}</small></h3>\n<table>\n<thead><tr><th class=\"n\">Ligne</th><th>Colonne</th>\
                 <th>Où</th><th>Trouvé</th><th>Constat</th></tr></thead>\n<tbody>\n",
                tally.rule,
                markup(entry.title(Lang::Fr)),
                number(tally.findings),
                if tally.findings < 2 {
                    "constat"
                } else {
                    "constats"
                }
            );
            for finding in of_rule.iter().take(EXAMPLES) {
                let or_dash =
                    |text: Option<String>| markup(&text.unwrap_or_else(|| "–".to_owned()));
                let _ = writeln!(
                    out,
                    "<tr><td class=\"n\">{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                    or_dash(finding.line.map(|line| line.to_string())),
                    or_dash(finding.column.as_deref().map(|column| self.label(column))),
                    or_dash(finding.key.clone()),
                    or_dash(finding.value.clone()),
                    markup(&finding.sentence(Lang::Fr))
                );
            }
            out += "</tbody>\n</table>\n";
            let remaining = tally
                .findings
                .saturating_sub(of_rule.len().min(EXAMPLES) as u64);
            if remaining > 0 {
                let _ = writeln!(
                    out,
                    "<p class=\"more\">et {} de plus, dans <code>findings.csv</code>.</p>",
                    number(remaining)
                );
            }
            out += "</section>\n";
        }
        if out.is_empty() {
            out
        } else {
            format!("<h2>Premiers exemples</h2>\n{out}")
        }
    }

    /// What to ask, ready to be pasted in a mail.
    fn letter(&self) -> String {
        if self.report.rules.is_empty() {
            return String::new();
        }
        let subject = match self.report.stage {
            Stage::Package => format!(
                "la nouvelle version du jeu de données « {} »",
                self.about.title
            ),
            Stage::Fetch | Stage::Validate | Stage::Enrich | Stage::Publish => {
                format!(
                    "le fichier « {} »",
                    self.report
                        .notes
                        .get("file")
                        .map_or(self.about.title, String::as_str)
                )
            }
        };
        let mut out = format!(
            "<h2>Que demander au producteur</h2>\n<div class=\"letter\">\n<p>Bonjour,</p>\n<p>En contrôlant {}, nous avons relevé \
             les points suivants. Pourriez-vous nous dire ce qu'il en est ?</p>\n<ol>\n",
            markup(&subject)
        );
        for tally in &self.report.rules {
            let first = self
                .findings
                .iter()
                .find(|finding| finding.rule == tally.rule);
            let example = first.map(|finding| {
                let line = finding
                    .line
                    .map(|line| format!("ligne {line}, "))
                    .unwrap_or_default();
                format!(" Exemple : {line}{}.", finding.sentence(Lang::Fr))
            });
            let _ = writeln!(
                out,
                "<li>Attendu : <strong>{}</strong>. Ce n'est pas le cas {}.{}</li>",
                markup(tally.rule.entry().title(Lang::Fr)),
                times(tally.findings),
                markup(&example.unwrap_or_default())
            );
        }
        out += "</ol>\n</div>\n<h2>Ce que nous pouvons faire ici</h2>\n<ul>\n";
        for tally in &self.report.rules {
            let (code, remedy) = (tally.rule.as_str(), tally.rule.entry().remedy(Lang::Fr));
            let _ = writeln!(out, "<li><code>{code}</code> : {}.</li>", markup(remedy));
        }
        out + "</ul>\n"
    }

    fn words(&self) -> String {
        let rows = if self.about.has_refused_rows {
            "<code>refused_rows.csv</code> (les lignes écartées, entières, telles que reçues, avec leurs raisons), "
        } else {
            ""
        };
        format!(
            "<h2>Pour lire ce rapport</h2>\n<p><strong>Signalé, sans effet</strong> : la ligne est gardée. <strong>Ligne écartée</strong> : \
             elle n'est pas publiée, les autres le sont. <strong>Fichier refusé</strong> : rien n'est publié, ce qui est en ligne reste.</p>\n\
             <p>Les numéros de ligne comptent l'en-tête, à partir de 1. À côté de cette page : {rows}<code>findings.csv</code> (tous les \
             constats, à ouvrir dans un tableur) et <code>report.json</code> (les mêmes comptes, pour un programme).</p>\n"
        )
    }

    /// The French name of a column, with its published name.
    fn label(&self, column: &str) -> String {
        let spec = self.about.spec.and_then(|spec| spec.column(column));
        spec.map_or_else(|| column.to_owned(), |spec| spec.label.clone())
    }
}

fn tolerated(tally: &RuleTally) -> String {
    match (
        tally.severity,
        tally.tolerance.rows,
        tally.tolerance.share > 0.0,
    ) {
        (Severity::Warning, 0, false) => "–".to_owned(),
        (_, 0, false) => "aucun".to_owned(),
        (_, rows, false) => number(rows),
        (_, _, true) => format!(
            "{} % des lignes",
            (tally.tolerance.share * 100.0)
                .to_string()
                .replace('.', ",")
        ),
    }
}

fn times(count: u64) -> String {
    if count < 2 {
        "une fois".to_owned()
    } else {
        format!("{} fois", number(count))
    }
}

/// A count as French writes it: groups of three, narrow no-break spaces between.
fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_no_outside_address_and_no_markup_of_others() {
        let mut report = Report::new(Stage::Validate, "t");
        report.rules.push(RuleTally {
            rule: RuleCode::NotANumber,
            severity: Severity::Error,
            findings: 12_345,
            tolerance: crate::Tolerance::default(),
            exceeded: true,
        });
        let finding = Finding::new(RuleCode::NotANumber)
            .line(3)
            .column("nb")
            .value("<script>alert(1)</script>")
            .expected("1");
        let about = About {
            title: "Essai & co",
            spec: None,
            has_refused_rows: true,
        };
        let page = report.html(about, &[finding]);
        for outside in ["http://", "https://", "<script", "src=", "@import", "url("] {
            assert!(!page.contains(outside), "{outside}");
        }
        assert!(
            page.contains("12\u{202f}345")
                && page.contains("&lt;script&gt;")
                && page.contains("Essai &amp; co"),
            "{page}"
        );
    }
}
