//! The header is not repeated inside the file: several exports put end to end. Nothing else is told of such a row.

use debouches_model::{Finding, RuleCode};
use debouches_table::{RawTable, tidy_heading};

use crate::findings::Findings;

pub(crate) fn check(raw: &RawTable, findings: &mut Findings<'_>) {
    let Some(place) = raw.header.iter().position(|heading| !heading.is_empty()) else {
        return;
    };
    let first = raw.column(place);
    let Some(key) = first
        .values()
        .iter()
        .position(|value| tidy_heading(value) == tidy_heading(&raw.header[place]))
    else {
        return;
    };
    let repeats = |row: usize| {
        (0..raw.width()).all(|place| {
            tidy_heading(raw.column(place).value(row)) == tidy_heading(&raw.header[place])
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
