//! The last line is whole. A last record with too few cells, in a file that does not end with a line end, was cut on the
//! way; some producers write no line end after a whole last record, and that is no finding.

use debouches_model::{Finding, RuleCode};
use debouches_table::RawTable;

use crate::findings::Findings;

pub(crate) fn check(raw: &RawTable, findings: &mut Findings<'_>) {
    let last_complete = raw.lines.last().map_or(0, |line| u64::from(*line));
    if let Some(last) = raw
        .ragged
        .last()
        .filter(|last| !raw.ends_with_line && last.line > last_complete)
    {
        let finding = Finding::new(RuleCode::TruncatedLastLine)
            .line(last.line)
            .value(last.cells.to_string());
        findings.about_file(
            finding
                .expected(raw.header_width().to_string())
                .key(&last.begins_with),
        );
    }
}
