//! Pages about the site itself, and pages of what was retired.

use maud::html;

use super::layout::{Page, Script};
use crate::address;
use crate::site::Site;

/// The accessibility statement.
pub(crate) fn accessibility(site: &Site) -> String {
    let body = html! {
        div.band {
            h1 { "Accessibilité\u{a0}: conformité non évaluée" }
            p.lead { "Ces pages n’ont pas été auditées par un tiers. Voici ce qui est fait, ce qui est vérifié à chaque version, et comment nous joindre." }
            h2 { "Ce qui est fait" }
            ul {
                li { "Tout se lit et s’actionne au clavier\u{a0}; la recherche mise à part, aucune page n’a besoin de script." }
                li { "Chaque dessin est à côté d’un tableau qui porte les mêmes chiffres, et a une description." }
                li { "Les tableaux ont un titre et des en-têtes\u{a0}; une couleur ne porte jamais seule un sens." }
                li { "Les thèmes clair et sombre suivent le réglage de l’appareil, comme l’absence d’animation." }
            }
            h2 { "Ce qui est vérifié" }
            p { "Un juge automatique (axe) lit une page de chaque sorte, à deux largeurs, en clair et en sombre. Un juge automatique ne voit qu’une partie des défauts." }
            h2 { "Ce qui manque" }
            p { "Le référentiel général d’amélioration de l’accessibilité (RGAA) n’a pas été passé critère par critère, et aucun lecteur d’écran n’a été essayé par une personne qui s’en sert chaque jour." }
            h2 { "Signaler un défaut" }
            p { "Écrivez à " (crate::page::contact(&site.contact, Some("Accessibilité"))) ". Sans réponse, vous pouvez saisir le Défenseur des droits." }
        }
    };
    let page = Page {
        site,
        path: address::ACCESSIBILITY.to_owned(),
        title: "Accessibilité : conformité non évaluée".to_owned(),
        summary: "Ce que ces pages font pour être lues par tous, et ce qui leur manque.".to_owned(),
        crumbs: vec![
            ("Accueil".to_owned(), address::HOME.to_owned()),
            ("Accessibilité".to_owned(), String::new()),
        ],
        script: Script::None,
        head: html! {},
        content: body,
    };
    page.text()
}

/// What stands where a pinned state was, once a release that it quotes was retracted.
pub(crate) fn retired(site: &Site, path: &str, reason: &str) -> String {
    let body = html! {
        div.band {
            h1 { "Page retirée" }
            div.notice.bad { p { strong { "Cette page citait une version retirée ou remplacée." } " " (reason) } }
            p { a href={ (address::to_root(path)) (address::HOME) } { "Chercher la page d’aujourd’hui" } }
        }
    };
    let page = Page {
        site,
        path: path.to_owned(),
        title: "Page retirée".to_owned(),
        summary: "Cette page citait une version retirée ou remplacée.".to_owned(),
        crumbs: Vec::new(),
        script: Script::None,
        head: html! { meta name="robots" content="noindex"; },
        content: body,
    };
    page.text()
}
