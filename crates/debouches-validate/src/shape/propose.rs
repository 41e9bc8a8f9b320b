//! Proposes a shape for a header that none knows: what a person reviews is written, what nobody can know is left to them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use debouches_model::spec::TableSpec;
use debouches_table::RawTable;

use super::{Shape, folded};

/// Below this likeness, a heading is not proposed for another.
const ALIKE: f64 = 0.72;
/// Distinct values shown of a column that nobody recognises.
const SHOWN: usize = 3;

/// An amended shape, marked unverified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Name of the file to write, `<table>.<generation>.toml`.
    pub file: String,
    /// Its text.
    pub toml: String,
    /// Headings of the file that no column was found for.
    pub unknown: Vec<String>,
    /// Columns that the closest shape fills and this file does not.
    pub missing: Vec<String>,
    /// Headings taken for another by their likeness alone.
    pub guessed: Vec<(String, String)>,
}

/// Proposes a shape for that body, from the closest of those that are known.
#[must_use]
pub fn propose(spec: &TableSpec, shapes: &[Shape], raw: &RawTable) -> Proposal {
    let header: Vec<String> = raw
        .header
        .iter()
        .filter(|heading| !heading.is_empty())
        .cloned()
        .collect();
    let closest = shapes
        .iter()
        .filter(|shape| !shape.is_by_position())
        .min_by_key(|shape| shape.missing(&shape.canonical(&header)).len());
    let columns = closest.map_or_else(BTreeMap::new, |shape| {
        let named = shape.headings.iter().chain(&shape.optional);
        named
            .map(|(heading, column)| (heading.clone(), column.clone()))
            .collect()
    });
    let mut assigned: BTreeMap<String, String> = BTreeMap::new();
    let mut free: BTreeMap<String, String> = columns.clone();
    let mut guessed = Vec::new();
    let exact = closest.map_or_else(|| header.clone(), |shape| shape.canonical(&header));
    for (received, canonical) in header.iter().zip(&exact) {
        if let Some(column) = free.remove(canonical) {
            assigned.insert(received.clone(), column);
        }
    }
    let used = |assigned: &BTreeMap<String, String>, column: &str| {
        assigned.values().any(|other| other == column)
    };
    for received in header
        .iter()
        .filter(|received| !assigned.contains_key(*received))
        .cloned()
        .collect::<Vec<_>>()
    {
        let named = spec
            .columns
            .iter()
            .find(|column| folded(&column.name) == folded(&received));
        if let Some(column) = named.filter(|column| !used(&assigned, &column.name)) {
            assigned.insert(received, column.name.clone());
            continue;
        }
        let best = free
            .iter()
            .map(|(heading, column)| {
                (
                    likeness(&received, heading).max(likeness(&received, column)),
                    heading,
                    column,
                )
            })
            .filter(|(likeness, _, column)| *likeness >= ALIKE && !used(&assigned, column))
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, heading, column)| (heading.clone(), column.clone()));
        if let Some((heading, column)) = best {
            free.remove(&heading);
            guessed.push((received.clone(), heading));
            assigned.insert(received, column);
        }
    }
    let ignored = |heading: &&String| closest.is_some_and(|shape| shape.ignored.contains(*heading));
    let unknown: Vec<String> = header
        .iter()
        .filter(|heading| !assigned.contains_key(*heading) && !ignored(heading))
        .cloned()
        .collect();
    let filled: BTreeSet<&String> = assigned.values().collect();
    let missing = columns
        .values()
        .filter(|column| !filled.contains(column))
        .cloned();
    let mut proposal = Proposal {
        file: format!("{}.propose.toml", spec.id),
        toml: String::new(),
        unknown,
        missing: missing.collect(),
        guessed,
    };
    proposal.toml = text(spec, raw, closest, (&assigned, &proposal));
    proposal
}

fn likeness(a: &str, b: &str) -> f64 {
    let plain = |text: &str| {
        let words = folded(text);
        words
            .chars()
            .filter(|c| c.is_alphanumeric())
            .collect::<String>()
    };
    strsim::normalized_levenshtein(&plain(a), &plain(b))
}

fn text(
    spec: &TableSpec,
    raw: &RawTable,
    closest: Option<&Shape>,
    (assigned, proposal): (&BTreeMap<String, String>, &Proposal),
) -> String {
    let mut out = String::new();
    let from = closest.map_or("–", |shape| shape.name.as_str());
    let _ = writeln!(
        out,
        "# Proposed for table {}, from shape `{from}`: review each line, then remove `unverified`.",
        spec.id
    );
    for column in &proposal.missing {
        let _ = writeln!(
            out,
            "# `{column}` is filled by shape `{from}` and by no heading of this file."
        );
    }
    out.push_str("unverified = true\n");
    let encoding = raw.encoding.as_str();
    if !["utf-8", "utf-8-bom"].contains(&encoding) {
        let _ = writeln!(out, "encodings = [\"{encoding}\"]");
    }
    out.push_str("\n[columns]\n");
    for (heading, column) in assigned {
        let guess = proposal
            .guessed
            .iter()
            .find(|(received, _)| received == heading);
        let doubt = guess.map_or_else(String::new, |(_, known)| {
            format!("  # guessed: resembles « {known} »")
        });
        let _ = writeln!(out, "{} = {}{doubt}", quoted(heading), quoted(column));
    }
    if !proposal.unknown.is_empty() {
        out.push_str("\n# Nobody knows these: give each a column, or leave it here with the reason.\n[ignored]\n");
        for heading in &proposal.unknown {
            let index = raw.header.iter().position(|other| other == heading);
            let values = index.map(|index| raw.column(index).values());
            let shown: Vec<String> = values
                .unwrap_or_default()
                .iter()
                .filter(|value| !value.is_empty())
                .take(SHOWN)
                .map(|value| value.chars().filter(|c| !c.is_control()).take(40).collect())
                .collect();
            let _ = writeln!(
                out,
                "{} = \"to review\"  # {}",
                quoted(heading),
                shown.join(" | ")
            );
        }
    }
    out
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
