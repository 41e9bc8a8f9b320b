//! Three shares that make 100, as a bar.

use maud::{Markup, html};

use crate::content::Quotation;
use crate::text::amount;

/// Names of the three situations, in the order of the bar.
pub(crate) const SITUATIONS: [&str; 3] = ["En formation", "En emploi salarié", "Autres situations"];

const CLASSES: [&str; 3] = ["s1", "s2", "s3"];

/// A bar; nothing when a share has no value.
pub(crate) fn bar(shares: [Quotation<'_>; 3]) -> Markup {
    let values = shares.map(|share| share.cell.number());
    let [Some(first), Some(second), Some(third)] = values else {
        return html! {};
    };
    let texts: Vec<String> = shares
        .iter()
        .zip(SITUATIONS)
        .map(|(share, name)| {
            format!(
                "{name}\u{a0}: {}",
                amount(share.cell.value().unwrap_or_default(), "%")
            )
        })
        .collect();
    let starts = [0.0, first, first + second];
    html! {
        svg.bar width="100%" height="16" role="img" aria-label=(texts.join(", ")) {
            @for (index, width) in [first, second, third].into_iter().enumerate() {
                rect class=(CLASSES[index]) x=(format!("{}%", starts[index])) y="0" width=(format!("{width}%")) height="16" {}
            }
        }
    }
}
