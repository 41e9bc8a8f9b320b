//! Codes: their form, and what spreadsheets do to them that can be undone without doubt.

use debouches_model::RuleCode;
use debouches_model::spec::{CodeFormat, CodeProblem, ColumnSpec};

/// The code as its system writes it, when it is sure: capitals, leading zeros, no decimal that a spreadsheet added.
pub(crate) fn normalised(column: &ColumnSpec, value: &str) -> Option<String> {
    let format = column.format?;
    let is_right = |value: &str| format.check(value).is_ok();
    if is_right(value) || column.except.iter().any(|known| known == value) {
        return None;
    }
    let bare = spreadsheet_text(value);
    let bare = bare.strip_suffix(".0").unwrap_or(bare).to_ascii_uppercase();
    let lost = format.length.saturating_sub(bare.len());
    let is_number = bare.bytes().all(|byte| byte.is_ascii_digit());
    // The check letter proves the zeros; codes without one are digits alone, and lost one zero.
    let most = if format.has_check_letter { 3 } else { 1 };
    let is_sure = is_number || format.has_check_letter;
    let padded = if !bare.is_empty() && is_sure && (1..=most).contains(&lost) {
        format!("{}{bare}", "0".repeat(lost))
    } else {
        bare
    };
    (padded != value && is_right(&padded)).then_some(padded)
}

/// A text that a spreadsheet was told to leave alone: `="0012"` and `'0012` are 0012.
fn spreadsheet_text(value: &str) -> &str {
    let formula = value
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'));
    formula
        .or_else(|| value.strip_prefix('\''))
        .unwrap_or(value)
}

/// The rule that a value breaks, and the form expected.
pub(crate) fn malformed(format: CodeFormat, value: &str) -> Option<(RuleCode, String)> {
    match format.check(value) {
        Ok(()) => None,
        Err(CodeProblem::Form(form)) => Some((RuleCode::MalformedCode, form)),
        Err(CodeProblem::CheckLetter(right)) => Some((RuleCode::UaiCheckLetter, right)),
    }
}
