//! What every page has around it.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::address;
use crate::site::Site;

const STYLE: &str = include_str!("style.css");

/// Nothing from elsewhere, no script, no form: the browser is told so.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// A page before its frame.
pub(super) struct Page<'a> {
    pub(super) site: &'a Site,
    /// Path in the catalogue.
    pub(super) path: String,
    pub(super) title: String,
    /// One sentence for search engines.
    pub(super) summary: String,
    /// The feed that follows what the page shows.
    pub(super) feed: String,
    /// More lines of the head.
    pub(super) head: Markup,
    pub(super) content: Markup,
}

impl Page<'_> {
    pub(super) fn text(self) -> String {
        let depth = self.path.matches('/').count();
        let link = |path: &str| self.site.link(path, depth);
        let page = html! {
            (DOCTYPE)
            html lang="fr" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(POLICY);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (self.title) }
                    meta name="description" content=(self.summary);
                    @if let Some(url) = self.site.absolute(&self.path) { link rel="canonical" href=(url); }
                    link rel="alternate" type="application/atom+xml" href=(link(&self.feed)) title="Nouvelles versions";
                    link rel="icon" href="data:,";
                    (self.head)
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    a.skip href="#contenu" { "Aller au contenu" }
                    header.top {
                        div.band {
                            a.brand href=(link("index.html")) { (self.site.title) }
                            nav aria-label="Principal" {
                                @if self.site.has_pages {
                                    a href=(link("index.html")) { "Chercher" }
                                    a href=(link(address::TRAININGS)) { "Formations" }
                                    a href=(link(address::QUOTES)) { "Chiffres à citer" }
                                }
                                a href=(link(self.site.rooms())) { "Données" }
                                @if self.site.has_pages { a href=(link(address::READING)) { "Comment lire" } }
                                @else { a href=(link("feed.atom")) { "Flux Atom" } }
                            }
                        }
                    }
                    main #contenu { (self.content) }
                    footer {
                        div.band {
                            p {
                                "Les chiffres appartiennent à leurs producteurs, sous la licence que chaque jeu indique. "
                                "Ces pages n’envoient rien à personne : ni script, ni traceur, ni ressource extérieure."
                            }
                            p {
                                "Contact\u{a0}: " (contact(&self.site.contact, None))
                                " · Pour les programmes\u{a0}: " a href=(link("catalog.jsonld")) { "catalogue DCAT-AP" }
                                ", " a href=(link("feed.atom")) { "flux Atom" }
                            }
                        }
                    }
                }
            }
        };
        page.into_string() + "\n"
    }
}

/// Whom to write to, with a subject already there.
pub(crate) fn contact(contact: &str, subject: Option<&str>) -> Markup {
    if !contact.contains('@') {
        return html! { (contact) };
    }
    let query = subject
        .map(|subject| format!("?subject={}", percent(subject)))
        .unwrap_or_default();
    html! { a href={ "mailto:" (contact) (query) } { (contact) } }
}

/// The start of a letter to the contact, with its subject and its first lines; none when the contact is no mailbox.
pub(crate) fn letter(contact: &str, subject: &str, body: &str) -> Option<String> {
    contact.contains('@').then(|| {
        format!(
            "mailto:{contact}?subject={}&body={}",
            percent(subject),
            percent(body)
        )
    })
}

/// A text as part of an address.
fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte))
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}
