//! The explorer, without its script: what it asks, and where the whole tables are.

use maud::html;

use super::layout::{Page, Script};
use crate::address;
use crate::content::Content;
use crate::explorer;
use crate::site::Site;

/// The page.
pub(crate) fn explorer(site: &Site, content: &Content) -> String {
    let body = html! {
        div.band {
            h1 { "Explorer les tables" }
            p.lead { "Les lignes d’un code, lues dans le fichier publié, sans le télécharger en entier." }
            noscript { p { "L’explorateur demande un script. Sans lui, chaque table se télécharge en entier." } }
            form.ask #demande {
                p { label for="table" { "Table" } select #table {} }
                p { label for="colonne" { "Chercher par" } select #colonne {} }
                p { label for="code" { "Code" } input #code type="text" autocomplete="off" spellcheck="false" size="16" placeholder="0010856A"; }
                p { button type="submit" { "Afficher" } " " button #csv type="button" hidden { "Enregistrer en CSV" } }
            }
            p #etat role="status" {}
            div.wide tabindex="0" role="region" aria-label="Lignes" { table.figures #lignes {} }
            h2 #tables { "Les tables entières" }
            ul.many {
                @for table in explorer::tables(content) {
                    li { a href={ "../" (table.origin.dataset) "/" (table.origin.version) ".html" } { (table.title) } " " span.soft { (table.origin.dataset) " " (table.origin.version) } }
                }
            }
        }
    };
    let page = Page {
        site,
        path: address::EXPLORER.to_owned(),
        title: "Explorer les tables".to_owned(),
        summary: "Les lignes d’un établissement, d’une formation ou d’une région, dans chaque table publiée.".to_owned(),
        crumbs: vec![
            ("Accueil".to_owned(), address::HOME.to_owned()),
            ("Explorateur".to_owned(), String::new()),
        ],
        script: Script::Explorer,
        head: html! {},
        content: body,
    };
    page.text()
}
