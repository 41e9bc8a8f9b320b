//! Where an establishment is: région, académie, département.

use super::concept::Concept;
use super::row::Row;

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
