//! D15: the regional figures under every code that may show them: own code, strict predecessor or successor (T6 for
//! apprenticeship, T7 for school trainings), years before the last (T8), common years (T9).
//!
//! Rows are copies of the validated table, hence secrecy hides in a copy what it hides in the original. An own record is
//! never replaced, whatever its state. Rows of years before the last and of common years carry no number: they name the
//! codes where to look, and are never averages.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use debouches_model::ValueStatus;
use debouches_table::{Column, DecimalColumn, IntegerColumn, StatusColumn, Table, TableError, TextColumn};

use super::{input, optional_input, rows};
use crate::continuum::{Carried, Continuum, carried};
use crate::reference::{References, SUCCESSIONS, TRAININGS};
use crate::terminal::{Modules, common_years};
use crate::told::Told;

const REGIONAL: &str = "ij_regional";
const GROUP_LINKS: &str = "bcn_lien_formation_groupe";
const SCHOOL: &str = "scolaire";

/// Where the numbers of a row come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Origin {
    Own,
    Old,
    New,
    EarlierYear,
    CommonYear,
}

impl Origin {
    fn as_str(self) -> &'static str {
        match self {
            Self::Own => "self",
            Self::Old => "ancienne",
            Self::New => "nouvelle",
            Self::EarlierYear => "annee_non_terminale",
            Self::CommonYear => "annee_commune",
        }
    }

    fn has_numbers(self) -> bool {
        matches!(self, Self::Own | Self::Old | Self::New)
    }
}

/// A row to make: a copy of row `place` of the regional table, under `code`.
#[derive(Debug)]
struct Linked {
    place: usize,
    code: String,
    origin: Origin,
    /// Code that the numbers are those of.
    source: Option<String>,
    /// Codes of the last year, for rows without numbers.
    terminals: BTreeSet<String>,
}

/// Rows of one vintage, région and voie, by code.
type Group = BTreeMap<String, Linked>;

pub(super) fn make(references: &References, told: &mut Told) -> Result<Table, TableError> {
    let regional = input(references, REGIONAL)?;
    let diplomas = Continuum::read(input(references, SUCCESSIONS)?)?;
    let modules = Modules::read(input(references, TRAININGS)?)?;
    let links = match optional_input(references, GROUP_LINKS) {
        Some(table) => {
            let (group, cfd) = (table.text("groupe_formation")?, table.text("formation_diplome")?);
            group.iter().zip(cfd.iter()).filter_map(|(group, cfd)| Some((group?, cfd?))).collect()
        }
        None => Vec::new(),
    };
    let common = common_years(links, &modules, &diplomas);
    let trainings = modules.continuum(&diplomas);
    let mut groups = own_records(regional)?;
    let school = |key: &Key| key.2 == SCHOOL;
    for (key, group) in &mut groups {
        follow(group, if school(key) { &trainings } else { &diplomas });
        if school(key) {
            earlier_years(group, &modules);
        }
        for year in &common {
            let members = |code: &str| {
                if school(key) {
                    modules.of_mefstat11(code).any(|module| year.members.contains(&module.cfd))
                } else {
                    year.members.contains(code)
                }
            };
            let codes: Vec<String> = if school(key) {
                modules.of_cfd(&year.common).map(|module| module.mefstat11.clone()).collect()
            } else {
                vec![year.common.clone()]
            };
            common_year(group, codes, &members);
        }
    }
    tell(&groups, told);
    write(regional, groups)
}

type Key = (String, String, String);

fn own_records(regional: &Table) -> Result<BTreeMap<Key, Group>, TableError> {
    let column = |name| regional.text(name);
    let (vintage, region, path) = (column("millesime")?, column("code_region")?, column("voie")?);
    let (cfd, mefstat11) = (column("cfd")?, column("mefstat11")?);
    let mut groups: BTreeMap<Key, Group> = BTreeMap::new();
    for place in 0..regional.rows() {
        let text = |column: &TextColumn| column.get(place).unwrap_or_default().to_owned();
        let key = (text(vintage), text(region), text(path));
        let code = text(if key.2 == SCHOOL { mefstat11 } else { cfd });
        let linked =
            Linked { place, code: code.clone(), origin: Origin::Own, source: Some(code.clone()), terminals: BTreeSet::new() };
        groups.entry(key).or_default().insert(code, linked);
    }
    Ok(groups)
}

/// T6 and T7: the codes linked to one that has numbers, and that have none of their own.
fn follow(group: &mut Group, continuum: &Continuum) {
    let own: HashMap<String, usize> = group.iter().map(|(code, linked)| (code.clone(), linked.place)).collect();
    let neighbours: BTreeSet<String> =
        own.keys().flat_map(|code| continuum.successors(code).chain(continuum.predecessors(code))).map(str::to_owned).collect();
    for code in neighbours {
        let found = carried(continuum, &code, &|code| own.contains_key(code));
        let (source, origin) = match found {
            Some(Carried::FromOld(source)) => (source.to_owned(), Origin::Old),
            Some(Carried::FromNew(source)) => (source.to_owned(), Origin::New),
            None => continue,
        };
        let place = own[&source];
        group.insert(code.clone(), Linked { place, code, origin, source: Some(source), terminals: BTreeSet::new() });
    }
}

/// T8: the years before the last of every code with numbers.
fn earlier_years(group: &mut Group, modules: &Modules) {
    let terminals: Vec<(String, usize)> = group.values().map(|linked| (linked.code.clone(), linked.place)).collect();
    for (terminal, place) in terminals {
        for code in modules.years_before(&terminal) {
            point(group, code, place, Origin::EarlierYear, [terminal.clone()].into());
        }
    }
}

/// T9: the common year of a family or of options, when members of it have numbers of their own.
fn common_year(group: &mut Group, codes: Vec<String>, is_member: &dyn Fn(&str) -> bool) {
    let own = group.values().filter(|linked| linked.origin == Origin::Own && is_member(&linked.code));
    let mut places = own.map(|linked| (linked.code.clone(), linked.place)).peekable();
    let Some(place) = places.peek().map(|(_, place)| *place) else { return };
    let terminals: BTreeSet<String> = places.map(|(code, _)| code).collect();
    for code in codes {
        point(group, code, place, Origin::CommonYear, terminals.clone());
    }
}

/// Adds a row without numbers, or more codes to one; never replaces a row with numbers.
fn point(group: &mut Group, code: String, place: usize, origin: Origin, terminals: BTreeSet<String>) {
    let new = || Linked { place, code: code.clone(), origin, source: None, terminals: BTreeSet::new() };
    let linked = group.entry(code.clone()).or_insert_with(new);
    if !linked.origin.has_numbers() {
        linked.terminals.extend(terminals);
        linked.origin = linked.origin.max(origin);
    }
}

fn tell(groups: &BTreeMap<Key, Group>, told: &mut Told) {
    for origin in [Origin::Own, Origin::Old, Origin::New, Origin::EarlierYear, Origin::CommonYear] {
        let rows = groups.values().flat_map(Group::values).filter(|linked| linked.origin == origin).count();
        told.count(&format!("rows.{}", origin.as_str()), rows as u64);
    }
}

fn write(regional: &Table, groups: BTreeMap<Key, Group>) -> Result<Table, TableError> {
    let linked: Vec<(bool, Linked)> =
        groups.into_iter().flat_map(|(key, group)| group.into_values().map(move |linked| (key.2 == SCHOOL, linked))).collect();
    let places: Vec<u32> = linked.iter().map(|(_, linked)| u32::try_from(linked.place).expect("places fit")).collect();
    let mut table = regional.take(&places)?;
    let code = |wanted: bool| linked.iter().map(|(school, linked)| (*school == wanted).then(|| linked.code.clone())).collect();
    table.set("mefstat11", Column::Text(rows::text(code(true))))?;
    table.set("cfd", Column::Text(rows::text(code(false))))?;
    let numbers: Vec<bool> = linked.iter().map(|(_, linked)| linked.origin.has_numbers()).collect();
    let names: Vec<String> = table.columns().map(|(name, _)| name.to_owned()).collect();
    for name in names {
        let kept = match table.column(&name) {
            Some(Column::Integer(values)) => Column::Integer(
                values.iter().zip(&numbers).map(|(value, keep)| value.filter(|_| *keep)).collect::<IntegerColumn>(),
            ),
            Some(Column::Decimal(values)) => Column::Decimal(
                values.iter().zip(&numbers).map(|(value, keep)| value.filter(|_| *keep)).collect::<DecimalColumn>(),
            ),
            Some(Column::Status(values)) => {
                let status = |(status, keep): (ValueStatus, &bool)| if *keep { status } else { ValueStatus::Absent };
                Column::Status(values.iter().zip(&numbers).map(status).collect::<StatusColumn>())
            }
            _ => continue,
        };
        table.set(&name, kept)?;
    }
    let vintages = |part: usize| {
        let vintage = regional.text("millesime").ok();
        let year = |place: usize| vintage.and_then(|v| v.get(place)).and_then(|v| v.split('_').nth(part)).map(str::to_owned);
        linked.iter().map(|(_, linked)| year(linked.place)).collect::<Vec<_>>()
    };
    table.set("millesime_debut", Column::Text(rows::text(vintages(0))))?;
    table.set("millesime_fin", Column::Text(rows::text(vintages(1))))?;
    table.set("est_cumul", Column::Text(TextColumn::constant(Some("oui"), linked.len())))?;
    let origin = linked.iter().map(|(_, linked)| Some(linked.origin.as_str().to_owned())).collect();
    table.set("donnee_source_type", Column::Text(rows::text(origin)))?;
    let source = linked.iter().map(|(_, linked)| linked.source.clone()).collect();
    table.set("donnee_source_code", Column::Text(rows::text(source)))?;
    let terminals = linked.iter().map(|(_, linked)| {
        let codes: Vec<&str> = linked.terminals.iter().map(String::as_str).collect();
        (!codes.is_empty()).then(|| codes.join("|"))
    });
    table.set("certifications_terminales", Column::List(rows::text(terminals.collect())))?;
    Ok(table)
}
