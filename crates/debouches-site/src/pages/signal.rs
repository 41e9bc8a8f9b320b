//! How an establishment signals an error, what was signalled, and what it answers.

use maud::{Markup, html};

use crate::content::{Establishment, Reply, Row, TrainingFigures};
use crate::page::contact;
use crate::site::Site;

pub(super) fn section(site: &Site, one: &Establishment<'_>, name: &str) -> Markup {
    html! {
        section aria-labelledby="signaler" {
            h2 #signaler { "Signaler une erreur, répondre" }
            p {
                "Un chiffre vous paraît faux\u{a0}? Écrivez à " (contact(&site.contact, Some(&format!("Signalement {} {name}", one.uai))))
                " en recopiant la clé qui suit la formation. Le signalement est transmis au producteur\u{a0}; le chiffre publié reste le sien tant qu’il ne l’a pas corrigé."
            }
            @if !one.signals.is_empty() { (received(&one.signals)) }
            @for one in one.replies { (reply(one)) }
        }
    }
}

/// What was signalled, and what became of it.
fn received(signals: &[Row<'_>]) -> Markup {
    html! {
        div.wide tabindex="0" {
            table.plain {
                caption { "Signalements reçus" }
                thead { tr { th scope="col" { "Reçu le" } th scope="col" { "Formation" } th scope="col" { "Champ" } th scope="col" { "État" } } }
                tbody {
                    @for row in signals {
                        @let text = |name: &str| row.table.named(row.row, name);
                        tr {
                            td { (text("date")) }
                            td { (text("code")) " " span.soft { (text("millesime_signale")) (text("millesime")) } }
                            td { (text("champ")) }
                            td { (state(text("etat"))) }
                        }
                    }
                }
            }
        }
    }
}

fn state(code: &str) -> &str {
    match code {
        "recu" => "reçu",
        "transmis" => "transmis au producteur",
        "corrige" => "corrigé",
        "rejete" => "rejeté par le producteur",
        other => other,
    }
}

/// What an establishment answers.
pub(super) fn reply(reply: &Reply) -> Markup {
    html! {
        blockquote.reply {
            p { (reply.texte) }
            footer { "Réponse de l’établissement, " (reply.signataire) ", " (reply.date) }
        }
    }
}

/// The key of a training, to be copied in a message.
pub(super) fn link(one: &Establishment<'_>, training: &TrainingFigures<'_>) -> Markup {
    let years = training
        .newest()
        .years()
        .map(|years| years.short())
        .unwrap_or_default();
    html! {
        "clé à citer pour un signalement\u{a0}: " span.code { (one.uai) "/" (training.code) "/" (years) "/" (training.newest().table.name) }
    }
}
