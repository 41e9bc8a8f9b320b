//! The file has at least the number of rows that its table announces. How many there should be compared with what is
//! published is the business of the drift check; this rule is for files, such as nomenclatures, whose size is known.

use debouches_model::spec::TableSpec;
use debouches_model::{Finding, RuleCode};
use debouches_table::RawTable;

use crate::findings::Findings;

pub(crate) fn check(spec: &TableSpec, raw: &RawTable, findings: &mut Findings<'_>) {
    let Some(rule) = spec.rule(RuleCode::TooFewRows) else {
        return;
    };
    let rows = (raw.rows() + raw.ragged.len()) as u64;
    if rows < rule.min_rows {
        let finding = Finding::new(RuleCode::TooFewRows).value(rows.to_string());
        findings.about_file(finding.expected(rule.min_rows.to_string()));
    }
}
