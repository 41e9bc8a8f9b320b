//! How an establishment signals an error, what was signalled, and what it answers.

use maud::{Markup, html};

use crate::content::{Establishment, Reply, Row, TrainingFigures};
use crate::page::{contact, letter};
use crate::site::Site;

pub(super) fn section(site: &Site, one: &Establishment<'_>, name: &str) -> Markup {
    html! {
        section aria-labelledby="signaler" {
            h2 #signaler { "Signaler une erreur, répondre" }
            p {
                "Un chiffre vous paraît faux\u{a0}? Écrivez à " (contact(&site.contact, Some(&format!("Signalement {} {name}", one.uai))))
                ", ou suivez «\u{a0}signaler une erreur\u{a0}» sous la formation\u{a0}: sa clé est déjà dans le message. Le signalement est transmis au producteur\u{a0}; le chiffre publié reste le sien tant qu’il ne l’a pas corrigé."
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

/// A letter about a training, its key filled in; the key alone when nobody can be written to.
pub(super) fn link(site: &Site, one: &Establishment<'_>, training: &TrainingFigures<'_>) -> Markup {
    let row = training.newest();
    let years = row.years().map(|years| years.short()).unwrap_or_default();
    let key = format!("{}/{}/{years}/{}", one.uai, training.code, row.table.name);
    let column = row.rates().first().map(|rate| rate.measure.column.clone());
    let body = format!(
        "clé : {key}\nchamp : {}\nvaleur : \nsource : etablissement\n\nCe qui ne va pas, et comment vous le savez :\n",
        column.unwrap_or_default()
    );
    let address = letter(&site.contact, &format!("Signalement {key}"), &body);
    html! {
        @match address {
            Some(address) => a href=(address) { "signaler une erreur" },
            None => { "clé à citer pour un signalement\u{a0}: " span.code { (key) } },
        }
    }
}
