//! T7, T8, T9: statistical trainings (MEFSTAT11) through years, generations of a diploma, and common years.
//!
//! Source: `N_MEF` and `N_LIEN_FORMATION_GROUPE` of the Base centrale des nomenclatures.

use std::collections::{BTreeMap, BTreeSet};

use debouches_table::{Table, TableError};

use crate::continuum::{Continuum, Relation};

/// Prefixes of MEFSTAT11 whose fourth character is the year in the course (measured on the `N_MEF` of
/// May 2025). Elsewhere it is a zero, a cycle or something else, and is never read as a year.
const YEAR_PREFIXES: [&str; 23] = [
    "231", "232", "233", "234", "235", "236", "237", "238", "239", "23B", "23C", "23D", "251",
    "252", "311", "321", "322", "323", "325", "326", "327", "328", "393",
];

/// The year in the course, when the prefix makes it meaningful.
pub(crate) fn year_of(mefstat11: &str) -> Option<u8> {
    let prefix = mefstat11
        .get(..3)
        .filter(|prefix| YEAR_PREFIXES.contains(prefix))?;
    let year = *mefstat11.as_bytes().get(prefix.len())?;
    (b'1'..=b'9').contains(&year).then(|| year - b'0')
}

/// A line of `N_MEF`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Module {
    pub(crate) mefstat11: String,
    pub(crate) cfd: String,
    pub(crate) programme: String,
    pub(crate) year: String,
}

/// `N_MEF`, by code.
#[derive(Debug, Default)]
pub(crate) struct Modules {
    list: Vec<Module>,
    by_mefstat11: BTreeMap<String, Vec<usize>>,
    by_cfd: BTreeMap<String, Vec<usize>>,
    mefstat11_of_mef: BTreeMap<String, String>,
}

impl Modules {
    /// Reads the table.
    pub(crate) fn read(table: &Table) -> Result<Self, TableError> {
        let (code, cfd) = (table.text("mefstat11")?, table.text("formation_diplome")?);
        let (programme, year) = (
            table.text("dispositif_formation")?,
            table.text("annee_dispositif")?,
        );
        let list = (0..table.rows()).filter_map(|row| {
            let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
            Some(Module {
                mefstat11: code.get(row)?.to_owned(),
                cfd: cfd.get(row)?.to_owned(),
                programme: text(programme.get(row)),
                year: text(year.get(row)),
            })
        });
        let mut matches = Self::of(list);
        let mef = table.text("mef")?;
        let pairs = mef.iter().zip(code.iter());
        matches.mefstat11_of_mef = pairs
            .filter_map(|(mef, code)| Some((mef?.to_owned(), code?.to_owned())))
            .collect();
        Ok(matches)
    }

    /// The statistical code of a training code of ten characters.
    pub(crate) fn mefstat11_of(&self, mef: &str) -> Option<&str> {
        self.mefstat11_of_mef.get(mef).map(String::as_str)
    }

    pub(crate) fn of(list: impl IntoIterator<Item = Module>) -> Self {
        let mut matches = Self {
            list: list.into_iter().collect(),
            ..Self::default()
        };
        for (index, module) in matches.list.iter().enumerate() {
            matches
                .by_mefstat11
                .entry(module.mefstat11.clone())
                .or_default()
                .push(index);
            matches
                .by_cfd
                .entry(module.cfd.clone())
                .or_default()
                .push(index);
        }
        matches
    }

    pub(crate) fn knows(&self, mefstat11: &str) -> bool {
        self.by_mefstat11.contains_key(mefstat11)
    }

    pub(crate) fn of_cfd<'a>(&'a self, cfd: &str) -> impl Iterator<Item = &'a Module> {
        self.by_cfd
            .get(cfd)
            .into_iter()
            .flatten()
            .map(|index| &self.list[*index])
    }

    pub(crate) fn of_mefstat11<'a>(&'a self, code: &str) -> impl Iterator<Item = &'a Module> {
        self.by_mefstat11
            .get(code)
            .into_iter()
            .flatten()
            .map(|index| &self.list[*index])
    }

    /// The diplomas that a MEFSTAT11 leads to.
    pub(crate) fn diplomas_of<'a>(&'a self, mefstat11: &str) -> impl Iterator<Item = &'a str> {
        self.of_mefstat11(mefstat11)
            .map(|module| module.cfd.as_str())
    }

    /// True when the diploma exists in its first year only: the common year of a family of trades or of options.
    pub(crate) fn is_common_year(&self, cfd: &str) -> bool {
        let mut years = self.of_cfd(cfd).peekable();
        years.peek().is_some() && years.all(|module| module.year == "1")
    }

    /// T7: which MEFSTAT11 takes over from which, along strict links of diplomas.
    ///
    /// One code on each side: they are linked. Otherwise those that share programme and first four characters, so that a
    /// course of three years is linked year by year. A link of diplomas that is a fusion or a division links nothing.
    pub(crate) fn continuum(&self, diplomas: &Continuum) -> Continuum {
        let mut links: BTreeSet<(&str, &str)> = BTreeSet::new();
        for (old, new) in diplomas
            .links()
            .filter(|(old, new)| diplomas.relation(old, new) == Relation::Strict)
        {
            let olds: BTreeSet<&str> = self
                .of_cfd(old)
                .map(|module| module.mefstat11.as_str())
                .collect();
            let news: BTreeSet<&str> = self
                .of_cfd(new)
                .map(|module| module.mefstat11.as_str())
                .collect();
            if let (1, 1, Some(old), Some(new)) =
                (olds.len(), news.len(), olds.first(), news.first())
            {
                links.insert((*old, *new));
                continue;
            }
            for previous in self.of_cfd(old) {
                for current in self.of_cfd(new) {
                    let same_year = previous.mefstat11.get(..4) == current.mefstat11.get(..4);
                    if previous.programme == current.programme && same_year {
                        links.insert((&previous.mefstat11, &current.mefstat11));
                    }
                }
            }
        }
        Continuum::of(links)
    }

    /// T8: the codes of the years before the last, the highest first.
    ///
    /// The fourth character replaced, when the code exists; else the only line of `N_MEF` of the same diploma and that
    /// year. None or several: that year is left out.
    pub(crate) fn years_before(&self, mefstat11: &str) -> Vec<String> {
        let Some(year) = year_of(mefstat11) else {
            return Vec::new();
        };
        let mut matches = Vec::new();
        for year in (1..year).rev() {
            let candidate = format!("{}{year}{}", &mefstat11[..3], &mefstat11[4..]);
            if self.knows(&candidate) {
                matches.push(candidate);
                continue;
            }
            let cfds: BTreeSet<&str> = self.diplomas_of(mefstat11).collect();
            let same_year = cfds
                .iter()
                .flat_map(|cfd| self.of_cfd(cfd))
                .filter(|module| module.year == year.to_string());
            let codes: BTreeSet<&str> = same_year.map(|module| module.mefstat11.as_str()).collect();
            if let (1, Some(code)) = (codes.len(), codes.first()) {
                matches.push((*code).to_owned());
            }
        }
        matches
    }
}

/// T9: a common first or second year, and the diplomas that it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CommonYear {
    pub(crate) group: String,
    /// Diploma of the common year.
    pub(crate) common: String,
    /// Diplomas of the group, with their strict predecessors and successors.
    pub(crate) members: BTreeSet<String>,
}

/// The common years of `N_LIEN_FORMATION_GROUPE`: families of trades, bacs pro and BTS with options.
pub(crate) fn common_years<'a>(
    links: impl IntoIterator<Item = (&'a str, &'a str)>,
    modules: &Modules,
    diplomas: &Continuum,
) -> Vec<CommonYear> {
    let mut groups: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (group, cfd) in links {
        groups.entry(group).or_default().insert(cfd);
    }
    let mut matches = Vec::new();
    for (group, cfds) in groups {
        let (common, members): (Vec<&str>, Vec<&str>) =
            cfds.iter().partition(|cfd| modules.is_common_year(cfd));
        let mut all: BTreeSet<String> = BTreeSet::new();
        for member in &members {
            all.insert((*member).to_owned());
            all.extend(
                diplomas
                    .successors(member)
                    .chain(diplomas.predecessors(member))
                    .map(str::to_owned),
            );
        }
        let item = |common: &str| CommonYear {
            group: group.to_owned(),
            common: common.to_owned(),
            members: all.clone(),
        };
        matches.extend(common.into_iter().map(item));
    }
    matches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(mefstat11: &str, cfd: &str, programme: &str, year: &str) -> Module {
        let [mefstat11, cfd, programme, year] =
            [mefstat11, cfd, programme, year].map(str::to_owned);
        Module {
            mefstat11,
            cfd,
            programme,
            year,
        }
    }

    #[test]
    fn v57_a_chain_of_diplomas_with_one_code_each_is_a_chain_of_codes() {
        let modules = Modules::of([
            module("10000000000", "10000000", "123", "1"),
            module("10000000001", "10000001", "123", "1"),
            module("10000000002", "10000002", "123", "1"),
        ]);
        let codes = modules.continuum(&Continuum::of([
            ("10000000", "10000001"),
            ("10000001", "10000002"),
        ]));
        assert_eq!(
            codes.successors("10000000000").collect::<Vec<_>>(),
            ["10000000001", "10000000002"]
        );
        assert_eq!(
            codes.predecessors("10000000002").collect::<Vec<_>>(),
            ["10000000001", "10000000000"]
        );
    }

    #[test]
    fn a_course_of_three_years_is_linked_year_by_year_and_another_programme_is_not() {
        let years = |cfd: &'static str, order: &'static str| {
            ["1", "2", "3"].map(|year| module(&format!("238{year}00312{order}"), cfd, "247", year))
        };
        let mut list: Vec<Module> = [years("40031201", "01"), years("40031202", "02")].concat();
        list.push(module("23620031202", "40031202", "240", "2"));
        let codes = Modules::of(list).continuum(&Continuum::of([("40031201", "40031202")]));
        assert_eq!(codes.successor("23820031201"), Some("23820031202"));
        assert_eq!(codes.predecessor("23620031202"), None);
    }

    #[test]
    fn v59_the_years_before_the_last_lead_to_it() {
        let modules = Modules::of(
            ["32210000000", "32220000000", "32230000000"]
                .map(|code| module(code, "32000000", "322", &code[3..4])),
        );
        assert_eq!(
            modules.years_before("32230000000"),
            ["32220000000", "32210000000"]
        );
    }

    #[test]
    fn the_year_is_read_where_it_is_one() {
        assert_eq!(
            ["23830031212", "23K00031212", "33230031212", "22130031212"].map(year_of),
            [Some(3), None, None, None]
        );
    }

    #[test]
    fn a_year_without_its_own_code_is_the_only_one_of_the_diploma_or_none() {
        let mut list = vec![
            module("23830031212", "40031212", "247", "3"),
            module("23820099999", "40031212", "247", "2"),
        ];
        assert_eq!(
            Modules::of(list.clone()).years_before("23830031212"),
            ["23820099999"]
        );
        list.push(module("23820088888", "40031212", "247", "2"));
        assert!(Modules::of(list).years_before("23830031212").is_empty());
    }

    #[test]
    fn v61_v64_the_common_year_of_a_family_is_the_diploma_that_has_one_year_only() {
        let modules = Modules::of([
            module("23810031211", "40031211", "247", "1"),
            module("23830031212", "40031212", "247", "3"),
            module("23830031213", "40031213", "247", "3"),
        ]);
        let links = [
            ("G0005", "40031211"),
            ("G0005", "40031212"),
            ("G0005", "40031213"),
        ];
        let common = common_years(links, &modules, &Continuum::default());
        assert!(modules.is_common_year("40031211") && !modules.is_common_year("40031212"));
        assert_eq!(common.len(), 1);
        assert_eq!(
            (common[0].group.as_str(), common[0].common.as_str()),
            ("G0005", "40031211")
        );
        assert_eq!(
            common[0].members.iter().collect::<Vec<_>>(),
            ["40031212", "40031213"]
        );
    }
}
