//! A row for each line of the catalogue, as CSV or Parquet.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use debouches_insertion::{Answer, Grain};
use debouches_table::{
    Column, IntegerColumn, ParquetLayout, Table, TextColumn, write_csv, write_parquet,
};

use super::Covered;
use crate::failure::Usage;

pub(super) fn write(covered: &Covered, path: &Path, jobs: usize) -> anyhow::Result<()> {
    let table = table(covered)?;
    let file = File::create(path)
        .map_err(|error| Usage(format!("cannot write {}: {error}", path.display())))?;
    let out = BufWriter::new(file);
    if path
        .extension()
        .is_some_and(|extension| extension == "parquet")
    {
        write_parquet(&table, &ParquetLayout::default(), out, jobs)?;
    } else {
        write_csv(&table, out, jobs)?;
    }
    Ok(())
}

/// A field of an answer, as text.
type Field = fn(&Answer) -> Option<String>;

const FIELDS: [(&str, Field); 6] = [
    ("", |answer| Some(answer.rung.as_str().to_owned())),
    ("_code", |answer| {
        (!answer.codes.is_empty()).then(|| answer.codes.join("|"))
    }),
    ("_voie", |answer| {
        answer.voie.map(|voie| voie.as_str().to_owned())
    }),
    ("_uai", |answer| answer.uai.clone()),
    ("_table", |answer| answer.table.map(str::to_owned)),
    ("_millesime", |answer| {
        answer.vintage.map(|year| year.to_string())
    }),
];

fn table(covered: &Covered) -> anyhow::Result<Table> {
    let lines = &covered.catalogue.lines;
    let places: Vec<u32> = (0..u32::try_from(lines.len())?).collect();
    let text = |values: &mut dyn Iterator<Item = Option<String>>| {
        TextColumn::from_entries(
            values.map(|value| value.filter(|text| !text.is_empty())),
            &places,
        )
    };
    let mut table = Table::new(lines.len());
    let numbers = lines.iter().map(|line| i32::try_from(line.number).ok());
    table.set("ligne", Column::Integer(numbers.collect::<IntegerColumn>()))?;
    table.set(
        "code",
        Column::Text(text(
            &mut lines.iter().map(|line| Some(line.asked.code.clone())),
        )),
    )?;
    if covered.catalogue.uai_column.is_some() {
        table.set(
            "uai",
            Column::Text(text(&mut lines.iter().map(|line| line.asked.uai.clone()))),
        )?;
    }
    if covered.catalogue.voie_column.is_some() {
        let voie =
            |line: &super::catalogue::Line| line.asked.voie.map(|voie| voie.as_str().to_owned());
        table.set("voie", Column::Text(text(&mut lines.iter().map(voie))))?;
    }
    for grain in [Grain::Establishment, Grain::Region, Grain::Anywhere] {
        if !covered.totals.grains.contains_key(&grain) {
            continue;
        }
        for (suffix, field) in FIELDS {
            let values = &mut covered
                .answers
                .iter()
                .map(|answers| answers.get(&grain).and_then(field));
            let column = text(values);
            let column = if suffix == "_code" {
                Column::List(column)
            } else {
                Column::Text(column)
            };
            table.set(&format!("{}{suffix}", grain.as_str()), column)?;
        }
    }
    Ok(table)
}
