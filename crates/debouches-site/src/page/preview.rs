//! The first rows of a table, each empty measure with its reason.

use maud::{Markup, html};

use crate::preview::{Cell, Preview};
use crate::words;

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
    }
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok() && !text.starts_with('0') || text == "0"
}
