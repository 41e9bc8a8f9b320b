//! The page of a dataset.

use axum::extract::{Path, State as Extract};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::Value;

use super::frame::{not_found, page};
use super::link::link;
use super::{markdown, words};
use crate::app::{App, Shared};
use crate::model::{Dataset, Extras, Location, Resource, State};
use crate::quality::quality;
use debouches_model::escape::markup;

pub(crate) async fn dataset(Extract(app): Extract<Shared>, Path(key): Path<String>) -> Response {
    app.read(|state| {
        let public = |test: &dyn Fn(&Dataset) -> bool| {
            state
                .datasets
                .iter()
                .find(|dataset| dataset.is_public() && test(dataset))
        };
        if let Some(existing) = public(&|dataset| dataset.slug == key || dataset.id == key) {
            return page(
                StatusCode::OK,
                &existing.title,
                &content(&app, state, existing),
            );
        }
        match public(&|dataset| dataset.previous_slugs.contains(&key)) {
            Some(moved) => {
                Redirect::permanent(&format!("/datasets/{}/", moved.slug)).into_response()
            }
            None => not_found(),
        }
    })
    .await
}

fn content(app: &App, state: &State, dataset: &Dataset) -> String {
    let short = dataset
        .description_short
        .as_deref()
        .map(|text| format!("<p><strong>{}</strong></p>\n", markup(text)))
        .unwrap_or_default();
    let files: String = dataset.resources.iter().map(row).collect();
    format!(
        "<h1>{title}</h1>\n{short}<h2>Description</h2>\n<div class=\"card\">{description}</div>\n\
<h2>Fichiers</h2>\n<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">Fichier</th><th scope=\"col\">Format</th>\
<th scope=\"col\">Taille</th><th scope=\"col\">Modifié le</th><th scope=\"col\">Empreintes</th></tr></thead>\n<tbody>\n{files}</tbody>\n</table></div>\n\
<h2>Informations</h2>\n<dl>\n{facts}</dl>\n<h2>Qualité</h2>\n{score}",
        title = markup(&dataset.title),
        description = markdown::render(&dataset.description),
        facts = facts(state, dataset),
        score = score(app, dataset),
    )
}

fn facts(state: &State, dataset: &Dataset) -> String {
    let mut out = String::new();
    let mut fact = |name: &str, value: String| {
        if !value.is_empty() {
            out.push_str(&format!("<dt>{}</dt><dd>{value}</dd>\n", markup(name)));
        }
    };
    let organization = dataset
        .organization
        .as_deref()
        .and_then(|id| state.organization(id));
    fact(
        "Producteur",
        organization
            .map(|existing| markup(&existing.name))
            .unwrap_or_default(),
    );
    fact(
        "Licence",
        markup(&words::licence(dataset.license.as_deref())),
    );
    fact(
        "Fréquence",
        markup(words::frequency(dataset.frequency.as_deref())),
    );
    let period = dataset.temporal_coverage.map(|period| match period.end {
        Some(end) => format!("du {} au {}", words::day(period.start), words::day(end)),
        None => format!("depuis le {}", words::day(period.start)),
    });
    fact("Couverture temporelle", period.unwrap_or_default());
    let zones = dataset.spatial.as_ref().map(|spatial| {
        format!(
            "{} (maille {})",
            spatial.zones.join(", "),
            spatial.granularity
        )
    });
    fact("Couverture spatiale", markup(&zones.unwrap_or_default()));
    fact("Mots-clés", markup(&dataset.tags.join(", ")));
    fact("Mis à jour le", words::instant(dataset.last_update()));
    fact(
        "Identifiant",
        format!("<code>{}</code>", markup(&dataset.id)),
    );
    for (name, value) in &dataset.extras {
        fact(
            words::extra(name),
            format!("<code>{}</code>", markup(&plain(value))),
        );
    }
    out
}

fn score(app: &App, dataset: &Dataset) -> String {
    let quality = quality(dataset, app.now());
    let score = (quality
        .get("score")
        .and_then(Value::as_f64)
        .unwrap_or_default()
        * 100.0)
        .round();
    let line = |(name, value): (&String, &Value)| {
        let sign = if value.as_bool()? { "✓" } else { "✗" };
        let answer = if value.as_bool()? { "oui" } else { "non" };
        Some(format!(
            "<li><span aria-hidden=\"true\">{sign}</span> {} : {answer}</li>\n",
            words::criterion(name)?
        ))
    };
    let lines: String = quality.iter().filter_map(line).collect();
    format!(
        "<p><meter min=\"0\" max=\"100\" value=\"{score}\">{score} %</meter> <strong>{score}\u{a0}%</strong> selon les critères du portail</p>\n\
<ul class=\"plain\">\n{lines}</ul>\n"
    )
}

fn row(resource: &Resource) -> String {
    let (href, hosted) = match &resource.location {
        Location::Hosted(path) => (Some(markup(&format!("/s/resources/{path}"))), true),
        Location::Remote(url) => (link(url), false),
    };
    let title = markup(&resource.title);
    let title = href.map_or(title.clone(), |href| {
        format!(
            "<a href=\"{href}\"{}>{title}</a>",
            if hosted { " download" } else { "" }
        )
    });
    let description = resource
        .description
        .as_deref()
        .map(markdown::render)
        .unwrap_or_default();
    let permanent = markup(&format!("/api/1/datasets/r/{}", resource.id));
    format!(
        "<tr><td>{title}<br><span class=\"soft\">{kind} · <a href=\"{permanent}\">adresse permanente</a></span>{description}{others}</td>\
<td data-name=\"Format\">{format}</td><td data-name=\"Taille\">{size}</td><td data-name=\"Modifié le\">{date}</td>\
<td data-name=\"Empreintes\">{digests}</td></tr>\n",
        kind = words::kind(&resource.kind),
        others = others(&resource.extras),
        format = markup(resource.format.as_deref().unwrap_or("?")),
        size = resource
            .filesize
            .map_or_else(|| "inconnue".to_owned(), words::size),
        date = words::instant(resource.last_modified),
        digests = digests(resource),
    )
}

/// The digest of the portal, then those that the publisher keeps in the extras.
fn digests(resource: &Resource) -> String {
    let computed = resource
        .checksum
        .iter()
        .map(|checksum| (checksum.kind.clone(), checksum.value.clone()));
    let published = resource
        .extras
        .iter()
        .filter(|(name, _)| is_digest(name))
        .map(|(name, value)| (name.clone(), plain(value)));
    computed
        .chain(published)
        .map(|(name, value)| format!("{}<br><code>{}</code><br>", markup(&name), markup(&value)))
        .collect()
}

fn others(extras: &Extras) -> String {
    let line = |(name, value): (&String, &Value)| {
        format!(
            "<br><span class=\"soft\">{} : {}</span>",
            markup(words::extra(name)),
            markup(&plain(value))
        )
    };
    extras
        .iter()
        .filter(|(name, _)| !is_digest(name))
        .map(line)
        .collect()
}

fn is_digest(name: &str) -> bool {
    name.ends_with("sha256")
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
