//! A training beside its région and France: shares of the last year in one table, rates of leavers in another.

use std::collections::{BTreeMap, BTreeSet};

use debouches_model::ValueStatus;
use maud::{Markup, html};

use crate::chart;
use crate::content::{Cell, Family, Quotation, Row, Voie};
use crate::text::{self, NOT_QUALITY};

/// A row of a comparison: who, and where its figures stand.
pub(crate) type Line<'a> = (String, Row<'a>);

/// Who is counted in the last year.
fn population(voie: Voie) -> &'static str {
    match voie {
        Voie::School => "élèves en dernière année",
        Voie::Apprenticeship => "apprentis en dernière année",
        Voie::Higher => "inscrits en dernière année",
        Voie::Both => "élèves et apprentis en dernière année",
    }
}

/// The three shares, one line each, with a bar.
pub(crate) fn shares_table(voie: Voie, caption: &str, lines: &[Line<'_>]) -> Markup {
    let horizon = lines
        .first()
        .and_then(|(_, row)| row.shares())
        .and_then(|shares| shares[1].measure.horizon)
        .unwrap_or(6);
    html! {
        div.wide tabindex="0" {
            table.figures {
                caption { (caption) " Sur 100 " (population(voie)) ", situation " (horizon) " mois après la sortie." }
                thead { tr {
                    th scope="col" { span.hide { "Où" } }
                    th.n scope="col" { span.key.s1 aria-hidden="true" {} "En formation" }
                    th.n scope="col" { span.key.s2 aria-hidden="true" {} "En emploi salarié" }
                    th.n scope="col" { span.key.s3 aria-hidden="true" {} "Autres situations" }
                    th.drawn scope="col" { span.hide { "Dessin" } }
                } }
                tbody {
                    @for (name, row) in lines { (share_line(name, *row, lines[0].1)) }
                }
            }
        }
    }
}

fn share_line(name: &str, row: Row<'_>, first: Row<'_>) -> Markup {
    let shares = row.shares();
    // Régions have one share of the three.
    let studying = row.studying();
    html! {
        tr data-r=(row.reference()) {
            th scope="row" { (name) (other_years(row, first)) }
            @match shares {
                Some(shares) => {
                    @for share in shares { td.n { (text::cell(share.measure, share.cell)) } }
                    td.drawn { (chart::bar(shares)) }
                }
                None => {
                    td.n { @match studying { Some(rate) => (text::cell(rate.measure, rate.cell)), None => span.why { "non publié" } } }
                    td.n { span.why { "non publié" } }
                    td.n { span.why { "non publié" } }
                    td.drawn {}
                }
            }
        }
    }
}

/// The rates of leavers, one line each.
pub(crate) fn rates_table(caption: &str, lines: &[Line<'_>]) -> Markup {
    let horizons: BTreeSet<u8> = lines
        .iter()
        .flat_map(|(_, row)| row.rates())
        .filter_map(|rate| rate.measure.horizon)
        .collect();
    html! {
        div.wide tabindex="0" {
            table.figures {
                caption { (caption) " Sur 100 sortants, qui ne sont plus en formation\u{a0}: en emploi salarié en France." }
                thead { tr {
                    th scope="col" { span.hide { "Où" } }
                    @for horizon in &horizons { th.n scope="col" { (horizon) " mois" } }
                } }
                tbody {
                    @for (name, row) in lines {
                        tr data-r=(row.reference()) {
                            th scope="row" { (name) (other_years(*row, lines[0].1)) }
                            @for horizon in &horizons {
                                td.n {
                                    @match row.find(Family::RateEmployed, Some(*horizon)) {
                                        Some(rate) => (text::cell(rate.measure, rate.cell)),
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

/// The years of a line, when they are not those of the first, which the heading gives.
fn other_years(row: Row<'_>, first: Row<'_>) -> Markup {
    let years = row.years().filter(|years| Some(*years) != first.years());
    html! { @if let Some(years) = years { span.soft { ", " (years.leavers()) } } }
}

/// How sure the rate of leavers is, and whether it differs from that of other places by more than chance: as published.
pub(crate) fn caveats(
    (row, compared): (Row<'_>, Option<Row<'_>>),
    region: Option<(&str, Row<'_>)>,
) -> Markup {
    let rate = row
        .rates()
        .into_iter()
        .find(|rate| rate.cell.value().is_some());
    let Some(rate) = rate else { return html! {} };
    let base = row
        .find(Family::BaseLeavers, rate.measure.horizon)
        .or_else(|| row.find(Family::BaseLeavers, None))
        .filter(|base| base.cell.value().is_some());
    let Some(base) = base else {
        return html! {
            @if let Some((name, _)) = region {
                p.sure { "Le nombre de sortants de l’établissement n’est pas publié\u{a0}: on ne peut pas juger si l’écart avec la région " (name) " dépasse le hasard." }
            }
        };
    };
    let horizon = rate.measure.horizon.unwrap_or(6);
    let bounds = row
        .computed(rate.measure, "ic_bas")
        .zip(row.computed(rate.measure, "ic_haut"));
    html! {
        @if let Some((low, high)) = bounds {
            p.sure data-r=(row.reference()) {
                "Avec " (text::cell(base.measure, base.cell)) " sortants, le taux d’emploi à " (horizon) " mois est connu à peu près\u{a0}: "
                "un intervalle de confiance à 95\u{a0}% va de " (computed(&low, "%")) " à " (computed(&high, "%")) "."
            }
        }
        @if let Some(compared) = compared { (judgement(compared, rate, "les autres établissements réunis, pour le même diplôme")) }
    }
}

/// A figure that was computed before the release.
fn computed((column, value): &(String, &str), unit: &str) -> Markup {
    html! { data value=(value) data-c=(column) { (text::amount(value, unit)) } }
}

/// The gap to the other places, and what it is worth.
pub(crate) fn judgement(compared: Row<'_>, rate: Quotation<'_>, others: &str) -> Markup {
    let gap = compared.computed(rate.measure, "ecart");
    let verdict = compared.computed(rate.measure, "jugement");
    let horizon = rate.measure.horizon.unwrap_or(6);
    html! {
        @if let (Some(gap), Some((_, verdict))) = (gap, verdict) {
            p.sure data-r=(compared.reference()) {
                "Écart du taux à " (horizon) " mois avec " (others) "\u{a0}: " (computed(&gap, "points")) " points. " (verdict_sentence(verdict))
            }
        }
    }
}

/// What a verdict means.
pub(crate) fn verdict_sentence(verdict: &str) -> &'static str {
    match verdict {
        "au_dessus" | "en_dessous" => "Il dépasse ce que le hasard suffirait à expliquer.",
        "hasard_possible" => "Il peut n’être que du hasard.",
        "effectif_faible" => "Trop peu de personnes pour juger s’il dépasse le hasard.",
        _ => "Effectif inconnu\u{a0}: l’écart ne peut pas être jugé.",
    }
}

/// The régions that are compared, each with its gap.
pub(crate) fn gaps(regions: &BTreeMap<&str, Row<'_>>) -> Markup {
    let compared: Vec<_> = regions
        .iter()
        .filter_map(|(name, compared)| {
            let rate = compared
                .rates()
                .into_iter()
                .find(|rate| compared.computed(rate.measure, "ecart").is_some())?;
            Some((name, *compared, rate))
        })
        .collect();
    html! {
        @if !compared.is_empty() {
            details {
                summary { "Chaque région comparée aux autres" }
                div.wide tabindex="0" {
                    table.figures {
                        caption { "Sur 100 sortants\u{a0}: en emploi salarié en France, à la première échéance publiée. Les autres régions sont celles dont le chiffre est publié, et non la France." }
                        thead { tr { th scope="col" { "Où" } th.n scope="col" { "Ici" } th.n scope="col" { "Autres régions" } th.n scope="col" { "Écart, en points" } th scope="col" { "Ce qu’il vaut" } } }
                        tbody {
                            @for (name, row, rate) in &compared {
                                tr data-r=(row.reference()) {
                                    th scope="row" { (name) span.soft { " " (rate.measure.horizon.unwrap_or(6)) " mois" } }
                                    td.n { (text::cell(rate.measure, rate.cell)) }
                                    td.n { @if let Some(others) = row.computed(rate.measure, "autres") { (computed(&others, "%")) } }
                                    td.n { @if let Some(gap) = row.computed(rate.measure, "ecart") { (computed(&gap, "points")) } }
                                    td { @if let Some((_, verdict)) = row.computed(rate.measure, "jugement") { (verdict_sentence(verdict)) } }
                                }
                            }
                        }
                    }
                }
                p.soft { "Test de deux proportions, corrigé du nombre de comparaisons (Benjamini et Hochberg), au seuil de cinq pour cent." }
            }
        }
    }
}

/// The reasons met among the figures that rows show.
pub(crate) fn statuses<'a>(rows: impl Iterator<Item = Row<'a>>) -> BTreeSet<ValueStatus> {
    rows.flat_map(Row::figures)
        .filter(|figure| {
            matches!(
                figure.measure.family,
                Family::ShareStudying
                    | Family::ShareEmployed
                    | Family::ShareOther
                    | Family::RateEmployed
                    | Family::RateExpected
                    | Family::ValueAdded
            )
        })
        .filter_map(|figure| match figure.cell {
            Cell::Reason(status) => Some(status),
            Cell::Value(_) => None,
        })
        .collect()
}

/// The words for reasons met on a page.
pub(super) fn reasons(statuses: &BTreeSet<ValueStatus>) -> Markup {
    html! {
        @if !statuses.is_empty() {
            dl.reasons {
                @for status in statuses {
                    div {
                        dt { (text::reason_word(*status)) }
                        dd { (text::reason_sentence(*status)) " " (text::remedy(*status)) }
                    }
                }
            }
            p { strong { (NOT_QUALITY) } }
        }
    }
}
