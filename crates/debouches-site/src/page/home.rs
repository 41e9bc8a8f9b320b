//! The index: every dataset, and what is new.

use maud::{Markup, html};

use super::frame::Page;
use crate::record::{DatasetRecord, VersionRecord};
use crate::site::Site;
use crate::words;
use crate::{address, markdown};

/// Versions told under « Nouveautés ».
const NEWS: usize = 6;

/// Changes told of each of them.
const CHANGES: usize = 3;

/// The page.
pub(crate) fn home(site: &Site, records: &[DatasetRecord]) -> String {
    let up = address::to_root(site.rooms());
    let content = html! {
        div.band {
            h1 { @if site.has_pages { "Les données" } @else { "Que deviennent les jeunes après leur formation\u{a0}?" } }
            p.lead {
                "Poursuite d’études, emploi, salaires\u{a0}: les chiffres d’InserJeunes (du CAP au BTS) et d’InserSup "
                "(enseignement supérieur), contrôlés, complétés et versionnés. Chaque fichier indique sa provenance, "
                "la raison des cellules vides et ce qui a changé."
            }
            h2 #jeux { (words::count(records.len(), "jeu de données", "jeux de données")) }
            ul.cards { @for record in in_order(records) { (card(&up, record)) } }
            @let news = news(records);
            @if !news.is_empty() {
                h2 #nouveautes { "Nouveautés" }
                ol.news { @for (record, version) in news { (news_item(&up, record, version)) } }
                p { a href={ (up) "feed.atom" } { "Suivre les nouvelles versions (flux Atom)" } }
            }
            h2 #programmes { "Pour les programmes" }
            dl.facts {
                div { dt { "Tout le catalogue" } dd { a href={ (up) "catalog.jsonld" } { "catalog.jsonld" } ", en DCAT-AP 3 (JSON-LD)" } }
                div { dt { "Un jeu" } dd { code { "<jeu>/dataset.json" } "\u{a0}: ses versions, leurs dates, leurs fichiers" } }
                div { dt { "Sa version courante" } dd { code { "<jeu>/latest.json" } "\u{a0}: adresses, tailles et empreintes" } }
                div { dt { "Une version" } dd { code { "<jeu>/<version>/" } "\u{a0}: ses fichiers, qui ne changent jamais" } }
            }
        }
    };
    let page = Page {
        site,
        path: site.rooms().to_owned(),
        title: format!("Jeux de données – {}", site.title),
        summary: "Devenir des jeunes après leur formation : jeux de données ouverts InserJeunes et InserSup.".to_owned(),
        feed: "feed.atom".to_owned(),
        head: html! { link rel="describedby" type="application/ld+json" href={ (up) "catalog.jsonld" }; },
        content,
    };
    page.text()
}

/// Datasets in the order in which readers want them; others follow by title.
const ORDER: [&str; 8] = [
    "insertion-etablissements",
    "insertion-formations",
    "insertion-regions",
    "insertion-france",
    "insertion-superieur",
    "couverture-insertion",
    "referentiels-formations",
    "definitions-indicateurs",
];

fn in_order(records: &[DatasetRecord]) -> Vec<&DatasetRecord> {
    let mut records: Vec<&DatasetRecord> = records.iter().collect();
    records.sort_by_key(|record| {
        let rank = ORDER.iter().position(|id| *id == record.dataset.as_str());
        (rank.unwrap_or(ORDER.len()), record.title.clone())
    });
    records
}

fn card(up: &str, record: &DatasetRecord) -> Markup {
    html! {
        li.card {
            h3 { a href={ (up) (record.dataset) "/index.html" } { (record.title) } }
            p { (record.summary) }
            ul.plain.soft {
                @match record.latest() {
                    Some(latest) => {
                        li { (words::period(record.coverage)) " · " (words::counted(latest.rows(), "ligne", "lignes")) }
                        li { "Version " (latest.version) ", publiée le " (words::instant(latest.published)) }
                    }
                    None => { li { strong { "Aucune version en ligne\u{a0}: la dernière a été retirée." } } }
                }
                @if let Some(next) = record.expected.first() {
                    li { "Prochaine livraison attendue avant le " (words::date(next.by)) "\u{a0}: " (next.what) }
                }
            }
        }
    }
}

/// The last versions of all the datasets.
fn news(records: &[DatasetRecord]) -> Vec<(&DatasetRecord, &VersionRecord)> {
    let mut all: Vec<_> = records
        .iter()
        .flat_map(|record| record.versions.iter().map(move |version| (record, version)))
        .collect();
    all.sort_by_key(|(record, version)| {
        (
            std::cmp::Reverse(version.updated()),
            record.dataset.clone(),
            std::cmp::Reverse(version.version),
        )
    });
    all.truncate(NEWS);
    all
}

fn news_item(up: &str, record: &DatasetRecord, version: &VersionRecord) -> Markup {
    html! {
        li {
            p.when { (words::instant(version.updated())) }
            p {
                a href={ (up) (record.dataset) "/" (version.version) ".html" } { (record.title) ", version " (version.version) }
                @if version.retracted.is_some() { " " span.tag.bad { "retirée" } }
            }
            @match &version.retracted {
                Some(withdrawal) => { p { (withdrawal.reason) } }
                None => {
                    ul {
                        @for change in version.changes.iter().take(CHANGES) { li { (markdown::line(change)) } }
                        @if version.changes.len() > CHANGES { li { "et " (words::count(version.changes.len() - CHANGES, "autre changement", "autres changements")) } }
                    }
                }
            }
        }
    }
}
