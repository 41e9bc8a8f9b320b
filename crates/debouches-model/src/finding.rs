//! A problem in the data: a value, never an error.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Lang, RuleCode};

/// How bad a finding is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Told, with no effect.
    Warning,
    /// The row is refused; the table too, past the tolerance of the rule.
    Error,
    /// The file or the table is refused whole.
    Fatal,
}

impl Severity {
    /// The name used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Fatal => "fatal",
        }
    }
}

/// One place where the data breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule.
    pub rule: RuleCode,
    /// Its severity for this table.
    pub severity: Severity,
    /// Name of the file as received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Line of the file where the record begins, from 1, header included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Column, by its published name, or by its heading when it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Primary key of the row, as `name=value, …`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The value found, as received, cut at 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What the rule expects instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
}

/// Longest value shown in a finding, in characters.
const LONGEST_VALUE: usize = 200;

impl Finding {
    /// A finding of that rule, with its default severity and no place yet.
    #[must_use]
    pub fn new(rule: RuleCode) -> Self {
        Self {
            rule,
            severity: rule.entry().severity,
            file: None,
            line: None,
            column: None,
            key: None,
            value: None,
            expected: None,
        }
    }

    /// Sets the severity.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Sets the file.
    #[must_use]
    pub fn file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// Sets the line.
    #[must_use]
    pub fn line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// Sets the column.
    #[must_use]
    pub fn column(mut self, column: impl Into<String>) -> Self {
        self.column = Some(column.into());
        self
    }

    /// Sets the key of the row.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Sets the value found, cut at 200 characters.
    #[must_use]
    pub fn value(mut self, value: impl AsRef<str>) -> Self {
        let value = value.as_ref();
        let cut: String = value.chars().take(LONGEST_VALUE).collect();
        self.value = Some(if cut.len() < value.len() {
            cut + "…"
        } else {
            cut
        });
        self
    }

    /// Sets what was expected.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// The finding as a sentence.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> String {
        self.fill(self.rule.entry().sentence(lang), lang, "–")
    }

    /// The sentence of a rule before anything is found, with « … » in place of what a finding puts there.
    #[must_use]
    pub fn blank_sentence(rule: RuleCode, lang: Lang) -> String {
        Self::new(rule).fill(rule.entry().sentence(lang), lang, "…")
    }

    fn fill(&self, sentence: &str, lang: Lang, missing: &str) -> String {
        let or_missing =
            |field: &Option<String>| field.clone().unwrap_or_else(|| missing.to_owned());
        let value = or_missing(&self.value);
        let expected = kind_of_number(&or_missing(&self.expected), lang);
        let sentence = counted(sentence, "value", &value);
        counted(&sentence, "expected", &expected)
            .replace("{file}", &or_missing(&self.file))
            .replace(
                "{line}",
                &self
                    .line
                    .map_or_else(|| missing.to_owned(), |line| line.to_string()),
            )
            .replace("{column}", &or_missing(&self.column))
            .replace("{key}", &or_missing(&self.key))
            .replace("{expected}", &expected)
            .replace("{value}", &value)
    }

    /// Where it is, as `file:line`, or as much of it as is known.
    #[must_use]
    pub fn location(&self) -> String {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => format!("{file}:{line}"),
            (Some(file), None) => file.clone(),
            (None, Some(line)) => format!("line {line}"),
            (None, None) => String::new(),
        }
    }
}

/// What was expected as readers name it, when it is a kind of number; as it is otherwise.
fn kind_of_number(expected: &str, lang: Lang) -> String {
    match (expected, lang) {
        ("integer", Lang::Fr) => "un nombre entier",
        ("integer", Lang::En) => "an integer",
        ("number", Lang::Fr) => "un nombre",
        ("number", Lang::En) => "a number",
        _ => expected,
    }
    .to_owned()
}

/// A sentence with `{name:singular:plural}` replaced by the number and the noun that agrees with it, as French does: 0 ligne.
fn counted(sentence: &str, name: &str, number: &str) -> String {
    let Some((before, rest)) = sentence.split_once(&format!("{{{name}:")) else {
        return sentence.to_owned();
    };
    let Some((nouns, after)) = rest.split_once('}') else {
        return sentence.to_owned();
    };
    let (singular, plural) = nouns.split_once(':').unwrap_or((nouns, nouns));
    let noun = if number.parse::<f64>().is_ok_and(|number| number.abs() < 2.0) {
        singular
    } else {
        plural
    };
    format!("{before}{number} {noun}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_reads_as_a_sentence_in_both_languages() {
        let finding = Finding::new(RuleCode::NotANumber)
            .file("a.csv")
            .line(3)
            .column("nb")
            .value("12x")
            .expected("integer");
        assert_eq!(finding.location(), "a.csv:3");
        assert_eq!(
            finding.sentence(Lang::En),
            "`nb` is `12x`: an integer is expected"
        );
        assert_eq!(
            finding.sentence(Lang::Fr),
            "`nb` vaut « 12x » : un nombre entier est attendu"
        );
    }

    #[test]
    fn what_a_finding_fills_is_left_blank() {
        let blank =
            |sentence: &str| Finding::new(RuleCode::NotANumber).fill(sentence, Lang::Fr, "…");
        assert_eq!(
            blank("{key} : {value:ligne:lignes} de {file}"),
            "… : … lignes de …"
        );
        assert_eq!(blank("rien"), "rien");
    }

    #[test]
    fn codes_are_unique_and_parse_back() {
        let codes: std::collections::BTreeSet<_> =
            RuleCode::ALL.iter().map(|rule| rule.as_str()).collect();
        assert_eq!(codes.len(), RuleCode::ALL.len());
        for rule in RuleCode::ALL {
            assert_eq!(rule.as_str().parse(), Ok(*rule));
            assert_eq!(serde_json::to_string(rule).unwrap(), format!("\"{rule}\""));
        }
    }
}
