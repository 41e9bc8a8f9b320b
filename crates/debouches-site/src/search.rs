//! The search: one classic script that holds its index and its code, so that it runs from a server, a bucket or a disk.

use std::collections::BTreeMap;

use crate::address;
use crate::content::{Content, Territories};
use crate::text;

const CODE: &str = include_str!("search.js");

/// The script.
///
/// # Panics
/// Never: our own structures are written as JSON.
pub(crate) fn script(content: &Content, territories: &Territories<'_>) -> String {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for one in &territories.all {
        places.insert(locality(one), 0);
    }
    for (index, number) in places.values_mut().enumerate() {
        *number = index;
    }
    // One line for each: number, name, place. Names are written once, folded by the browser.
    let mut establishments = String::new();
    for one in &territories.all {
        let name = text::sentence_case(&one.name).replace(['\t', '\n'], " ");
        establishments.push_str(&format!(
            "{}\t{name}\t{}\n",
            one.uai,
            places[&locality(one)]
        ));
    }
    let mut trainings = String::new();
    for code in content.trainings() {
        let Some(label) = content.training_label(code) else {
            continue;
        };
        let label = text::sentence_case(label).replace(['\t', '\n'], " ");
        trainings.push_str(&format!(
            "{}\t{label}\t{}\n",
            address::segment(code),
            content.diploma(code)
        ));
    }
    let places: Vec<&String> = places.keys().collect();
    format!(
        "\"use strict\";\nconst LIEUX={};\nconst ETABLISSEMENTS={};\nconst FORMATIONS={};\nconst TERRITOIRES={};\n{CODE}",
        json(&places),
        json(&establishments),
        json(&trainings),
        json(&of_territories(territories)),
    )
}

/// One line for each territory that has a page: its address, its name, what it is.
fn of_territories(territories: &Territories<'_>) -> String {
    let mut lines = String::new();
    for one in territories.with_pages() {
        let name = one.name.replace(['\t', '\n'], " ");
        lines.push_str(&format!(
            "{}\t{name}\t{} {}\n",
            one.page(),
            one.kind(),
            one.code
        ));
    }
    lines
}

/// Where an establishment is, as it is searched.
fn locality(one: &crate::content::Listed<'_>) -> String {
    let commune = text::sentence_case(one.commune);
    let department = one
        .territory
        .department
        .map(|(cog, name)| format!("{name} ({cog})"))
        .unwrap_or_default();
    [commune, department]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("texts are written as JSON")
}
