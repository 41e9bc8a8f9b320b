//! The home page: a question, a search box, a figure with its chart, then where to go.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::comparison;
use super::layout::{Page, Script};
use crate::address;
use crate::content::{Concept, Content, Family, Row, Territories, Voie};
use crate::site::Site;
use crate::text;

/// The figure of the home page.
pub(crate) struct Highlight<'a> {
    row: Row<'a>,
}

impl<'a> Highlight<'a> {
    /// The published row with the largest base and its three shares: for France, else an établissement of higher education.
    pub(crate) fn of(content: &'a Content) -> Option<Self> {
        let valued = |row: &Row<'a>| {
            row.shares()
                .is_some_and(|shares| shares.iter().all(|share| share.cell.value().is_some()))
        };
        let base = |row: &Row<'a>| {
            let base = row.find(Family::BaseLastYear, None);
            base.and_then(|base| base.cell.value()?.parse::<u64>().ok())
                .unwrap_or(0)
        };
        let national = content
            .trainings
            .values()
            .filter_map(|rows| rows.national.first());
        let figures = content
            .trainings
            .values()
            .filter_map(|rows| rows.figures.first());
        let best = |ids: &mut dyn Iterator<Item = &'a crate::content::RowId>| {
            ids.map(|id| content.row(*id))
                .filter(valued)
                .max_by_key(|row| (row.years(), base(row), std::cmp::Reverse(row.reference())))
        };
        best(&mut national.into_iter())
            .or_else(|| best(&mut figures.into_iter()))
            .map(|row| Self { row })
    }
}

/// What is new, in the room of the data.
const NEWS: &str = "donnees/index.html#nouveautes";

/// The page.
pub(crate) fn home(site: &Site, content: &Content, territories: &Territories<'_>) -> String {
    let body = html! {
        div.hero {
            div.band {
                h1 { "Que deviennent les jeunes après leur formation\u{a0}?" }
                p.lead { "Poursuite d’études, emploi, et pourquoi un chiffre manque\u{a0}: lycée professionnel, CFA ou université, formation par formation." }
                search {
                    label for="q" { "Un établissement, une commune, un territoire, une formation" }
                    input #q type="search" autocomplete="off" spellcheck="false" placeholder="lycée Jean-Macé, Rennes, cuisine, 0010856A" aria-describedby="aide" aria-controls="resultats";
                    p #aide.soft { "Sans accent, avec une faute ou deux\u{a0}: la recherche se fait dans votre navigateur, rien ne part ailleurs." }
                    p #compte role="status" {}
                    ol #resultats {}
                    noscript { p { "La recherche demande un script. Sans lui, choisissez votre " a href="#regions" { "région" } " ou une " a href=(address::TRAININGS) { "formation" } "." } }
                }
            }
        }
        div.band {
            @if let Some(highlight) = Highlight::of(content) { (shown(content, &highlight)) }
            section aria-labelledby="regions" {
                h2 #regions { "Par région" }
                ul.tiles {
                    @for region in &territories.regions {
                        li { a href=(address::region_page(region.code)) { (region.name) } span.soft { " " (crate::words::count(region.listed.len(), "établissement", "établissements")) } }
                    }
                }
            }
            section aria-labelledby="vous" {
                h2 #vous { "Vous cherchez" }
                ul.cards {
                    (card("À choisir une formation", "Les trois situations après chaque diplôme, dans votre région et dans chaque établissement.", address::TRAININGS, "Voir les formations"))
                    (card("Les chiffres de votre établissement", "Trouvez sa page, montrez ses chiffres sur votre site, signalez une erreur.", "#q", "Chercher l’établissement"))
                    (card("Un chiffre pour décider", "Des phrases prêtes à citer, avec la population, les années, le producteur et l’adresse.", address::QUOTES, "Citer un chiffre"))
                    (card("À réutiliser les données", "Jeux versionnés en Excel, CSV et Parquet, JSON par établissement, schémas et flux.", address::DATA_ROOM, "Ouvrir les données"))
                    (card("Les lignes d’un code", "Un établissement, une formation ou une région dans chaque table, à l’écran ou en CSV.", address::EXPLORER, "Explorer les tables"))
                    (card("Ce qui a changé", "Les dernières publications\u{a0}: lignes ajoutées, valeurs corrigées, versions retirées.", NEWS, "Voir les nouveautés"))
                }
            }
            (without_territory(territories))
        }
    };
    let page = Page {
        site,
        path: address::HOME.to_owned(),
        title: "Que deviennent les jeunes après leur formation ?".to_owned(),
        summary: "Poursuite d’études et emploi après un CAP, un bac professionnel, un BTS ou des études supérieures, par établissement et par formation.".to_owned(),
        crumbs: Vec::new(),
        script: Script::Search,
        head: html! {
            link rel="describedby" type="application/ld+json" href="catalog.jsonld";
            link rel="alternate" type="application/atom+xml" href="feed.atom" title="Nouvelles versions des jeux";
        },
        content: body,
    };
    page.text()
}

fn card(title: &str, text: &str, href: &str, link: &str) -> Markup {
    html! { li.card { h3 { (title) } p { (text) } p { a href=(href) { (link) } } } }
}

/// The figure, its sentence and its chart.
fn shown(content: &Content, highlight: &Highlight<'_>) -> Markup {
    let row = highlight.row;
    let code = row.text(Concept::TrainingCode);
    let title = content
        .training_label(code)
        .map_or_else(|| format!("Formation {code}"), text::sentence_case);
    let name = row.text(Concept::EstablishmentName);
    let name_of_region = if name.is_empty() {
        "France".to_owned()
    } else {
        text::sentence_case(name)
    };
    let voie = row.voie().unwrap_or(Voie::Both);
    let Some([studying, employed, other]) = row.shares() else {
        return html! {};
    };
    html! {
        section.highlight aria-labelledby="exemple" {
            h2 #exemple { "Par exemple" }
            p.big data-r=(row.reference()) {
                "Après «\u{a0}" a href=(address::training_page(code)) { (title) } "\u{a0}» (" (content.diploma(code)) ", " (voie.label().to_lowercase()) @if let Some(years) = row.years() { ", " (years.leavers()) } "), "
                (text::cell(studying.measure, studying.cell)) " continuent leurs études, "
                (text::cell(employed.measure, employed.cell)) " ont un emploi salarié " (employed.measure.horizon.unwrap_or(6)) " mois après, "
                (text::cell(other.measure, other.cell)) " sont dans une autre situation."
            }
            (comparison::shares_table(voie, "", &[(name_of_region, row)]))
            p.soft { (row.table.origin.producer) ", " (row.table.origin.dataset) " " (row.version()) ". C’est la formation dont l’effectif publié est le plus grand." }
        }
    }
}

/// Establishments without région: they are in no other list.
fn without_territory(territories: &Territories<'_>) -> Markup {
    let placed: BTreeSet<_> = territories
        .regions
        .iter()
        .flat_map(|region| &region.listed)
        .map(|one| one.uai)
        .collect();
    let others: Vec<_> = territories
        .all
        .iter()
        .filter(|one| !placed.contains(&one.uai))
        .collect();
    html! {
        @if !others.is_empty() {
            section aria-labelledby="ailleurs" {
                h2 #ailleurs { "Sans territoire publié" }
                ul.many { @for one in others { li { a href=(address::establishment_page(&one.uai)) { (text::sentence_case(&one.name)) } } } }
            }
        }
    }
}
