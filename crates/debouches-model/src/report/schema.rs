//! The JSON Schema of `report.json`, from the same declarations as the report.

use serde_json::{Value, json};

use super::Report;
use crate::{RuleCode, Stage};

impl Report {
    /// The schema, draft 2020-12.
    #[must_use]
    pub fn schema() -> Value {
        let codes: Vec<&str> = RuleCode::ALL.iter().map(|rule| rule.as_str()).collect();
        let stages: Vec<&str> = Stage::ALL.iter().map(|stage| stage.as_str()).collect();
        let count = json!({ "type": "integer", "minimum": 0 });
        let object = |description: &str, required: &[&str], properties: Value| {
            json!({
                "type": "object",
                "description": description,
                "required": required,
                "properties": properties,
                "additionalProperties": false,
            })
        };
        let rows = object(
            "Rows received, refused and kept; cells and rows hidden for statistical secrecy by this stage.",
            &[
                "received",
                "refused",
                "kept",
                "suppressed_cells",
                "suppressed_rows",
            ],
            json!({
                "received": count, "refused": count, "kept": count, "suppressed_cells": count, "suppressed_rows": count,
            }),
        );
        let tolerance = object(
            "How many findings are accepted: the larger of a number and a share of the rows received.",
            &["rows", "share"],
            json!({ "rows": count, "share": { "type": "number", "minimum": 0, "maximum": 1 } }),
        );
        let tally = object(
            "How often a rule is broken. `exceeded` tells that it is more than is accepted.",
            &["rule", "severity", "findings", "tolerance", "exceeded"],
            json!({
                "rule": { "$ref": "#/$defs/rule" },
                "severity": { "enum": ["warning", "error", "fatal"] },
                "findings": count,
                "tolerance": tolerance,
                "exceeded": { "type": "boolean" },
            }),
        );
        let slice = object(
            "How often a rule is broken in a vintage or in a région.",
            &["rule", "column", "value", "findings"],
            json!({
                "rule": { "$ref": "#/$defs/rule" },
                "column": { "type": "string" },
                "value": { "type": "string" },
                "findings": count,
            }),
        );
        let mut schema = object(
            "What a stage of debouches says of a table or of a dataset.",
            &[
                "schema_version",
                "stage",
                "subject",
                "rows",
                "rules",
                "measures",
                "notes",
                "verdict",
            ],
            json!({
                "schema_version": { "const": Self::FORMAT },
                "stage": { "enum": stages },
                "subject": { "type": "string" },
                "rows": rows,
                "rules": { "type": "array", "items": tally },
                "slices": { "type": "array", "items": slice },
                "measures": { "type": "object", "additionalProperties": { "type": "number" } },
                "notes": { "type": "object", "additionalProperties": { "type": "string" } },
                "verdict": { "enum": ["accepted", "refused"] },
            }),
        );
        schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
        schema["title"] = json!("debouches report");
        schema["$defs"] = json!({ "rule": { "enum": codes, "description": "Code of a rule: `debouches explain CODE`." } });
        schema
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{RuleTally, Severity, SliceTally, Tolerance};

    /// Every key of the value is in the schema, and every required one in the value, at every depth.
    fn agrees(schema: &Value, value: &Value) {
        match value {
            Value::Object(fields) if schema["additionalProperties"] == Value::Bool(false) => {
                let known: BTreeSet<&String> =
                    schema["properties"].as_object().unwrap().keys().collect();
                assert_eq!(
                    fields.keys().filter(|key| !known.contains(key)).count(),
                    0,
                    "{fields:?}"
                );
                for required in schema["required"].as_array().unwrap() {
                    assert!(
                        fields.contains_key(required.as_str().unwrap()),
                        "{required} is missing from {fields:?}"
                    );
                }
                fields
                    .iter()
                    .for_each(|(key, value)| agrees(&schema["properties"][key], value));
            }
            Value::Array(items) => items.iter().for_each(|item| agrees(&schema["items"], item)),
            _ => {}
        }
    }

    #[test]
    fn a_report_has_the_keys_of_its_schema() {
        let mut report = Report::new(Stage::Validate, "t");
        let rule = RuleCode::DuplicateKey;
        let tolerance = Tolerance::default();
        report.rules.push(RuleTally {
            rule,
            severity: Severity::Error,
            findings: 1,
            tolerance,
            exceeded: true,
        });
        report.slices.push(SliceTally {
            rule,
            column: "annee".to_owned(),
            value: "x".to_owned(),
            findings: 1,
        });
        agrees(&Report::schema(), &serde_json::to_value(&report).unwrap());
    }
}
