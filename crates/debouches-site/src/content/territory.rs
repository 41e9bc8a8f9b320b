//! Where an establishment is, and what a territory holds.

use std::collections::BTreeMap;

use super::concept::Concept;
use super::index::Content;
use super::row::Row;
use super::uai::Uai;

/// A level of territories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TerritoryLevel {
    Region,
    Academy,
    Department,
}

/// Région, académie and département, each with its code and its name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Territory<'a> {
    pub(crate) region: Option<(&'a str, &'a str)>,
    pub(crate) academy: Option<(&'a str, &'a str)>,
    pub(crate) department: Option<(&'a str, &'a str)>,
}

impl<'a> Territory<'a> {
    pub(crate) fn of(rows: &[Row<'a>]) -> Self {
        let named = |code, name| {
            let pairs = rows.iter().map(|row| (row.text(code), row.text(name)));
            pairs.into_iter().find(|(code, _)| !code.is_empty())
        };
        Self {
            region: named(Concept::RegionCog, Concept::RegionName),
            academy: named(Concept::AcademyCode, Concept::AcademyName),
            department: named(Concept::DepartmentCog, Concept::DepartmentName),
        }
    }

    pub(crate) fn at(self, level: TerritoryLevel) -> Option<(&'a str, &'a str)> {
        match level {
            TerritoryLevel::Region => self.region,
            TerritoryLevel::Academy => self.academy,
            TerritoryLevel::Department => self.department,
        }
    }
}

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
