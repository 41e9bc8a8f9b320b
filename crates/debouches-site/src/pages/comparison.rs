//! A training beside its région and France: shares of the last year in one table, rates of leavers in another.

use std::collections::BTreeSet;

use debouches_model::ValueStatus;
use maud::{Markup, html};

use crate::chart;
use crate::content::{Cell, Family, Quotation, Row, Voie};
use crate::interval::wilson;
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
    // Régions have no share, but the rate of those who go on studying has the same denominator.
    let studying = row.find(Family::RateStudying, None);
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

/// How sure the rate of leavers is, and whether it differs from that of the région by more than chance.
pub(crate) fn caveats(row: Row<'_>, region: Option<(&str, Row<'_>)>) -> Markup {
    let rate = row
        .rates()
        .into_iter()
        .find(|rate| rate.cell.value().is_some());
    let Some(rate) = rate else { return html! {} };
    let base = row
        .find(Family::BaseLeavers, rate.measure.horizon)
        .or_else(|| row.find(Family::BaseLeavers, None))
        .filter(|base| base.cell.value().is_some());
    let regional = region.and_then(|(name, other)| {
        let column = other
            .find(Family::RateEmployed, rate.measure.horizon)
            .filter(|other| other.cell.value().is_some())?;
        Some((name, column))
    });
    let Some(base) = base else {
        return html! {
            @if let Some((name, _)) = regional {
                p.sure { "Le nombre de sortants de l’établissement n’est pas publié\u{a0}: on ne peut pas juger si l’écart avec la région " (name) " dépasse le hasard." }
            }
        };
    };
    let (Some(value), Some(people)) = (rate.cell.number(), base.cell.number()) else {
        return html! {};
    };
    let (low, high) = wilson(value, people);
    let horizon = rate.measure.horizon.unwrap_or(6);
    html! {
        p.sure data-r=(row.reference()) {
            "Avec " (text::cell(base.measure, base.cell)) " sortants, le taux d’emploi à " (horizon) " mois est connu à peu près\u{a0}: "
            "un intervalle de confiance à 95\u{a0}% va de "
            data.calc value=(format!("{low:.0}")) data-c=(rate.measure.column) data-calc=(format!("wilson-bas:{}", base.measure.column)) { (format!("{low:.0}")) "\u{a0}%" }
            " à "
            data.calc value=(format!("{high:.0}")) data-c=(rate.measure.column) data-calc=(format!("wilson-haut:{}", base.measure.column)) { (format!("{high:.0}")) "\u{a0}%" }
            "."
            @if let Some((name, other)) = regional { (gap(name, other, low, high)) }
        }
    }
}

fn gap(region: &str, other: Quotation<'_>, low: f64, high: f64) -> Markup {
    let value = other.cell.number().unwrap_or_default();
    html! {
        " "
        @if value < low || value > high { "L’écart avec la région " (region) " dépasse ce que le hasard suffirait à expliquer." }
        @else { "L’écart avec la région " (region) " peut n’être que du hasard." }
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
