//! The versions of a dataset, those withdrawn included.

use maud::{Markup, html};

use crate::markdown;
use crate::record::{DatasetRecord, VersionRecord};
use crate::words;

/// The versions, newest first, from a page in the folder of the dataset.
pub(super) fn section(record: &DatasetRecord) -> Markup {
    let latest = record.latest().map(|latest| latest.version);
    html! {
        ol.news {
            @for version in &record.versions {
                li {
                    p.when { (words::instant(version.published)) }
                    p {
                        a href={ (version.version) ".html" } { "Version " (version.version) }
                        " " (state(version, latest == Some(version.version)))
                    }
                    @if let Some(withdrawal) = &version.retracted {
                        p { strong { "Retirée le " (words::instant(withdrawal.on)) "\u{a0}: " } (withdrawal.reason) }
                    }
                    (changes(version))
                }
            }
        }
    }
}

/// What its changelog says.
pub(super) fn changes(version: &VersionRecord) -> Markup {
    html! { ul { @for change in &version.changes { li { (markdown::line(change)) } } } }
}

fn state(version: &VersionRecord, is_latest: bool) -> Markup {
    match &version.retracted {
        Some(withdrawal) if withdrawal.legal_basis.is_some() => {
            html! { span.tag.bad { "supprimée" } }
        }
        Some(_) => html! { span.tag.bad { "retirée" } },
        None if is_latest => html! { span.tag.good { "en cours" } },
        None => html! { span.tag { "remplacée" } },
    }
}
