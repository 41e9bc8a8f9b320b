//! What every page of the site has around it.

use maud::{DOCTYPE, Markup, html};

use crate::address;
use crate::site::Site;

/// The style sheet of the site.
pub(crate) const STYLE: &str = include_str!("../page/style.css");

/// What a page runs: two pages of the site run something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    /// Nothing.
    None,
    /// The search.
    Search,
    /// The explorer, which reads files of the site.
    Explorer,
}

impl Script {
    fn paths(self) -> &'static [&'static str] {
        match self {
            Self::None => &[],
            Self::Search => &[address::SEARCH],
            Self::Explorer => &[address::EXPLORER_READER, address::EXPLORER_CODE],
        }
    }

    /// Nothing from elsewhere. `file:` is there for a page opened from a disk.
    fn policy(self) -> &'static str {
        match self {
            Self::None => {
                "default-src 'none'; style-src 'self' file:; img-src 'self' file: data:; frame-src 'self' file:; base-uri 'none'; form-action 'none'"
            }
            Self::Search => {
                "default-src 'none'; style-src 'self' file:; img-src 'self' file: data:; script-src 'self' file:; base-uri 'none'; form-action 'none'"
            }
            Self::Explorer => {
                "default-src 'none'; style-src 'self' file:; img-src 'self' file: data:; script-src 'self' file:; connect-src 'self'; base-uri 'none'; form-action 'none'"
            }
        }
    }
}

/// A page before its frame.
pub(super) struct Page<'a> {
    pub(super) site: &'a Site,
    /// Path in the site.
    pub(super) path: String,
    pub(super) title: String,
    /// One sentence for search engines.
    pub(super) summary: String,
    /// The way to the page: text and path, the page itself last.
    pub(super) crumbs: Vec<(String, String)>,
    /// What it runs.
    pub(super) script: Script,
    /// More lines of the head.
    pub(super) head: Markup,
    pub(super) content: Markup,
}

impl Page<'_> {
    pub(super) fn text(self) -> String {
        let root = address::to_root(&self.path);
        let link = |path: &str| format!("{root}{path}");
        let nav = [
            (address::HOME, "Chercher"),
            (address::TRAININGS, "Formations"),
            (address::QUOTES, "Chiffres à citer"),
            (address::DATA_ROOM, "Données"),
            (address::READING, "Comment lire"),
        ];
        let page = html! {
            (DOCTYPE)
            html lang="fr" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(self.script.policy());
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (self.title) " – " (self.site.title) }
                    meta name="description" content=(self.summary);
                    @if let Some(url) = self.site.absolute(&self.path) { link rel="canonical" href=(url); }
                    link rel="icon" href="data:,";
                    link rel="stylesheet" href=(link(address::STYLE));
                    @if self.site.has_theme { link rel="stylesheet" href=(link(address::THEME)); }
                    @for path in self.script.paths() { script src=(link(path)) defer {} }
                    (self.head)
                }
                body {
                    a.skip href="#contenu" { "Aller au contenu" }
                    header.top {
                        div.band {
                            a.brand href=(link(address::HOME)) { (self.site.title) }
                            nav aria-label="Principal" {
                                @for (path, text) in nav {
                                    a href=(link(path)) aria-current=[(path == self.path).then_some("page")] { (text) }
                                }
                            }
                        }
                    }
                    main #contenu tabindex="-1" {
                        @if !self.crumbs.is_empty() {
                            nav.crumbs.band aria-label="Fil d’Ariane" {
                                ol {
                                    @for (index, (text, path)) in self.crumbs.iter().enumerate() {
                                        @if index + 1 == self.crumbs.len() { li aria-current="page" { (text) } }
                                        @else { li { a href=(link(path)) { (text) } } }
                                    }
                                }
                            }
                        }
                        (self.content)
                    }
                    footer {
                        div.band {
                            p {
                                "Chiffres de la DEPP et de la Dares (InserJeunes) et du SIES (InserSup), cités de jeux publiés et versionnés. "
                                "Ces pages ne déposent rien et n’appellent aucune adresse extérieure."
                            }
                            p {
                                a href=(link(address::READING)) { "Comment lire les chiffres" } " · "
                                a href=(link(address::API)) { "Pour les programmes" } " · "
                                a href=(link(address::ACCESSIBILITY)) { "Accessibilité" } " · "
                                "Contact\u{a0}: " (crate::page::contact(&self.site.contact, None))
                            }
                        }
                    }
                }
            }
        };
        page.into_string() + "\n"
    }
}
