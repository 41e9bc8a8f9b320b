//! The code lists of `codes/`, read once.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use debouches_model::{RegionCog, Sha256};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::diploma_types::DiplomaTypes;

const TERRITORIES: &str = include_str!("../../debouches-insertion/codes/territoires.csv");
const REGIONS: &str = include_str!("../../debouches-insertion/codes/regions.csv");
const ACADEMIES: &str = include_str!("../../debouches-insertion/codes/academies.csv");
const NSF_CATEGORIES: &str = include_str!("../../debouches-insertion/codes/nsf_categories.csv");
const NSF_DOMAINS: &str = include_str!("../../debouches-insertion/codes/nsf_domaines.csv");
const DIPLOMA_TYPES: &str = include_str!("../../debouches-insertion/codes/types_diplome.csv");
const ROME_GRAND_DOMAINS: &str =
    include_str!("../../debouches-insertion/codes/rome_grands_domaines.csv");

/// Year of the Code officiel géographique that the territory lists follow.
pub(crate) const COG_VINTAGE: &str = "2026";

/// A département or a collectivité d'outre-mer, with what it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Territory {
    pub(crate) uai_prefixe: String,
    pub(crate) departement_cog: String,
    pub(crate) departement_nom: String,
    pub(crate) academie_code: String,
    pub(crate) academie_nom: String,
    pub(crate) region_cog: String,
    pub(crate) region_nom: String,
    pub(crate) region_academique_code: String,
    pub(crate) region_academique_nom: String,
    pub(crate) territoire_type: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Region {
    region_cog: String,
    #[expect(dead_code, reason = "the name is read from the territories")]
    region_nom: String,
    region_nom_majuscules: String,
    #[expect(dead_code, reason = "the code is read from the territories")]
    region_academique_code: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Academie {
    academie_code: String,
    #[expect(dead_code, reason = "the name is read from the territories")]
    academie_nom: String,
    #[expect(dead_code, reason = "the région is read from the territories")]
    region_cog: String,
    academie_actuelle: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Label {
    code: String,
    libelle: String,
}

/// Every code list.
pub(crate) struct Codes {
    pub(crate) by_prefix: BTreeMap<String, Territory>,
    by_departement: BTreeMap<String, String>,
    region_by_name: BTreeMap<String, String>,
    current_academie: BTreeMap<String, String>,
    pub(crate) nsf_categories: BTreeMap<String, String>,
    pub(crate) nsf_domains: BTreeMap<String, String>,
    rome_grand_domains: BTreeMap<String, String>,
    pub(crate) diploma_types: DiplomaTypes,
}

impl Codes {
    /// The lists, read at the first call.
    pub(crate) fn get() -> &'static Self {
        static CODES: OnceLock<Codes> = OnceLock::new();
        CODES.get_or_init(|| {
            let territories: Vec<Territory> = rows(TERRITORIES);
            let labels = |text| {
                rows::<Label>(text)
                    .into_iter()
                    .map(|label| (label.code, label.libelle))
                    .collect()
            };
            Self {
                by_departement: territories
                    .iter()
                    .map(|t| (t.departement_cog.clone(), t.uai_prefixe.clone()))
                    .collect(),
                by_prefix: territories
                    .into_iter()
                    .map(|t| (t.uai_prefixe.clone(), t))
                    .collect(),
                region_by_name: rows::<Region>(REGIONS)
                    .into_iter()
                    .map(|r| (r.region_nom_majuscules, r.region_cog))
                    .collect(),
                current_academie: rows::<Academie>(ACADEMIES)
                    .into_iter()
                    .map(|a| (a.academie_code, a.academie_actuelle))
                    .collect(),
                nsf_categories: labels(NSF_CATEGORIES),
                nsf_domains: labels(NSF_DOMAINS),
                rome_grand_domains: labels(ROME_GRAND_DOMAINS),
                diploma_types: DiplomaTypes::new(rows(DIPLOMA_TYPES)),
            }
        })
    }

    /// The code of a région from its name, whatever the case and the accents.
    pub(crate) fn region_named(&self, name: &str) -> Option<RegionCog> {
        self.region_by_name
            .get(&plain_capitals(name))
            .and_then(|code| code.parse().ok())
    }

    /// Any territory of that région: enough for the names that belong to the région.
    pub(crate) fn of_region(&self, region: RegionCog) -> Option<&Territory> {
        self.by_prefix
            .values()
            .find(|territory| territory.region_cog == region.as_str())
    }

    /// A territory by the code of its département, in two or three characters, with or without a leading zero.
    pub(crate) fn of_departement(&self, code: &str) -> Option<&Territory> {
        let short = if code.len() == 3 {
            code.strip_prefix('0').unwrap_or(code)
        } else {
            code
        };
        self.by_prefix.get(self.by_departement.get(short)?)
    }

    /// The territory of a commune by its INSEE code: two characters name the département, three overseas. A leading zero is
    /// part of the code (01053 is in the Ain), never stripped.
    #[cfg_attr(
        not(test),
        expect(
            dead_code,
            reason = "no published table has communes yet; the rule is kept by its tests"
        )
    )]
    pub(crate) fn of_commune(&self, code: &str) -> Option<&Territory> {
        let length = if code.starts_with("97") || code.starts_with("98") {
            3
        } else {
            2
        };
        let departement = code.get(..length).filter(|_| code.len() == 5)?;
        self.by_prefix.get(self.by_departement.get(departement)?)
    }

    /// The académie that took over from a former one: Caen (05) and Rouen (21) are Normandie (70).
    pub(crate) fn current_academie<'a>(&'a self, code: &'a str) -> &'a str {
        self.current_academie.get(code).map_or(code, String::as_str)
    }
}

/// Label of a grand domaine of the ROME.
pub(crate) fn grand_domain_label(code: &str) -> Option<&'static String> {
    Codes::get().rome_grand_domains.get(code)
}

fn rows<T: DeserializeOwned>(text: &str) -> Vec<T> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .from_reader(text.as_bytes());
    reader
        .deserialize()
        .collect::<Result<_, _>>()
        .expect("the embedded code lists are checked by a test")
}

/// Capitals without accents, as InserJeunes writes the names of régions.
pub(crate) fn plain_capitals(name: &str) -> String {
    name.trim()
        .chars()
        .flat_map(char::to_uppercase)
        .map(|c| match c {
            'À' | 'Â' | 'Ä' => 'A',
            'Ç' => 'C',
            'É' | 'È' | 'Ê' | 'Ë' => 'E',
            'Î' | 'Ï' => 'I',
            'Ô' | 'Ö' => 'O',
            'Ù' | 'Û' | 'Ü' => 'U',
            '’' => '\'',
            other => other,
        })
        .collect()
}

/// Digest of every code list, an ingredient of the fingerprint of enriched tables.
pub(crate) fn codes_digest() -> Sha256 {
    Sha256::of(
        [
            TERRITORIES,
            REGIONS,
            ACADEMIES,
            NSF_CATEGORIES,
            NSF_DOMAINS,
            ROME_GRAND_DOMAINS,
            DIPLOMA_TYPES,
        ]
        .concat()
        .as_bytes(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_101_departements_18_regions_and_30_academies() {
        let codes = Codes::get();
        let in_regions: Vec<&Territory> = codes
            .by_prefix
            .values()
            .filter(|t| t.region_cog != "00")
            .collect();
        let distinct = |f: fn(&Territory) -> &String| {
            in_regions
                .iter()
                .map(|t| f(t))
                .collect::<std::collections::BTreeSet<_>>()
                .len()
        };
        assert_eq!(
            (
                distinct(|t| &t.departement_cog),
                distinct(|t| &t.region_cog),
                distinct(|t| &t.academie_code)
            ),
            (101, 18, 30)
        );
    }

    /// The région of a place, by name.
    fn name(territory: Option<&Territory>) -> Option<&str> {
        territory.map(|territory| territory.region_nom.as_str())
    }

    #[test]
    fn v27_v33_a_commune_is_in_the_region_of_its_departement() {
        let of = |code: &str| name(Codes::get().of_commune(code)).map(str::to_owned);
        assert_eq!(of("97416").as_deref(), Some("La Réunion"));
        assert_eq!(of("2B042").as_deref(), Some("Corse"));
        assert_eq!(of("75001").as_deref(), Some("Île-de-France"));
        assert_eq!(
            of("01053").as_deref(),
            Some("Auvergne-Rhône-Alpes"),
            "not Grand Est: the zero is part of the code"
        );
        assert_eq!(
            ["1053", "", "99999", "éé123"].map(of),
            [None, None, None, None]
        );
    }

    #[test]
    fn v28_v32_a_departement_in_three_characters_and_one_that_does_not_exist() {
        let of = |code: &str| name(Codes::get().of_departement(code)).map(str::to_owned);
        assert_eq!(
            (of("974").as_deref(), of("075").as_deref()),
            (Some("La Réunion"), Some("Île-de-France"))
        );
        assert_eq!(
            (of("02A").as_deref(), of("620").as_deref()),
            (Some("Corse"), None)
        );
        assert_eq!((of(""), of("invalid")), (None, None));
    }

    #[test]
    fn v29_an_academie_is_in_one_region() {
        let of = |code: &str| {
            name(
                Codes::get()
                    .by_prefix
                    .values()
                    .find(|t| t.academie_code == code),
            )
            .map(str::to_owned)
        };
        assert_eq!(
            (of("01").as_deref(), of("16").as_deref()),
            (Some("Île-de-France"), Some("Occitanie"))
        );
    }

    /// Vectors V26, V30 of the domain specification.
    #[test]
    fn v26_v30_codes_and_names_lead_to_the_right_region() {
        let codes = Codes::get();
        assert_eq!(codes.by_prefix["075"].region_nom, "Île-de-France");
        assert_eq!(
            (
                codes.by_prefix["620"].departement_cog.as_str(),
                codes.by_prefix["720"].region_cog.as_str()
            ),
            ("2A", "94")
        );
        assert_eq!(codes.region_named("ILE-DE-FRANCE").unwrap().as_str(), "11");
        assert_eq!(
            codes
                .region_named("Provence-Alpes-Côte d’Azur")
                .unwrap()
                .as_str(),
            "93"
        );
        assert_eq!(
            codes.of_departement("974").unwrap().region_nom,
            "La Réunion"
        );
        assert_eq!(codes.of_departement("001").unwrap().region_cog, "84");
        assert_eq!(codes.by_prefix["983"].departement_nom, "Nouvelle-Calédonie");
        assert_eq!(
            codes
                .by_prefix
                .values()
                .find(|t| t.region_academique_code == "01")
                .unwrap()
                .region_cog,
            "84"
        );
        assert_eq!(
            ["05", "21", "10"].map(|code| codes.current_academie(code)),
            ["70", "70", "10"]
        );
    }
}
