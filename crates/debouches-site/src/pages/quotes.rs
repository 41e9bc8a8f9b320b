//! Sentences to quote: a figure, whom it is about, over whom it is counted, when, who says so, where.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::layout::{Page, Script};
use crate::address;
use crate::content::{Concept, Content, Family, Row, Voie};
use crate::site::Site;
use crate::text;

/// Sentences of a région and a type of diploma: those with the largest published base come first.
const MOST: usize = 5;

/// Rows of a région, by type of diploma and path.
type Groups<'a> = BTreeMap<(String, Voie), Vec<Row<'a>>>;

/// The page.
pub(crate) fn quotes(site: &Site, content: &Content) -> String {
    let mut regions: BTreeMap<(&str, &str), Groups<'_>> = BTreeMap::new();
    for rows in content.trainings.values() {
        let mut seen = std::collections::BTreeSet::new();
        for row in content.rows(&rows.regional) {
            let region = (row.text(Concept::RegionName), row.text(Concept::RegionCog));
            let Some(voie) = row.voie() else { continue };
            if !seen.insert((region, voie)) || rate(row).is_none() {
                continue;
            }
            let diploma = content.diploma(row.text(Concept::TrainingCode));
            regions
                .entry(region)
                .or_default()
                .entry((diploma, voie))
                .or_default()
                .push(row);
        }
    }
    let national = national(content);
    let body = html! {
        div.band {
            h1 { "Un chiffre à citer" }
            p.lead { "Chaque phrase se copie telle quelle\u{a0}: un chiffre publié, sa population, ses années, son producteur et son adresse. Aucun n’est une moyenne calculée ici." }
            @if !national.is_empty() {
                h2 #france { "France" }
                @for row in &national { (sentence(site, content, *row, "en France")) }
            }
            @if !regions.is_empty() {
                nav.summary aria-label="Régions" { ul { @for (name, cog) in regions.keys() { li { a href={ "#r" (cog) } { (name) } } } } }
            }
            @for ((name, cog), groups) in &regions {
                h2 id={ "r" (cog) } { (name) }
                @for ((diploma, voie), rows) in groups {
                    h3 { (diploma) ", " (voie.label()) }
                    @let mut rows = rows.clone();
                    @let () = rows.sort_by_cached_key(|row| (std::cmp::Reverse(base(*row)), row.reference()));
                    @for row in rows.iter().take(MOST) { (sentence(site, content, *row, &format!("en région {name}"))) }
                }
            }
            @if regions.is_empty() && national.is_empty() { p { "Aucun chiffre régional ou national n’est publié aujourd’hui." } }
        }
    };
    let page = Page {
        site,
        path: address::QUOTES.to_owned(),
        title: "Un chiffre à citer".to_owned(),
        summary:
            "Des phrases prêtes à citer sur le devenir des jeunes, par région, diplôme et voie."
                .to_owned(),
        crumbs: vec![
            ("Accueil".to_owned(), address::HOME.to_owned()),
            ("Chiffres à citer".to_owned(), String::new()),
        ],
        script: Script::None,
        head: html! {},
        content: body,
    };
    page.text()
}

fn national(content: &Content) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = content
        .trainings
        .values()
        .filter_map(|rows| rows.national.first())
        .map(|id| content.row(*id))
        .filter(|row| rate(*row).is_some())
        .collect();
    rows.sort_by_cached_key(|row| (std::cmp::Reverse(base(*row)), row.reference()));
    rows.truncate(MOST * 2);
    rows
}

fn base(row: Row<'_>) -> u64 {
    let base = row.find(Family::BaseLeavers, None);
    base.and_then(|base| base.cell.value()?.parse().ok())
        .unwrap_or(0)
}

fn rate(row: Row<'_>) -> Option<crate::content::Quotation<'_>> {
    row.rates()
        .into_iter()
        .find(|rate| rate.cell.value().is_some())
}

/// A sentence.
pub(crate) fn sentence(site: &Site, content: &Content, row: Row<'_>, whereabouts: &str) -> Markup {
    let Some(rate) = rate(row) else {
        return html! {};
    };
    let code = row.text(Concept::TrainingCode);
    let title = content
        .training_label(code)
        .map_or_else(|| format!("Formation {code}"), text::sentence_case);
    let path = address::training_page(code);
    let region = row.text(Concept::RegionCog);
    let region_name = if region.is_empty() {
        path.clone()
    } else {
        format!("{path}#{region}")
    };
    let region_name = site.absolute(&region_name).unwrap_or(region_name);
    let years = row.years().map(|years| years.leavers()).unwrap_or_default();
    let voie = match row.voie() {
        Some(Voie::School) => "par la voie scolaire",
        Some(Voie::Apprenticeship) => "en apprentissage",
        _ => "toutes voies",
    };
    html! {
        blockquote.quote data-r=(row.reference()) {
            p {
                (text::cell(rate.measure, rate.cell)) " des sortants de «\u{a0}" a href={ "../" (path) } { (title) } "\u{a0}» (" (code) "), " (voie) ", " (whereabouts)
                ", ont un emploi salarié en France " (rate.measure.horizon.unwrap_or(6)) " mois après (" (years)
                @if let Some(base) = row.find(Family::BaseLeavers, None).filter(|base| base.cell.value().is_some()) { ", " (text::cell(base.measure, base.cell)) " personnes" }
                "). " (row.table.origin.producer) ", " (row.table.origin.dataset) " " (row.version()) ", " span.code { (region_name) } "."
            }
        }
    }
}
