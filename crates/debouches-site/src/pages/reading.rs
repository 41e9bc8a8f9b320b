//! How to read the figures.

use debouches_model::ValueStatus;
use maud::html;

use super::layout::{Page, Script};
use crate::address;
use crate::site::Site;
use crate::text;

/// The page.
pub(crate) fn reading(site: &Site) -> String {
    let body = html! {
        div.band {
            h1 { "Comment lire les chiffres" }
            h2 #parts { "Deux sortes de pourcentages, qui ne se mélangent pas" }
            p { "Les " strong { "trois situations" } " portent sur toute la dernière année de formation\u{a0}: en formation, en emploi salarié, autre. Elles font 100." }
            p { "Le " strong { "taux d’emploi" } " ne porte que sur les sortants, ceux qui ne sont plus en formation. Il est donc plus haut que la part en emploi du même groupe." }
            h2 #annees { "Quelles années" }
            p { "Par établissement et par région, InserJeunes réunit deux promotions, pour avoir assez de monde\u{a0}: «\u{a0}sortants de 2022 et 2023\u{a0}». Pour la France, un chiffre porte sur une seule année, et la page le précise." }
            h2 #vide { "Pourquoi une case est vide" }
            dl.reasons {
                @for status in ValueStatus::ALL.into_iter().skip(1) {
                    div { dt { (text::reason_word(status)) } dd { (text::reason_sentence(status)) " " (text::remedy(status)) } }
                }
            }
            p { strong { (text::NOT_QUALITY) } " Un vrai zéro est écrit «\u{a0}0\u{a0}%\u{a0}»." }
            h2 #comparer { "Comparer sans se tromper" }
            ul {
                li { "La voie scolaire et l’apprentissage n’accueillent pas les mêmes jeunes\u{a0}: ces pages ne les classent jamais ensemble." }
                li { "InserJeunes et InserSup n’observent pas les mêmes emplois de la même façon." }
                li { "Quand l’effectif est publié, un intervalle de confiance indique ce que le hasard suffirait à produire. Quand il ne l’est pas, on ne peut pas juger un écart." }
                li { "Aucune moyenne n’est calculée ici\u{a0}: un chiffre de région ou de France est celui du producteur." }
            }
            h2 #adresses { "Des adresses qui durent" }
            p { "Chaque établissement a une page qui suit les publications, et des états figés sous " span.code { "v/" } ", à citer quand il faut retrouver le même chiffre. Si une version est retirée, l’état figé qui la citait l’indique à sa place." }
            p { "La version citée sous un chiffre est celle qui l’a publié tel qu’il est. Une version plus récente qui ne l’a pas corrigé donne le même chiffre\u{a0}: la page n’a pas à changer." }
        }
    };
    let page = Page {
        site,
        path: address::READING.to_owned(),
        title: "Comment lire les chiffres".to_owned(),
        summary: "Deux dénominateurs, deux promotions, quatre raisons d’une case vide : lire sans se tromper.".to_owned(),
        crumbs: vec![("Accueil".to_owned(), address::HOME.to_owned()), ("Comment lire".to_owned(), String::new())],
        script: Script::None,
        head: html! {},
        content: body,
    };
    page.text()
}
