//! The page of a dataset: its newest version, whole.

use debouches_model::ValueStatus;
use maud::{Markup, html};

use super::frame::Page;
use super::{citation, columns, downloads, preview, versions};
use crate::record::{DatasetRecord, VersionRecord};
use crate::release::Release;
use crate::site::Site;
use crate::{address, markdown, readme, words};

/// Sections of a page, with their anchor.
const SECTIONS: [(&str, &str); 10] = [
    ("telecharger", "Télécharger"),
    ("a-savoir", "Ce que contiennent les données"),
    ("apercu", "Aperçu"),
    ("dictionnaire", "Dictionnaire"),
    ("vides", "Pourquoi une cellule est vide"),
    ("ouvrir", "Ouvrir et vérifier les fichiers"),
    ("versions", "Versions et calendrier"),
    ("origine", "D’où viennent les chiffres"),
    ("citer", "Citer"),
    ("erreur", "Signaler une erreur"),
];

/// The page.
pub(crate) fn dataset(
    site: &Site,
    record: &DatasetRecord,
    latest: &VersionRecord,
    release: &Release,
) -> String {
    let bodies: [Markup; 10] = [
        downloads::section(record, latest, release, &latest.version.to_string()),
        html! { @for resource in &release.descriptor.resources { (about(&resource.name, &resource.title, release)) } },
        previews(release),
        html! {
            p {
                "Chaque mesure " code { "x" } " est suivie de sa colonne d’état " code { "x_statut" } ", qui n’est pas répétée ici. "
                "Le même dictionnaire, pour les tableurs\u{a0}: "
                a href={ (latest.version) "/dictionnaire.csv" } download="" { "dictionnaire.csv" } "."
            }
            @for resource in &release.descriptor.resources { (columns::dictionary(resource)) }
        },
        readme_section(release, "Pourquoi une cellule est vide"),
        html! { (readme_section(release, "Ouvrir les fichiers")) (readme_section(release, "Vérifier un téléchargement")) (programs(site, record)) },
        html! { (calendar(record)) (versions::section(record)) },
        readme_section(release, "D'où viennent les chiffres"),
        citation::cite(site, record, latest),
        citation::report(site, record, latest),
    ];
    let content = html! {
        div.band {
            nav.crumbs aria-label="Fil d’Ariane" {
                ol { li { a href={ "../" (site.rooms()) } { "Jeux de données" } } li aria-current="page" { (record.title) } }
            }
            h1 { (record.title) }
            p.lead { (record.summary) }
            (facts(record, latest, site.lineages.contains_key(&record.dataset)))
            div.columns {
                nav.summary aria-label="Sommaire" {
                    ul { @for (anchor, title) in SECTIONS { li { a href={ "#" (anchor) } { (title) } } } }
                }
                div {
                    @for ((anchor, title), body) in SECTIONS.into_iter().zip(&bodies) {
                        section aria-labelledby=(anchor) { h2 id=(anchor) { (title) } (body) }
                    }
                }
            }
        }
    };
    let version = latest.version;
    let page = Page {
        site,
        path: format!("{}/index.html", record.dataset),
        title: format!("{} – {}", record.title, site.title),
        summary: record.summary.clone(),
        feed: format!("{}/feed.atom", record.dataset),
        head: html! { link rel="describedby" type="application/ld+json" href={ (version) "/croissant.json" }; },
        content,
    };
    page.text()
}

/// The dataset in brief.
pub(super) fn facts(record: &DatasetRecord, version: &VersionRecord, has_lineage: bool) -> Markup {
    html! {
        dl.facts {
            div { dt { "Version" } dd { (version.version) ", publiée le " (words::instant(version.published)) } }
            div { dt { "Période" } dd { (words::period(record.coverage)) } }
            div { dt { "Lignes" } dd { (words::number(version.rows())) } }
            div { dt { "Producteur" } dd {
                (record.producers.join(", "))
                @if has_lineage { " (" a href=(address::LINEAGE) { "d’où vient ce jeu" } ")" }
            } }
            div { dt { "Licence" } dd {
                @match &record.licence.path {
                    Some(path) => { a href=(path) rel="license noopener noreferrer" { (record.licence.shown()) } }
                    None => { (record.licence.shown()) }
                }
            } }
            div { dt { "Mise à jour" } dd {
                (words::frequency(&record.frequency))
                @if let Some(next) = record.expected.first() { ", prochaine livraison attendue avant le " (words::date(next.by)) }
            } }
        }
    }
}

/// What a table holds, and what to know before concluding.
fn about(table: &str, title: &str, release: &Release) -> Markup {
    html! {
        h3 { (title) }
        @if let Some(text) = readme::of_table(&release.texts.readme, table) { (markdown::blocks(text, 1)) }
    }
}

/// A section of the readme.
fn readme_section(release: &Release, heading: &str) -> Markup {
    html! { @if let Some(text) = readme::section(&release.texts.readme, heading) { (markdown::blocks(text, 1)) } }
}

fn previews(release: &Release) -> Markup {
    html! {
        p {
            "Les états sont montrés à la place des valeurs vides\u{a0}: "
            @for (index, status) in ValueStatus::ALL.into_iter().skip(1).enumerate() {
                @if index > 0 { ", " }
                span.tag { (words::reason(status)) } " pour " code { (status.as_str()) }
            }
            "."
        }
        @for resource in &release.descriptor.resources {
            @if let Some(rows) = release.preview(&resource.path) { (preview::table(&resource.title, rows)) }
        }
    }
}

fn calendar(record: &DatasetRecord) -> Markup {
    html! {
        @match record.expected.as_slice() {
            [] => { p { "Fréquence " (words::frequency(&record.frequency)) "\u{a0}; le producteur n’annonce pas de date." } }
            expected => {
                p { "Livraisons attendues du producteur\u{a0}:" }
                ul { @for next in expected { li { "avant le " (words::date(next.by)) "\u{a0}: " (next.what) } } }
            }
        }
        p { a href="feed.atom" { "Suivre les versions de ce jeu (flux Atom)" } }
    }
}

/// How a program finds the newest files.
fn programs(site: &Site, record: &DatasetRecord) -> Markup {
    let latest = format!("{}/latest.json", record.dataset);
    let read = match site.absolute(&latest) {
        Some(url) => format!("curl -fsS {url} | jq -r '.version, .files[].url'"),
        None => format!("jq -r '.version, .files[].url' {latest}"),
    };
    html! {
        h3 { "Depuis un programme" }
        p {
            a href="latest.json" { "latest.json" } " donne l’adresse, la taille et l’empreinte des fichiers de la version en cours\u{a0}; "
            a href="dataset.json" { "dataset.json" } " liste toutes les versions. Le dossier d’une version ne change jamais."
        }
        pre tabindex="0" { code { (read) } }
    }
}
