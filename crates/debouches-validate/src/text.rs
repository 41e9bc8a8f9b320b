//! Cells of text: what is read of each distinct value, and what is wrong with it.

use debouches_model::spec::{CodeFormat, ColumnSpec, Role};
use debouches_model::{RuleCode, VintageStyle};
use debouches_table::{CellBytes, cell_bytes, composed, is_invisible, letters_and_figures};

use crate::code::{malformed, normalised};
use crate::damage::damage;
use crate::day::Days;
use crate::findings::Cost;

/// How the cells of a text column are read.
pub(crate) struct Texts<'a> {
    column: &'a ColumnSpec,
    days: Option<Days>,
    /// How the column spells vintages, when it does.
    vintages: Option<&'a VintageStyle>,
    /// What a damaged cell costs: a name may be emptied, what tells rows apart may not.
    damaged: Cost,
}

/// What is read of a distinct value.
#[derive(Debug, Default)]
pub(crate) struct TextCell {
    /// The text, when there is one.
    pub(crate) value: Option<String>,
    pub(crate) problems: Vec<Problem>,
}

/// Something wrong with a value.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) rule: RuleCode,
    pub(crate) shown: String,
    pub(crate) expected: String,
    pub(crate) cost: Cost,
}

impl<'a> Texts<'a> {
    pub(crate) fn of(
        column: &'a ColumnSpec,
        is_key: bool,
        vintages: Option<&'a VintageStyle>,
        values: &[String],
    ) -> Self {
        let is_name = matches!(column.role, Role::Label | Role::Note);
        let is_free = is_name && !is_key && !column.required && column.format.is_none();
        Self {
            column,
            vintages,
            days: (column.format == Some(CodeFormat::DAY)).then(|| Days::of(values.iter())),
            damaged: if is_free { Cost::Cell } else { Cost::Row },
        }
    }

    /// Reads a value.
    pub(crate) fn read(&self, raw: &str) -> TextCell {
        let mut cell = TextCell::default();
        let mut problem = |rule, shown: &str, expected: String, cost| {
            cell.problems.push(Problem {
                rule,
                shown: shown.to_owned(),
                expected,
                cost,
            });
        };
        let text = match cell_bytes(raw) {
            CellBytes::Sound => composed(raw).unwrap_or_else(|| raw.to_owned()),
            CellBytes::OtherEncoding(text) => {
                let text = composed(&text).unwrap_or(text);
                problem(
                    RuleCode::UndecodableBytes,
                    &text,
                    String::new(),
                    Cost::Nothing,
                );
                text
            }
            CellBytes::Undecodable(shown) => {
                problem(
                    RuleCode::UndecodableBytes,
                    &shown,
                    String::new(),
                    self.damaged,
                );
                return cell;
            }
        };
        let text = text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c));
        let text = if text.contains(is_invisible) {
            text.replace(is_invisible, "")
        } else {
            text.to_owned()
        };
        if text.is_empty() {
            if self.column.required {
                problem(RuleCode::RequiredMissing, raw, String::new(), Cost::Row);
            }
            return cell;
        }
        if let Some(sign) = damage(&text) {
            problem(RuleCode::DamagedText, &text, sign, self.damaged);
            if self.damaged == Cost::Row {
                cell.value = Some(text);
            }
            return cell;
        }
        let text = match self.normalised(&text) {
            Some(code) => {
                problem(RuleCode::CodeNormalised, &text, code.clone(), Cost::Nothing);
                code
            }
            None => text,
        };
        let text = match self.days.map(|days| days.read(&text)) {
            None => text,
            Some(Some(day)) => day,
            Some(None) => {
                problem(
                    RuleCode::NotADate,
                    &text,
                    "AAAA-MM-JJ, JJ/MM/AAAA".to_owned(),
                    Cost::Row,
                );
                return cell;
            }
        };
        if let Some((rule, expected)) = self.broken_rule(&text) {
            problem(rule, raw, expected, Cost::Row);
        }
        cell.value = Some(text);
        cell
    }

    /// The value as its list, its code system or its table writes it, when it is another spelling of one value alone.
    fn normalised(&self, text: &str) -> Option<String> {
        let column = self.column;
        if let Some(style) = self.vintages {
            let (_, spelled) = style.read(text)?;
            return (spelled != text).then_some(spelled);
        }
        if column.values.is_empty() || column.values.iter().any(|known| known == text) {
            return normalised(column, text);
        }
        let bare = letters_and_figures(text);
        let mut same = (column.values.iter())
            .filter(|known| !bare.is_empty() && letters_and_figures(known) == bare);
        match (same.next(), same.next()) {
            (Some(only), None) => Some(only.clone()),
            _ => None,
        }
    }

    fn broken_rule(&self, value: &str) -> Option<(RuleCode, String)> {
        let column = self.column;
        let is_among = |known: &[String]| known.iter().any(|known| known == value);
        if !column.values.is_empty() && !is_among(&column.values) {
            return Some((RuleCode::NotInDomain, column.values.join(", ")));
        }
        let format = column.format.filter(|_| !is_among(&column.except));
        if let Some(problem) = format.and_then(|format| malformed(format, value)) {
            return Some(problem);
        }
        let is_formula = !column.formula_is_text && is_live_formula(value);
        is_formula.then(|| (RuleCode::FormulaCell, String::new()))
    }
}

/// A text that a spreadsheet would compute. A sign before a digit is a number or a telephone, which computes nothing.
fn is_live_formula(value: &str) -> bool {
    let mut characters = value.chars();
    match characters.next() {
        Some('=' | '@' | '\t' | '\r') => true,
        Some('+' | '-') => characters.next().is_some_and(|next| {
            next.is_ascii_alphabetic() || matches!(next, '(' | '=' | '@' | '+' | '-')
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn live_formulas_are_told_from_signs() {
        for text in ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-(1)", "--1"] {
            assert!(is_live_formula(text), "{text}");
        }
        for text in ["+33 1 23 45", "-12", "- de 20", "a=b", "", "–"] {
            assert!(!is_live_formula(text), "{text}");
        }
    }
}
