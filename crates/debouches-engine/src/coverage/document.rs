//! The totals as JSON.

use std::collections::BTreeMap;

use debouches_insertion::{AskedVintages, GrainTotals};
use serde_json::{Value, json};

use super::Covered;

/// JSON Schema of what `coverage --json` prints.
pub const SCHEMA: &str = include_str!("schema.json");

pub(super) fn document(covered: &Covered) -> Value {
    let catalogue = &covered.catalogue;
    let grains: serde_json::Map<String, Value> = covered
        .totals
        .grains
        .iter()
        .map(|(grain, totals)| (grain.as_str().to_owned(), of_grain(totals)))
        .collect();
    let (since, vintage) = match covered.asked {
        AskedVintages::All => (None, None),
        AskedVintages::Since(year) => (Some(year), None),
        AskedVintages::AnsweringFor(vintage) => (None, Some(vintage.to_string())),
    };
    let vintages: BTreeMap<&str, Vec<String>> = covered
        .coverage
        .vintages()
        .iter()
        .map(|(table, item)| (*table, item.iter().map(ToString::to_string).collect()))
        .collect();
    json!({
        "schema_version": 1,
        "catalogue": {
            "file": catalogue.file,
            "lines": catalogue.lines.len(),
            "encoding": catalogue.encoding,
            "separator": catalogue.separator.to_string(),
            "key": catalogue.system.as_str(),
            "column": catalogue.column,
            "uai_column": catalogue.uai_column,
            "voie_column": catalogue.voie_column,
            "malformed": catalogue.trouble,
        },
        "on": covered.coverage.on(),
        "since": since,
        "vintage": vintage,
        "newest_vintage": covered.coverage.newest(),
        "tables": covered.coverage.tables(),
        "vintages": vintages,
        "grains": grains,
    })
}

fn of_grain(totals: &GrainTotals) -> Value {
    let rungs: serde_json::Map<String, Value> = totals
        .rungs
        .iter()
        .map(|(rung, lines)| (rung.as_str().to_owned(), json!(lines)))
        .collect();
    json!({
        "lines": totals.lines(),
        "in_scope": totals.in_scope(),
        "covered": totals.covered(),
        "covered_pct": share(totals.covered(), totals.lines()),
        "covered_pct_in_scope": share(totals.covered(), totals.in_scope()),
        "rungs": rungs,
    })
}

/// A percentage with one decimal; nothing of nothing.
#[expect(clippy::cast_precision_loss, reason = "lines are far below 2^52")]
pub fn share(part: u64, total: u64) -> Option<f64> {
    (total > 0).then(|| (part as f64 * 1000.0 / total as f64).round() / 10.0)
}
