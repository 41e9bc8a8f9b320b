//! Where a dataset comes from: the picture of what it is made of, and the same as a table.

use maud::{PreEscaped, html};

use super::frame::Page;
use crate::record::DatasetRecord;
use crate::site::{Lineage, Site};

/// The page.
pub(crate) fn lineage(site: &Site, record: &DatasetRecord, lineage: &Lineage) -> String {
    let content = html! {
        div.band {
            p { a href="index.html" { (record.title) } }
            h1 { "D’où vient ce jeu de données" }
            p.lead {
                "Des fichiers des producteurs aux tables publiées. Un trait plein relie une table à ce dont elle est faite, un "
                "trait en pointillé à la nomenclature où ses codes sont lus."
            }
            figure {
                div.wide role="group" tabindex="0" aria-label="Schéma des dépendances" { (PreEscaped(&lineage.picture)) }
                figcaption { "Schéma des dépendances, de gauche à droite. Le tableau ci-dessous dit la même chose." }
            }
            h2 #tableau { "Le même schéma en tableau" }
            div.wide role="group" tabindex="0" aria-label="Tableau des dépendances" {
                table {
                    thead { tr { th scope="col" { "Élément" } th scope="col" { "Nature" } th scope="col" { "Fait de" } th scope="col" { "Codes lus dans" } } }
                    tbody {
                        @for row in &lineage.rows {
                            tr {
                                th scope="row" { code { (row.name) } }
                                td { (row.nature) }
                                td { (names(&row.made_of)) }
                                td { (names(&row.codes)) }
                            }
                        }
                    }
                }
            }
        }
    };
    let page = Page {
        site,
        path: format!("{}/{}", record.dataset, crate::address::LINEAGE),
        title: format!("D’où vient ce jeu – {} – {}", record.title, site.title),
        summary: format!(
            "Sources et tables dont est fait le jeu de données « {} ».",
            record.title
        ),
        feed: format!("{}/feed.atom", record.dataset),
        head: html! {},
        content,
    };
    page.text()
}

fn names(names: &[String]) -> maud::Markup {
    html! {
        @if names.is_empty() { "–" }
        @for (index, name) in names.iter().enumerate() { @if index > 0 { ", " } code { (name) } }
    }
}
