//! Validity dates: a training code that closed before the final year of the first cohort should have no pupil.
//!
//! Closing days are those of `V_FORMATION_DIPLOME` for diplomas, and the last of its `N_MEF` rows for a MEFSTAT11; a code
//! with an open row is open. The final year of the cohort that leaves in year Y begins on 1 September Y − 1.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use debouches_model::spec::TableSpec;
use debouches_model::{Finding, RuleCode, Vintage, parse_day};
use debouches_table::{Table, TableError};

use crate::nomenclatures::{DIPLOMAS, References, TRAININGS, find};
use crate::trades::TradeSpec;
use debouches_enrich::FindingCollector;

/// The day on which each code closed; none for a code that is open.
type Closings = HashMap<String, Option<NaiveDate>>;

/// Tells the codes that closed too early, once for each code and vintage.
pub(crate) fn check(
    spec: &TableSpec,
    table: &Table,
    references: &References,
    findings: &mut FindingCollector,
) -> Result<(), TableError> {
    let (Some(trades), Some(vintage)) = (TradeSpec::of(spec), &spec.vintage) else {
        return Ok(());
    };
    let vintage_of = table.text(&vintage.column)?;
    let codes = [
        (&trades.cfd, DIPLOMAS, "formation_diplome"),
        (&trades.mefstat11, TRAININGS, "mefstat11"),
    ];
    for (name, reference, code) in codes {
        let (Some(name), Some(reference)) = (name, find(references, reference)) else {
            continue;
        };
        let closings = closings(&reference.table, code)?;
        let code_of = table.text(name)?;
        let mut early: BTreeMap<(&str, &str), (usize, u64, NaiveDate)> = BTreeMap::new();
        for row in 0..table.rows() {
            let (Some(code), Some(label)) = (code_of.get(row), vintage_of.get(row)) else {
                continue;
            };
            let Some(Some(closed)) = closings.get(code) else {
                continue;
            };
            let Some(begins) = Vintage::parse(label, &vintage.style).and_then(final_year) else {
                continue;
            };
            if *closed < begins {
                early.entry((label, code)).or_insert((row, 0, *closed)).1 += 1;
            }
        }
        findings.count(
            &format!("closed.{name}"),
            early.values().map(|(_, rows, _)| rows).sum(),
        );
        for ((label, code), (row, rows, closed)) in early {
            let finding = Finding::new(RuleCode::CodeClosed)
                .key(label)
                .column(name)
                .value(code);
            findings.push(
                row,
                rows,
                finding.expected(closed.format("%d/%m/%Y").to_string()),
            );
        }
    }
    Ok(())
}

/// The day on which the final year of the first cohort begins.
fn final_year(vintage: Vintage) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::from(vintage.first) - 1, 9, 1)
}

fn closings(nomenclature: &Table, code: &str) -> Result<Closings, TableError> {
    let (code_of, closing_of) = (
        nomenclature.text(code)?,
        nomenclature.text("date_fermeture")?,
    );
    let mut closings = Closings::new();
    for row in 0..nomenclature.rows() {
        let Some(code) = code_of.get(row) else {
            continue;
        };
        let day = closing_of.get(row).and_then(parse_day);
        let last = closings.entry(code.to_owned()).or_insert(day);
        *last = match (*last, day) {
            (Some(known), Some(day)) => Some(known.max(day)),
            _ => None,
        };
    }
    Ok(closings)
}

#[cfg(test)]
mod tests {
    use debouches_table::{Column, TextColumn};

    use super::*;

    #[test]
    fn a_code_with_an_open_row_is_open() {
        let column = |texts: [Option<&str>; 3]| {
            Column::Text(TextColumn::from_entries(
                texts.into_iter().map(|text| text.map(str::to_owned)),
                &[0, 1, 2],
            ))
        };
        let mut table = Table::new(3);
        table
            .set(
                "mefstat11",
                column([
                    Some("23830022714"),
                    Some("23830022714"),
                    Some("23830033608"),
                ]),
            )
            .unwrap();
        table
            .set(
                "date_fermeture",
                column([Some("31/08/2019"), None, Some("31/08/2018")]),
            )
            .unwrap();
        let closings = closings(&table, "mefstat11").unwrap();
        assert_eq!(closings["23830022714"], None);
        assert_eq!(
            closings["23830033608"],
            NaiveDate::from_ymd_opt(2018, 8, 31)
        );
        assert_eq!(
            final_year(Vintage {
                first: 2019,
                last: 2020
            }),
            NaiveDate::from_ymd_opt(2018, 9, 1)
        );
    }
}
