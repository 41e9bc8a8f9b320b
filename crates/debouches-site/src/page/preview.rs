//! The first rows of a table, each empty measure with its reason.

use maud::{Markup, html};

use crate::preview::{Cell, Preview};
use crate::words;

/// Columns left out that are named one by one.
const MOST_NAMED: usize = 12;

/// The table.
pub(super) fn table(title: &str, preview: &Preview) -> Markup {
    html! {
        div.wide.preview role="group" tabindex="0" aria-label={ "Premières lignes de " (title) } {
            table {
                caption { "Premières lignes de " code { (preview.path) } }
                thead { tr { @for name in &preview.header { th scope="col" { (name) } } } }
                tbody {
                    @for row in &preview.rows {
                        tr {
                            @for cell in row {
                                @match cell {
                                    Cell::Value(text) => { td.n[is_number(text)] { (text) } }
                                    Cell::Reason(status) => { td { span.tag { (words::reason(*status)) } } }
                                    Cell::Empty => { td {} }
                                }
                            }
                        }
                    }
                }
            }
        }
        @if !preview.left_out.is_empty() { (left_out(preview)) }
    }
}

/// What the table does not show: columns that would only repeat themselves.
fn left_out(preview: &Preview) -> Markup {
    let named = preview.left_out.iter().take(MOST_NAMED);
    let more = preview.left_out.len().saturating_sub(MOST_NAMED);
    html! {
        p.soft {
            "Colonnes absentes de cet aperçu, vides ou de même valeur sur "
            @if preview.is_all { "toutes les lignes" } @else { "les " (words::number(preview.read as u64)) " premières lignes" }
            "\u{a0}: "
            @for (index, (name, value)) in named.enumerate() {
                @if index > 0 { ", " }
                code { (name) }
                @match value { Some(value) => { " («\u{a0}" (value) "\u{a0}»)" }, None => " (vide)" }
            }
            @if more > 0 { " et " (more) " autres" }
            "."
        }
    }
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok() && !text.starts_with('0') || text == "0"
}
