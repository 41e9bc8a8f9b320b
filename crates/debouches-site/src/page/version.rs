//! The page of one version, and the pages that lead elsewhere.

use debouches_model::Version;
use maud::{Markup, html};

use super::dataset::facts;
use super::frame::Page;
use super::{citation, downloads, versions};
use crate::record::{DatasetRecord, VersionRecord};
use crate::release::Release;
use crate::site::Site;
use crate::words;

/// The page of a version: what it is, whether to use it, its files.
pub(crate) fn version(
    site: &Site,
    record: &DatasetRecord,
    version: &VersionRecord,
    release: &Release,
) -> String {
    let number = version.version;
    let content = html! {
        div.band {
            (crumbs(site, record, &format!("Version {number}")))
            h1 { (release.notice.title) ", version " (number) }
            (banner(record, version))
            p.lead { (release.notice.summary) }
            (facts(record, version, false))
            section aria-labelledby="changements" { h2 #changements { "Ce qui a changé" } (versions::changes(version)) }
            section aria-labelledby="telecharger" {
                h2 #telecharger { "Télécharger" }
                (downloads::section(record, version, release, &number.to_string()))
            }
            section aria-labelledby="citer" { h2 #citer { "Citer" } (citation::cite(site, record, version)) }
            section aria-labelledby="erreur" { h2 #erreur { "Signaler une erreur" } (citation::report(site, record, version)) }
            p { a href="index.html" { "Description, dictionnaire et autres versions du jeu" } }
        }
    };
    framed(
        site,
        record,
        &format!("{number}.html"),
        &format!("{}, version {number}", release.notice.title),
        content,
    )
}

/// Whether to use this version.
fn banner(record: &DatasetRecord, version: &VersionRecord) -> Markup {
    let latest = record.latest().map(|latest| latest.version);
    let link = |latest: Version| html! { a href={ (latest) ".html" } { "version " (latest) } };
    match (&version.retracted, latest) {
        (Some(withdrawal), latest) => html! {
            div.notice.bad {
                p {
                    strong {
                        @match &withdrawal.legal_basis {
                            Some(basis) => { "Version supprimée le " (words::instant(withdrawal.on)) " (" (basis) ")." }
                            None => { "Version retirée le " (words::instant(withdrawal.on)) "\u{a0}: ne plus l’utiliser." }
                        }
                    }
                    @if withdrawal.legal_basis.is_none() { " " (withdrawal.reason) }
                }
                @if let Some(latest) = latest { p { "Prendre à la place la " (link(latest)) "." } }
                @if version.is_there() { p { "Ses fichiers restent, pour qui doit refaire un calcul." } }
                @else { p { "Ses fichiers n’existent plus\u{a0}; qui en a une copie doit la détruire." } }
            }
        },
        (None, Some(latest)) if latest > version.version => html! {
            div.notice { p { "Une version plus récente existe\u{a0}: la " (link(latest)) "." } }
        },
        (None, _) => html! {},
    }
}

/// What is left of a version whose bytes were removed.
pub(crate) fn tombstone(site: &Site, record: &DatasetRecord, version: &VersionRecord) -> String {
    let number = version.version;
    let content = html! {
        div.band {
            (crumbs(site, record, &format!("Version {number}")))
            h1 { (record.title) ", version " (number) }
            (banner(record, version))
            p { "Publiée le " (words::instant(version.published)) "." }
            p { a href="index.html" { "Description, dictionnaire et autres versions du jeu" } }
        }
    };
    framed(
        site,
        record,
        &format!("{number}.html"),
        &format!("{}, version {number}", record.title),
        content,
    )
}

/// The page of a dataset whose every version was withdrawn.
pub(crate) fn retracted(site: &Site, record: &DatasetRecord) -> String {
    let content = html! {
        div.band {
            (crumbs(site, record, &record.title))
            h1 { (record.title) }
            div.notice.bad { p { strong { "Aucune version de ce jeu n’est à utiliser." } " Le journal dit pourquoi." } }
            p.lead { (record.summary) }
            h2 #versions { "Versions" }
            (versions::section(record))
        }
    };
    framed(site, record, "index.html", &record.title, content)
}

/// The page that leads a browser to the newest version: it needs no rule of a web server.
pub(crate) fn redirect(site: &Site, record: &DatasetRecord, latest: Version) -> String {
    let target = format!("{latest}.html");
    let content = html! {
        div.band {
            (crumbs(site, record, "Version en cours"))
            h1 { (record.title) }
            p { "La version en cours est la " a href=(target) { "version " (latest) } "." }
        }
    };
    let page = Page {
        head: html! { meta http-equiv="refresh" content={ "0; url=" (target) }; },
        ..page(site, record, "latest.html", &record.title, content)
    };
    page.text()
}

fn crumbs(site: &Site, record: &DatasetRecord, here: &str) -> Markup {
    html! {
        nav.crumbs aria-label="Fil d’Ariane" {
            ol {
                li { a href={ "../" (site.rooms()) } { "Jeux de données" } }
                @if here != record.title { li { a href="index.html" { (record.title) } } }
                li aria-current="page" { (here) }
            }
        }
    }
}

fn framed(site: &Site, record: &DatasetRecord, name: &str, title: &str, content: Markup) -> String {
    page(site, record, name, title, content).text()
}

fn page<'a>(
    site: &'a Site,
    record: &DatasetRecord,
    name: &str,
    title: &str,
    content: Markup,
) -> Page<'a> {
    Page {
        site,
        path: format!("{}/{name}", record.dataset),
        title: format!("{title} – {}", site.title),
        summary: record.summary.clone(),
        feed: format!("{}/feed.atom", record.dataset),
        head: html! {},
        content,
    }
}
