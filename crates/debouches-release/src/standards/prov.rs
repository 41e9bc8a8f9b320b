//! PROV-O: from each published file to the bytes of each source.
//!
//! The day on which a source was read is not told here: reading the same bytes another day gives the same release.

use serde_json::{Value, json};

use super::Model;

pub(super) fn json(model: &Model<'_>) -> Value {
    let activity = format!("#production-{}", model.version);
    let mut graph = vec![
        json!({ "@id": "#debouches", "@type": ["prov:Agent", "prov:SoftwareAgent"], "rdfs:label": "debouches" }),
        json!({ "@id": activity, "@type": "prov:Activity", "prov:wasAssociatedWith": { "@id": "#debouches" } }),
    ];
    let mut seen: Vec<&str> = Vec::new();
    for table in model.tables {
        let mut derived: Vec<Value> = table
            .sources
            .iter()
            .map(|source| json!({ "@id": format!("#source-{}", source.id) }))
            .collect();
        if derived.is_empty() {
            // Made of no source: its own specification is what it comes from.
            let specification = format!("#specification-{}", table.spec.id);
            graph.push(json!({
                "@id": specification,
                "@type": ["prov:Entity", "prov:PrimarySource"],
                "dct:identifier": format!("sha256:{}", table.spec.digest),
                "rdfs:label": table.title,
                "prov:wasAttributedTo": { "@id": "#debouches" },
            }));
            derived.push(json!({ "@id": specification }));
        }
        for extension in ["csv", "parquet"] {
            let Some(file) = model.file(&format!("{}.{extension}", table.spec.id)) else {
                continue;
            };
            graph.push(json!({
                "@id": file.path,
                "@type": "prov:Entity",
                "dct:identifier": format!("sha256:{}", file.sha256),
                "prov:wasGeneratedBy": { "@id": activity },
                "prov:wasDerivedFrom": derived,
            }));
        }
        for source in table.sources.iter() {
            if seen.contains(&source.id.as_str()) {
                continue;
            }
            seen.push(&source.id);
            let mut entity = json!({
                "@id": format!("#source-{}", source.id),
                "@type": ["prov:Entity", "prov:PrimarySource"],
                "rdfs:label": source.id,
                "prov:wasAttributedTo": { "@id": format!("#producteur-{}", source.id), "@type": "prov:Agent", "rdfs:label": source.producer },
            });
            if let Some(sha256) = source.sha256 {
                entity["dct:identifier"] = json!(format!("sha256:{sha256}"));
            }
            if source.address.starts_with("http") {
                entity["prov:atLocation"] =
                    json!({ "@id": source.address, "@type": "prov:Location" });
            } else {
                entity["dct:source"] = json!(source.address);
            }
            if let Some(version) = &source.version {
                entity["dcat:version"] = json!(version);
            }
            graph.push(entity);
        }
    }
    json!({
        "@context": {
            "prov": "http://www.w3.org/ns/prov#",
            "dct": "http://purl.org/dc/terms/",
            "dcat": "http://www.w3.org/ns/dcat#",
            "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        },
        "@graph": graph,
    })
}
