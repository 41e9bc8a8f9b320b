//! The header is not repeated inside the file: several exports put end to end. Nothing else is told of such a row.

use debouches_model::{Finding, RuleCode};
use debouches_table::{RawTable, tidy_heading};

use crate::findings::Findings;

pub(crate) fn check(raw: &RawTable, findings: &mut Findings<'_>) {
    let Some(index) = raw.header.iter().position(|heading| !heading.is_empty()) else {
        return;
    };
    let first = raw.column(index);
    let Some(key) = first
        .values()
        .iter()
        .position(|value| tidy_heading(value) == tidy_heading(&raw.header[index]))
    else {
        return;
    };
    let repeats = |row: usize| {
        (0..raw.width()).all(|index| {
            tidy_heading(raw.column(index).value(row)) == tidy_heading(&raw.header[index])
        })
    };
    let rows = first
        .keys()
        .enumerate()
        .filter(|(_, other)| *other as usize == key)
        .map(|(row, _)| row);
    for row in rows.filter(|row| repeats(*row)).collect::<Vec<_>>() {
        findings.about_row(
            row,
            Finding::new(RuleCode::HeaderRepeated).value(raw.header.join(";")),
        );
        findings.mute(row);
    }
}
