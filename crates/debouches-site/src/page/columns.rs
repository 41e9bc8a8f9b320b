//! The dictionary of a table.

use maud::{Markup, html};

use crate::descriptor::{Field, Resource};
use crate::words;

/// Above this number of columns the dictionary is folded.
const MANY: usize = 20;

/// Values listed before the rest is left to the dictionary.
const VALUES: usize = 8;

/// The dictionary.
pub(super) fn dictionary(resource: &Resource) -> Markup {
    let columns: Vec<&Field> = resource.schema.shown().collect();
    html! {
        details open[columns.len() <= MANY] {
            summary { "Les " (words::count(columns.len(), "colonne", "colonnes")) " de " code { (resource.name) } }
            p { "Une ligne par " (key(resource)) "." }
            div.wide role="group" tabindex="0" aria-label={ "Dictionnaire de " (resource.title) } {
                table.stack {
                    caption { "Colonnes de " code { (resource.path) } }
                    thead { tr { th scope="col" { "Colonne" } th scope="col" { "Sens" } th scope="col" { "Type" } th scope="col" { "Valeurs" } } }
                    tbody { @for column in columns { (row(column)) } }
                }
            }
        }
    }
}

fn key(resource: &Resource) -> Markup {
    html! {
        @for (index, name) in resource.schema.key.iter().enumerate() {
            @if index > 0 { ", " }
            code { (name) }
        }
    }
}

fn row(column: &Field) -> Markup {
    html! {
        tr {
            th scope="row" { code { (breakable(&column.name)) } }
            td {
                strong { (column.title) }
                @if column.description != column.title && !column.description.is_empty() { br; (words::kept_together(&column.description)) }
                @if let Some(denominator) = &column.denominator { br; span.soft { "Dénominateur\u{a0}: " (denominator) } }
            }
            td data-name="Type" {
                (words::kind(&column.kind))
                @if let Some(unit) = &column.unit { ", " (unit) }
            }
            td data-name="Valeurs" { (values(column)) }
        }
    }
}

/// A name that may be broken after its underscores, and nowhere else.
fn breakable(name: &str) -> Markup {
    html! {
        @for (index, part) in name.split('_').enumerate() {
            @if index > 0 { "_" wbr; }
            (part)
        }
    }
}

fn values(column: &Field) -> Markup {
    let constraints = &column.constraints;
    html! {
        @match (constraints.minimum, constraints.maximum) {
            (Some(low), Some(high)) => { "de " (low) " à " (high) }
            (Some(low), None) => { "à partir de " (low) }
            (None, Some(high)) => { "jusqu’à " (high) }
            (None, None) => {}
        }
        @for (index, value) in constraints.values.iter().take(VALUES).enumerate() {
            @if index > 0 { ", " }
            code { (value) }
        }
        @if constraints.values.len() > VALUES { ", … (" (words::number(constraints.values.len() as u64)) " au total)" }
    }
}
