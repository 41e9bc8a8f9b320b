//! A row for each line of the catalogue, as CSV or Parquet.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use debouches_enrich::{Answer, Grain};
use debouches_table::{
    Column, IntegerColumn, ParquetLayout, Table, TextColumn, write_csv, write_parquet,
};

use super::Found;
use debouches_engine::failure::Usage;

pub(super) fn write(found: &Found, path: &Path, jobs: usize) -> anyhow::Result<()> {
    let table = table(found)?;
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

/// What is told of an answer, under that suffix of the name of its grain.
type Told = fn(&Answer) -> Option<String>;

const TOLD: [(&str, Told); 6] = [
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

fn table(found: &Found) -> anyhow::Result<Table> {
    let lines = &found.catalogue.lines;
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
    if found.catalogue.uai_column.is_some() {
        table.set(
            "uai",
            Column::Text(text(&mut lines.iter().map(|line| line.asked.uai.clone()))),
        )?;
    }
    if found.catalogue.voie_column.is_some() {
        let voie =
            |line: &super::catalogue::Line| line.asked.voie.map(|voie| voie.as_str().to_owned());
        table.set("voie", Column::Text(text(&mut lines.iter().map(voie))))?;
    }
    for grain in [Grain::Etablissement, Grain::Region, Grain::Partout] {
        if !found.totals.grains.contains_key(&grain) {
            continue;
        }
        for (suffix, told) in TOLD {
            let values = &mut found
                .answers
                .iter()
                .map(|answers| answers.get(&grain).and_then(told));
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
