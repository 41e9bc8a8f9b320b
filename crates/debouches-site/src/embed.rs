//! What an establishment shows on its own site: a frame, and the same page pinned.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::address;
use crate::content::{Establishment, Family, TrainingFigures};
use crate::site::Site;
use crate::text;

/// The largest frame, in bytes.
pub(crate) const LIMIT: usize = 12_000;

const STYLE: &str = "\
:root{color-scheme:light dark;--i:#15171c;--s:#565c69;--p:#fff;--l:#d8dce4;--k:#1846a3;--a:#2f62c9;--b:#0f7a5f;--c:#8b93a3}\
@media(prefers-color-scheme:dark){:root{--i:#eceef2;--s:#b4bac6;--p:#14161b;--l:#3a3f4b;--k:#9dbdff;--a:#7aa2f7;--b:#4fc3a1;--c:#99a1b1}}\
body{margin:0;padding:.7rem .9rem;font:.94rem/1.4 system-ui,sans-serif;color:var(--i);background:var(--p)}\
h1{font-size:1rem;margin:0 0 .4rem}h2{font-size:.94rem;margin:0 0 .1rem}p{margin:.15rem 0}\
section{border-top:1px solid var(--l);padding:.45rem 0;scroll-margin-top:9rem}body:has(section:target) section:not(:target){display:none}\
small,.w{color:var(--s)}a{color:var(--k)}svg{display:block;margin:.25rem 0}.a{fill:var(--a)}.b{fill:var(--b)}.c{fill:var(--c)}\
.t{margin-right:.7rem;white-space:nowrap}.t::before{content:\"\";display:inline-block;width:.6rem;height:.6rem;margin-right:.25rem;border-radius:2px;background:var(--d)}\
.ta{--d:var(--a)}.tb{--d:var(--b)}.tc{--d:var(--c)}";

/// A state of the page that never changes.
pub(crate) struct Pinned<'a> {
    pub(crate) digest12: &'a str,
}

/// The frame, or its pinned copy.
pub(crate) fn frame(site: &Site, one: &Establishment<'_>, pinned: Option<&Pinned<'_>>) -> String {
    let path = match pinned {
        None => address::frame(&one.uai),
        Some(pinned) => address::pinned_page(&one.uai, pinned.digest12),
    };
    let up = if pinned.is_some() { "../" } else { "" };
    let trainings: Vec<&TrainingFigures<'_>> = one.trainings().collect();
    // The largest that fits: the shape of a section is known only once written.
    let mut sections: Vec<String> = trainings
        .iter()
        .map(|training| section(training, up).into_string())
        .collect();
    let mut size: usize = sections.iter().map(String::len).sum();
    let room = LIMIT - STYLE.len() - 2_200;
    while pinned.is_none() && size > room {
        size -= sections
            .pop()
            .map(|section| section.len())
            .unwrap_or_default();
    }
    let kept = sections.len();
    let name = text::sentence_case(&one.name());
    let page = html! {
        (DOCTYPE)
        html lang="fr" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Après la formation – " (name) }
                @if pinned.is_none() { meta name="robots" content="noindex"; }
                @if let Some(url) = site.absolute(&path) { link rel="canonical" href=(url); }
                link rel="icon" href="data:,";
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { a href={ (up) "index.html" } target="_top" { (name) } }
                    @if let Some(pinned) = pinned { (pinned_note(one, pinned)) }
                    @for section in &sections { (PreEscaped(section)) }
                    @if kept < trainings.len() { p { small { "et " (trainings.len() - kept) " autres formations, sur " a href={ (up) "index.html" } target="_top" { "la page" } "." } } }
                    @if trainings.is_empty() { p { "Aucun chiffre par formation n’est publié. " (text::NOT_QUALITY) } }
                }
                footer { p { small { (producers(one)) } } }
            }
        }
    };
    page.into_string() + "\n"
}

fn pinned_note(one: &Establishment<'_>, pinned: &Pinned<'_>) -> Markup {
    let mut versions: Vec<String> = one
        .trainings()
        .flat_map(|training| training.vintages.iter())
        .chain(&one.totals)
        .map(|row| format!("{} {}", row.table.origin.dataset, row.version()))
        .collect();
    versions.sort();
    versions.dedup();
    html! {
        p { strong { "État figé " (pinned.digest12) } ", qui ne change jamais\u{a0}: " (versions.join(", ")) ". " a href="../index.html" { "Les chiffres d’aujourd’hui" } }
    }
}

/// The producers, never the brand of the State.
fn producers(one: &Establishment<'_>) -> String {
    let mut producers: Vec<&str> = one
        .trainings()
        .map(|training| training.newest().table.origin.producer.as_str())
        .collect();
    producers.sort_unstable();
    producers.dedup();
    if producers.is_empty() {
        "InserJeunes, InserSup".to_owned()
    } else {
        producers.join(" ; ")
    }
}

fn section(training: &TrainingFigures<'_>, up: &str) -> Markup {
    let row = training.newest();
    let shares = row
        .shares()
        .filter(|shares| shares.iter().all(|share| share.cell.value().is_some()));
    let years = row.years().map(|years| years.leavers()).unwrap_or_default();
    let names = [("a", "En formation"), ("b", "En emploi"), ("c", "Autre")];
    html! {
        section id=(training.anchor) data-r=(row.reference()) {
            h2 { (training.title()) }
            p { small { (training.diploma) ", " (training.voie.label().to_lowercase()) ", " (years) } }
            @if let Some(shares) = shares {
                @let values = shares.map(|share| share.cell.number().unwrap_or_default());
                svg width="100%" height="10" aria-hidden="true" {
                    rect.a width=(format!("{}%", values[0])) height="10" {}
                    rect.b x=(format!("{}%", values[0])) width=(format!("{}%", values[1])) height="10" {}
                    rect.c x=(format!("{}%", values[0] + values[1])) width=(format!("{}%", values[2])) height="10" {}
                }
                p { @for ((class, name), share) in names.iter().zip(shares) { span class={ "t t" (class) } { (name) " " (text::cell(share.measure, share.cell)) } } }
            } @else {
                @let rate = row.find(Family::RateEmployed, None).filter(|_| row.has_value());
                @let rate = row.rates().into_iter().find(|rate| rate.cell.value().is_some()).or(rate);
                @match rate {
                    Some(rate) => p { "Emploi des sortants à " (rate.measure.horizon.unwrap_or(6)) " mois\u{a0}: " (text::cell(rate.measure, rate.cell)) },
                    None => p.w { (upper(text::reason_word(crate::pages::main_reason(row)))) " · " a href={ (up) "index.html#pourquoi" } target="_top" { "pourquoi" } },
                }
            }
        }
    }
}

fn upper(text: &str) -> String {
    text::sentence_case(text)
}
