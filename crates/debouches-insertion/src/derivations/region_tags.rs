//! D14: every establishment of the published tables, once; the territory tags of the stage do the rest.

use std::collections::{BTreeMap, BTreeSet};

use debouches_enrich::{FindingCollector, Inputs};
use debouches_table::{Table, TableError};

use super::rows;
use crate::code_types::Uai;
use crate::knowledge::Knowledge;

pub(super) fn make(
    known: Knowledge,
    Inputs { spec, references }: Inputs<'_>,
    _findings: &mut FindingCollector,
) -> Result<Table, TableError> {
    let mut tables_of: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let inputs = spec
        .derived
        .iter()
        .flat_map(|derived| derived.from.iter().chain(&derived.optional));
    for name in inputs {
        let (Some(reference), Some(input)) = (references.get(name), known.tables.get(name)) else {
            continue;
        };
        let columns = input
            .columns
            .iter()
            .filter(|column| column.format.is_some_and(|format| format.is("uai")));
        for column in columns {
            // Totals of all universities (`UNIV`, `all`) are no establishment.
            let column = reference.table.text(&column.name)?;
            let used = column
                .distinct()
                .zip(column.counts())
                .filter(|(_, rows)| *rows > 0)
                .map(|(value, _)| value);
            for uai in used.filter(|value| value.parse::<Uai>().is_ok()) {
                tables_of
                    .entry(uai.to_owned())
                    .or_default()
                    .insert(name.to_string());
            }
        }
    }
    let joined = |tables: BTreeSet<String>| tables.into_iter().collect::<Vec<_>>().join("|");
    let rows = tables_of.into_iter().map(|(uai, tables)| {
        [
            Some(uai),
            Some(joined(tables)),
            Some(known.codes.cog_vintage.clone()),
        ]
    });
    rows::table(spec, rows.collect())
}
