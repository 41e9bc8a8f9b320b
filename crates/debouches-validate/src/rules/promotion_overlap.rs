//! A promotion is not published both alone and in a cumulated pair, for one unit: InserSup cumulates two promotions when
//! one alone has fewer than 20 leavers, so that having both would count the same leavers twice.

use std::collections::BTreeMap;

use debouches_model::spec::TableSpec;
use debouches_model::{Finding, RuleCode, Vintage};
use debouches_table::{Table, TableError};

use crate::findings::Findings;

pub(crate) fn check(
    spec: &TableSpec,
    table: &Table,
    findings: &mut Findings<'_>,
) -> Result<(), TableError> {
    let (Some(_), Some(vintage)) = (spec.rule(RuleCode::PromotionOverlap), &spec.vintage) else {
        return Ok(());
    };
    let column = table.text(&vintage.column)?;
    let parsed: Vec<Option<Vintage>> = column
        .distinct()
        .map(|text| Vintage::parse(text, &vintage.style))
        .collect();
    let is_pair = |vintage: &Vintage| vintage.first != vintage.last;
    if !parsed.iter().flatten().any(is_pair) {
        return Ok(());
    }
    let unit: Vec<String> = spec
        .key
        .iter()
        .filter(|name| **name != vintage.column)
        .cloned()
        .collect();
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (row, first) in table.repeated_keys(&unit)? {
        groups.entry(first).or_insert_with(|| vec![first]).push(row);
    }
    let of = |row: usize| column.key(row).and_then(|key| parsed[key]);
    for rows in groups.into_values() {
        for &row in &rows {
            let Some(pair) = of(row).filter(is_pair) else {
                continue;
            };
            let overlaps = |other: &usize| {
                of(*other).is_some_and(|one| {
                    !is_pair(&one) && pair.first <= one.last && one.last <= pair.last
                })
            };
            if let Some(&other) = rows.iter().find(|other| overlaps(other)) {
                let finding = Finding::new(RuleCode::PromotionOverlap).column(&vintage.column);
                findings.about_row_beside(
                    row,
                    other,
                    finding.value(column.get(row).unwrap_or_default()),
                );
            }
        }
    }
    Ok(())
}
