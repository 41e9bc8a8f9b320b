//! T12, grouped views: the national counts of all the trainings of a diploma together, with their shares.
//!
//! Only trainings whose final year and continuations may be shown are added up, so that no hidden count can be worked out
//! from a sum, and so that a share has all its parts; how many are left out is told. Salaries are never added up.

use std::collections::{BTreeMap, BTreeSet};

use debouches_enrich::{FindingCollector, Inputs};
use debouches_model::spec::TableSpec;
use debouches_model::{RowCounts, ValueStatus};
use debouches_table::{Column, IntegerColumn, StatusColumn, Table, TableError};

use super::rows;
use crate::knowledge::Knowledge;
use crate::nomenclatures::{TRAININGS, input};
use crate::outcomes::{self, Counts, Shares};
use crate::terminal::Modules;
use debouches_enrich::suppress_small_groups;

const FRANCE: &str = "ij_api_france";
const HORIZONS: [u32; 4] = [6, 12, 18, 24];

/// A diploma of one filière in one vintage.
#[derive(Default)]
struct View {
    codes: BTreeSet<String>,
    shown: Vec<Counts>,
}

/// Vintage, filière and diploma.
type Key = (String, String, String);

type Views = BTreeMap<Key, View>;

/// The text of a cell.
type Cell<'a> = &'a dyn Fn(&Key, &View) -> String;

pub(super) fn make(
    known: Knowledge,
    Inputs { spec, references }: Inputs<'_>,
    findings: &mut FindingCollector,
) -> Result<Table, TableError> {
    let modules = Modules::read(input(references, TRAININGS)?)?;
    let france = shown(known, input(references, FRANCE)?)?;
    let views = newest(views(&france, &modules)?);
    let left_out: usize = views
        .values()
        .map(|view| view.codes.len() - view.shown.len())
        .sum();
    findings.count("views.trainings_left_out", left_out as u64);
    write(spec, &views)
}

/// The national table as it is published: counts completed, small groups hidden.
fn shown(known: Knowledge, france: &Table) -> Result<Table, TableError> {
    let mut table = france.clone();
    let spec = known
        .tables
        .named(FRANCE)
        .ok_or_else(|| TableError::NoColumn {
            name: FRANCE.to_owned(),
            expected: "specified table",
        })?;
    outcomes::add(&mut table, &mut FindingCollector::default())?;
    suppress_small_groups(
        spec,
        &mut table,
        &mut RowCounts::default(),
        &mut FindingCollector::default(),
    )?;
    Ok(table)
}

fn views(france: &Table, modules: &Modules) -> Result<Views, TableError> {
    let text = |name| france.text(name);
    let (vintage, path, level) = (text("millesime")?, text("filiere")?, text("niveau")?);
    let (cfd, mefstat11) = (text("cfd")?, text("mefstat11")?);
    let count = |name: &str| france.integers(name);
    let (term, continuing, leavers) = (
        count("nb_annee_term")?,
        count("nb_poursuite_etudes")?,
        count("nb_sortant")?,
    );
    let employed = HORIZONS.map(|horizon| count(&format!("nb_en_emploi_{horizon}_mois")));
    let employed = employed.into_iter().collect::<Result<Vec<_>, _>>()?;
    let mut views = Views::new();
    for row in (0..france.rows()).filter(|row| level.get(*row) == Some("formation")) {
        let (Some(vintage), Some(path)) = (vintage.get(row), path.get(row)) else {
            continue;
        };
        // A code of two diplomas is in neither view: its persons would be counted twice.
        let diplomas: BTreeSet<&str> = match (cfd.get(row), mefstat11.get(row)) {
            (Some(cfd), _) => BTreeSet::from([cfd]),
            (None, Some(code)) => modules.diplomas_of(code).collect(),
            (None, None) => continue,
        };
        let (1, Some(diploma)) = (diplomas.len(), diplomas.first()) else {
            continue;
        };
        let code = cfd.get(row).or(mefstat11.get(row)).unwrap_or_default();
        let view = views
            .entry((vintage.to_owned(), path.to_owned(), (*diploma).to_owned()))
            .or_default();
        view.codes.insert(code.to_owned());
        let counts = Counts {
            term: term.get(row),
            continuing: continuing.get(row),
            leavers: leavers.get(row),
            employed: std::array::from_fn(|index| employed[index].get(row)),
        };
        if counts.term.is_some() && counts.continuing.is_some() {
            view.shown.push(counts);
        }
    }
    Ok(views)
}

/// The newest vintage of each diploma and filière.
fn newest(views: Views) -> Views {
    let mut last: BTreeMap<(String, String), String> = BTreeMap::new();
    for (vintage, path, diploma) in views.keys() {
        last.insert((path.clone(), diploma.clone()), vintage.clone());
    }
    views
        .into_iter()
        .filter(|((vintage, path, diploma), _)| {
            last.get(&(path.clone(), diploma.clone())) == Some(vintage)
        })
        .collect()
}

impl View {
    /// The sums. Employment at a horizon is known only when it is for every training added up.
    fn counts(&self) -> Counts {
        let mut sum = Counts::sum(&self.shown);
        let known = |count: fn(&Counts) -> Option<i32>| {
            self.shown.iter().all(|counts| count(counts).is_some())
        };
        sum.leavers = sum.leavers.filter(|_| known(|counts| counts.leavers));
        for (index, employed) in sum.employed.iter_mut().enumerate() {
            *employed = employed.filter(|_| {
                self.shown
                    .iter()
                    .all(|counts| counts.employed[index].is_some())
            });
        }
        sum
    }

    fn is_total(&self) -> bool {
        self.codes.len() == self.shown.len()
    }
}

fn write(spec: &TableSpec, views: &Views) -> Result<Table, TableError> {
    let mut table = Table::new(views.len());
    let text = |value: Cell<'_>| {
        rows::text(
            views
                .iter()
                .map(|(key, view)| Some(value(key, view)))
                .collect(),
        )
    };
    table.set(
        "millesime",
        Column::Text(text(&|(vintage, _, _), _| vintage.clone())),
    )?;
    table.set(
        "filiere",
        Column::Text(text(&|(_, path, _), _| path.clone())),
    )?;
    table.set(
        "cfd",
        Column::Text(text(&|(_, _, diploma), _| diploma.clone())),
    )?;
    let codes = text(&|_, view| {
        view.codes
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join("|")
    });
    table.set("codes_reunis", Column::List(codes))?;
    let left_out = views
        .values()
        .map(|view| i32::try_from(view.codes.len() - view.shown.len()).ok());
    table.set(
        "nb_codes_masques",
        Column::Integer(left_out.collect::<IntegerColumn>()),
    )?;
    let counts: Vec<Counts> = views.values().map(View::counts).collect();
    let shares: Vec<Shares> = counts.iter().map(Shares::counted).collect();
    for measure in spec.measures() {
        let at = |prefix: &str, suffix: &str| {
            let horizon: u32 = measure
                .name
                .strip_prefix(prefix)?
                .strip_suffix(suffix)?
                .parse()
                .ok()?;
            HORIZONS.iter().position(|item| *item == horizon)
        };
        let value = |row: usize| -> Option<i32> {
            let (counts, shares) = (&counts[row], &shares[row]);
            match measure.name.as_str() {
                "nb_annee_term" => counts.term,
                "nb_poursuite_etudes" => counts.continuing,
                "nb_sortant" => counts.leavers,
                "part_en_poursuite_d_etudes" => shares.continuing,
                "part_des_autres_situations" => shares.other[0],
                _ => at("nb_en_emploi_", "_mois")
                    .and_then(|index| counts.employed[index])
                    .or_else(|| {
                        at("part_en_emploi_", "_mois_apres_la_sortie")
                            .and_then(|index| shares.employed[index])
                    })
                    .or_else(|| {
                        at("part_des_autres_situations_", "_mois")
                            .and_then(|index| shares.other[index])
                    }),
            }
        };
        let values: Vec<Option<i32>> = (0..views.len()).map(value).collect();
        let status = |(value, view): (&Option<i32>, &View)| match value {
            Some(_) => ValueStatus::Measured,
            None if view.is_total() => ValueStatus::Absent,
            None => ValueStatus::Suppressed,
        };
        let statuses: StatusColumn = values.iter().zip(views.values()).map(status).collect();
        table.set(
            &measure.name,
            Column::Integer(values.into_iter().collect::<IntegerColumn>()),
        )?;
        table.set(&measure.status_name(), Column::Status(statuses))?;
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(term: i32, continuing: i32, at_12: Option<i32>) -> Counts {
        Counts {
            term: Some(term),
            continuing: Some(continuing),
            leavers: Some(term - continuing),
            employed: [None, at_12, None, None],
        }
    }

    #[test]
    fn a_horizon_that_one_training_lacks_is_not_added_up() {
        let view = |second| View {
            codes: BTreeSet::new(),
            shown: vec![counts(50, 5, Some(20)), counts(50, 5, second)],
        };
        assert_eq!(view(Some(10)).counts().employed[1], Some(30));
        assert_eq!(view(None).counts().employed[1], None);
        assert_eq!(view(None).counts().term, Some(100));
    }

    #[test]
    fn the_newest_vintage_of_each_diploma_is_kept() {
        let key = |vintage: &str, diploma: &str| {
            (vintage.to_owned(), "pro".to_owned(), diploma.to_owned())
        };
        let views: Views = [("2021", "a"), ("2022", "a"), ("2021", "b")]
            .map(|(v, d)| (key(v, d), View::default()))
            .into();
        assert_eq!(
            newest(views).into_keys().collect::<Vec<_>>(),
            [key("2021", "b"), key("2022", "a")]
        );
    }
}
