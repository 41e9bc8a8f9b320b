//! D11: every diploma code and every statistical training code, with the label and the level of the diploma (T14).

use std::collections::{BTreeMap, HashMap};

use debouches_model::spec::TableSpec;
use debouches_table::{Table, TableError};

use super::{input, rows};
use crate::reference::{DIPLOMAS, References, TRAININGS};

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

pub(super) fn make(spec: &TableSpec, references: &References) -> Result<Table, TableError> {
    let (diplomas, modules) = (input(references, DIPLOMAS)?, input(references, TRAININGS)?);
    let (codes, labels) = (diplomas.text("formation_diplome")?, diplomas.text("libelle")?);
    let label: HashMap<&str, &str> =
        codes.iter().zip(labels.iter()).filter_map(|(code, label)| Some((code?, label?))).collect();
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let year = |date: Option<&str>| date.and_then(|date| date.rsplit('/').next()).map(str::to_owned);
    let mut found: BTreeMap<(&str, String, String), [Option<String>; 9]> = BTreeMap::new();
    for (kind, table, code, cfd) in
        [("cfd", diplomas, "formation_diplome", "formation_diplome"), ("mefstat11", modules, "mefstat11", "formation_diplome")]
    {
        let (code, cfd) = (table.text(code)?, table.text(cfd)?);
        let (opened, closed) = (table.text("date_ouverture")?, table.text("date_fermeture")?);
        let years = (kind == "mefstat11").then(|| table.text("annee_dispositif")).transpose()?;
        for row in 0..table.rows() {
            let (Some(code), Some(cfd)) = (code.get(row), cfd.get(row)) else { continue };
            let line = [
                Some(kind.to_owned()),
                Some(code.to_owned()),
                Some(cfd.to_owned()),
                label.get(cfd).map(|label| (*label).to_owned()),
                owned(level(cfd)),
                owned(years.and_then(|years| years.get(row))),
                year(opened.get(row)),
                owned(opened.get(row)),
                owned(closed.get(row)),
            ];
            // Two modules may share code and diploma: the first one stands for both.
            found.entry((kind, code.to_owned(), cfd.to_owned())).or_insert(line);
        }
    }
    rows::table(spec, found.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v35_v36_v37_the_level_is_told_by_the_first_character() {
        let levels = ["50023203", "40023203", "32023203", "24023203", "14545678", "01022102", "X"].map(level);
        assert_eq!(levels, [Some("3"), Some("4"), Some("5"), Some("6"), Some("7"), Some("0"), None]);
        assert_eq!(level(""), None);
    }
}
