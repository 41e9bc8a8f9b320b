//! Where an establishment is, and what a territory holds.

use std::collections::BTreeMap;

use super::concept::Concept;
use super::index::Content;
use super::location::{Territory, TerritoryLevel};
use super::row::Row;
use super::uai::Uai;
use crate::address;

/// An establishment in a list.
#[derive(Debug, Clone)]
pub(crate) struct Listed<'a> {
    pub(crate) uai: Uai,
    pub(crate) name: String,
    pub(crate) commune: &'a str,
    pub(crate) nature: &'a str,
    pub(crate) territory: Territory<'a>,
    pub(crate) coverage: Option<super::coverage::Coverage<'a>>,
}

/// A territory with what it holds.
#[derive(Debug)]
pub(crate) struct TerritoryContent<'a> {
    pub(crate) level: TerritoryLevel,
    pub(crate) code: &'a str,
    pub(crate) name: &'a str,
    pub(crate) listed: Vec<Listed<'a>>,
}

impl TerritoryContent<'_> {
    /// The address of its page.
    pub(crate) fn page(&self) -> String {
        match self.level {
            TerritoryLevel::Region => address::region_page(self.code),
            TerritoryLevel::Academy => address::academy_page(self.code),
            TerritoryLevel::Department => address::department_page(self.code),
        }
    }

    /// What it is, in French.
    pub(crate) fn kind(&self) -> &'static str {
        match self.level {
            TerritoryLevel::Region => "Région",
            TerritoryLevel::Academy => "Académie",
            TerritoryLevel::Department => "Département",
        }
    }
}

/// Every establishment, by territory.
#[derive(Debug)]
pub(crate) struct Territories<'a> {
    pub(crate) all: Vec<Listed<'a>>,
    pub(crate) regions: Vec<TerritoryContent<'a>>,
    pub(crate) academies: Vec<TerritoryContent<'a>>,
    pub(crate) departments: Vec<TerritoryContent<'a>>,
}

impl<'a> Territories<'a> {
    /// Sorts the establishments of the content; those that no release speaks of any more are left out of lists.
    pub(crate) fn new(content: &'a Content) -> Self {
        let mut all = Vec::new();
        for uai in content.establishments() {
            let Some(listed) = listed(content, uai) else {
                continue;
            };
            all.push(listed);
        }
        all.sort_by_cached_key(|one| (crate::text::fold(&one.name), one.uai));
        let by = |level| territories(&all, level);
        Self {
            regions: by(TerritoryLevel::Region),
            academies: by(TerritoryLevel::Academy),
            departments: by(TerritoryLevel::Department),
            all,
        }
    }

    /// Those that have a page: régions, académies, then départements.
    pub(crate) fn with_pages(&self) -> impl Iterator<Item = &TerritoryContent<'a>> {
        let lists = [&self.regions, &self.academies, &self.departments];
        lists.into_iter().flatten()
    }

    /// The trainings of a région with figures, newest vintage first, one row per training and path.
    pub(crate) fn regional_rows(content: &'a Content, region: &str) -> Vec<Row<'a>> {
        let mut out = Vec::new();
        for rows in content.trainings.values() {
            let mut seen = std::collections::BTreeSet::new();
            for row in content.rows(&rows.regional) {
                if row.text(Concept::RegionCog) == region && seen.insert(row.voie()) {
                    out.push(row);
                }
            }
        }
        out
    }
}

fn listed(content: &Content, uai: Uai) -> Option<Listed<'_>> {
    let establishment = super::establishment::Establishment::new(content, uai)?;
    if establishment.is_gone() {
        return None;
    }
    Some(Listed {
        uai,
        name: establishment.name(),
        commune: establishment.commune,
        nature: establishment.nature,
        territory: establishment.territory,
        coverage: establishment.coverage,
    })
}

fn territories<'a>(all: &[Listed<'a>], level: TerritoryLevel) -> Vec<TerritoryContent<'a>> {
    let mut by_code: BTreeMap<&str, TerritoryContent<'a>> = BTreeMap::new();
    for one in all {
        let Some((code, name)) = one.territory.at(level) else {
            continue;
        };
        let territory = by_code.entry(code).or_insert_with(|| TerritoryContent {
            level,
            code,
            name,
            listed: Vec::new(),
        });
        territory.listed.push(one.clone());
    }
    let mut territories: Vec<_> = by_code.into_values().collect();
    territories.sort_by_cached_key(|one| crate::text::fold(one.name));
    territories
}
