//! The list of the trainings, by type of diploma.

use std::collections::BTreeMap;

use maud::html;

use super::layout::{Page, Script};
use crate::address;
use crate::content::Content;
use crate::site::Site;
use crate::text;

/// The page.
pub(crate) fn trainings(site: &Site, content: &Content) -> String {
    let mut groups: BTreeMap<String, Vec<(String, &str)>> = BTreeMap::new();
    for code in content.trainings() {
        let title = content
            .training_label(code)
            .map_or_else(|| format!("Formation {code}"), text::sentence_case);
        groups
            .entry(content.diploma(code))
            .or_default()
            .push((title, code));
    }
    for list in groups.values_mut() {
        list.sort_by_cached_key(|(title, code)| (text::fold(title), *code));
    }
    let body = html! {
        div.band {
            h1 { "Les formations" }
            p.lead { "Chaque formation a sa page\u{a0}: la France, chaque région, et où elle se prépare." }
            nav.summary aria-label="Types de diplômes" {
                ul { @for (index, diploma) in groups.keys().enumerate() { li { a href={ "#d" (index) } { (diploma) } } } }
            }
            @for (index, (diploma, list)) in groups.iter().enumerate() {
                h2 id={ "d" (index) } { (diploma) }
                ul.many {
                    @for (title, code) in list { li { a href={ (address::segment(code)) "/index.html" } { (title) } span.soft { " " (code) } } }
                }
            }
        }
    };
    let page = Page {
        site,
        path: address::TRAININGS.to_owned(),
        title: "Les formations".to_owned(),
        summary: "Toutes les formations dont InserJeunes ou InserSup publie le devenir des jeunes."
            .to_owned(),
        crumbs: vec![
            ("Accueil".to_owned(), address::HOME.to_owned()),
            ("Formations".to_owned(), String::new()),
        ],
        script: Script::None,
        head: html! {},
        content: body,
    };
    page.text()
}
