//! Invented establishments in real territories, and diplomas in real sectors (SISE codes).

use crate::fixtures::{Place, Places};

/// A registering establishment, as a row names it.
#[derive(Debug, Clone)]
pub(crate) struct Establishment {
    pub(crate) uai: String,
    /// Identifier in Paysage at the date of the promotion, and of what it has become.
    pub(crate) paysage: String,
    pub(crate) paysage_now: String,
    pub(crate) name: String,
    pub(crate) name_now: String,
    pub(crate) place: Place,
}

/// The establishment of that number in that territory.
pub(crate) fn establishment(number: u64, place: Place, ordinal: u32) -> Establishment {
    let name = format!("Université d'essai {number:02}");
    let paysage = format!("eS{number:03}");
    Establishment {
        uai: place.uai(ordinal),
        paysage_now: paysage.clone(),
        paysage,
        name_now: name.clone(),
        name,
        place,
    }
}

/// Establishments spread over every département.
pub(crate) fn establishments_of_series(count: u64) -> Vec<Establishment> {
    let places: Vec<Place> = Places::load().in_regions().collect();
    (0..count)
        .map(|number| {
            let turn = number / places.len() as u64;
            let index = number % places.len() as u64;
            let place =
                places[usize::try_from(index).expect("there are about a hundred départements")];
            establishment(
                number + 1,
                place,
                u32::try_from(turn).expect("establishments are few") + 1,
            )
        })
        .collect()
}

/// Where a diploma stands in the SISE nomenclature: domain, discipline, sector, each with its public label.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sector {
    pub(crate) domain: [&'static str; 2],
    pub(crate) discipline: [&'static str; 2],
    pub(crate) sector: [&'static str; 2],
}

const SHS: [&str; 2] = ["SHS", "Sciences humaines et sociales"];
const STS: [&str; 2] = ["STS", "Sciences, technologies, santé"];
const SHS_06: [&str; 2] = ["06", "Sciences humaines et sociales"];

/// Sectors seen in release `2026_S1`.
pub(crate) const SECTORS: [Sector; 7] = [
    Sector {
        domain: SHS,
        discipline: SHS_06,
        sector: ["28", "Géographie"],
    },
    Sector {
        domain: ["LLA", "Lettres, langues et arts"],
        discipline: ["04", "Lettres, sciences du langage, arts"],
        sector: ["17", "Sciences du langage, linguistique"],
    },
    Sector {
        domain: SHS,
        discipline: SHS_06,
        sector: ["35", "Sciences de l'information et la communication"],
    },
    Sector {
        domain: STS,
        discipline: ["15", "Sciences fondamentales et applications"],
        sector: ["12", "Génie civil"],
    },
    Sector {
        domain: SHS,
        discipline: SHS_06,
        sector: ["34", "Sciences de l'éducation"],
    },
    Sector {
        domain: STS,
        discipline: ["10", "STAPS"],
        sector: ["10", "STAPS"],
    },
    Sector {
        domain: SHS,
        discipline: SHS_06,
        sector: ["33", "Sociologie, démographie"],
    },
];

/// A diploma.
#[derive(Debug, Clone)]
pub(crate) struct Diploma {
    /// Code of the type, in the spelling of the producer, and its name.
    pub(crate) kind: [&'static str; 2],
    /// None on rows about every diploma of a type.
    pub(crate) sector: Option<Sector>,
    /// SISE code, or `all`.
    pub(crate) sise: String,
    pub(crate) label: String,
}

/// Types of diploma, and the digits with which their SISE codes begin.
const KINDS: [([&str; 2], &str); 5] = [
    (["Licence générale", "Licence générale"], "23"),
    (["but", "Bachelor universitaire de technologie"], "24"),
    (["master_LMD", "Master LMD"], "25"),
    (["licence_pro", "Licence professionnelle"], "26"),
    (["master_MEEF", "Master MEEF"], "27"),
];

/// A diploma of the long series: an invented SISE code, from its rank.
pub(crate) fn diploma_of_series(rank: u64) -> Diploma {
    let turn = |length: usize, rank: u64| {
        usize::try_from(rank % length as u64).expect("a remainder is small")
    };
    let (kind, prefix) = KINDS[turn(KINDS.len(), rank)];
    let sise = format!("{prefix}{rank:05}");
    let label = format!("Diplôme {sise} (libellé d'essai)");
    Diploma {
        kind,
        sector: Some(SECTORS[turn(SECTORS.len(), rank / 5)]),
        sise,
        label,
    }
}
