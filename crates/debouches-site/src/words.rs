//! Numbers, sizes, days and terms as they are written in French.

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use debouches_model::{Coverage, ValueStatus};
use maud::{Markup, html};

const MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

/// A whole number, its thousands apart.
pub(crate) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// A size, in decimal units.
pub(crate) fn size(bytes: u64) -> String {
    let units = [(1_000_000_000, "Go"), (1_000_000, "Mo"), (1_000, "ko")];
    match units.iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => {
            format!("{:.1}\u{a0}{name}", bytes as f64 / *unit as f64).replace('.', ",")
        }
        None => format!("{bytes}\u{a0}octets"),
    }
}

/// How many of something.
pub(crate) fn count(count: usize, one: &str, many: &str) -> String {
    counted(count as u64, one, many)
}

/// A large number of things.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    format!(
        "{}\u{a0}{}",
        number(count),
        if count < 2 { one } else { many }
    )
}

/// A day.
pub(crate) fn day(date: NaiveDate) -> String {
    let day = if date.day() == 1 {
        "1er".to_owned()
    } else {
        date.day().to_string()
    };
    format!(
        "{day}\u{a0}{}\u{a0}{}",
        MONTHS[date.month0() as usize],
        date.year()
    )
}

/// A day, for people and for programs.
pub(crate) fn date(date: NaiveDate) -> Markup {
    html! { time datetime=(date) { (day(date)) } }
}

/// A period: its years, when it is made of whole ones.
pub(crate) fn period(coverage: Coverage) -> Markup {
    let Coverage { start, end } = coverage;
    let is_full_years = (start.month(), start.day(), end.month(), end.day()) == (1, 1, 12, 31);
    html! {
        @if is_full_years && start.year() == end.year() { time datetime=(start.year()) { (start.year()) } }
        @else if is_full_years { "de " time datetime=(start.year()) { (start.year()) } " à " time datetime=(end.year()) { (end.year()) } }
        @else { "du " (date(start)) " au " (date(end)) }
    }
}

/// The day of an instant, for people and for programs.
pub(crate) fn instant(instant: DateTime<Utc>) -> Markup {
    html! { time datetime=(rfc3339(instant)) { (day(instant.date_naive())) } }
}

/// An instant, for programs.
pub(crate) fn rfc3339(instant: DateTime<Utc>) -> String {
    instant.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A text whose double punctuation stays on the line of the word before it.
pub(crate) fn kept_together(text: &str) -> String {
    let mut text = text.replace("« ", "«\u{a0}");
    for mark in [':', ';', '?', '!', '»', '%'] {
        text = text.replace(&format!(" {mark}"), &format!("\u{a0}{mark}"));
    }
    text
}

/// A frequency term.
pub(crate) fn frequency(term: &str) -> &str {
    match term {
        "annual" => "annuelle",
        "semiannual" => "semestrielle",
        "quarterly" => "trimestrielle",
        "monthly" => "mensuelle",
        "weekly" => "hebdomadaire",
        "daily" => "quotidienne",
        "biennial" => "tous les deux ans",
        "punctual" => "ponctuelle",
        "irregular" => "irrégulière",
        "never" | "notPlanned" => "aucune mise à jour prévue",
        "unknown" => "non précisée",
        other => other,
    }
}

/// A type of column.
pub(crate) fn kind(kind: &str) -> &str {
    match kind {
        "string" => "texte",
        "integer" => "entier",
        "number" => "nombre décimal",
        "boolean" => "booléen",
        other => other,
    }
}

/// The reason of an empty cell, in a word.
pub(crate) fn reason(status: ValueStatus) -> &'static str {
    match status {
        ValueStatus::Measured => "vide",
        ValueStatus::Suppressed => "masquée",
        ValueStatus::Absent => "absente",
        ValueStatus::NotYet => "pas encore",
        ValueStatus::NotProduced => "non produite",
    }
}

/// What a file of a release is.
pub(crate) fn file(path: &str) -> &'static str {
    let ends = |end: &str| path.ends_with(end);
    match path {
        "README.md" => "Lisez-moi",
        "dictionnaire.csv" => "Dictionnaire des colonnes",
        "CHANGELOG.md" => "Journal des versions",
        "CHANGELOG.en.md" => "Journal des versions, en anglais",
        "datapackage.json" => "Description Data Package",
        "dcat.jsonld" => "Description DCAT-AP",
        "croissant.json" => "Description Croissant",
        "prov.jsonld" => "Provenance PROV-O",
        "disclosure.json" => "Rapport de secret statistique",
        "SHA256SUMS" => "Empreintes de tous les fichiers",
        "SHA256SUMS.minisig" => "Signature des empreintes",
        _ if ends(".csv-metadata.json") => "Description CSVW",
        _ if ends(".schema.json") => "Schéma de table",
        _ if ends(".csv") => "Données, CSV",
        _ if ends(".parquet") => "Données, Parquet",
        _ if ends(".xlsx") => "Données, classeur Excel",
        _ if ends(".jsonl") => "Données, JSON Lines",
        _ => "Autre fichier",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_sizes_and_days_are_written_in_french() {
        assert_eq!(
            (number(7), number(1234), number(1_234_567)),
            (
                "7".into(),
                "1\u{202f}234".into(),
                "1\u{202f}234\u{202f}567".into()
            )
        );
        assert_eq!(
            (size(999).as_str(), size(48_049).as_str()),
            ("999\u{a0}octets", "48,0\u{a0}ko")
        );
        assert_eq!(
            day("2026-03-01".parse().unwrap()),
            "1er\u{a0}mars\u{a0}2026"
        );
        assert_eq!(count(0, "version", "versions"), "0\u{a0}version");
    }
}
