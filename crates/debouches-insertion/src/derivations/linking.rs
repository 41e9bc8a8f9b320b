//! T6 to T9 on the records of one place and one vintage: which codes may show which figures.
//!
//! An own record is never replaced, whatever its state. Rows of years before the last and of common years carry no number:
//! they name the codes where to look, and are never averages.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use debouches_table::TableError;

use crate::continuum::{Carried, Continuum, carried};
use crate::nomenclatures::{References, SUCCESSIONS, TRAININGS, input, optional_input};
use crate::terminal::{CommonYear, Modules, common_years};

const GROUP_LINKS: &str = "bcn_lien_formation_groupe";

/// Where the numbers of a row come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
    Own,
    Old,
    New,
    EarlierYear,
    CommonYear,
}

impl Origin {
    pub(super) const ALL: [Self; 5] = [
        Self::Own,
        Self::Old,
        Self::New,
        Self::EarlierYear,
        Self::CommonYear,
    ];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Own => "directe",
            Self::Old => "ancienne",
            Self::New => "nouvelle",
            Self::EarlierYear => "annee_non_terminale",
            Self::CommonYear => "annee_commune",
        }
    }

    pub(super) fn has_numbers(self) -> bool {
        matches!(self, Self::Own | Self::Old | Self::New)
    }

    /// What was done to link the row.
    pub(super) fn method(self, is_school: bool) -> &'static str {
        match self {
            Self::Own => "direct",
            Self::Old | Self::New if is_school => "continuum_mef",
            Self::Old | Self::New => "continuum_diplomes",
            Self::EarlierYear => "annee_non_terminale",
            Self::CommonYear => "annee_commune",
        }
    }
}

/// A row to make: a copy of row `place` of the received table, under `code`.
#[derive(Debug, Clone)]
pub(super) struct Linked {
    pub(super) index: usize,
    pub(super) code: String,
    pub(super) origin: Origin,
    /// Code that the numbers are those of.
    pub(super) source: Option<String>,
    /// Codes of the last year, for rows without numbers.
    pub(super) terminals: BTreeSet<String>,
}

impl Linked {
    /// A received record.
    pub(super) fn direct(index: usize, code: String) -> Self {
        Self {
            index,
            source: Some(code.clone()),
            code,
            origin: Origin::Own,
            terminals: BTreeSet::new(),
        }
    }

    /// The codes of the last year, as a list; none for a row that has its numbers.
    pub(super) fn terminal_codes(&self) -> Option<String> {
        (!self.terminals.is_empty()).then(|| {
            self.terminals
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join("|")
        })
    }
}

/// Rows of one vintage, one place and one voie, by code.
pub(super) type Group = BTreeMap<String, Linked>;

/// The nomenclatures that link codes.
pub(super) struct Links {
    pub(super) diplomas: Continuum,
    modules: Modules,
    trainings: Continuum,
    common: Vec<CommonYear>,
}

impl Links {
    /// Reads them; families of trades when they are configured.
    pub(super) fn read(references: &References) -> Result<Self, TableError> {
        let diplomas = Continuum::read(input(references, SUCCESSIONS)?)?;
        let modules = Modules::read(input(references, TRAININGS)?)?;
        let links = match optional_input(references, GROUP_LINKS) {
            Some(table) => {
                let (group, cfd) = (
                    table.text("groupe_formation")?,
                    table.text("formation_diplome")?,
                );
                group
                    .iter()
                    .zip(cfd.iter())
                    .filter_map(|(group, cfd)| Some((group?, cfd?)))
                    .collect()
            }
            None => Vec::new(),
        };
        let common = common_years(links, &modules, &diplomas);
        let trainings = modules.continuum(&diplomas);
        Ok(Self {
            diplomas,
            modules,
            trainings,
            common,
        })
    }

    /// The diplomas that a MEFSTAT11 leads to.
    pub(super) fn diplomas_of(&self, mefstat11: &str) -> Vec<String> {
        self.modules
            .diplomas_of(mefstat11)
            .map(str::to_owned)
            .collect()
    }

    /// Adds to a group the rows that its own records lead to. School trainings are MEFSTAT11, the others diplomas.
    pub(super) fn complete(&self, group: &mut Group, is_school: bool) {
        follow(
            group,
            if is_school {
                &self.trainings
            } else {
                &self.diplomas
            },
        );
        if is_school {
            earlier_years(group, &self.modules);
        }
        for year in &self.common {
            let leads_to = |code: &str| {
                if is_school {
                    self.modules
                        .of_mefstat11(code)
                        .any(|module| year.members.contains(&module.cfd))
                } else {
                    year.members.contains(code)
                }
            };
            let codes: Vec<String> = if is_school {
                self.modules
                    .of_cfd(&year.common)
                    .map(|module| module.mefstat11.clone())
                    .collect()
            } else {
                vec![year.common.clone()]
            };
            common_year(group, codes, &leads_to);
        }
    }
}

/// T6 and T7: the codes linked to one that has numbers, and that have none of their own.
fn follow(group: &mut Group, continuum: &Continuum) {
    let item: HashMap<String, usize> = group
        .iter()
        .map(|(code, linked)| (code.clone(), linked.index))
        .collect();
    let neighbours: BTreeSet<String> = item
        .keys()
        .flat_map(|code| {
            continuum
                .successors(code)
                .chain(continuum.predecessors(code))
        })
        .map(str::to_owned)
        .collect();
    for code in neighbours {
        let actual = carried(continuum, &code, &|code| item.contains_key(code));
        let (source, origin) = match actual {
            Some(Carried::FromOld(source)) => (source.to_owned(), Origin::Old),
            Some(Carried::FromNew(source)) => (source.to_owned(), Origin::New),
            None => continue,
        };
        let index = item[&source];
        group.insert(
            code.clone(),
            Linked {
                index,
                code,
                origin,
                source: Some(source),
                terminals: BTreeSet::new(),
            },
        );
    }
}

/// T8: the years before the last of every code with numbers.
fn earlier_years(group: &mut Group, modules: &Modules) {
    let terminals: Vec<(String, usize)> = group
        .values()
        .map(|linked| (linked.code.clone(), linked.index))
        .collect();
    for (terminal, index) in terminals {
        for code in modules.years_before(&terminal) {
            point(
                group,
                code,
                index,
                Origin::EarlierYear,
                [terminal.clone()].into(),
            );
        }
    }
}

/// T9: the common year of a family or of options, when members of it have numbers of their own.
fn common_year(group: &mut Group, codes: Vec<String>, is_member: &dyn Fn(&str) -> bool) {
    let item = group
        .values()
        .filter(|linked| linked.origin == Origin::Own && is_member(&linked.code));
    let mut indices = item
        .map(|linked| (linked.code.clone(), linked.index))
        .peekable();
    let Some(index) = indices.peek().map(|(_, index)| *index) else {
        return;
    };
    let terminals: BTreeSet<String> = indices.map(|(code, _)| code).collect();
    for code in codes {
        point(group, code, index, Origin::CommonYear, terminals.clone());
    }
}

/// Adds a row without numbers, or more codes to one; never replaces a row with numbers.
fn point(
    group: &mut Group,
    code: String,
    index: usize,
    origin: Origin,
    terminals: BTreeSet<String>,
) {
    let new = || Linked {
        index,
        code: code.clone(),
        origin,
        source: None,
        terminals: BTreeSet::new(),
    };
    let linked = group.entry(code.clone()).or_insert_with(new);
    if !linked.origin.has_numbers() {
        linked.terminals.extend(terminals);
        linked.origin = linked.origin.max(origin);
    }
}
