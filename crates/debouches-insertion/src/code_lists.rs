//! The code lists of `codes/`.

use std::collections::BTreeMap;

use debouches_model::{Mistake, Sha256};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::code_types::RegionCog;
use crate::diploma_types::{DiplomaType, DiplomaTypes};

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

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Edition {
    liste: String,
    edition: String,
}

/// Every code list.
#[derive(Debug)]
pub(crate) struct CodeLists {
    pub(crate) by_prefix: BTreeMap<String, Territory>,
    by_departement: BTreeMap<String, String>,
    region_by_name: BTreeMap<String, String>,
    current_academie: BTreeMap<String, String>,
    pub(crate) nsf_categories: BTreeMap<String, String>,
    pub(crate) nsf_domains: BTreeMap<String, String>,
    pub(crate) rome_grand_domains: BTreeMap<String, String>,
    pub(crate) diploma_types: DiplomaTypes,
    /// Year of the Code officiel géographique that the territory lists follow.
    pub(crate) cog_vintage: String,
    /// Digest of every list, an ingredient of the fingerprint of enriched tables.
    pub(crate) digest: Sha256,
}

/// Names of the lists, without extension, each with the column whose values are unique.
pub(crate) const LISTS: [(&str, &str); 8] = [
    ("academies", "academie_code"),
    ("editions", "liste"),
    ("nsf_categories", "code"),
    ("nsf_domaines", "code"),
    ("regions", "region_cog"),
    ("rome_grands_domaines", "code"),
    ("territoires", "uai_prefixe"),
    ("types_diplome", "diplome_type"),
];

/// The edition that `editions` gives to the territory lists.
const TERRITORIES: &str = "territoires";

impl CodeLists {
    /// Reads the lists, each by its name.
    ///
    /// # Errors
    /// When a list cannot be read: with every mistake, after the name of its list.
    pub(crate) fn read(files: &BTreeMap<&str, &str>) -> Result<Self, Vec<(String, Mistake)>> {
        let mut reader = Reader {
            files,
            mistakes: Vec::new(),
        };
        let territories: Vec<Territory> = reader.rows(TERRITORIES);
        let regions: Vec<Region> = reader.rows("regions");
        let academies: Vec<Academie> = reader.rows("academies");
        let editions: Vec<Edition> = reader.rows("editions");
        let diploma_types: Vec<DiplomaType> = reader.rows("types_diplome");
        let (nsf_categories, nsf_domains, rome_grand_domains) = (
            reader.labels("nsf_categories"),
            reader.labels("nsf_domaines"),
            reader.labels("rome_grands_domaines"),
        );
        let cog_vintage = editions
            .into_iter()
            .find(|edition| edition.liste == TERRITORIES)
            .map(|edition| edition.edition);
        if cog_vintage.is_none() && reader.mistakes.is_empty() {
            let mut mistake = Mistake::new("no edition is given for the territory lists");
            mistake.expected = Some(format!("a row `{TERRITORIES};<year>`"));
            reader.mistakes.push(("editions".to_owned(), mistake));
        }
        let Some(cog_vintage) = cog_vintage.filter(|_| reader.mistakes.is_empty()) else {
            return Err(reader.mistakes);
        };
        let text: String = files
            .iter()
            .map(|(name, text)| format!("{name}\n{text}"))
            .collect();
        Ok(Self {
            by_departement: territories
                .iter()
                .map(|t| (t.departement_cog.clone(), t.uai_prefixe.clone()))
                .collect(),
            by_prefix: territories
                .into_iter()
                .map(|t| (t.uai_prefixe.clone(), t))
                .collect(),
            region_by_name: regions
                .into_iter()
                .map(|r| (r.region_nom_majuscules, r.region_cog))
                .collect(),
            current_academie: academies
                .into_iter()
                .map(|a| (a.academie_code, a.academie_actuelle))
                .collect(),
            nsf_categories,
            nsf_domains,
            rome_grand_domains,
            diploma_types: DiplomaTypes::new(diploma_types),
            cog_vintage,
            digest: Sha256::of(text.as_bytes()),
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

/// Reads lists and gathers what is wrong with them.
struct Reader<'a> {
    files: &'a BTreeMap<&'a str, &'a str>,
    mistakes: Vec<(String, Mistake)>,
}

impl Reader<'_> {
    fn labels(&mut self, name: &str) -> BTreeMap<String, String> {
        self.rows::<Label>(name)
            .into_iter()
            .map(|label| (label.code, label.libelle))
            .collect()
    }

    fn rows<T: DeserializeOwned>(&mut self, name: &str) -> Vec<T> {
        let text = self.files.get(name).copied().unwrap_or_default();
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(b';')
            .from_reader(text.as_bytes());
        let headers = reader.headers().cloned().unwrap_or_default();
        let unique = LISTS
            .iter()
            .find(|(list, _)| *list == name)
            .and_then(|(_, column)| headers.iter().position(|header| header == *column));
        let (mut rows, mut seen) = (Vec::new(), BTreeMap::new());
        let mut record = csv::StringRecord::new();
        loop {
            let line = usize::try_from(reader.position().line()).ok();
            match reader.read_record(&mut record) {
                Ok(false) => return rows,
                Ok(true) => {}
                Err(error) => {
                    self.refuse(name, line, &error);
                    // A row of another width is skipped; bytes that are no text end the list.
                    if !matches!(error.kind(), csv::ErrorKind::UnequalLengths { .. }) {
                        return rows;
                    }
                    continue;
                }
            }
            if let Some(code) = unique.and_then(|column| record.get(column))
                && let Some(first) = seen.insert(code.to_owned(), line.unwrap_or_default())
            {
                let message = format!("`{code}` is already on line {first}");
                let mistake = Mistake::new(message).on_line(line);
                self.mistakes.push((name.to_owned(), mistake));
            }
            match record.deserialize(Some(&headers)) {
                Ok(row) => rows.push(row),
                Err(error) => {
                    self.refuse(name, line, &error);
                    // A heading that is wrong is wrong on every row.
                    return rows;
                }
            }
        }
    }

    fn refuse(&mut self, name: &str, line: Option<usize>, error: &csv::Error) {
        let mistake = match error.kind() {
            csv::ErrorKind::UnequalLengths {
                expected_len, len, ..
            } => {
                let mut mistake = Mistake::new(format!("{len} cells")).on_line(line);
                mistake.expected = Some(format!("{expected_len} cells"));
                mistake
            }
            csv::ErrorKind::Deserialize { err, .. } => unknown_heading(&err.to_string()),
            _ => Mistake::new(error.to_string()).on_line(line),
        };
        self.mistakes.push((name.to_owned(), mistake));
    }
}

/// The mistake of a heading, from the message of its reader: the words between back quotes, the first being the wrong one.
fn unknown_heading(message: &str) -> Mistake {
    let words: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let mistake = Mistake::new(format!("the headings are not those of the list: {message}"));
    match words.split_first() {
        Some((typed, known)) if !known.is_empty() => {
            mistake.among(typed, known.iter().copied()).on_line(Some(1))
        }
        Some((missing, _)) => {
            let mut mistake = mistake.on_line(Some(1));
            mistake.expected = Some(format!("`{missing}`"));
            mistake
        }
        None => mistake.on_line(Some(1)),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Knowledge;

    #[test]
    fn there_are_101_departements_18_regions_and_30_academies() {
        let codes = Knowledge::embedded().codes;
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
        let of = |code: &str| name(Knowledge::embedded().codes.of_commune(code)).map(str::to_owned);
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
        let of =
            |code: &str| name(Knowledge::embedded().codes.of_departement(code)).map(str::to_owned);
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
                Knowledge::embedded()
                    .codes
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

    /// Vectors V26, V30 of `docs/rules.md`.
    #[test]
    fn v26_v30_codes_and_names_lead_to_the_right_region() {
        let codes = Knowledge::embedded().codes;
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
