//! The page of a training: France, each région, and where it is taught.

use maud::{Markup, html};

use super::comparison::{self, Line, reasons, statuses};
use super::establishment::json_ld;
use super::layout::{Page, Script};
use crate::address;
use crate::content::{Concept, Family, PathRows, Training, Uai, Voie};
use crate::site::Site;
use crate::text;

/// The names of establishments, as they are shown.
pub(crate) type Names = std::collections::HashMap<Uai, String>;

/// The page.
pub(crate) fn training(site: &Site, names: &Names, one: &Training<'_>) -> String {
    let title = one.title();
    let is_empty = one.paths.is_empty() && one.places.is_empty();
    let body = html! {
        div.band {
            h1 { (title) }
            p.lead { (one.diploma) " · " (code_name(one.code_type)) " " span.code { (one.code) } }
            @if one.label.is_none() { p.soft { "Aucune source publiée ne nomme cette formation\u{a0}: elle est désignée par son code." } }
            @if !one.closed_on.is_empty() { p.soft { "Diplôme fermé le " (one.closed_on) " dans la Base centrale des nomenclatures." } }
            @if !one.trades.is_empty() { p { "Métiers visés (ROME)\u{a0}: " (one.trades.join(", ")) "." } }
            @if is_empty { (gone()) }
            @for (voie, rows) in &one.paths { (path(*voie, rows)) }
            (places(names, one))
            (missing(one))
            @if !is_empty {
                section aria-labelledby="reprendre" {
                    h2 #reprendre { "Reprendre" }
                    p { a href="donnees.json" { "donnees.json" } "\u{a0}: ces chiffres avec leurs clés, pour un programme." }
                }
            }
        }
    };
    let mut course = serde_json::json!({
        "@context": "https://schema.org", "@type": "Course", "name": title, "courseCode": one.code,
        "description": format!("{} : poursuite d’études et emploi.", one.diploma),
    });
    if let Some(url) = site.absolute(&address::training_page(one.code)) {
        course["url"] = url.into();
    }
    let page = Page {
        site,
        path: address::training_page(one.code),
        summary: format!(
            "{title} ({}) : que deviennent les jeunes, par région et par établissement.",
            one.diploma
        ),
        crumbs: vec![
            ("Accueil".to_owned(), address::HOME.to_owned()),
            ("Formations".to_owned(), address::TRAININGS.to_owned()),
            (title.clone(), String::new()),
        ],
        title,
        script: Script::None,
        head: html! { (json_ld(&course)) },
        content: body,
    };
    page.text()
}

pub(super) fn code_name(code_type: &str) -> &'static str {
    match code_type {
        "cfd" => "code formation diplôme",
        "mefstat11" => "MEFSTAT11",
        "sise" => "code SISE",
        "inf" => "code FRESQ",
        _ => "code",
    }
}

fn gone() -> Markup {
    html! {
        div.notice {
            p { strong { "Aucun chiffre n’est publié pour cette formation aujourd’hui." } " Son code a pu être fermé ou remplacé." }
            p { (text::NOT_QUALITY) }
        }
    }
}

/// France, then each région, on a path.
fn path(voie: Voie, rows: &PathRows<'_>) -> Markup {
    let france: Vec<Line<'_>> = rows
        .france
        .map(|row| ("France".to_owned(), row))
        .into_iter()
        .collect();
    let regions = rows
        .regions
        .iter()
        .map(|(name, row)| ((*name).to_owned(), *row));
    let all: Vec<Line<'_>> = france.iter().cloned().chain(regions).collect();
    let id = format!("voie-{}", voie.code());
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (voie.label()) }
            @if !france.is_empty() && france[0].1.shares().is_some() { (comparison::shares_table(voie, "", &france)) }
            (comparison::rates_table("", &all))
            @if !rows.regions.is_empty() { (studying(&all)) (comparison::gaps(&rows.compared)) (anchors(rows)) }
        }
    }
}

/// Those who go on studying, by région: another denominator, hence another table.
fn studying(lines: &[Line<'_>]) -> Markup {
    html! {
        details {
            summary { "Poursuite d’études et effectifs" }
            div.wide tabindex="0" {
                table.figures {
                    caption { "Sur 100 inscrits en dernière année\u{a0}: encore en formation l’année suivante." }
                    thead { tr { th scope="col" { "Où" } th.n scope="col" { "En formation" } th.n scope="col" { "En dernière année" } th.n scope="col" { "Sortants" } } }
                    tbody {
                        @for (name, row) in lines {
                            tr data-r=(row.reference()) {
                                th scope="row" { (name) }
                                @for figure in [row.studying(), row.find(Family::BaseLastYear, None), row.find(Family::BaseLeavers, None)] {
                                    td.n {
                                        @match figure {
                                            Some(figure) => (text::cell(figure.measure, figure.cell)),
                                            None => span.why { "non publié" },
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Links to the régions, which are also the places where links from elsewhere arrive.
fn anchors(rows: &PathRows<'_>) -> Markup {
    let cogs = rows
        .regions
        .iter()
        .map(|(name, row)| (*name, row.text(Concept::RegionCog), row.voie()));
    html! {
        p.soft {
            "Par région\u{a0}: "
            @for (index, (name, cog, voie)) in cogs.enumerate() {
                @if index > 0 { " · " }
                // The fragment of the address is the région; the second path of a page needs another one.
                @let id = if voie == Some(Voie::School) { cog.to_owned() } else { format!("{}-{cog}", voie.map_or("", Voie::code)) };
                a id=(id) href={ "../../" (address::region_page(cog)) } { (name) }
            }
        }
    }
}

/// Where it is taught, by région.
fn places(names: &Names, one: &Training<'_>) -> Markup {
    html! {
        @if !one.places.is_empty() {
            section aria-labelledby="etablissements" {
                h2 #etablissements { "Où elle se prépare" }
                p.soft { "Par ordre de territoire, jamais de résultat\u{a0}: les publics diffèrent d’un établissement à l’autre." }
                @for voie in Voie::ALL {
                    @let rows: Vec<_> = one.places.iter().filter(|(_, row)| row.voie() == Some(voie)).collect();
                    @if !rows.is_empty() {
                        h3 { (voie.label()) }
                        div.wide tabindex="0" {
                            table.figures {
                                caption { "Sur 100 sortants\u{a0}: en emploi salarié en France." }
                                thead { tr { th scope="col" { "Établissement" } th scope="col" { "Département" } th.n scope="col" { "Première échéance publiée" } } }
                                tbody {
                                    @for (uai, row) in rows {
                                        tr data-r=(row.reference()) {
                                            th scope="row" { a href={ "../../" (address::establishment_page(uai)) } { (names.get(uai).map_or(uai.as_str(), String::as_str)) } }
                                            td { (row.text(Concept::DepartmentName)) }
                                            td.n {
                                                @let rates = row.rates();
                                                @match rates.iter().find(|rate| rate.cell.value().is_some()) {
                                                    Some(rate) => { (text::cell(rate.measure, rate.cell)) span.soft { " à " (rate.measure.horizon.unwrap_or(6)) " mois, " (row.years().map(|years| years.short()).unwrap_or_default()) } },
                                                    None => span.why { (text::reason_word(super::establishment::main_reason(*row))) },
                                                }
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn missing(one: &Training<'_>) -> Markup {
    let regional = one
        .paths
        .values()
        .flat_map(|rows| rows.regions.values().copied().chain(rows.france));
    let met = statuses(regional.chain(one.places.iter().map(|(_, row)| *row)));
    html! {
        @if !met.is_empty() {
            section aria-labelledby="pourquoi" {
                h2 #pourquoi { "Ce qui manque, et pourquoi" }
                (reasons(&met))
            }
        }
    }
}
