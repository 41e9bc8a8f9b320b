//! What programs find: an index of addresses, an `OpenAPI` description, JSON Schemas, site maps.

use serde_json::{Map, Value, json};

use crate::address;
use crate::content::Content;
use crate::document::{FORMAT, to_text};
use crate::site::Site;

const ESTABLISHMENT: &str = include_str!("schema/etablissement.schema.json");
const TRAINING: &str = include_str!("schema/formation.schema.json");
const HISTORY: &str = include_str!("schema/historique.schema.json");

/// The JSON Schemas, each with its name.
pub(crate) fn schemas() -> impl Iterator<Item = (&'static str, &'static str)> {
    [
        ("etablissement", ESTABLISHMENT),
        ("formation", TRAINING),
        ("historique", HISTORY),
    ]
    .into_iter()
}

/// The index: addresses by shape, sources with their versions, labels of columns in French and English.
pub(crate) fn index(site: &Site, content: &Content) -> String {
    let sources: Vec<Value> = content
        .sources()
        .iter()
        .map(|origin| json!({"jeu": origin.dataset, "version": origin.version, "producteur": origin.producer}))
        .collect();
    let mut columns = Map::new();
    for measure in content.tables.iter().flat_map(|table| &table.measures) {
        columns.entry(measure.column.clone()).or_insert_with(|| {
            json!({"fr": measure.label, "en": english(measure), "unite": measure.unit, "denominateur": measure.denominator})
        });
    }
    to_text(&json!({
        "format": FORMAT,
        "titre": site.title,
        "adresse": site.url,
        "adresses": {
            "etablissement": "etablissement/{uai}/donnees.json",
            "etablissement_csv": "etablissement/{uai}/donnees.csv",
            "etablissement_historique": "etablissement/{uai}/v/historique.json",
            "etablissement_fige": "etablissement/{uai}/v/{empreinte}.json",
            "etablissement_cadre": "etablissement/{uai}/integrer.html#{code}",
            "etablissement_image": "etablissement/{uai}/{code}.svg",
            "formation": "formation/{code}/donnees.json",
            "code": "code/{code_type}/{code}.json",
        },
        "schemas": schemas().map(|(name, _)| address::schema(name)).collect::<Vec<_>>(),
        "openapi": address::OPENAPI,
        "sources": sources,
        "indicateurs": columns,
    }))
}

/// The name of a measure in English.
fn english(measure: &crate::content::Measure) -> String {
    use crate::content::Family;
    let name = match measure.family {
        Family::ShareStudying => "Share still studying (of the final year)",
        Family::ShareEmployed => "Share in salaried employment (of the final year)",
        Family::ShareOther => "Share in other situations (of the final year)",
        Family::RateStudying => "Share still studying (of the final year), long series",
        Family::RateEmployed => "Employment rate of leavers",
        Family::RateExpected => "Expected employment rate of leavers",
        Family::ValueAdded => "Value added to the employment rate, in points",
        Family::RateSelfEmployed => "Self-employment rate of leavers",
        Family::RateStable => "Share of stable jobs among the salaried",
        Family::MedianWage => "Median net monthly wage, full-time equivalent",
        Family::RateBroken => "Broken apprenticeship contracts",
        Family::BaseLastYear => "Pupils in the final year",
        Family::BaseLeavers => "Leavers",
        Family::Count => "Number of trainings",
    };
    match measure.horizon {
        Some(horizon) => format!("{name}, {horizon} months after"),
        None => name.to_owned(),
    }
}

/// The same addresses, as an `OpenAPI` description.
pub(crate) fn openapi(site: &Site) -> String {
    let operation = |summary: &str, name: &str, schema: &str| {
        json!({"get": {
            "summary": summary,
            "parameters": [{"name": name, "in": "path", "required": true, "schema": {"type": "string"}}],
            "responses": {
                "200": {"description": summary, "content": {"application/json": {"schema": {"$ref": schema}}}},
                "404": {"description": "Rien n’a jamais été publié sous ce code"},
            },
        }})
    };
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": site.title,
            "version": FORMAT.to_string(),
            "description": "Des fichiers, servis tels quels : aucune clé, aucune limite, aucun paramètre. Une valeur ou une raison, jamais les deux.",
            "license": {"name": "Licence Ouverte 2.0", "identifier": "etalab-2.0"},
        },
        "paths": {
            "/etablissement/{uai}/donnees.json": operation("Chiffres d’un établissement", "uai", "schema/etablissement.schema.json"),
            "/etablissement/{uai}/v/historique.json": operation("États figés d’un établissement", "uai", "schema/historique.schema.json"),
            "/formation/{code}/donnees.json": operation("Chiffres d’une formation", "code", "schema/formation.schema.json"),
        },
    });
    if let Some(url) = &site.url {
        document["servers"] = json!([{"url": url}]);
    }
    to_text(&document)
}

/// A site map.
pub(crate) fn sitemap(base: &str, paths: &[String]) -> String {
    let urls = maud::html! {
        urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" {
            @for path in paths { url { loc { (base) "/" (path) } } }
        }
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n",
        urls.into_string()
    )
}

/// The list of the site maps.
pub(crate) fn sitemap_index(base: &str, names: &[String]) -> String {
    let maps = maud::html! {
        sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" {
            @for name in names { sitemap { loc { (base) "/" (name) } } }
        }
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n",
        maps.into_string()
    )
}
