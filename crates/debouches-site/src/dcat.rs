//! `catalog.jsonld`: every dataset of the catalogue in DCAT-AP 3, with the files of its newest version; `versions.jsonld` of
//! each dataset: all its versions.
//!
//! Harvesters (ckanext-dcat, udata) make a dataset of each `dcat:Dataset` of a document: versions in the catalogue would be
//! as many datasets. Unlike the description inside a release, this one knows days: those of the records.

use debouches_model::{DatasetId, FileEntry};
use serde_json::{Value, json};

use crate::record::{DatasetRecord, VersionRecord};
use crate::site::Site;
use crate::words;

/// The catalogue.
pub(crate) fn catalogue(site: &Site, records: &[DatasetRecord]) -> String {
    let datasets: Vec<Value> = records.iter().map(|record| dataset(site, record)).collect();
    let updated = records
        .iter()
        .map(DatasetRecord::updated)
        .max()
        .unwrap_or_default();
    let document = json!({
        "@context": context(),
        "@id": address(site, "index.html#catalogue"),
        "@type": "dcat:Catalog",
        "dct:title": french(&site.title),
        "dct:description": french("Devenir des jeunes après leur formation (InserJeunes, InserSup)."),
        "dct:publisher": { "@id": address(site, "index.html#editeur"), "@type": "foaf:Agent", "foaf:name": site.title },
        "dct:language": language(),
        "dct:modified": date_time(updated),
        "foaf:homepage": { "@id": address(site, "index.html"), "@type": "foaf:Document" },
        "dcat:dataset": datasets,
    });
    serde_json::to_string_pretty(&document).expect("a JSON value is always written") + "\n"
}

/// The versions of a dataset whose bytes are there.
pub(crate) fn versions(site: &Site, record: &DatasetRecord) -> String {
    let there = record.versions.iter().filter(|entry| entry.is_there());
    let document = json!({
        "@context": context(),
        "@graph": there
            .map(|entry| version(site, record, entry))
            .collect::<Vec<_>>(),
    });
    serde_json::to_string_pretty(&document).expect("a JSON value is always written") + "\n"
}

fn context() -> Value {
    json!({
        "adms": "http://www.w3.org/ns/adms#",
        "dcat": "http://www.w3.org/ns/dcat#",
        "dct": "http://purl.org/dc/terms/",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "spdx": "http://spdx.org/rdf/terms#",
        "vcard": "http://www.w3.org/2006/vcard/ns#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    })
}

/// The datasets that a catalogue describes.
#[must_use]
pub fn known_datasets(catalogue: &[u8]) -> Vec<DatasetId> {
    let document: Value = serde_json::from_slice(catalogue).unwrap_or_default();
    let datasets = document["dcat:dataset"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    datasets
        .iter()
        .filter_map(|dataset| dataset["dct:identifier"].as_str()?.parse().ok())
        .collect()
}

fn dataset(site: &Site, record: &DatasetRecord) -> Value {
    let id = &record.dataset;
    let page = address(site, &format!("{id}/index.html"));
    let mut dataset = common(site, record);
    dataset["@id"] = json!(format!("{page}#jeu"));
    dataset["dct:title"] = french(&record.title);
    dataset["dct:identifier"] = json!(id.as_str());
    dataset["dct:issued"] = date_time(record.issued());
    dataset["dct:modified"] = date_time(record.updated());
    dataset["dcat:landingPage"] = json!({ "@id": page, "@type": "foaf:Document" });
    dataset["dcat:keyword"] = record.tags.iter().map(|tag| french(tag)).collect();
    dataset["dct:temporal"] = json!({
        "@type": "dct:PeriodOfTime",
        "dcat:startDate": { "@value": record.coverage.start.to_string(), "@type": "xsd:date" },
        "dcat:endDate": { "@value": record.coverage.end.to_string(), "@type": "xsd:date" },
    });
    let frequency = match record.frequency.as_str() {
        "annual" => Some("ANNUAL"),
        "semiannual" => Some("ANNUAL_2"),
        "quarterly" => Some("QUARTERLY"),
        "monthly" => Some("MONTHLY"),
        _ => None,
    };
    if let Some(code) = frequency {
        let id = format!("http://publications.europa.eu/resource/authority/frequency/{code}");
        dataset["dct:accrualPeriodicity"] = json!({ "@id": id, "@type": "dct:Frequency" });
    }
    if site.contact.contains('@') {
        let mailbox = format!("mailto:{}", site.contact);
        dataset["dcat:contactPoint"] = json!({ "@type": "vcard:Kind", "vcard:fn": site.title, "vcard:hasEmail": { "@id": mailbox } });
    }
    if let Some(latest) = record.latest() {
        dataset["dcat:version"] = json!(latest.version.to_string());
        dataset["dcat:distribution"] = distributions(site, record, latest);
    }
    dataset["rdfs:seeAlso"] = json!({ "@id": address(site, &format!("{id}/versions.jsonld")) });
    dataset
}

fn version(site: &Site, record: &DatasetRecord, entry: &VersionRecord) -> Value {
    let number = entry.version;
    let page = address(site, &format!("{}/{number}.html", record.dataset));
    let mut version = common(site, record);
    version["@id"] = json!(format!("{page}#version"));
    version["dct:title"] = french(&format!("{}, version {number}", record.title));
    version["dcat:version"] = json!(number.to_string());
    version["dct:issued"] = date_time(entry.published);
    version["dct:isVersionOf"] = json!({ "@id": format!("{}#jeu", address(site, &format!("{}/index.html", record.dataset))) });
    version["dcat:landingPage"] = json!({ "@id": page, "@type": "foaf:Document" });
    let mut notes: Vec<Value> = entry.changes.iter().map(|change| french(change)).collect();
    if let Some(withdrawal) = &entry.retracted {
        let day = words::day(withdrawal.on.date_naive());
        notes.insert(
            0,
            french(&format!("Version retirée le {day} : {}", withdrawal.reason)),
        );
    }
    version["adms:versionNotes"] = json!(notes);
    version["dcat:distribution"] = distributions(site, record, entry);
    version
}

fn common(site: &Site, record: &DatasetRecord) -> Value {
    let producers = record.producers.iter().enumerate().map(|(index, name)| {
        let id = address(
            site,
            &format!("{}/index.html#producteur-{}", record.dataset, index + 1),
        );
        json!({ "@id": id, "@type": "foaf:Agent", "foaf:name": name })
    });
    let producers: Vec<Value> = producers.collect();
    json!({
        "@type": "dcat:Dataset",
        "dct:description": french(&record.summary),
        "dct:creator": producers,
        "dct:publisher": { "@id": address(site, "index.html#editeur"), "@type": "foaf:Agent", "foaf:name": site.title },
        "dct:language": language(),
    })
}

fn distributions(site: &Site, record: &DatasetRecord, version: &VersionRecord) -> Value {
    version
        .data()
        .map(|file| distribution(site, record, version, file))
        .collect()
}

fn distribution(
    site: &Site,
    record: &DatasetRecord,
    version: &VersionRecord,
    file: &FileEntry,
) -> Value {
    let url = address(
        site,
        &format!("{}/{}/{}", record.dataset, version.version, file.path),
    );
    let page = address(
        site,
        &format!("{}/{}.html", record.dataset, version.version),
    );
    let extension = file.path.rsplit('.').next().unwrap_or_default();
    let format = match extension {
        "jsonl" => "JSON".to_owned(),
        other => other.to_ascii_uppercase(),
    };
    let mut described = json!({
        "@id": format!("{page}#{}", file.path),
        "@type": "dcat:Distribution",
        "dct:title": french(&file.path),
        "dcat:accessURL": { "@id": page },
        "dcat:downloadURL": { "@id": url },
        "dcat:mediaType": {
            "@id": format!("http://www.iana.org/assignments/media-types/{}", file.media_type),
            "@type": "dct:MediaType",
        },
        "dct:format": {
            "@id": format!("http://publications.europa.eu/resource/authority/file-type/{format}"),
            "@type": "dct:MediaTypeOrExtent",
        },
        "dcat:byteSize": { "@value": file.bytes.to_string(), "@type": "xsd:nonNegativeInteger" },
        // Named: a dataset and its newest version have the same distribution.
        "spdx:checksum": {
            "@id": format!("{page}#{}-sha256", file.path),
            "@type": "spdx:Checksum",
            "spdx:algorithm": { "@id": "spdx:checksumAlgorithm_sha256", "@type": "spdx:ChecksumAlgorithm" },
            "spdx:checksumValue": { "@value": file.sha256.to_string(), "@type": "xsd:hexBinary" },
        },
    });
    if let Some(path) = &record.licence.path {
        described["dct:license"] = json!({ "@id": path, "@type": "dct:LicenseDocument" });
    }
    described
}

fn address(site: &Site, path: &str) -> String {
    site.absolute(path).unwrap_or_else(|| path.to_owned())
}

fn french(text: &str) -> Value {
    json!({ "@value": text, "@language": "fr" })
}

fn language() -> Value {
    json!({ "@id": "http://publications.europa.eu/resource/authority/language/FRA", "@type": "dct:LinguisticSystem" })
}

fn date_time(instant: chrono::DateTime<chrono::Utc>) -> Value {
    json!({ "@value": words::rfc3339(instant), "@type": "xsd:dateTime" })
}
