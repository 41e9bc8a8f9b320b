//! The page of a région, an académie or a département: who is there, how complete, and a chart for régions.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::layout::{Page, Script};
use crate::address;
use crate::chart::{Point, quadrant};
use crate::content::{
    Concept, Content, Family, Listed, Row, Territories, TerritoryContent, TerritoryLevel, Voie,
};
use crate::site::Site;
use crate::text;

/// The page.
pub(crate) fn territory(site: &Site, content: &Content, one: &TerritoryContent<'_>) -> String {
    let (path, kind) = (one.page(), one.kind());
    let body = html! {
        div.band {
            h1 { (heading(kind, one)) }
            p.lead { (crate::words::count(one.listed.len(), "établissement", "établissements")) " avec une page." }
            @if one.level != TerritoryLevel::Department { (departments(&one.listed)) }
            @if one.level == TerritoryLevel::Region { (charts(content, one.code)) }
            section aria-labelledby="etablissements" {
                h2 #etablissements { "Les établissements" }
                @if one.level == TerritoryLevel::Department { (by_commune(&one.listed)) } @else { (table("Par ordre alphabétique", &one.listed)) }
                p.soft { (text::NOT_QUALITY) }
            }
            @if one.level == TerritoryLevel::Region {
                p { a href="feed.atom" { "Suivre les chiffres de la région (Atom)" } "\u{a0}: un message quand une publication en ajoute ou en corrige." }
            }
        }
    };
    let mut crumbs = vec![("Accueil".to_owned(), address::HOME.to_owned())];
    if one.level != TerritoryLevel::Region
        && let Some((cog, region)) = one.listed.iter().find_map(|listed| listed.territory.region)
    {
        crumbs.push((region.to_owned(), address::region_page(cog)));
    }
    crumbs.push((one.name.to_owned(), String::new()));
    let page = Page {
        site,
        path,
        title: heading(kind, one),
        summary: format!(
            "{kind} {} : les établissements, et ce que deviennent les jeunes qu’ils forment.",
            one.name
        ),
        crumbs,
        script: Script::None,
        head: html! {
            @if one.level == TerritoryLevel::Region { link rel="alternate" type="application/atom+xml" href="feed.atom" title=(format!("{} : nouveaux chiffres", one.name)); }
        },
        content: body,
    };
    page.text()
}

fn heading(kind: &str, one: &TerritoryContent<'_>) -> String {
    match one.level {
        TerritoryLevel::Academy => format!("{kind} {}", text::of(one.name)),
        _ => format!("{kind} {}", one.name),
    }
}

/// The départements and académies of those listed.
fn departments(listed: &[Listed<'_>]) -> Markup {
    let names = |level: TerritoryLevel| -> BTreeSet<(&str, &str)> {
        listed
            .iter()
            .filter_map(|one| one.territory.at(level))
            .map(|(code, name)| (name, code))
            .collect()
    };
    let academies = names(TerritoryLevel::Academy);
    html! {
        nav.summary aria-label="Territoires" {
            ul {
                @for (name, code) in names(TerritoryLevel::Department) { li { a href={ "../../" (address::department_page(code)) } { (name) } } }
            }
            @if academies.len() > 1 {
                ul { @for (name, code) in academies { li { a href={ "../../" (address::academy_page(code)) } { "Académie " (text::of(name)) } } } }
            }
        }
    }
}

fn by_commune(listed: &[Listed<'_>]) -> Markup {
    let mut communes: BTreeMap<(String, &str), Vec<Listed<'_>>> = BTreeMap::new();
    for one in listed {
        communes
            .entry((text::fold(one.commune), one.commune))
            .or_default()
            .push(one.clone());
    }
    html! {
        @if communes.len() == 1 && communes.keys().all(|(_, commune)| commune.is_empty()) {
            (table("Par ordre alphabétique", listed))
        } @else {
            @for ((_, commune), listed) in &communes {
                h3 { @if commune.is_empty() { "Commune non publiée" } @else { (text::sentence_case(commune)) } }
                (table("Par ordre alphabétique", listed))
            }
        }
    }
}

fn table(caption: &str, listed: &[Listed<'_>]) -> Markup {
    html! {
        div.wide tabindex="0" {
            table.figures {
                caption { (caption) ". Formations avec chiffres, masquées par le secret, sans chiffre." }
                thead { tr {
                    th scope="col" { "Établissement" } th scope="col" { "Où" }
                    th.n scope="col" { "Avec chiffres" } th.n scope="col" { "Masquées" } th.n scope="col" { "Sans chiffre" }
                } }
                tbody {
                    @for one in listed {
                        tr data-r=[one.coverage.map(|coverage| coverage.row.reference())] {
                            th scope="row" { a href={ "../../" (address::establishment_page(&one.uai)) } { (text::sentence_case(&one.name)) } span.soft { " " (one.uai) } }
                            td { (text::sentence_case(one.commune)) @if one.commune.is_empty() { @if let Some((_, name)) = one.territory.department { (name) } } @if !one.nature.is_empty() { span.soft { " " (one.nature) } } }
                            @match one.coverage.and_then(|coverage| coverage.counts()) {
                                Some(counts) => { @for count in counts { td.n { (text::cell(count.measure, count.cell)) } } },
                                None => { @for _ in 0..3 { td.n { span.why { "non publié" } } } },
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A chart and its table for each path and type of diploma of a région; those that are not drawn are listed.
fn charts(content: &Content, region: &str) -> Markup {
    let mut groups: BTreeMap<(Voie, String), Vec<Row<'_>>> = BTreeMap::new();
    for row in Territories::regional_rows(content, region) {
        let Some(voie) = row.voie() else { continue };
        let diploma = content.diploma(row.text(Concept::TrainingCode));
        groups.entry((voie, diploma)).or_default().push(row);
    }
    html! {
        @if !groups.is_empty() {
            section aria-labelledby="formations" {
                h2 #formations { "Les formations de la région" }
                p { "Chaque point est une formation\u{a0}: plus il est à droite, plus on y poursuit ses études\u{a0}; plus il est haut, plus les sortants ont un emploi six mois après. Les lignes sont à 50\u{a0}: ce ne sont pas des moyennes. L’école et l’apprentissage ne sont jamais sur le même dessin." }
                @for (index, ((voie, diploma), rows)) in groups.iter().enumerate() {
                    h3 { (diploma) ", " (voie.label()) }
                    (chart(content, rows, index, &format!("{diploma}, {}", voie.label())))
                }
            }
        }
    }
}

fn chart(content: &Content, rows: &[Row<'_>], index: usize, title: &str) -> Markup {
    let mut named: Vec<(String, Row<'_>)> = rows
        .iter()
        .map(|row| {
            let code = row.text(Concept::TrainingCode);
            let title = content
                .training_label(code)
                .map_or_else(|| format!("Formation {code}"), text::sentence_case);
            (title, *row)
        })
        .collect();
    named.sort_by_cached_key(|(title, row)| (text::fold(title), row.reference()));
    let mut points = Vec::new();
    let mut drawn = Vec::new();
    let mut absent = Vec::new();
    for (title, row) in named {
        let studying = row.studying();
        let employed = row.find(Family::RateEmployed, Some(6));
        let point = studying.zip(employed).and_then(|(studying, employed)| {
            Some((
                studying.cell.number()?,
                employed.cell.number()?,
                studying,
                employed,
            ))
        });
        match point {
            Some((studying, employed, across, up)) => {
                points.push(Point {
                    href: format!(
                        "../../{}",
                        address::training_page(row.text(Concept::TrainingCode))
                    ),
                    title: title.clone(),
                    studying,
                    employed,
                    number: points.len() + 1,
                });
                drawn.push((title, row, across, up));
            }
            None => absent.push((title, row)),
        }
    }
    html! {
        div.side {
            @if !points.is_empty() {
                (quadrant(title, &points))
                div.wide tabindex="0" {
                    table.figures {
                        caption { "Deux dénominateurs\u{a0}: la dernière année, puis les seuls sortants." }
                        thead { tr { th.n scope="col" { "N°" } th scope="col" { "Formation" } th.n scope="col" { "Poursuite d’études" } th.n scope="col" { "Emploi à 6 mois" } } }
                        tbody {
                            @for (number, (title, row, studying, employed)) in drawn.iter().enumerate() {
                                tr data-r=(row.reference()) {
                                    td.n { (number + 1) }
                                    th scope="row" { a href={ "../../" (address::training_page(row.text(Concept::TrainingCode))) } { (title) } span.soft { " " (row.years().map(|years| years.short()).unwrap_or_default()) } }
                                    td.n { (text::cell(studying.measure, studying.cell)) }
                                    td.n { (text::cell(employed.measure, employed.cell)) }
                                }
                            }
                        }
                    }
                }
            }
        }
        @if !absent.is_empty() {
            details {
                summary { "Formations qui ne sont pas dessinées (" (absent.len()) ")" }
                ul.many id={ "absentes-" (index) } {
                    @for (title, row) in &absent {
                        li { a href={ "../../" (address::training_page(row.text(Concept::TrainingCode))) } { (title) } " " span.why { (text::reason_word(super::establishment::main_reason(*row))) } }
                    }
                }
                p.soft { (text::NOT_QUALITY) }
            }
        }
    }
}
