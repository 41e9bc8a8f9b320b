//! How to cite a version, and how to report an error in it.

use chrono::Datelike as _;
use maud::{Markup, html};

use super::frame::contact;
use crate::record::{DatasetRecord, VersionRecord};
use crate::site::Site;
use crate::words;

/// How to cite.
pub(super) fn cite(site: &Site, record: &DatasetRecord, version: &VersionRecord) -> Markup {
    let producers = record.producers.join(" ; ");
    let address = site.absolute(&format!("{}/{}.html", record.dataset, version.version));
    let published = version.published.date_naive();
    html! {
        p { "Citer le producteur des chiffres et la version\u{a0}: elle ne change jamais, les chiffres du jeu si." }
        blockquote {
            p {
                (producers) ". " cite { (record.title) } ". Version " (version.version) ", publiée le " (words::day(published))
                ". " (site.title) "."
                @if let Some(url) = &address { " " (url) }
            }
        }
        details {
            summary { "BibTeX" }
            pre tabindex="0" { code {
                "@misc{" (record.dataset) "-" (version.version) ",\n"
                "  author = {{" (producers) "}},\n"
                "  title = {" (record.title) "},\n"
                "  version = {" (version.version) "},\n"
                "  year = {" (published.year()) "},\n"
                "  publisher = {" (site.title) "},\n"
                @if let Some(url) = &address { "  url = {" (url) "},\n" }
                "}"
            } }
        }
    }
}

/// How to report an error.
pub(super) fn report(site: &Site, record: &DatasetRecord, version: &VersionRecord) -> Markup {
    let subject = format!(
        "[{} {}] Erreur dans les données",
        record.dataset, version.version
    );
    html! {
        p { "Écrire à " (contact(&site.contact, Some(&subject))) " en donnant\u{a0}:" }
        ul {
            li { "le nom du fichier et sa version (" code { (record.dataset) " " (version.version) } ")\u{a0};" }
            li { "la ligne, par sa clé (établissement, formation, millésime…), et la colonne\u{a0};" }
            li { "la valeur lue, celle qui était attendue, et d’où elle vient." }
        }
        p {
            "Une erreur de traitement est corrigée dans une nouvelle version, dont le journal dit ce qui change. "
            "Une erreur du producteur (" (record.producers.join(", ")) ") lui est transmise."
        }
    }
}
