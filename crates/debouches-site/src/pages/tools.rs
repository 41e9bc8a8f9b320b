//! What an establishment does with its page: show it, quote it, download it.

use maud::{Markup, html};

use super::context::Context;
use crate::address;
use crate::content::{Establishment, Family, TrainingFigures};
use crate::text;

pub(super) fn section(context: &Context<'_>, one: &Establishment<'_>, name: &str) -> Markup {
    let shown: Vec<_> = one
        .trainings()
        .filter(|training| training.newest().has_value())
        .collect();
    html! {
        section aria-labelledby="montrer" {
            h2 #montrer { "Montrer et citer ces chiffres" }
            (show(context, one, name, shown.first().copied()))
            @if let Some(first) = shown.first() { (quote(context, name, one, first)) }
            h3 { "Reprendre" }
            ul {
                li { a href="donnees.json" { "donnees.json" } "\u{a0}: les mêmes chiffres, avec leurs clés, pour un programme" }
                li { a href="donnees.csv" { "donnees.csv" } "\u{a0}: les mêmes chiffres, pour un tableur" }
                li { a href="v/historique.json" { "historique.json" } "\u{a0}: les états figés de cette page" }
                @if !context.digest12.is_empty() {
                    li { a href={ "v/" (context.digest12) ".html" } { "État figé " (context.digest12) } "\u{a0}: une adresse dont le contenu ne change jamais" }
                }
            }
            p.screen { "Pour l’entretien d’orientation, imprimez cette page\u{a0}: elle tient sur des feuilles A4, sans menu ni lien." }
        }
    }
}

/// Code to copy: a frame, or a picture where frames are refused.
fn show(
    context: &Context<'_>,
    one: &Establishment<'_>,
    name: &str,
    first: Option<&TrainingFigures<'_>>,
) -> Markup {
    let base = context
        .site
        .url
        .clone()
        .unwrap_or_else(|| "https://VOTRE-ADRESSE".to_owned());
    let fragment = first
        .map(|training| format!("#{}", training.anchor))
        .unwrap_or_default();
    let frame = format!(
        "<iframe src=\"{base}/{}{fragment}\" width=\"360\" height=\"270\" title=\"Après la formation : {}\" loading=\"lazy\" style=\"border:0\"></iframe>",
        address::frame(&one.uai),
        name.replace('"', "'"),
    );
    html! {
        h3 { "Sur votre site" }
        p { "Ni script ni traceur\u{a0}: un cadre de 360 × 270, ou une image. Le fragment après # choisit la formation\u{a0}; sans lui, le cadre les montre toutes. L’adresse suit les nouvelles publications." }
        div.preview-frame {
            iframe src={ "integrer.html" (fragment) } width="360" height="270" title="Aperçu du cadre" loading="lazy" {}
        }
        pre tabindex="0" { code { (frame) } }
        @if let Some(first) = first {
            pre tabindex="0" { code {
                (format!(
                    "<a href=\"{base}/{}\"><img src=\"{base}/{}\" width=\"360\" height=\"200\" alt=\"Après {} : chiffres InserJeunes et InserSup\"></a>",
                    address::establishment_page(&one.uai),
                    address::picture(&one.uai, &first.anchor),
                    first.title().replace('"', "'"),
                ))
            } }
        }
    }
}

/// A sentence that can be taken as it is.
fn quote(
    context: &Context<'_>,
    name: &str,
    one: &Establishment<'_>,
    training: &TrainingFigures<'_>,
) -> Markup {
    let row = training.newest();
    let studying = row
        .find(Family::ShareStudying, None)
        .filter(|figure| figure.cell.value().is_some());
    let rate = row
        .rates()
        .into_iter()
        .find(|rate| rate.cell.value().is_some());
    let years = row.years().map(|years| years.leavers()).unwrap_or_default();
    let path = if context.digest12.is_empty() {
        address::establishment_page(&one.uai)
    } else {
        address::pinned_page(&one.uai, context.digest12)
    };
    let full_address = context.site.absolute(&path).unwrap_or(path);
    html! {
        @if studying.is_some() || rate.is_some() {
            h3 { "Une phrase à citer" }
            blockquote data-r=(row.reference()) {
                p {
                    "Après «\u{a0}" (training.title()) "\u{a0}» à " (name) " (" (years) "), "
                    @if let Some(figure) = studying { (text::cell(figure.measure, figure.cell)) " poursuivent leurs études" @if rate.is_some() { "\u{a0}; " } }
                    @if let Some(rate) = rate {
                        (text::cell(rate.measure, rate.cell)) " des sortants ont un emploi salarié en France " (rate.measure.horizon.unwrap_or(6)) " mois plus tard"
                    }
                    ". " (row.table.origin.producer) ", " (row.table.origin.dataset) " " (row.version()) ", " span.code { (full_address) } "."
                }
            }
        }
    }
}
