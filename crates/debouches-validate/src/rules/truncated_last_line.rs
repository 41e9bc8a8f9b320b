//! The last line is whole. A last record with too few cells, in a file that does not end with a line end, was cut on the
//! way; some producers write no line end after a whole last record, and that is no finding.

use debouches_model::{Finding, RuleCode};
use debouches_table::RawTable;

use crate::findings::Findings;

/// `ends_with_line` tells whether the last byte of the body is a line end.
pub(crate) fn check(raw: &RawTable, ends_with_line: bool, findings: &mut Findings<'_>) {
    let last_whole = raw.lines.last().map_or(0, |line| u64::from(*line));
    if let Some(last) = raw
        .ragged
        .last()
        .filter(|last| !ends_with_line && last.line > last_whole)
    {
        let finding = Finding::new(RuleCode::TruncatedLastLine)
            .line(last.line)
            .value(last.cells.to_string());
        findings.about_file(
            finding
                .expected(raw.header.len().to_string())
                .key(&last.begins_with),
        );
    }
}
