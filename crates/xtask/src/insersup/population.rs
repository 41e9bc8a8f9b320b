//! The populations of InserSup: every combination of four dimensions, margins included.

/// A dimension: name of the whole, then of its parts.
type Dimension = [&'static str; 3];

const GENRE: Dimension = ["ensemble", "femme", "homme"];
const NATIONALITE: Dimension = ["ensemble", "français", "étranger"];
/// Only `ensemble` was seen in the published extracts: the two others are a guess.
const REGIME: Dimension = ["ensemble", "formation initiale", "apprentissage"];

/// Number of elementary cells: gender × nationality × regime × graduation.
pub(crate) const CELLS: usize = 16;

/// One population, and the elementary cells that it sums.
#[derive(Debug, Clone)]
pub(crate) struct Population {
    /// `obtention;genre;nationalité;régime;`, as written.
    pub(crate) columns: String,
    pub(crate) cells: Vec<usize>,
}

impl Population {
    /// True for both genders, every nationality and every regime together.
    pub(crate) fn is_whole(&self) -> bool {
        self.columns.ends_with(";ensemble;ensemble;ensemble;")
    }
}

/// The 54 populations: graduates, then all leavers.
pub(crate) fn populations() -> Vec<Population> {
    let mut populations = Vec::new();
    for (obtention, graduates_only) in [("diplômé", true), ("ensemble", false)] {
        for (genre, genre_name) in GENRE.iter().enumerate() {
            for (nationalite, nationalite_name) in NATIONALITE.iter().enumerate() {
                for (regime, regime_name) in REGIME.iter().enumerate() {
                    let columns =
                        format!("{obtention};{genre_name};{nationalite_name};{regime_name};");
                    let belongs = |cell: &usize| {
                        let part = |dimension: usize, bit: usize| {
                            dimension == 0 || dimension - 1 == (cell >> bit & 1)
                        };
                        let graduate = cell >> 3 & 1 == 0;
                        part(genre, 0)
                            && part(nationalite, 1)
                            && part(regime, 2)
                            && (graduate || !graduates_only)
                    };
                    populations.push(Population {
                        columns,
                        cells: (0..CELLS).filter(belongs).collect(),
                    });
                }
            }
        }
    }
    populations
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_is_every_cell_and_a_part_is_some() {
        let populations = populations();
        assert_eq!(populations.len(), 54);
        assert_eq!(
            populations
                .iter()
                .filter(|population| population.is_whole())
                .count(),
            2
        );
        assert_eq!(populations[27].cells.len(), CELLS);
        assert_eq!(populations[0].cells.len(), CELLS / 2);
    }
}
