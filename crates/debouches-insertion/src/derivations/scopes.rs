//! S14 and S16: which types of diplomas each producer has figures for, one row per producer, type and way of following it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use debouches_enrich::{FindingCollector, Inputs};
use debouches_table::{Table, TableError};

use super::{offers, rows};
use crate::coverage::Pathway;
use crate::derivations::niveau_of;
use crate::knowledge::Knowledge;
use crate::nomenclatures::{References, optional_input};

const LEVELS: &str = "bcn_niveau_formation_diplome";
const INSERSUP: &str = "insersup";

/// What is known of the diplomas of a type.
#[derive(Debug, Default)]
struct Known {
    open: BTreeSet<String>,
    with_rows: BTreeSet<String>,
    shown: BTreeSet<String>,
    newest: u16,
}

pub(super) fn make(
    known: Knowledge,
    Inputs { spec, references }: Inputs<'_>,
    findings: &mut FindingCollector,
) -> Result<Table, TableError> {
    let coverage = offers::coverage(known, references)?;
    let labels = labels(references)?;
    let mut types: BTreeMap<(&str, String, Pathway), Known> = BTreeMap::new();
    let mut note = |producer, kind: String, voie, code: String, is_shown: bool, vintage: u16| {
        let known: &mut Known = types.entry((producer, kind, voie)).or_default();
        known.newest = known.newest.max(vintage);
        if is_shown {
            known.shown.insert(code.clone());
        }
        known.with_rows.insert(code);
    };
    let level = |cfd: &str| cfd.get(..3).map(str::to_owned);
    for (code, is_shown, vintage) in coverage.codes_of(Pathway::Apprenticeship) {
        level(code).into_iter().for_each(|kind| {
            note(
                "DEPP",
                kind,
                Pathway::Apprenticeship,
                code.to_owned(),
                is_shown,
                vintage,
            )
        });
    }
    for (code, is_shown, vintage) in coverage.codes_of(Pathway::School) {
        for cfd in coverage.diplomas_of(code) {
            level(&cfd).into_iter().for_each(|kind| {
                note(
                    "DEPP",
                    kind,
                    Pathway::School,
                    cfd.clone(),
                    is_shown,
                    vintage,
                )
            });
        }
    }
    let kinds = kinds(references)?;
    for (code, is_shown, vintage) in coverage
        .codes_of(Pathway::HigherEducation)
        .filter(|(code, ..)| *code != "all")
    {
        for kind in kinds.get(code).into_iter().flatten() {
            note(
                "SIES",
                kind.clone(),
                Pathway::HigherEducation,
                code.to_owned(),
                is_shown,
                vintage,
            );
        }
    }
    for (cfd, _) in coverage
        .diplomas()
        .into_iter()
        .filter(|(_, is_open)| *is_open)
    {
        let Some(kind) = level(cfd) else { continue };
        for voie in [Pathway::Apprenticeship, Pathway::School] {
            types
                .entry(("DEPP", kind.clone(), voie))
                .or_default()
                .open
                .insert(cfd.to_owned());
        }
    }
    let lines: Vec<_> = types
        .into_iter()
        .map(|((producer, kind, voie), known)| {
            let open_shown = known.open.intersection(&known.shown).count();
            let state = state(&known, producer == "DEPP", open_shown);
            findings.count(&format!("{producer}.{}.{state}", voie.as_str()), 1);
            let count = |number: usize| Some(number.to_string());
            [
                Some(producer.to_owned()),
                Some(kind.clone()),
                Some(voie.as_str().to_owned()),
                labels.get(&kind).cloned(),
                niveau_of(&kind)
                    .filter(|_| producer == "DEPP")
                    .map(str::to_owned),
                Some(coverage.newest().to_string()),
                Some(state.to_owned()),
                if producer == "DEPP" {
                    count(known.open.len())
                } else {
                    None
                },
                count(known.with_rows.len()),
                count(known.shown.len()),
                (known.newest > 0).then(|| known.newest.to_string()),
            ]
        })
        .collect();
    offers::with_statuses(spec, rows::table(spec, lines)?)
}

/// A type is covered when every open diploma of it is shown somewhere, or, without nomenclature, every known one.
fn state(known: &Known, has_nomenclature: bool, open_shown: usize) -> &'static str {
    let total = if has_nomenclature {
        known.open.len() == open_shown
    } else {
        known.with_rows.len() == known.shown.len()
    };
    match (known.shown.is_empty(), known.with_rows.is_empty()) {
        (true, true) => "non_couvert",
        (true, false) => "sans_chiffre_publie",
        (false, _) if total => "couvert",
        (false, _) => "en_partie",
    }
}

/// Labels of the levels of the BCN, which name who certifies.
fn labels(references: &References) -> Result<HashMap<String, String>, TableError> {
    let Some(table) = optional_input(references, LEVELS) else {
        return Ok(HashMap::new());
    };
    let (level, label) = (
        table.text("niveau_formation_diplome")?,
        table.text("libelle")?,
    );
    Ok(level
        .iter()
        .zip(label.iter())
        .filter_map(|(level, label)| Some((level?.to_owned(), label?.to_owned())))
        .collect())
}

/// Types of each SISE diploma; spellings vary from one release to the next, and are kept.
fn kinds(references: &References) -> Result<HashMap<String, BTreeSet<String>>, TableError> {
    let mut matches: HashMap<String, BTreeSet<String>> = HashMap::new();
    let Some(table) = optional_input(references, INSERSUP) else {
        return Ok(matches);
    };
    let (code, kind) = (table.text("diplome")?, table.text("type_diplome")?);
    for (code, kind) in code.iter().zip(kind.iter()) {
        if let (Some(code), Some(kind)) = (code, kind) {
            matches
                .entry(code.to_owned())
                .or_default()
                .insert(kind.to_owned());
        }
    }
    Ok(matches)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_covered_when_all_that_is_open_is_shown() {
        let set = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect();
        let known = |open: &[&str], rows: &[&str], shown: &[&str]| Known {
            open: set(open),
            with_rows: set(rows),
            shown: set(shown),
            newest: 2024,
        };
        assert_eq!(
            state(&known(&["a"], &["a", "b"], &["a", "b"]), true, 1),
            "couvert"
        );
        assert_eq!(
            state(&known(&["a", "c"], &["a"], &["a"]), true, 1),
            "en_partie"
        );
        assert_eq!(
            state(&known(&["a"], &["a"], &[]), true, 0),
            "sans_chiffre_publie"
        );
        assert_eq!(state(&known(&["a"], &[], &[]), true, 0), "non_couvert");
        assert_eq!(state(&known(&[], &["a"], &["a"]), false, 0), "couvert");
    }
}
