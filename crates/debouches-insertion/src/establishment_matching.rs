//! T10, apprenticeship: what part the establishment of a record plays, and which places may show its figures.
//!
//! Source: the catalogue of apprenticeship trainings, which tells for each of them the place, the trainer and the manager.
//! Five phases: the part by the catalogue; a place that speaks for other places of its own is a trainer; a trainer that
//! speaks for other trainers of its own is a manager; then the places without figures show those of their only trainer, or
//! of their only manager. An existing record is never replaced.

use std::collections::{BTreeMap, BTreeSet};

use debouches_table::{Table, TableError};

use crate::continuum::Continuum;

/// The part that an establishment plays in a training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Location,
    Trainer,
    Manager,
    Unknown,
}

impl Part {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Location => "lieu_formation",
            Self::Trainer => "formateur",
            Self::Manager => "gestionnaire",
            Self::Unknown => "inconnu",
        }
    }
}

/// A line of the catalogue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Offer {
    location: Option<String>,
    trainer: Option<String>,
    manager: Option<String>,
}

/// The catalogue, by diploma.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    by_cfd: BTreeMap<String, Vec<Offer>>,
}

impl Catalogue {
    pub(crate) fn read(table: &Table) -> Result<Self, TableError> {
        let column = |name| table.text(name);
        let (cfd, location) = (column("cfd")?, column("uai_lieu_formation")?);
        let (trainer, manager) = (column("uai_formateur")?, column("uai_gestionnaire")?);
        let mut matches = Self::default();
        for row in 0..table.rows() {
            let Some(cfd) = cfd.get(row) else { continue };
            let [location, trainer, manager] =
                [location, trainer, manager].map(|column| column.get(row).map(str::to_owned));
            matches
                .by_cfd
                .entry(cfd.to_owned())
                .or_default()
                .push(Offer {
                    location,
                    trainer,
                    manager,
                });
        }
        Ok(matches)
    }

    /// The lines of a diploma, and those of the diplomas that it strictly follows or that strictly follow it.
    pub(crate) fn of(&self, cfd: &str, diplomas: &Continuum) -> Vec<&Offer> {
        let codes = std::iter::once(cfd)
            .chain(diplomas.successors(cfd))
            .chain(diplomas.predecessors(cfd));
        codes
            .filter_map(|code| self.by_cfd.get(code))
            .flatten()
            .collect()
    }
}

/// An establishment that shows figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Matched {
    pub(crate) part: Part,
    pub(crate) locations: BTreeSet<String>,
    pub(crate) trainers: BTreeSet<String>,
    pub(crate) managers: BTreeSet<String>,
    /// Establishment whose figures these are, and the part that it plays.
    pub(crate) source: String,
    pub(crate) source_part: Part,
}

impl Matched {
    fn new(uai: &str, part: Part) -> Self {
        Self {
            part,
            locations: BTreeSet::new(),
            trainers: BTreeSet::new(),
            managers: BTreeSet::new(),
            source: uai.to_owned(),
            source_part: part,
        }
    }

    /// A school teaches in its own walls.
    pub(crate) fn school(uai: &str) -> Self {
        let item = || BTreeSet::from([uai.to_owned()]);
        Self {
            trainers: item(),
            managers: item(),
            ..Self::new(uai, Part::Location)
        }
    }
}

type Of = fn(&Offer) -> &Option<String>;
const LOCATION: Of = |offer| &offer.location;
const TRAINER: Of = |offer| &offer.trainer;
const MANAGER: Of = |offer| &offer.manager;

/// The lines of one diploma.
struct Lines<'a>(&'a [&'a Offer]);

impl Lines<'_> {
    /// What stands in a column on the lines that have that establishment in another.
    fn of(&self, wanted: Of, given: Of, uai: &str) -> BTreeSet<String> {
        let lines = self
            .0
            .iter()
            .filter(|offer| given(offer).as_deref() == Some(uai));
        lines.filter_map(|offer| wanted(offer).clone()).collect()
    }

    fn is_only(&self, wanted: Of, given: Of, uai: &str, only: &str) -> bool {
        self.of(wanted, given, uai)
            .into_iter()
            .eq([only.to_owned()])
    }

    fn has(&self, given: Of, uai: &str) -> bool {
        self.0
            .iter()
            .any(|offer| given(offer).as_deref() == Some(uai))
    }

    fn as_location(&self, uai: &str) -> Matched {
        let (trainers, managers) = (
            self.of(TRAINER, LOCATION, uai),
            self.of(MANAGER, LOCATION, uai),
        );
        Matched {
            trainers,
            managers,
            ..Matched::new(uai, Part::Location)
        }
    }

    fn as_trainer(&self, uai: &str) -> Matched {
        let (locations, managers) = (
            self.of(LOCATION, TRAINER, uai),
            self.of(MANAGER, TRAINER, uai),
        );
        Matched {
            locations,
            managers,
            ..Matched::new(uai, Part::Trainer)
        }
    }

    fn as_manager(&self, uai: &str) -> Matched {
        let (locations, trainers) = (
            self.of(LOCATION, MANAGER, uai),
            self.of(TRAINER, MANAGER, uai),
        );
        Matched {
            locations,
            trainers,
            ..Matched::new(uai, Part::Manager)
        }
    }

    /// Phase 1: the part by the catalogue alone.
    fn base(&self, uai: &str) -> Matched {
        if self.has(LOCATION, uai) {
            self.as_location(uai)
        } else if self.has(TRAINER, uai) {
            self.as_trainer(uai)
        } else if self.has(MANAGER, uai) {
            self.as_manager(uai)
        } else {
            Matched::new(uai, Part::Unknown)
        }
    }

    /// Phase 2: a place that is its own only trainer, with other places that all lack figures.
    fn speaks_for_places(&self, uai: &str, holders: &BTreeSet<&str>) -> bool {
        let mut others = self.of(LOCATION, TRAINER, uai);
        others.remove(uai);
        self.is_only(TRAINER, LOCATION, uai, uai)
            && !others.is_empty()
            && others
                .iter()
                .all(|location| !holders.contains(location.as_str()))
    }

    /// Phase 3: a trainer that is its own only manager, with another trainer that lacks figures. A trainer all of whose
    /// places have figures does not lack them.
    fn speaks_for_trainers(&self, uai: &str, holders: &BTreeSet<&str>) -> bool {
        let mut others = self.of(TRAINER, MANAGER, uai);
        others.remove(uai);
        let lacks = |trainer: &String| {
            let locations = self.of(LOCATION, TRAINER, trainer);
            let all_have = !locations.is_empty()
                && locations
                    .iter()
                    .all(|location| holders.contains(location.as_str()));
            !holders.contains(trainer.as_str()) && !all_have
        };
        self.is_only(MANAGER, TRAINER, uai, uai) && others.iter().any(lacks)
    }
}

/// The part of one establishment by the catalogue alone.
pub(crate) fn part_of(offers: &[&Offer], uai: &str) -> Matched {
    Lines(offers).base(uai)
}

/// The five phases on the records of one diploma and one vintage: the establishments that have figures, and the places that
/// may show them.
pub(crate) fn matched(offers: &[&Offer], holders: &BTreeSet<&str>) -> BTreeMap<String, Matched> {
    let lines = Lines(offers);
    let mut matches: BTreeMap<String, Matched> = BTreeMap::new();
    for uai in holders {
        let mut item = lines.base(uai);
        if item.part == Part::Location && lines.speaks_for_places(uai, holders) {
            item = lines.as_trainer(uai);
        }
        if item.part == Part::Trainer && lines.speaks_for_trainers(uai, holders) {
            item = lines.as_manager(uai);
        }
        matches.insert((*uai).to_owned(), item);
    }
    for (part, column) in [(Part::Trainer, TRAINER), (Part::Manager, MANAGER)] {
        let sources: Vec<(String, BTreeSet<String>)> = matches
            .iter()
            .filter(|(uai, item)| item.part == part && item.source == **uai)
            .map(|(uai, item)| (uai.clone(), item.locations.clone()))
            .collect();
        for (source, locations) in sources {
            for location in locations {
                if !matches.contains_key(&location)
                    && lines.is_only(column, LOCATION, &location, &source)
                {
                    let shown = Matched {
                        source: source.clone(),
                        source_part: part,
                        ..lines.as_location(&location)
                    };
                    matches.insert(location, shown);
                }
            }
        }
    }
    matches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(location: &str, trainer: &str, manager: &str) -> Offer {
        let [location, trainer, manager] =
            [location, trainer, manager].map(|uai| Some(uai.to_owned()));
        Offer {
            location,
            trainer,
            manager,
        }
    }

    fn run(offers: &[Offer], holders: &[&str]) -> BTreeMap<String, Matched> {
        let offers: Vec<&Offer> = offers.iter().collect();
        matched(&offers, &holders.iter().copied().collect())
    }

    fn list(set: &BTreeSet<String>) -> Vec<&str> {
        set.iter().map(String::as_str).collect()
    }

    /// Who shows figures, as (establishment, part, source, part of the source).
    fn shown(matches: &BTreeMap<String, Matched>) -> Vec<(&str, &str, &str, &str)> {
        matches
            .iter()
            .map(|(uai, item)| {
                (
                    uai.as_str(),
                    item.part.as_str(),
                    item.source.as_str(),
                    item.source_part.as_str(),
                )
            })
            .collect()
    }

    #[test]
    fn v66_a_school_is_the_location_the_trainer_and_the_manager() {
        let school = Matched::school("ABCD1234");
        assert_eq!(
            (school.part, list(&school.trainers), list(&school.managers)),
            (Part::Location, vec!["ABCD1234"], vec!["ABCD1234"])
        );
    }

    #[test]
    fn v67_a_location_names_its_trainer_and_its_manager() {
        let matches = run(&[offer("ABCD1234", "ABCD0001", "ABCD0002")], &["ABCD1234"]);
        let item = &matches["ABCD1234"];
        assert_eq!(
            (item.part, list(&item.trainers), list(&item.managers)),
            (Part::Location, vec!["ABCD0001"], vec!["ABCD0002"])
        );
    }

    #[test]
    fn v68_two_lines_of_a_location_give_two_trainers_and_two_managers() {
        let matches = run(
            &[
                offer("ABCD1234", "ABCD0001", "ABCD0002"),
                offer("ABCD1234", "ABCD0003", "ABCD0004"),
            ],
            &["ABCD1234"],
        );
        let item = &matches["ABCD1234"];
        assert_eq!(
            (list(&item.trainers), list(&item.managers)),
            (vec!["ABCD0001", "ABCD0003"], vec!["ABCD0002", "ABCD0004"])
        );
    }

    #[test]
    fn v69_a_line_of_the_previous_diploma_returns_the_same_part() {
        let mut catalogue = Catalogue::default();
        catalogue.by_cfd.insert(
            "10000001".to_owned(),
            vec![offer("ABCD1234", "ABCD0001", "ABCD0002")],
        );
        let diplomas = Continuum::of([("10000001", "10000002")]);
        let by = |cfd: &str| matched(&catalogue.of(cfd, &diplomas), &BTreeSet::from(["ABCD1234"]));
        assert_eq!(by("10000002"), by("10000001"));
        assert_eq!(by("10000002")["ABCD1234"].part, Part::Location);
        assert_eq!(by("10000003")["ABCD1234"].part, Part::Unknown);
    }

    #[test]
    fn v71_its_own_trainer_without_other_location_stays_a_location() {
        assert_eq!(
            shown(&run(&[offer("U", "U", "M")], &["U"])),
            [("U", "lieu_formation", "U", "lieu_formation")]
        );
    }

    #[test]
    fn v72_when_the_other_location_has_figures_nothing_is_reclassified() {
        let offers = [offer("U", "U", "M"), offer("V", "U", "M")];
        assert!(
            run(&offers, &["U", "V"])
                .values()
                .all(|item| item.part == Part::Location)
        );
    }

    #[test]
    fn a_location_that_speaks_for_another_is_a_trainer_and_the_other_shows_its_figures() {
        let matches = run(&[offer("U", "U", "M"), offer("V", "U", "M")], &["U"]);
        assert_eq!(
            shown(&matches),
            [
                ("U", "formateur", "U", "formateur"),
                ("V", "lieu_formation", "U", "formateur")
            ]
        );
        assert_eq!(
            (list(&matches["V"].trainers), list(&matches["U"].locations)),
            (vec!["U"], vec!["U", "V"])
        );
    }

    #[test]
    fn a_trainer_that_answers_for_another_without_figures_is_a_manager() {
        // U trains at A; T, whose manager is U too, trains at B.
        let offers = [offer("A", "U", "U"), offer("B", "T", "U")];
        let matches = run(&offers, &["U"]);
        assert_eq!(
            shown(&matches),
            [
                ("A", "lieu_formation", "U", "gestionnaire"),
                ("B", "lieu_formation", "U", "gestionnaire"),
                ("U", "gestionnaire", "U", "gestionnaire")
            ]
        );
        // All the places of T have figures: T does not lack them, and U stays a trainer.
        assert_eq!(run(&offers, &["U", "B"])["U"].part, Part::Trainer);
    }

    #[test]
    fn a_location_with_two_trainers_shows_nothing_of_either() {
        let offers = [offer("A", "U", "M"), offer("A", "T", "N")];
        assert_eq!(
            shown(&run(&offers, &["U"])),
            [("U", "formateur", "U", "formateur")]
        );
    }

    #[test]
    fn an_existing_record_is_never_replaced() {
        let matches = run(&[offer("A", "U", "M"), offer("B", "U", "M")], &["U", "A"]);
        assert_eq!(
            (matches["A"].source.as_str(), matches["B"].source.as_str()),
            ("A", "U")
        );
    }
}
