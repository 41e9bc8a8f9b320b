//! Terms of the portal in French, numbers and dates as people write them.

use chrono::{DateTime, Datelike as _, Utc};

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

/// A day.
pub(crate) fn day(date: chrono::NaiveDate) -> String {
    let day = if date.day() == 1 {
        "1er".to_owned()
    } else {
        date.day().to_string()
    };
    format!("{day} {} {}", MONTHS[date.month0() as usize], date.year())
}

/// An instant, for people and for programs.
pub(crate) fn instant(date: DateTime<Utc>) -> String {
    format!(
        "<time datetime=\"{}\">{}</time>",
        date.format("%Y-%m-%dT%H:%M:%SZ"),
        day(date.date_naive())
    )
}

/// A frequency.
pub(crate) fn frequency(id: Option<&str>) -> &str {
    match id {
        Some("annual") => "annuelle",
        Some("semiannual") => "semestrielle",
        Some("quarterly") => "trimestrielle",
        Some("monthly") => "mensuelle",
        Some("weekly") => "hebdomadaire",
        Some("daily") => "quotidienne",
        Some("biennial") => "tous les deux ans",
        Some("punctual") => "ponctuelle",
        Some("irregular") => "irrégulière",
        Some("never") | Some("notPlanned") => "aucune mise à jour prévue",
        Some("unknown") | None => "non précisée",
        Some(other) => other,
    }
}

/// A licence.
pub(crate) fn licence(id: Option<&str>) -> String {
    match id {
        Some("lov2") => "Licence Ouverte 2.0".to_owned(),
        Some("fr-lo") => "Licence Ouverte 1.0".to_owned(),
        Some("notspecified") | None => "non précisée".to_owned(),
        Some(other) => crate::terms::LICENCES
            .iter()
            .find(|(known, ..)| *known == other)
            .map_or(other, |(_, title, _)| title)
            .to_owned(),
    }
}

/// A kind of resource.
pub(crate) fn kind(id: &str) -> &str {
    match id {
        "main" => "Données",
        "documentation" => "Documentation",
        "update" => "Mise à jour",
        "api" => "API",
        "code" => "Code",
        _ => "Autre",
    }
}

/// A free field: the ones that a reader looks for have a name in French.
pub(crate) fn extra(name: &str) -> &str {
    match name.rsplit(':').next() {
        Some("version") => "Version",
        Some("sha256") => "sha256",
        Some(_) | None => name,
    }
}

/// A criterion of the score.
pub(crate) fn criterion(name: &str) -> Option<&'static str> {
    Some(match name {
        "license" => "licence renseignée",
        "temporal_coverage" => "couverture temporelle renseignée",
        "spatial" => "couverture spatiale renseignée",
        "update_frequency" => "fréquence de mise à jour renseignée",
        "update_fulfilled_in_time" => "mise à jour dans les temps",
        "dataset_description_quality" => "description de plus de cent caractères",
        "has_open_format" => "au moins un format ouvert",
        "all_resources_available" => "tous les fichiers disponibles",
        "resources_documentation" => "fichiers documentés",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_days_are_written_in_french() {
        assert_eq!(
            (size(999).as_str(), size(48_049).as_str()),
            ("999\u{a0}octets", "48,0\u{a0}ko")
        );
        assert_eq!(day("2026-03-01".parse().unwrap()), "1er mars 2026");
    }
}
