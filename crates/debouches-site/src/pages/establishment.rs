//! The page of an establishment.

use std::collections::BTreeSet;

use debouches_model::ValueStatus;
use maud::{Markup, html};

use super::comparison::{self, Line, reasons, statuses};
use super::context::Context;
use super::layout::{Page, Script};
use super::{signal, tools};
use crate::address;
use crate::chart;
use crate::content::{
    Concept, Establishment, Family, LinkedTraining, Row, Section, TrainingFigures, Voie, branch,
    origin,
};
use crate::site::Site;
use crate::text::{self, NOT_QUALITY};

/// The page.
pub(crate) fn establishment(context: &Context<'_>, one: &Establishment<'_>) -> String {
    let name = text::sentence_case(&one.name());
    let content = html! {
        div.band {
            (identity(one, &name))
            @if one.is_gone() { (gone(one)) } @else {
                (summary(one))
                (totals(one))
                @for section in &one.sections { (path(context.site, one, section)) }
                (linked(&one.linked))
                (limits(one))
                (hidden(one))
                (tools::section(context, one, &name))
                (signal::section(context.site, one, &name))
            }
        }
    };
    let mut crumbs = vec![("Accueil".to_owned(), address::HOME.to_owned())];
    if let Some((cog, region)) = one.territory.region {
        crumbs.push((region.to_owned(), address::region_page(cog)));
    }
    if let Some((cog, department)) = one.territory.department {
        crumbs.push((department.to_owned(), address::department_page(cog)));
    }
    crumbs.push((name.clone(), address::establishment_page(&one.uai)));
    let page = Page {
        site: context.site,
        path: address::establishment_page(&one.uai),
        title: name.clone(),
        summary: format!(
            "{name} ({}) : poursuite d’études et emploi après chaque formation, d’après InserJeunes et InserSup.",
            one.uai
        ),
        crumbs,
        script: Script::None,
        head: html! {
            link rel="alternate" type="application/json" href="donnees.json" title="Les mêmes chiffres pour les programmes";
            (structured(context, one, &name))
        },
        content,
    };
    page.text()
}

fn identity(one: &Establishment<'_>, name: &str) -> Markup {
    let facts = [one.nature, one.commune].map(text::sentence_case);
    let territory = [
        one.territory.department,
        one.territory.academy,
        one.territory.region,
    ];
    let marks = ["", "académie ", "région "];
    html! {
        h1 { (name) }
        p.lead {
            @for fact in facts.iter().filter(|fact| !fact.is_empty()) { (fact) " · " }
            @for (territory_of, mark) in territory.iter().zip(marks) { @if let Some((_, name)) = territory_of { (mark) @if mark.starts_with('a') { (text::of(name)) } @else { (name) } " · " } }
            "UAI " span.code { (one.uai) }
        }
        @if one.names.is_empty() && !one.is_gone() {
            p.soft { "Aucune source publiée ne nomme cet établissement\u{a0}: il est désigné par son numéro." }
        }
        @if one.names.len() > 1 {
            p.soft { "Aussi nommé chez les producteurs\u{a0}: " (one.names[1..].join(" ; ")) "." }
        }
    }
}

/// The page of a number that no release speaks of any more.
fn gone(one: &Establishment<'_>) -> Markup {
    html! {
        div.notice {
            p { strong { "Aucun chiffre n’est publié sous ce numéro aujourd’hui." } }
            @if one.shown_by.is_empty() {
                p { "Le numéro a pu être fermé ou remplacé, ou ses chiffres retirés. Cherchez l’établissement par son nom depuis " a href="../../index.html" { "l’accueil" } "." }
            } @else {
                p {
                    "Ses chiffres sont montrés sous "
                    @for (index, uai) in one.shown_by.iter().enumerate() {
                        @if index > 0 { ", " }
                        a href={ "../../" (address::establishment_page(uai)) } { (uai) }
                    }
                    "."
                }
            }
            p { (NOT_QUALITY) }
        }
        @for reply in one.replies { (signal::reply(reply)) }
    }
}

/// How complete the figures are, in one line, then where to go on the page.
fn summary(one: &Establishment<'_>) -> Markup {
    let counts = one.coverage.and_then(|coverage| coverage.counts());
    html! {
        @if let (Some([shown, hidden, empty]), Some(coverage)) = (counts, one.coverage) {
            p.complete data-r=(coverage.row.reference()) {
                strong { (text::cell(shown.measure, shown.cell)) } " formations avec chiffres"
                // What the catalogue knows of the producer may be in none of the datasets of this site.
                @if one.totals.is_empty() && one.sections.is_empty() { " chez le producteur" }
                " · " strong { (text::cell(hidden.measure, hidden.cell)) } " masquées"
                " · " strong { (text::cell(empty.measure, empty.cell)) } " sans chiffre"
                @let why = coverage.reasons();
                @if !why.is_empty() { span.soft { " (" (why.join(" ; ")) ")" } }
            }
        }
        nav.summary aria-label="Sur cette page" {
            ul {
                @if !one.totals.is_empty() { li { a href="#ensemble" { "L’établissement" } } }
                @for section in &one.sections { li { a href={ "#" (section.voie.code()) } { (section.voie.label()) } } }
                @if !one.linked.is_empty() { li { a href="#rattaches" { "Chiffres d’une autre formation" } } }
                li { a href="#pourquoi" { "Ce qui manque, et pourquoi" } }
                li { a href="#montrer" { "Montrer ces chiffres" } }
                li { a href="#signaler" { "Signaler une erreur" } }
            }
        }
    }
}

/// Figures of all trainings together, the newest vintage of each path.
fn totals(one: &Establishment<'_>) -> Markup {
    let mut newest: Vec<Row<'_>> = Vec::new();
    for row in &one.totals {
        if newest.iter().all(|other| other.voie() != row.voie()) {
            newest.push(*row);
        }
    }
    newest.sort_by_key(|row| row.voie());
    html! {
        @if !newest.is_empty() {
            section aria-labelledby="ensemble" {
                h2 #ensemble { "L’établissement, toutes formations ensemble" }
                @for row in &newest {
                    @let voie = row.voie().unwrap_or(Voie::Both);
                    h3 { (voie.label()) @if let Some(years) = row.years() { span.soft { ", " (years.leavers()) } } }
                    @if row.shares().is_some() { (comparison::shares_table(voie, "", &[("Établissement".to_owned(), *row)])) }
                    (value_added(*row))
                    @let others: Vec<Row<'_>> = one.totals.iter().filter(|other| other.voie() == row.voie()).copied().collect();
                    (previous(&others))
                }
                @if newest.iter().any(|row| row.find(Family::ValueAdded, Some(6)).is_some()) {
                    p.soft {
                        "La valeur ajoutée est l’écart entre le taux de l’établissement et celui qu’on attendrait pour les mêmes publics "
                        "(diplôme, âge, origine sociale, marché du travail local). Le producteur la borne entre −12 et +12 points."
                    }
                }
            }
        }
    }
}

/// The rate beside the one that is expected of such an establishment.
fn value_added(row: Row<'_>) -> Markup {
    let at = |family| row.find(family, Some(6));
    let figures = (
        at(Family::RateEmployed),
        at(Family::RateExpected),
        at(Family::ValueAdded),
    );
    let (Some(rate), Some(expected), Some(added)) = figures else {
        return html! {};
    };
    html! {
        dl.facts data-r=(row.reference()) {
            div { dt { "Emploi à 6 mois, sur 100 sortants" } dd { (text::cell(rate.measure, rate.cell)) } }
            div { dt { "Taux attendu" } dd { (text::cell(expected.measure, expected.cell)) } }
            div { dt { "Valeur ajoutée, en points" } dd { (text::cell(added.measure, added.cell)) } }
        }
    }
}

/// The trainings of a path.
fn path(site: &Site, one: &Establishment<'_>, section: &Section<'_>) -> Markup {
    html! {
        section aria-labelledby=(section.voie.code()) {
            h2 id=(section.voie.code()) { (section.voie.label()) }
            @if section.voie == Voie::Higher {
                p.soft { "Chiffres InserSup (SIES), par établissement d’inscription. Ils ne se comparent pas à ceux d’InserJeunes\u{a0}: autres publics, autres calculs." }
            } @else {
                p.soft { "Chiffres InserJeunes (DEPP et Dares). La voie scolaire et l’apprentissage ne se classent pas ensemble\u{a0}: les publics diffèrent." }
            }
            @for (diploma, trainings) in &section.groups {
                h3 { (diploma) }
                @for training in trainings.iter().filter(|training| training.newest().has_value()) { (card(site, one, training)) }
                (without(trainings))
            }
        }
    }
}

/// A training with figures.
fn card(site: &Site, one: &Establishment<'_>, training: &TrainingFigures<'_>) -> Markup {
    let row = training.newest();
    let region = one
        .territory
        .region
        .map(|(_, name)| name)
        .unwrap_or_default();
    let mut lines: Vec<Line<'_>> = vec![("Établissement".to_owned(), row)];
    lines.extend(training.region.map(|row| (region.to_owned(), row)));
    lines.extend(training.france.map(|row| ("France".to_owned(), row)));
    html! {
        article.training id=(training.anchor) {
            h4 { a href={ "../../" (address::training_page(training.code)) } { (training.title()) } }
            p.soft.meta {
                @if let Some(years) = row.years() { (upper(&years.leavers())) " · " }
                @if let Some(branch) = branch(&row.table.name) { (branch) " · " }
                "code " span.code { (training.code) }
            }
            @if row.shares().is_some() { (comparison::shares_table(training.voie, "", &lines)) }
            details {
                summary { "Emploi des sortants de 6 à 30 mois" }
                (comparison::rates_table("", &lines))
                (higher(row))
                (comparison::caveats((row, training.compared), training.region.map(|row| (region, row))))
            }
            (previous(&training.vintages))
            p.soft.meta {
                "Source\u{a0}: " a href={ "../../" (row.table.origin.dataset) "/" (row.version()) ".html" } { (row.table.origin.dataset) ", version " (row.version()) }
                " · " a href={ (address::segment(&training.anchor)) ".svg" } { "image à reprendre" }
                " · " (signal::link(site, one, training))
            }
        }
    }
}

/// What only higher education publishes: self-employment, stable jobs, wages.
fn higher(row: Row<'_>) -> Markup {
    let wanted = [
        (
            Family::RateSelfEmployed,
            "Emploi non salarié, sur 100 sortants",
        ),
        (Family::RateStable, "Emploi stable, sur 100 salariés"),
        (
            Family::MedianWage,
            "Salaire net médian mensuel, équivalent temps plein",
        ),
    ];
    let figures: Vec<_> = wanted
        .iter()
        .filter_map(|(family, name)| {
            [12, 6, 18, 24, 30].into_iter().find_map(|horizon| {
                let figure = row.find(*family, Some(horizon))?;
                figure.cell.value().map(|_| (*name, horizon, figure))
            })
        })
        .collect();
    html! {
        @if !figures.is_empty() {
            dl.facts data-r=(row.reference()) {
                @for (name, horizon, figure) in &figures {
                    div { dt { (name) ", à " (horizon) " mois" } dd { (text::cell(figure.measure, figure.cell)) } }
                }
            }
        }
    }
}

/// Earlier vintages, folded, with their line.
fn previous(vintages: &[Row<'_>]) -> Markup {
    let lines: Vec<Line<'_>> = vintages
        .iter()
        .map(|row| {
            (
                row.years().map(|years| years.short()).unwrap_or_default(),
                *row,
            )
        })
        .collect();
    html! {
        @if vintages.len() > 1 {
            details {
                summary { "D’un millésime à l’autre (" (vintages.len()) ")" }
                (chart::vintages(vintages))
                (comparison::rates_table("", &lines))
                @if vintages[0].shares().is_some() { (comparison::shares_table(vintages[0].voie().unwrap_or(Voie::Both), "", &lines)) }
                p.soft { "Deux cumuls qui se suivent partagent une promotion\u{a0}: leurs chiffres ne s’additionnent pas. Depuis les sortants de 2022, l’emploi public et le service civique sont comptés." }
            }
        }
    }
}

/// Trainings without any figure.
fn without(trainings: &[TrainingFigures<'_>]) -> Markup {
    let empty: Vec<_> = trainings
        .iter()
        .filter(|training| !training.newest().has_value())
        .collect();
    html! {
        @if !empty.is_empty() {
            div.wide tabindex="0" {
                table.plain {
                    caption { "Formations sans chiffre" }
                    thead { tr { th scope="col" { "Formation" } th scope="col" { "Sortants" } th scope="col" { "Raison" } } }
                    tbody {
                        @for training in empty {
                            tr id=(training.anchor) {
                                th scope="row" { a href={ "../../" (address::training_page(training.code)) } { (training.title()) } span.soft { " " (training.code) } }
                                td { @if let Some(years) = training.newest().years() { (years.short()) } }
                                td { span.why { (text::reason_word(main_reason(training.newest()))) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The reason that says most about a row without figures.
pub(crate) fn main_reason(row: Row<'_>) -> ValueStatus {
    if row.has_hidden() {
        return ValueStatus::Suppressed;
    }
    let met = statuses(std::iter::once(row));
    [
        ValueStatus::Absent,
        ValueStatus::NotYet,
        ValueStatus::NotProduced,
    ]
    .into_iter()
    .find(|status| met.contains(status))
    .unwrap_or(ValueStatus::Absent)
}

/// Trainings shown with the figures of another code or place.
fn linked(linked: &[LinkedTraining<'_>]) -> Markup {
    html! {
        @if !linked.is_empty() {
            section aria-labelledby="rattaches" {
                h2 #rattaches { "Formations montrées avec les chiffres d’une autre" }
                p { "Ces formations n’ont pas encore de chiffres à elles. À défaut, voici ceux d’une formation dont elles prennent la suite, ou qui leur est liée\u{a0}; ils ne les décrivent pas directement." }
                div.wide tabindex="0" {
                    table.figures {
                        caption { "Sur 100 inscrits en dernière année, puis sur 100 sortants." }
                        thead { tr {
                            th scope="col" { "Formation" } th scope="col" { "D’où vient le chiffre" }
                            th.n scope="col" { "En formation" } th.n scope="col" { "Emploi des sortants à 6 mois" }
                        } }
                        tbody { @for one in linked { (linked_line(one)) } }
                    }
                }
            }
        }
    }
}

fn linked_line(one: &LinkedTraining<'_>) -> Markup {
    let row = one.row;
    let title = one
        .label
        .map_or_else(|| format!("Formation {}", one.code), text::sentence_case);
    html! {
        tr data-r=(row.reference()) {
            th scope="row" { (title) span.soft { " " (one.code) @if let Some(years) = row.years() { ", " (years.leavers()) } } }
            td { (origin(row.text(Concept::Origin))) span.soft { " " (row.text(Concept::OriginCode)) } }
            @for family in [Family::ShareStudying, Family::RateEmployed] {
                td.n { @if let Some(figure) = row.find(family, Some(6)) { (text::cell(figure.measure, figure.cell)) } }
            }
        }
    }
}

/// What the figures do not count.
fn limits(one: &Establishment<'_>) -> Markup {
    let has = |voie| one.sections.iter().any(|section| section.voie == voie);
    html! {
        @if !one.sections.is_empty() || !one.totals.is_empty() {
            section aria-labelledby="limites" {
                h2 #limites { "Ce que ces chiffres ne comptent pas" }
                ul {
                    li { "Le travail indépendant, l’emploi à l’étranger et l’emploi chez un particulier ne sont pas observés par InserJeunes\u{a0}: ils sont dans «\u{a0}Autres situations\u{a0}», avec le chômage et l’inactivité." }
                    li { "L’emploi public n’est compté que depuis les sortants de 2022." }
                    li { "«\u{a0}En formation\u{a0}» comprend le redoublement et le changement de voie." }
                    @if has(Voie::Higher) { li { "InserSup compte par établissement d’inscription\u{a0}: un IUT ou une école interne est dans les chiffres de son université." } }
                }
            }
        }
    }
}

/// What is not shown, and what would make it appear.
fn hidden(one: &Establishment<'_>) -> Markup {
    let rows = one
        .trainings()
        .flat_map(|training| training.vintages.first().copied())
        .chain(one.totals.iter().copied());
    let met: BTreeSet<ValueStatus> = statuses(rows);
    html! {
        section aria-labelledby="pourquoi" {
            h2 #pourquoi { "Ce qui manque, et pourquoi" }
            @if met.is_empty() && !one.sections.is_empty() { p { "Tous les chiffres de cette page sont publiés." } }
            @if one.sections.is_empty() {
                @if one.coverage.and_then(|coverage| coverage.counts()).is_some_and(|counts| counts[0].cell.number().unwrap_or_default() > 0.0) {
                    p { "Les chiffres par formation de cet établissement ne sont pas dans les jeux publiés ici." }
                } @else {
                    p { "Aucun chiffre par formation n’est publié pour cet établissement." }
                }
                p { strong { (NOT_QUALITY) } }
            }
            (reasons(&met))
        }
    }
}

/// The page for search engines.
fn structured(context: &Context<'_>, one: &Establishment<'_>, name: &str) -> Markup {
    let mut value = serde_json::json!({
        "@context": "https://schema.org",
        "@type": "EducationalOrganization",
        "name": name,
        "identifier": {"@type": "PropertyValue", "propertyID": "UAI", "value": one.uai.as_str()},
    });
    if let Some(url) = context
        .site
        .absolute(&address::establishment_page(&one.uai))
    {
        value["url"] = url.into();
    }
    if !one.commune.is_empty() {
        value["address"] = serde_json::json!({"@type": "PostalAddress", "addressLocality": one.commune, "addressCountry": "FR"});
    }
    json_ld(&value)
}

/// A block of structured data: `<` is written so that no text closes the element.
pub(super) fn json_ld(value: &serde_json::Value) -> Markup {
    let text = value.to_string().replace('<', "\\u003c");
    html! { script type="application/ld+json" { (maud::PreEscaped(text)) } }
}

fn upper(text: &str) -> String {
    text::sentence_case(text)
}
