//! DCAT-AP 3 in JSON-LD: a catalogue of one dataset, a distribution per form, each with its checksum.

use serde_json::{Map, Value, json};

use super::Model;
use crate::licence::licence;

/// Names used by the document.
pub(crate) fn context() -> Value {
    json!({
        "adms": "http://www.w3.org/ns/adms#",
        "dcat": "http://www.w3.org/ns/dcat#",
        "dct": "http://purl.org/dc/terms/",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "spdx": "http://spdx.org/rdf/terms#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    })
}

pub(super) fn json(model: &Model<'_>) -> Value {
    let dataset = dataset(model);
    json!({
        "@context": context(),
        "@id": "#catalogue",
        "@type": "dcat:Catalog",
        "dct:title": model.literals("Débouchés", Some("Débouchés: from school to work")),
        "dct:description": model.literals(
            "Devenir des jeunes après leur formation (InserJeunes, InserSup).",
            Some("What becomes of young people after their training (InserJeunes, InserSup)."),
        ),
        "dct:publisher": publisher(model),
        "dcat:dataset": dataset,
    })
}

fn publisher(model: &Model<'_>) -> Value {
    let producers: Vec<&str> = model
        .tables
        .iter()
        .map(|table| table.spec.producer.as_str())
        .collect();
    json!({ "@id": "#producteur", "@type": "foaf:Agent", "foaf:name": producers.first().copied().unwrap_or_default() })
}

fn dataset(model: &Model<'_>) -> Value {
    let english = model.dataset.english.as_ref();
    let start = model
        .tables
        .iter()
        .filter_map(|table| Some(table.coverage()?.start))
        .min();
    let end = model
        .tables
        .iter()
        .filter_map(|table| Some(table.coverage()?.end))
        .max();
    let mut dataset = json!({
        "@id": "#dataset",
        "@type": "dcat:Dataset",
        "dct:title": model.literals(&model.dataset.title, english.map(|text| text.title.as_str())),
        "dct:description": model.literals(&model.dataset.summary, english.map(|text| text.summary.as_str())),
        "dct:identifier": model.dataset.id.as_str(),
        "dcat:version": model.version.to_string(),
        "dct:publisher": publisher(model),
        "dcat:keyword": model.dataset.tags.iter().map(|tag| json!({ "@value": tag, "@language": "fr" })).collect::<Vec<_>>(),
        "dct:language": { "@id": "http://publications.europa.eu/resource/authority/language/FRA", "@type": "dct:LinguisticSystem" },
        "dcat:distribution": distributions(model),
    });
    if let (Some(start), Some(end)) = (start, end) {
        dataset["dct:temporal"] = json!({
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": { "@value": start.to_string(), "@type": "xsd:date" },
            "dcat:endDate": { "@value": end.to_string(), "@type": "xsd:date" },
        });
    }
    let frequency = match model.dataset.frequency.as_str() {
        "annual" => Some("ANNUAL"),
        "semiannual" => Some("ANNUAL_2"),
        _ => None,
    };
    if let Some(code) = frequency {
        let id = format!("http://publications.europa.eu/resource/authority/frequency/{code}");
        dataset["dct:accrualPeriodicity"] = json!({ "@id": id, "@type": "dct:Frequency" });
    }
    dataset
}

fn distributions(model: &Model<'_>) -> Vec<Value> {
    let mut out = Vec::new();
    for table in model.tables {
        for (extension, media, format) in [
            ("csv", "text/csv", "CSV"),
            ("parquet", "application/vnd.apache.parquet", "PARQUET"),
        ] {
            let Some(file) = model.file(&format!("{}.{extension}", table.spec.id)) else {
                continue;
            };
            let mut described = Map::new();
            described.insert("@id".to_owned(), json!(format!("#{}", file.path)));
            described.insert("@type".to_owned(), json!("dcat:Distribution"));
            described.insert(
                "dct:title".to_owned(),
                json!({ "@value": format!("{} ({format})", table.title), "@language": "fr" }),
            );
            described.insert("dcat:accessURL".to_owned(), json!({ "@id": file.path }));
            described.insert("dcat:downloadURL".to_owned(), json!({ "@id": file.path }));
            described.insert(
                "dcat:mediaType".to_owned(),
                json!({ "@id": format!("http://www.iana.org/assignments/media-types/{media}"), "@type": "dct:MediaType" }),
            );
            described.insert(
                "dct:format".to_owned(),
                json!({ "@id": format!("http://publications.europa.eu/resource/authority/file-type/{format}"), "@type": "dct:MediaTypeOrExtent" }),
            );
            described.insert(
                "dcat:byteSize".to_owned(),
                json!({ "@value": file.bytes.to_string(), "@type": "xsd:nonNegativeInteger" }),
            );
            described.insert(
                "spdx:checksum".to_owned(),
                json!({
                    "@type": "spdx:Checksum",
                    "spdx:algorithm": { "@id": "spdx:checksumAlgorithm_sha256", "@type": "spdx:ChecksumAlgorithm" },
                    "spdx:checksumValue": { "@value": file.sha256.to_string(), "@type": "xsd:hexBinary" },
                }),
            );
            if let Some(path) = licence(&model.dataset.licence)["path"].as_str() {
                described.insert(
                    "dct:license".to_owned(),
                    json!({ "@id": path, "@type": "dct:LicenseDocument" }),
                );
            }
            out.push(Value::Object(described));
        }
    }
    out
}
