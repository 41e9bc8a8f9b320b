//! D11: every diploma code and every statistical training code, with the label and the level of the diploma (T14).

use std::collections::{BTreeMap, HashMap};

use debouches_enrich::{FindingCollector, Inputs};
use debouches_table::{Table, TableError};

use super::rows;
use crate::continuum::Continuum;
use crate::days::iso;
use crate::nomenclatures::{DIPLOMAS, References, SUCCESSIONS, TRAININGS, input, optional_input};

/// Level of a diploma from the first character of its code; none for a character that means nothing.
pub(crate) fn level(cfd: &str) -> Option<&'static str> {
    match cfd.chars().next()? {
        '5' => Some("3"),
        '4' => Some("4"),
        '3' => Some("5"),
        '2' => Some("6"),
        '1' => Some("7"),
        '0' => Some("0"),
        _ => None,
    }
}

const LEVELS: &str = "bcn_niveau_formation_diplome";
const INSERSUP: &str = "insersup";

pub(super) fn make(
    Inputs { spec, references }: Inputs<'_>,
    _findings: &mut FindingCollector,
) -> Result<Table, TableError> {
    let (diplomas, modules) = (input(references, DIPLOMAS)?, input(references, TRAININGS)?);
    let labels = Labels::read(diplomas, references)?;
    let owned = |text: Option<&str>| text.map(str::to_owned);
    // A day written otherwise is published as it is.
    let day = |date: Option<&str>| date.map(|date| iso(date).unwrap_or_else(|| date.to_owned()));
    let year = |date: Option<&str>| {
        date.and_then(iso)
            .and_then(|date| Some(date.split_once('-')?.0.to_owned()))
    };
    let mut matches: BTreeMap<(&str, String, String), [Option<String>; 11]> = BTreeMap::new();
    for (kind, table, code) in [
        ("cfd", diplomas, "formation_diplome"),
        ("mefstat11", modules, "mefstat11"),
    ] {
        let (code, cfd) = (table.text(code)?, table.text("formation_diplome")?);
        let (opened, closed) = (table.text("date_ouverture")?, table.text("date_fermeture")?);
        let years = (kind == "mefstat11")
            .then(|| table.text("annee_dispositif"))
            .transpose()?;
        for row in 0..table.rows() {
            let (Some(code), Some(cfd)) = (code.get(row), cfd.get(row)) else {
                continue;
            };
            let line = [
                Some(kind.to_owned()),
                Some(code.to_owned()),
                Some(cfd.to_owned()),
                labels.of(cfd).map(str::to_owned),
                labels.previous(cfd).map(str::to_owned),
                labels.kind(cfd).map(str::to_owned),
                owned(level(cfd)),
                owned(years.and_then(|years| years.get(row))),
                year(opened.get(row)),
                day(opened.get(row)),
                day(closed.get(row)),
            ];
            // Two modules may share code and diploma: the first one stands for both.
            matches
                .entry((kind, code.to_owned(), cfd.to_owned()))
                .or_insert(line);
        }
    }
    if let Some(published) = optional_input(references, INSERSUP) {
        let column = |name| published.text(name);
        let (code, label, kind) = (
            column("diplome")?,
            column("libelle_diplome")?,
            column("type_diplome_long")?,
        );
        for row in 0..published.rows() {
            // `all` stands for every diploma of a type.
            let Some(code) = code.get(row).filter(|code| *code != "all") else {
                continue;
            };
            let mut line: [Option<String>; 11] = Default::default();
            (line[0], line[1]) = (Some("sise".to_owned()), Some(code.to_owned()));
            (line[3], line[5]) = (owned(label.get(row)), owned(kind.get(row)));
            matches
                .entry(("sise", code.to_owned(), String::new()))
                .or_insert(line);
        }
    }
    rows::table(spec, matches.into_values().collect())
}

/// T14: labels of diplomas, of those that they replace, and of their types.
#[derive(Default)]
struct Labels {
    by_code: HashMap<String, String>,
    kinds: HashMap<String, String>,
    continuum: Continuum,
}

impl Labels {
    fn read(diplomas: &Table, references: &References) -> Result<Self, TableError> {
        let mut matches = Self::default();
        let successions = optional_input(references, SUCCESSIONS);
        for table in successions.into_iter().chain([diplomas]) {
            let (codes, labels) = (table.text("formation_diplome")?, table.text("libelle")?);
            let named = codes
                .iter()
                .zip(labels.iter())
                .filter_map(|(code, label)| Some((code?.to_owned(), label?.to_owned())));
            matches.by_code.extend(named);
        }
        if let Some(table) = successions {
            matches.continuum = Continuum::read(table)?;
        }
        if let Some(table) = optional_input(references, LEVELS) {
            let (codes, labels) = (
                table.text("niveau_formation_diplome")?,
                table.text("libelle")?,
            );
            let named = codes
                .iter()
                .zip(labels.iter())
                .filter_map(|(code, label)| Some((code?.to_owned(), label?.to_owned())));
            matches.kinds.extend(named);
        }
        Ok(matches)
    }

    fn of(&self, cfd: &str) -> Option<&str> {
        self.by_code.get(cfd).map(String::as_str)
    }

    fn kind(&self, cfd: &str) -> Option<&str> {
        self.kinds.get(cfd.get(..3)?).map(String::as_str)
    }

    /// The label of the nearest diploma replaced that says something else: not contained in the label of today.
    fn previous(&self, cfd: &str) -> Option<&str> {
        let today = without_accents(self.of(cfd)?);
        let labels = self
            .continuum
            .predecessors(cfd)
            .filter_map(|code| self.of(code));
        labels
            .into_iter()
            .find(|label| !today.contains(&without_accents(label)))
    }
}

/// Capitals without accents.
fn without_accents(text: &str) -> String {
    crate::code_lists::plain_capitals(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v35_v36_v37_the_level_is_reported_by_the_first_character() {
        let levels = [
            "50023203", "40023203", "32023203", "24023203", "14545678", "01022102", "X",
        ]
        .map(level);
        assert_eq!(
            levels,
            [
                Some("3"),
                Some("4"),
                Some("5"),
                Some("6"),
                Some("7"),
                Some("0"),
                None
            ]
        );
        assert_eq!(level(""), None);
    }

    #[test]
    fn v40_the_previous_label_is_the_nearest_that_today_does_not_contain() {
        let mut labels = Labels {
            continuum: Continuum::of([("10000000", "10000001"), ("10000001", "10000002")]),
            ..Labels::default()
        };
        for (code, label) in [
            ("10000000", "BAC PRO ANCIEN"),
            ("10000001", "BAC PRO BÂTIMENT"),
            ("10000002", "BAC PRO BATIMENT NOUVEAU"),
        ] {
            labels.by_code.insert(code.to_owned(), label.to_owned());
        }
        assert_eq!(labels.previous("10000002"), Some("BAC PRO ANCIEN"));
        assert_eq!(labels.previous("10000001"), Some("BAC PRO ANCIEN"));
        assert_eq!(labels.previous("10000000"), None);
    }

    #[test]
    fn v36_v38_the_type_is_that_of_the_first_three_characters_or_none() {
        let mut labels = Labels::default();
        labels.kinds.insert("400".to_owned(), "BAC PRO".to_owned());
        assert_eq!(
            (labels.kind("40023203"), level("40023203")),
            (Some("BAC PRO"), Some("4"))
        );
        assert_eq!(
            labels.kind("99923203"),
            None,
            "the line stays, without a type"
        );
    }
}
