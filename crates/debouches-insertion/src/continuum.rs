//! T6, continuum of diplomas: which code took over from which, and which successions may carry numbers.
//!
//! Source: `N_FORMATION_DIPLOME` of the Base centrale des nomenclatures, columns `ancien_diplome_*` and `nouveau_diplome_*`.
//! Each side of the table misses links that the other has, hence a link declared on one side counts for both (symmetric
//! repair). A link carries numbers only when it is strict: one successor, and that successor has one predecessor.
//! Fusions and divisions are told, never crossed. A diploma that names itself is no link. Codes that the table does not
//! hold stay out of every copy, but count for strictness: a typing mistake must not turn a fusion into a strict link.

use std::collections::{BTreeMap, BTreeSet};

use debouches_table::{Table, TableError};

/// Who declares a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Declared {
    /// The new diploma alone, in its former codes.
    Previous,
    /// The old diploma alone, in its new codes.
    New,
    Both,
}

impl Declared {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Previous => "ancien",
            Self::New => "nouveau",
            Self::Both => "les_deux",
        }
    }
}

/// What a link is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    Strict,
    /// Several old codes, one new.
    Merger,
    /// One old code, several new.
    Division,
    /// Both at once.
    Redistribution,
}

impl Relation {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Merger => "fusion",
            Self::Division => "division",
            Self::Redistribution => "recomposition",
        }
    }
}

type Links = BTreeMap<String, BTreeSet<String>>;

/// Old code to new code, both ways.
#[derive(Debug, Default)]
pub(crate) struct Continuum {
    next: Links,
    previous: Links,
    by_old: BTreeSet<(String, String)>,
    by_new: BTreeSet<(String, String)>,
    known: BTreeSet<String>,
    /// Diplomas that name themselves.
    pub(crate) selves: BTreeSet<String>,
}

impl Continuum {
    /// Reads the succession of diplomas.
    pub(crate) fn read(diplomas: &Table) -> Result<Self, TableError> {
        let mut matches = Self::default();
        let code = diplomas.text("formation_diplome")?;
        matches.known.extend(code.distinct().map(str::to_owned));
        for rank in 1..=7 {
            let earlier = diplomas.text(&format!("ancien_diplome_{rank}"))?;
            let new = diplomas.text(&format!("nouveau_diplome_{rank}"))?;
            for row in 0..diplomas.rows() {
                let Some(item) = code.get(row) else { continue };
                if let Some(earlier) = earlier.get(row) {
                    matches.link(earlier, item, Declared::Previous);
                }
                if let Some(new) = new.get(row) {
                    matches.link(item, new, Declared::New);
                }
            }
        }
        Ok(matches)
    }

    /// A graph of any codes, all known.
    pub(crate) fn of<'a>(links: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut matches = Self::default();
        for (old, new) in links {
            matches.known.extend([old.to_owned(), new.to_owned()]);
            matches.link(old, new, Declared::Both);
        }
        matches
    }

    fn link(&mut self, old: &str, new: &str, declared: Declared) {
        if old == new {
            self.selves.insert(old.to_owned());
            return;
        }
        let pair = (old.to_owned(), new.to_owned());
        if declared != Declared::New {
            self.by_new.insert(pair.clone());
        }
        if declared != Declared::Previous {
            self.by_old.insert(pair);
        }
        self.next
            .entry(old.to_owned())
            .or_default()
            .insert(new.to_owned());
        self.previous
            .entry(new.to_owned())
            .or_default()
            .insert(old.to_owned());
    }

    /// Every link, in the order of codes.
    pub(crate) fn links(&self) -> impl Iterator<Item = (&str, &str)> {
        self.next
            .iter()
            .flat_map(|(old, news)| news.iter().map(move |new| (old.as_str(), new.as_str())))
    }

    /// Who declares a link.
    pub(crate) fn declared(&self, old: &str, new: &str) -> Declared {
        let pair = (old.to_owned(), new.to_owned());
        match (self.by_old.contains(&pair), self.by_new.contains(&pair)) {
            (true, false) => Declared::New,
            (false, true) => Declared::Previous,
            _ => Declared::Both,
        }
    }

    /// What a link is worth.
    pub(crate) fn relation(&self, old: &str, new: &str) -> Relation {
        let count = |links: &Links, code: &str| links.get(code).map_or(0, BTreeSet::len);
        match (count(&self.next, old) > 1, count(&self.previous, new) > 1) {
            (false, false) => Relation::Strict,
            (false, true) => Relation::Merger,
            (true, false) => Relation::Division,
            (true, true) => Relation::Redistribution,
        }
    }

    /// True when the table holds the code.
    pub(crate) fn knows(&self, code: &str) -> bool {
        self.known.contains(code)
    }

    /// Codes that links name and the table does not hold.
    pub(crate) fn unknown(&self) -> BTreeSet<&str> {
        self.links()
            .flat_map(|(old, new)| [old, new])
            .filter(|code| !self.knows(code))
            .collect()
    }

    fn only<'a>(links: &'a Links, code: &str) -> Option<&'a str> {
        let codes = links.get(code)?;
        (codes.len() == 1).then(|| codes.iter().next().expect("one code").as_str())
    }

    /// The code that strictly takes over, when the table holds it.
    pub(crate) fn successor(&self, code: &str) -> Option<&str> {
        let new = Self::only(&self.next, code)?;
        (Self::only(&self.previous, new).is_some() && self.knows(new)).then_some(new)
    }

    /// The code that is strictly taken over, when the table holds it.
    pub(crate) fn predecessor(&self, code: &str) -> Option<&str> {
        let old = Self::only(&self.previous, code)?;
        (Self::only(&self.next, old).is_some() && self.knows(old)).then_some(old)
    }

    /// The strict successors, the nearest first.
    pub(crate) fn successors<'a>(&'a self, code: &'a str) -> impl Iterator<Item = &'a str> {
        // The graph has no cycle (checked on the real table); the bound keeps a damaged one from looping.
        std::iter::successors(self.successor(code), |code| self.successor(code))
            .take(self.next.len())
    }

    /// The strict predecessors, the nearest first.
    pub(crate) fn predecessors<'a>(&'a self, code: &'a str) -> impl Iterator<Item = &'a str> {
        std::iter::successors(self.predecessor(code), |code| self.predecessor(code))
            .take(self.next.len())
    }

    /// Figures for the report: links, strict links, chains by length, fusions, divisions, unknown codes.
    pub(crate) fn figures(&self) -> Vec<(String, u64)> {
        let strict: BTreeMap<&str, &str> = self
            .links()
            .filter(|(old, new)| self.relation(old, new) == Relation::Strict)
            .collect();
        let reached: BTreeSet<&str> = strict.values().copied().collect();
        let mut lengths: BTreeMap<usize, u64> = BTreeMap::new();
        let mut inside = 0;
        for start in strict.keys().filter(|code| !reached.contains(*code)) {
            let length = std::iter::successors(strict.get(start), |code| strict.get(*code)).count();
            inside += length;
            *lengths.entry(length).or_default() += 1;
        }
        let many = |links: &Links| links.values().filter(|codes| codes.len() > 1).count() as u64;
        let mut figures = vec![
            ("links".to_owned(), self.links().count() as u64),
            ("strict_links".to_owned(), strict.len() as u64),
            ("chains".to_owned(), lengths.values().sum()),
            ("fusions".to_owned(), many(&self.previous)),
            ("divisions".to_owned(), many(&self.next)),
            ("unknown_codes".to_owned(), self.unknown().len() as u64),
            ("self_references".to_owned(), self.selves.len() as u64),
            // A strict link that no chain reaches from a first code turns in a circle.
            ("links_in_cycles".to_owned(), (strict.len() - inside) as u64),
        ];
        figures.extend(
            lengths
                .into_iter()
                .map(|(length, chains)| (format!("chains_of_length_{length}"), chains)),
        );
        figures
    }
}

/// Where copied numbers come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carried<'a> {
    /// From the old diploma that carries them.
    FromOld(&'a str),
    /// From the new diploma that carries them.
    FromNew(&'a str),
}

/// The numbers that a code without its own may show: those of the newest strict successor that has some, else those of
/// the nearest strict predecessor. Nothing for a code that has its own.
pub(crate) fn carried<'a>(
    continuum: &'a Continuum,
    code: &'a str,
    has_own: &dyn Fn(&str) -> bool,
) -> Option<Carried<'a>> {
    if has_own(code) {
        return None;
    }
    let newest = continuum
        .successors(code)
        .filter(|other| has_own(other))
        .last();
    let nearest = || continuum.predecessors(code).find(|other| has_own(other));
    newest
        .map(Carried::FromNew)
        .or_else(|| nearest().map(Carried::FromOld))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carried_by(
        continuum: &Continuum,
        code: &str,
        item: &[&str],
    ) -> Option<(&'static str, String)> {
        carried(continuum, code, &|code| item.contains(&code)).map(|carried| match carried {
            Carried::FromOld(code) => ("ancienne", code.to_owned()),
            Carried::FromNew(code) => ("nouvelle", code.to_owned()),
        })
    }

    #[test]
    fn v48_the_new_diploma_gets_the_numbers_of_the_old_one() {
        let graph = Continuum::of([("10000001", "10000002")]);
        assert_eq!(
            carried_by(&graph, "10000002", &["10000001"]),
            Some(("ancienne", "10000001".to_owned()))
        );
    }

    #[test]
    fn v49_a_division_carries_nothing() {
        let graph = Continuum::of([("10000001", "10000002"), ("10000001", "10000003")]);
        assert_eq!(carried_by(&graph, "10000002", &["10000001"]), None);
        assert_eq!(graph.relation("10000001", "10000002"), Relation::Division);
    }

    #[test]
    fn v50_an_own_record_is_never_replaced() {
        let graph = Continuum::of([("10000001", "10000002")]);
        assert_eq!(
            carried_by(&graph, "10000002", &["10000001", "10000002"]),
            None
        );
        assert_eq!(
            carried_by(&graph, "10000001", &["10000001", "10000002"]),
            None
        );
    }

    #[test]
    fn v51_a_fusion_carries_nothing() {
        let graph = Continuum::of([("10000000", "10000002"), ("10000001", "10000002")]);
        assert_eq!(carried_by(&graph, "10000002", &["10000001"]), None);
        assert_eq!(graph.relation("10000001", "10000002"), Relation::Merger);
    }

    #[test]
    fn v52_the_oldest_takes_the_newest_of_its_chain() {
        let graph = Continuum::of([("1", "2"), ("2", "3"), ("3", "4"), ("3", "5")]);
        let item = ["2", "3", "4", "5"];
        assert_eq!(
            carried_by(&graph, "1", &item),
            Some(("nouvelle", "3".to_owned()))
        );
        let created = ["1", "2", "3", "4", "5"]
            .iter()
            .filter(|code| carried_by(&graph, code, &item).is_some())
            .count();
        assert_eq!(created, 1);
    }

    #[test]
    fn v56_a_link_declared_on_one_side_counts_for_both() {
        let mut graph = Continuum::default();
        graph
            .known
            .extend(["14545678", "old_1", "old_2", "new_1", "new_2"].map(str::to_owned));
        for old in ["old_1", "old_2"] {
            graph.link(old, "14545678", Declared::Previous);
        }
        for new in ["new_1", "new_2"] {
            graph.link("14545678", new, Declared::New);
        }
        assert_eq!(graph.next["old_1"].iter().collect::<Vec<_>>(), ["14545678"]);
        assert_eq!(
            graph.previous["new_1"].iter().collect::<Vec<_>>(),
            ["14545678"]
        );
        assert_eq!(
            (
                graph.previous["14545678"].len(),
                graph.next["14545678"].len()
            ),
            (2, 2)
        );
        assert_eq!(graph.declared("old_1", "14545678"), Declared::Previous);
    }

    #[test]
    fn a_code_that_the_table_does_not_hold_receives_nothing_and_still_divides() {
        let mut graph = Continuum::of([("1", "2")]);
        graph.link("1", "mistyped", Declared::New);
        assert_eq!(
            graph.unknown().into_iter().collect::<Vec<_>>(),
            ["mistyped"]
        );
        assert_eq!(carried_by(&graph, "mistyped", &["1"]), None);
        assert_eq!(carried_by(&graph, "2", &["1"]), None);
    }
}
