//! D17: the FRESQ trainings of each SISE diploma, from the columns that InserSup carries since `2026_S1`.
//!
//! FRESQ replaces SISE. A diploma without INF stays, with its state: breakage is told, and drops nothing.

use std::collections::BTreeMap;

use debouches_enrich::{FindingCollector, Inputs};
use debouches_table::{Table, TableError};

use super::{offers, rows};
use crate::nomenclatures::input;

const INSERSUP: &str = "insersup";
/// Fewest characters of an INF; a shorter one is ill-formed (FRESQ).
const SHORTEST: usize = 5;
/// Establishments and diplomas that are totals.
const TOTALS: [&str; 2] = ["UNIV", "all"];

/// Promotion, establishment, SISE code, type, INF, Paysage.
type Key = [String; 6];

/// What goes with a passage.
#[derive(Debug, Default)]
struct Passage {
    label: Option<String>,
    uai_fresq: Option<String>,
    in_fresq: Option<String>,
    state: &'static str,
    lines: u64,
}

pub(super) fn make(
    Inputs { spec, references }: Inputs<'_>,
    findings: &mut FindingCollector,
) -> Result<Table, TableError> {
    let table = input(references, INSERSUP)?;
    let column = |name| table.text(name);
    let keys = [
        column("promo")?,
        column("etablissement")?,
        column("diplome")?,
        column("type_diplome")?,
    ];
    let (inf, paysage) = (column("inf")?, column("id_paysage")?);
    let (label, uai_fresq, in_fresq) = (
        column("libelle_diplome")?,
        column("uai_fresq")?,
        column("in_fresq")?,
    );
    let mut passages: BTreeMap<Key, Passage> = BTreeMap::new();
    let (mut rows, mut without) = (0, 0);
    for row in 0..table.rows() {
        let [promo, uai, sise, kind] =
            keys.map(|column| column.get(row).unwrap_or_default().to_owned());
        if TOTALS.contains(&uai.as_str()) || TOTALS.contains(&sise.as_str()) {
            continue;
        }
        let codes = split(inf.get(row));
        rows += 1;
        without += u64::from(codes.is_empty());
        let state = state(&codes);
        let owned = |text: Option<&str>| text.map(str::to_owned);
        for code in if codes.is_empty() {
            vec![String::new()]
        } else {
            codes
        } {
            let paysage = paysage.get(row).unwrap_or_default().to_owned();
            let key = [
                promo.clone(),
                uai.clone(),
                sise.clone(),
                kind.clone(),
                code,
                paysage,
            ];
            let passage = passages.entry(key).or_default();
            passage.lines += 1;
            passage.state = state;
            passage.label = passage.label.take().or_else(|| owned(label.get(row)));
            passage.uai_fresq = passage
                .uai_fresq
                .take()
                .or_else(|| owned(uai_fresq.get(row)));
            passage.in_fresq = passage.in_fresq.take().or_else(|| owned(in_fresq.get(row)));
        }
    }
    findings.share("rows_without_inf", without, rows);
    findings.count("insersup_rows", rows);
    let lines = passages
        .into_iter()
        .map(|([promo, uai, sise, kind, inf, paysage], passage)| {
            [
                Some(promo),
                Some(uai),
                Some(paysage),
                Some(sise),
                Some(kind),
                passage.label,
                Some(inf),
                None,
                Some("non_produit".to_owned()),
                passage.uai_fresq,
                passage.in_fresq,
                Some(passage.state.to_owned()),
                Some(passage.lines.to_string()),
            ]
        });
    offers::with_statuses(spec, rows::table(spec, lines.collect())?)
}

/// The codes of a cell; FRESQ joins several with `/`.
fn split(cell: Option<&str>) -> Vec<String> {
    let codes = cell
        .unwrap_or_default()
        .split(['/', '|', ',', ';'])
        .map(str::trim);
    codes
        .filter(|code| !code.is_empty())
        .map(str::to_owned)
        .collect()
}

fn state(codes: &[String]) -> &'static str {
    match codes {
        [] => "absent",
        all if all.iter().any(|code| code.chars().count() < SHORTEST) => "invalide",
        [_] => "valide",
        _ => "multiple",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_of_a_passage_follows_its_codes() {
        let states = [
            None,
            Some("1420603V"),
            Some("1420603V/1420604W"),
            Some("14"),
            Some(" "),
        ]
        .map(|cell| state(&split(cell)));
        assert_eq!(
            states,
            ["absent", "valide", "multiple", "invalide", "absent"]
        );
    }
}
