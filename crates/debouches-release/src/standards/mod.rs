//! The same release in the words of each standard: one model, one file per standard, no date that is not in the data.
//!
//! A release is its content: the day on which it was published is told by the catalogue that publishes it, never here.

mod croissant;
mod csvw;
mod dcat;
mod prov;
mod table_schema;

use debouches_model::Version;
use serde_json::Value;

use crate::dataset::Dataset;
use crate::files::{TextFile, WrittenFile};
use crate::prepare::PreparedTable;

/// What each projection reads.
pub(crate) struct Model<'a> {
    pub(crate) dataset: &'a Dataset,
    pub(crate) version: Version,
    pub(crate) tables: &'a [PreparedTable<'a>],
    pub(crate) files: &'a [WrittenFile],
}

impl Model<'_> {
    /// The file of that path.
    fn file(&self, path: &str) -> Option<&WrittenFile> {
        self.files.iter().find(|file| file.path == path)
    }

    /// A text in the languages that we have: French, and English when the configuration gives it.
    fn literals(&self, french: &str, english: Option<&str>) -> Value {
        let in_french = serde_json::json!({ "@value": french, "@language": "fr" });
        match english {
            Some(english) => {
                serde_json::json!([in_french, { "@value": english, "@language": "en" }])
            }
            None => in_french,
        }
    }
}

/// The metadata files of a release, beside `datapackage.json`.
pub(crate) fn texts(
    dataset: &Dataset,
    version: Version,
    tables: &[PreparedTable<'_>],
    files: &[WrittenFile],
) -> Vec<TextFile> {
    let model = Model {
        dataset,
        version,
        tables,
        files,
    };
    let mut texts = vec![
        written(
            "croissant.json",
            "application/ld+json",
            &croissant::json(&model),
        ),
        written("dcat.jsonld", "application/ld+json", &dcat::json(&model)),
        written("prov.jsonld", "application/ld+json", &prov::json(&model)),
    ];
    for table in tables {
        let id = &table.spec.id;
        texts.push(written(
            &format!("{id}.csv-metadata.json"),
            "application/csvm+json",
            &csvw::json(table),
        ));
        texts.push(written(
            &format!("{id}.schema.json"),
            "application/json",
            &table_schema::json(&model, table),
        ));
    }
    texts
}

fn written(path: &str, media_type: &str, value: &Value) -> TextFile {
    let text = serde_json::to_string_pretty(value).expect("a JSON value is always written") + "\n";
    TextFile {
        path: path.to_owned(),
        media_type: media_type.to_owned(),
        text,
    }
}
