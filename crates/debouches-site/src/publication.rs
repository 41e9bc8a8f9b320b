//! The files of the site, unit by unit: whoever writes them may do so in any order and on several threads.

use std::collections::BTreeMap;

use debouches_model::Sha256;

use crate::content::{Content, Establishment, Territories, Training, Uai};
use crate::history::{History, PinnedState};
use crate::inputs::{self, Digest, Inputs};
use crate::site::{File, HTML, Site};
use crate::{address, api, atom, document, embed, explorer, pages, picture, search};

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const JSON: &str = "application/json";
const SVG: &str = "image/svg+xml";
const XML: &str = "application/xml";

/// A part of the site that is written by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// An establishment: one folder.
    Establishment(Uai),
    /// A training: one folder, and its alias.
    Training(String),
    /// Régions, académies and départements.
    Territories,
    /// What is there once: search, quotes, lists, style, statements.
    Common,
    /// The home page, which is written last.
    Home,
}

impl Unit {
    /// The shard that keeps the digests of its files: small enough to be read again when one of them changes.
    #[must_use]
    pub fn shard(&self) -> String {
        match self {
            Self::Establishment(uai) => format!("etablissement-{}", &uai.as_str()[..3]),
            Self::Training(code) => {
                let start: String = code.chars().take(2).collect();
                format!("formation-{}", address::segment(&start))
            }
            Self::Territories => "territoires".to_owned(),
            Self::Common | Self::Home => "commun".to_owned(),
        }
    }
}

/// The site that is about to be written.
#[derive(Debug)]
pub struct Publication<'a> {
    site: &'a Site,
    content: &'a Content,
    territories: Territories<'a>,
    names: pages::Names,
    /// A digest of what every page has.
    common: String,
}

/// The files of an establishment, and its history when it moves.
#[derive(Debug)]
pub struct EstablishmentFiles {
    /// The files that follow the releases.
    pub files: Vec<File>,
    /// The pinned state that they show; none when nothing is released of the establishment.
    pub state: Option<PinnedState>,
    /// The files of that state, written once.
    pub pinned: Vec<File>,
}

impl<'a> Publication<'a> {
    /// Prepares the lists that several pages share.
    #[must_use]
    pub fn new(site: &'a Site, content: &'a Content) -> Self {
        let territories = Territories::new(content);
        let named = territories.all.iter();
        Self {
            site,
            content,
            common: Digest::of(site, content),
            names: named
                .map(|one| (one.uai, crate::text::sentence_case(&one.name)))
                .collect(),
            territories,
        }
    }

    /// The parts, in the order of writing; the home page is the last.
    #[must_use]
    pub fn units(&self) -> Vec<Unit> {
        let establishments = self.content.establishments().map(Unit::Establishment);
        let trainings = self
            .content
            .trainings()
            .map(|code| Unit::Training(code.to_owned()));
        establishments
            .chain(trainings)
            .chain([Unit::Territories, Unit::Common, Unit::Home])
            .collect()
    }

    /// What a part is made of; none for one that is always rendered.
    #[must_use]
    pub fn inputs(&self, unit: &Unit) -> Option<Inputs> {
        match unit {
            Unit::Establishment(uai) => inputs::of_establishment(&self.common, self.content, *uai),
            Unit::Training(code) => {
                inputs::of_training(&self.common, self.content, &self.names, code)
            }
            Unit::Territories | Unit::Common | Unit::Home => None,
        }
    }

    /// The files of a part that is not an establishment.
    #[must_use]
    pub fn files(&self, unit: &Unit) -> Vec<File> {
        match unit {
            Unit::Establishment(uai) => self
                .establishment(*uai)
                .map(|one| one.files)
                .unwrap_or_default(),
            Unit::Training(code) => self.training(code),
            Unit::Territories => self.all_territories(),
            Unit::Common => self.common(),
            Unit::Home => vec![File::new(
                address::HOME,
                HTML,
                pages::home(self.site, self.content, &self.territories),
            )],
        }
    }

    /// The files of an establishment.
    #[must_use]
    pub fn establishment(&self, uai: Uai) -> Option<EstablishmentFiles> {
        let one = Establishment::new(self.content, uai)?;
        let figures = document::establishment(&one);
        let text = document::to_text(&figures);
        let digest = Sha256::of(text.as_bytes()).to_string();
        let digest12 = if one.is_gone() { "" } else { &digest[..12] };
        let context = pages::Context {
            site: self.site,
            digest12,
        };
        let mut files = vec![
            File::new(
                address::establishment_page(&uai),
                HTML,
                pages::establishment(&context, &one),
            ),
            File::new(
                address::frame(&uai),
                HTML,
                embed::frame(self.site, &one, None),
            ),
            File::new(
                address::establishment_csv(&uai),
                "text/csv; charset=utf-8",
                document::establishment_csv(self.content, &one),
            ),
        ];
        for training in one.trainings() {
            files.push(File::new(
                address::picture(&uai, &training.anchor),
                SVG,
                picture::picture(&one, training),
            ));
        }
        files.push(File::new(
            address::establishment_json(&uai),
            JSON,
            text.clone(),
        ));
        let (state, pinned) = if one.is_gone() {
            (None, Vec::new())
        } else {
            let pinned = embed::Pinned { digest12 };
            let page = embed::frame(self.site, &one, Some(&pinned));
            let state = PinnedState {
                digest: digest12.to_owned(),
                releases: releases(&figures),
                ..PinnedState::default()
            };
            let files = vec![
                File::new(address::pinned_page(&uai, digest12), HTML, page),
                File::new(address::pinned_json(&uai, digest12), JSON, text),
            ];
            (Some(state), files)
        };
        Some(EstablishmentFiles {
            files,
            state,
            pinned,
        })
    }

    /// What stands at an address of an establishment that the releases do not fill any more.
    #[must_use]
    pub fn stale(&self, uai: Uai, path: &str) -> Option<File> {
        let code = path.strip_suffix(".svg")?.rsplit('/').next()?;
        let one = Establishment::new(self.content, uai)?;
        let name = crate::text::sentence_case(&one.name());
        Some(File::new(path, SVG, picture::unknown(&name, code)))
    }

    /// The history of an establishment, as it is written.
    #[must_use]
    pub fn history(&self, uai: Uai, history: &History) -> File {
        File::new(address::history(&uai), JSON, history.to_text())
    }

    /// The files of pinned states that quote retracted releases, emptied.
    #[must_use]
    pub fn emptied(&self, uai: Uai, state: &PinnedState) -> Vec<File> {
        let reason = state.retracted.as_deref().unwrap_or_default();
        let page = address::pinned_page(&uai, &state.digest);
        let json =
            serde_json::json!({"format": document::FORMAT, "uai": uai.as_str(), "retire": reason});
        vec![
            File::new(page.clone(), HTML, pages::retired(self.site, &page, reason)),
            File::new(
                address::pinned_json(&uai, &state.digest),
                JSON,
                document::to_text(&json),
            ),
        ]
    }

    fn training(&self, code: &str) -> Vec<File> {
        let Some(one) = Training::new(self.content, code) else {
            return Vec::new();
        };
        let alias = serde_json::json!({
            "format": document::FORMAT,
            "code": code,
            "code_type": one.code_type,
            "libelle": one.label,
            "page": address::training_page(code),
            "donnees": address::training_json(code),
        });
        vec![
            File::new(
                address::training_page(code),
                HTML,
                pages::training(self.site, &self.names, &one),
            ),
            File::new(
                address::training_json(code),
                JSON,
                document::to_text(&document::training(&one)),
            ),
            File::new(
                address::alias(one.code_type, code),
                JSON,
                document::to_text(&alias),
            ),
        ]
    }

    fn all_territories(&self) -> Vec<File> {
        let all = self.territories.with_pages();
        all.map(|one| {
            let text = pages::territory(self.site, self.content, one);
            File::new(one.page(), HTML, text)
        })
        .chain(self.regional_feeds())
        .collect()
    }

    fn regional_feeds(&self) -> impl Iterator<Item = File> {
        let regions = self.territories.regions.iter();
        regions.map(|one| {
            let text = atom::of_region(self.site, self.content, one);
            File::new(address::region_feed(one.code), atom::MEDIA_TYPE, text)
        })
    }

    fn common(&self) -> Vec<File> {
        let mut files = vec![
            File::new(
                address::STYLE,
                "text/css; charset=utf-8",
                pages::STYLE.to_owned(),
            ),
            File::new(
                address::SEARCH,
                JAVASCRIPT,
                search::script(self.content, &self.territories),
            ),
            File::new(
                address::TRAININGS,
                HTML,
                pages::trainings(self.site, self.content),
            ),
            File::new(
                address::QUOTES,
                HTML,
                pages::quotes(self.site, self.content),
            ),
            File::new(
                address::EXPLORER,
                HTML,
                pages::explorer(self.site, self.content),
            ),
            File::new(
                address::EXPLORER_READER,
                JAVASCRIPT,
                explorer::READER.to_owned(),
            ),
            File::new(
                address::EXPLORER_CODE,
                JAVASCRIPT,
                explorer::script(self.content),
            ),
            File::new(address::READING, HTML, pages::reading(self.site)),
            File::new(
                address::ACCESSIBILITY,
                HTML,
                pages::accessibility(self.site),
            ),
            File::new(address::API, JSON, api::index(self.site, self.content)),
            File::new(address::OPENAPI, JSON, api::openapi(self.site)),
        ];
        files.extend(api::schemas().map(|(name, text)| {
            File::new(
                address::schema(name),
                "application/schema+json",
                text.to_owned(),
            )
        }));
        files.extend(self.sitemaps());
        files
    }

    /// Site maps, which need whole addresses: nothing without one.
    fn sitemaps(&self) -> Vec<File> {
        let Some(base) = &self.site.url else {
            return Vec::new();
        };
        let mut lists: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for one in &self.territories.all {
            let list = lists.entry(format!("etablissement-{}", &one.uai.as_str()[..3]));
            list.or_default()
                .push(address::establishment_page(&one.uai));
        }
        for code in self.content.trainings() {
            lists
                .entry("formation".to_owned())
                .or_default()
                .push(address::training_page(code));
        }
        let common = lists.entry("commun".to_owned()).or_default();
        common.extend(
            [
                address::HOME,
                address::TRAININGS,
                address::QUOTES,
                address::EXPLORER,
                address::READING,
            ]
            .map(str::to_owned),
        );
        let regions = self
            .territories
            .regions
            .iter()
            .map(|one| address::region_page(one.code));
        let departments = self
            .territories
            .departments
            .iter()
            .map(|one| address::department_page(one.code));
        common.extend(regions.chain(departments));
        let mut files: Vec<File> = lists
            .iter()
            .map(|(name, paths)| File::new(address::sitemap(name), XML, api::sitemap(base, paths)))
            .collect();
        let names: Vec<String> = lists.keys().map(|name| address::sitemap(name)).collect();
        files.push(File::new(
            address::SITEMAP,
            XML,
            api::sitemap_index(base, &names),
        ));
        files
    }
}

/// The releases that a document quotes.
fn releases(figures: &serde_json::Value) -> Vec<String> {
    let sources = figures["sources"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let mut releases: Vec<String> = sources
        .iter()
        .filter_map(|source| {
            Some(format!(
                "{}@{}",
                source["jeu"].as_str()?,
                source["version"].as_str()?
            ))
        })
        .collect();
    releases.sort();
    releases.dedup();
    releases
}

/// What stands at an address that the releases do not fill any more; none for a file that only lists others.
#[must_use]
pub fn retired_file(site: &Site, path: &str) -> Option<File> {
    const REASON: &str = "Les versions d’aujourd’hui n’en parlent plus.";
    match path.rsplit('.').next()? {
        "html" => Some(File::new(path, HTML, pages::retired(site, path, REASON))),
        "json" if !path.starts_with("empreintes/") => {
            let text = document::to_text(
                &serde_json::json!({"format": document::FORMAT, "retire": REASON}),
            );
            Some(File::new(path, JSON, text))
        }
        _ => None,
    }
}
