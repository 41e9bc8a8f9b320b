//! The report as `JUnit` XML: one case for each rule of the stage, for the pages of a continuous integration.

use std::fmt::Write as _;

use super::Report;
use crate::escape::markup;
use crate::{Finding, Lang, RuleCode, Severity};

/// Findings told in a case; the others are in `findings.csv`.
const SHOWN: usize = 20;

impl Report {
    /// The XML. A rule past its tolerance is a failure; a rule that is broken within it is told in the output of its case.
    #[must_use]
    pub fn junit(&self, findings: &[Finding], lang: Lang) -> String {
        let rules: Vec<RuleCode> = RuleCode::ALL
            .iter()
            .copied()
            .filter(|rule| rule.entry().stage == self.stage)
            .collect();
        let failures = self.rules.iter().filter(|tally| tally.exceeded).count();
        let suite = markup(&format!("debouches.{}.{}", self.stage, self.subject));
        let mut out = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"{0}\" failures=\"{failures}\">\n\
             <testsuite name=\"{suite}\" tests=\"{0}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\">\n",
            rules.len()
        );
        for rule in rules {
            let case = format!("<testcase classname=\"{suite}\" name=\"{rule}\"");
            let Some(tally) = self.rules.iter().find(|tally| tally.rule == rule) else {
                let _ = writeln!(out, "{case}/>");
                continue;
            };
            let shown: Vec<String> = findings
                .iter()
                .filter(|finding| finding.rule == rule)
                .take(SHOWN)
                .map(|finding| format!("{} {}", finding.location(), finding.sentence(lang)))
                .collect();
            let text = markup(&shown.join("\n"));
            let message = markup(&format!("{}: {}", tally.findings, rule.entry().title(lang)));
            if tally.exceeded {
                let kind = if tally.severity == Severity::Fatal {
                    "fatal"
                } else {
                    "error"
                };
                let _ = writeln!(
                    out,
                    "{case}><failure type=\"{kind}\" message=\"{message}\">{text}</failure></testcase>"
                );
            } else {
                let _ = writeln!(
                    out,
                    "{case}><system-out>{message}\n{text}</system-out></testcase>"
                );
            }
        }
        out + "</testsuite>\n</testsuites>\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{RuleTally, Stage, Tolerance};

    #[test]
    fn a_rule_past_its_tolerance_is_a_failure_and_the_others_pass() {
        let mut report = Report::new(Stage::Validate, "t");
        let tally = |rule: RuleCode, severity, exceeded| RuleTally {
            rule,
            severity,
            findings: 1,
            tolerance: Tolerance::default(),
            exceeded,
        };
        report
            .rules
            .push(tally(RuleCode::ExtraColumn, Severity::Warning, false));
        report
            .rules
            .push(tally(RuleCode::NotANumber, Severity::Error, true));
        let finding = Finding::new(RuleCode::NotANumber)
            .file("a.csv")
            .line(3)
            .column("nb")
            .value("\u{1}<&")
            .expected("1");
        let xml = report.junit(&[finding], Lang::En);
        assert!(
            xml.contains("failures=\"1\"") && xml.contains("<failure type=\"error\""),
            "{xml}"
        );
        assert!(xml.contains("a.csv:3 `nb` is `\u{fffd}&lt;&amp;`"), "{xml}");
        assert!(
            xml.contains("name=\"empty-file\"/>") && xml.contains("<system-out>"),
            "{xml}"
        );
    }
}
