//! The figures of pages for programs and spreadsheets: JSON and CSV, a value or a reason.

use debouches_model::Version;
use serde_json::{Map, Number, Value, json};

use crate::content::{
    Cell, Concept, Content, Establishment, Origin, ReleasedTable, Row, Training, Voie, origin,
};
use crate::text;

/// The format number of the documents.
pub(crate) const FORMAT: u32 = 1;

/// The figures of an establishment.
pub(crate) fn establishment(one: &Establishment<'_>) -> Value {
    let mut sources = Sources::default();
    let locality =
        |pair: Option<(&str, &str)>| pair.map(|(code, name)| json!({"code": code, "nom": name}));
    let totals: Vec<Value> = one.totals.iter().map(|row| sources.row(*row)).collect();
    let trainings: Vec<Value> = one
        .trainings()
        .map(|training| {
            json!({
                "code": training.code,
                "code_type": training.code_type,
                "libelle": training.label,
                "diplome": training.diploma,
                "voie": training.voie.code(),
                "ancre": training.anchor,
                "millesimes": training.vintages.iter().map(|row| sources.row(*row)).collect::<Vec<_>>(),
                "region": training.region.map(|row| sources.row(row)),
                "france": training.france.map(|row| sources.row(row)),
            })
        })
        .collect();
    let linked: Vec<Value> = one
        .linked
        .iter()
        .map(|linked| {
            let mut row = sources.row(linked.row);
            row["code"] = linked.code.into();
            row["libelle"] = linked.label.into();
            row["origine"] = origin(linked.row.text(Concept::Origin)).into();
            row["origine_code"] = linked.row.text(Concept::OriginCode).into();
            row
        })
        .collect();
    let coverage = one.coverage.map(|coverage| sources.row(coverage.row));
    json!({
        "format": FORMAT,
        "uai": one.uai.as_str(),
        "nom": one.names.first(),
        "autres_noms": one.names.get(1..).unwrap_or_default(),
        "nature": some(one.nature),
        "commune": some(one.commune),
        "region": locality(one.territory.region),
        "academie": locality(one.territory.academy),
        "departement": locality(one.territory.department),
        "montre_par": one.shown_by.iter().map(|uai| uai.to_string()).collect::<Vec<_>>(),
        "completude": coverage,
        "ensemble": totals,
        "formations": trainings,
        "rattachees": linked,
        "sources": sources.to_json(),
        "raisons": reasons(),
        "avertissement": text::NOT_QUALITY,
    })
}

/// The figures of a training.
pub(crate) fn training(one: &Training<'_>) -> Value {
    let mut sources = Sources::default();
    let paths: Vec<Value> = one
        .paths
        .iter()
        .map(|(voie, rows)| {
            let regions = rows.regions.iter().map(|(name, row)| {
                let mut value = sources.row(*row);
                value["region"] = json!({"code": row.text(Concept::RegionCog), "nom": name});
                value
            });
            let regions: Vec<Value> = regions.collect();
            json!({
                "voie": voie.code(),
                "france": rows.france.map(|row| sources.row(row)),
                "regions": regions,
            })
        })
        .collect();
    let places: Vec<Value> = one
        .places
        .iter()
        .map(|(uai, row)| {
            let mut value = sources.row(*row);
            value["uai"] = uai.as_str().into();
            value["voie"] = row.voie().map(Voie::code).into();
            value
        })
        .collect();
    json!({
        "format": FORMAT,
        "code": one.code,
        "code_type": one.code_type,
        "libelle": one.label,
        "diplome": one.diploma,
        "rome": one.trades,
        "voies": paths,
        "etablissements": places,
        "sources": sources.to_json(),
        "raisons": reasons(),
        "avertissement": text::NOT_QUALITY,
    })
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// The tables quoted by a document, each named once for each version that published rows of it as they are.
#[derive(Default)]
struct Sources<'a> {
    tables: Vec<(&'a ReleasedTable, Version)>,
}

impl<'a> Sources<'a> {
    /// A row: its table, its key, its years, its figures.
    fn row(&mut self, row: Row<'a>) -> Value {
        let (name, version) = (row.table.name.as_str(), row.version());
        let source = self
            .tables
            .iter()
            .position(|(table, since)| table.name == name && *since == version)
            .unwrap_or_else(|| {
                self.tables.push((row.table, version));
                self.tables.len() - 1
            });
        let key: Map<String, Value> = row
            .table
            .key
            .iter()
            .zip(row.table.key_of(row.row))
            .map(|(name, value)| (name.clone(), value.into()))
            .collect();
        let figures: Map<String, Value> = row
            .figures()
            .map(|figure| (figure.measure.column.clone(), cell(figure.cell)))
            .collect();
        json!({
            "source": source,
            "cle": key,
            "voie": row.voie().map(Voie::code),
            "millesime": row.years().map(|years| json!({"debut": years.first, "fin": years.last})),
            "chiffres": figures,
        })
    }

    fn to_json(&self) -> Vec<Value> {
        let tables = self.tables.iter();
        tables
            .map(|(table, version)| {
                let Origin { dataset, producer, .. } = &table.origin;
                json!({"jeu": dataset, "version": version, "table": table.name, "producteur": producer})
            })
            .collect()
    }
}

/// A value or a reason.
fn cell(cell: Cell<'_>) -> Value {
    match cell {
        Cell::Value(value) => json!({"valeur": number(value)}),
        Cell::Reason(status) => json!({"statut": status.as_str()}),
    }
}

fn number(value: &str) -> Value {
    if let Ok(integer) = value.parse::<i64>() {
        return integer.into();
    }
    let decimal = value.parse::<f64>().ok().and_then(Number::from_f64);
    decimal.map_or_else(|| value.into(), Value::Number)
}

fn reasons() -> Value {
    let reasons = debouches_model::ValueStatus::ALL
        .into_iter()
        .skip(1)
        .map(|status| {
            let words =
                json!({"fr": text::reason_sentence(status), "en": text::reason_english(status)});
            (status.as_str().to_owned(), words)
        });
    Value::Object(reasons.collect())
}

/// The document as text, ready to be written.
pub(crate) fn to_text(value: &Value) -> String {
    value.to_string() + "\n"
}

const HEADER: [&str; 15] = [
    "jeu",
    "version",
    "table",
    "cle",
    "uai",
    "voie",
    "formation_code",
    "formation_libelle",
    "millesime_debut",
    "millesime_fin",
    "indicateur",
    "valeur",
    "statut",
    "unite",
    "denominateur",
];

/// The figures of an establishment, one line each.
///
/// # Panics
/// Never: lines are written in memory.
pub(crate) fn establishment_csv(content: &Content, one: &Establishment<'_>) -> String {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .from_writer(Vec::new());
    writer.write_record(HEADER).expect("memory does not fail");
    let item = one
        .trainings()
        .flat_map(|training| training.vintages.iter().copied());
    let beside = one
        .trainings()
        .flat_map(|training| training.region.into_iter().chain(training.france));
    let linked = one.linked.iter().map(|linked| linked.row);
    for row in one
        .totals
        .iter()
        .copied()
        .chain(item)
        .chain(beside)
        .chain(linked)
    {
        let key: Vec<String> = row
            .table
            .key
            .iter()
            .zip(row.table.key_of(row.row))
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let key = key.join("|");
        let years = row.years();
        let year = |year: Option<u16>| year.map(|year| year.to_string()).unwrap_or_default();
        let code = row.text(Concept::TrainingCode);
        for figure in row.figures() {
            let (value, status) = match figure.cell {
                Cell::Value(value) => (value, debouches_model::ValueStatus::Measured.as_str()),
                Cell::Reason(status) => ("", status.as_str()),
            };
            let origin = &row.table.origin;
            writer
                .write_record([
                    origin.dataset.as_str(),
                    &row.version().to_string(),
                    &row.table.name,
                    &key,
                    row.text(Concept::Uai),
                    row.voie().map(Voie::code).unwrap_or_default(),
                    code,
                    content.training_label(code).unwrap_or_default(),
                    &year(years.map(|years| years.first)),
                    &year(years.map(|years| years.last)),
                    &figure.measure.column,
                    value,
                    status,
                    &figure.measure.unit,
                    &figure.measure.denominator,
                ])
                .expect("memory does not fail");
        }
    }
    let bytes = writer.into_inner().expect("memory does not fail");
    String::from_utf8(bytes).expect("texts make a text")
}
