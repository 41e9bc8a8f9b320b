//! The common columns: the same name, values and type in every published table, whatever its producer calls them.

use std::collections::HashMap;

use debouches_enrich::{FindingCollector, Job};
use debouches_model::Vintage;
use debouches_model::spec::{AskedAddition, TableSpec};
use debouches_table::{Column, IntegerColumn, Table, TableError, TextColumn};

use crate::code_lists::CodeLists;
use crate::code_types::Uai;
use crate::derivations::niveau_of;
use crate::diploma_types::DiplomaType;
use crate::establishment_names::{self, Named};
use crate::nomenclatures::{DIPLOMAS, References, SUCCESSIONS, TRAININGS, optional_input};

/// Where a table reads its common columns.
pub(crate) struct CommonSpec {
    /// Whether its rows speak of the cohorts of its vintage.
    cohorts: bool,
    /// How its trainings are followed.
    way: Option<WaySpec>,
    /// Its trainings.
    pub(crate) training: Option<TrainingSpec>,
    /// Column that tells the type of diploma when the code does not.
    kind: Option<String>,
    /// Its establishments.
    pub(crate) establishment: Option<EstablishmentSpec>,
    /// Where its figures come from, when some are those of another code or of another establishment.
    origin: Option<OriginSpec>,
}

/// How trainings are followed: a column, or one value on every row.
struct WaySpec {
    column: Option<String>,
    value: Option<String>,
}

/// The columns that name a training.
pub(crate) struct TrainingSpec {
    cfd: Option<String>,
    mefstat11: Option<String>,
    pub(crate) sise: Option<String>,
    /// Code of the system that `code_type` names.
    code: Option<String>,
    code_type: Option<String>,
    /// Name of the training in the words of its producer.
    label: Option<String>,
}

/// The columns that name an establishment.
pub(crate) struct EstablishmentSpec {
    /// Its UAI; other values stand for several establishments.
    uai: String,
    /// Its name in the words of the producer.
    label: Option<String>,
}

/// The columns that tell where figures come from.
struct OriginSpec {
    /// What links the code of the row to that of its figures.
    column: String,
    /// The establishment of the figures, when it may be another.
    elsewhere: Option<String>,
}

impl CommonSpec {
    /// What a table says of its common columns, in the sections `[add.…]` of their groups; none when it has no group.
    pub(crate) fn of(spec: &TableSpec) -> Option<Self> {
        let column = |asked: &AskedAddition, name| asked.column(name).map(str::to_owned);
        let way = spec.addition("way").map(|asked| WaySpec {
            column: column(asked, "column"),
            value: asked.text("value").map(str::to_owned),
        });
        let training = spec.addition("training").map(|asked| TrainingSpec {
            cfd: column(asked, "cfd"),
            mefstat11: column(asked, "mefstat11"),
            sise: column(asked, "sise"),
            code: column(asked, "code"),
            code_type: column(asked, "code_type"),
            label: column(asked, "label"),
        });
        let establishment = spec.addition("establishment").and_then(|asked| {
            Some(EstablishmentSpec {
                uai: column(asked, "uai")?,
                label: column(asked, "label"),
            })
        });
        let origin = spec.addition("origin").and_then(|asked| {
            Some(OriginSpec {
                column: column(asked, "column")?,
                elsewhere: column(asked, "place"),
            })
        });
        let common = Self {
            cohorts: spec.addition("cohorts").is_some(),
            kind: spec
                .addition("diploma")
                .and_then(|asked| column(asked, "kind")),
            way,
            training,
            establishment,
            origin,
        };
        let is_asked = common.cohorts
            || common.kind.is_some()
            || common.way.is_some()
            || common.training.is_some()
            || common.establishment.is_some()
            || common.origin.is_some();
        is_asked.then_some(common)
    }
}

/// Adds the common columns that apply; one that the table already has is left as it is.
pub(crate) fn add(
    codes: &'static CodeLists,
    common: &CommonSpec,
    job: Job<'_>,
    (table, findings): (&mut Table, &mut FindingCollector),
) -> Result<(), TableError> {
    let mut made: Vec<(&str, Column)> = Vec::new();
    if common.cohorts {
        made.extend(cohorts(job, table)?);
    }
    let training = match &common.training {
        Some(training) => Some(Codified::read(training, table)?),
        None => None,
    };
    if let Some(way) = &common.way {
        made.push(("voie", Column::Text(ways(way, table, training.as_ref())?)));
    }
    if training.is_some() || common.kind.is_some() {
        made.extend(trainings((common, codes), job, table, training, findings)?);
    }
    if let Some(establishment) = &common.establishment {
        made.extend(establishments(establishment, job, table, findings)?);
    }
    if let Some(origin) = &common.origin {
        made.push(("donnee_origine", Column::Text(origins(origin, table)?)));
    }
    for (name, column) in made {
        if job.spec.column(name).is_none() {
            table.set(name, column)?;
        }
    }
    in_french(table)
}

/// A producer answers `Yes` and `No` in a French file.
fn in_french(table: &mut Table) -> Result<(), TableError> {
    const ANSWERS: &str = "in_fresq";
    if let Ok(answers) = table.text(ANSWERS) {
        let french = answers.map(|answer| match answer {
            "Yes" => Some("oui".to_owned()),
            "No" => Some("non".to_owned()),
            other => Some(other.to_owned()),
        });
        table.set(ANSWERS, Column::Text(french))?;
    }
    Ok(())
}

/// Vintage, first and last year, cumul or not, whatever the spelling of the producer.
fn cohorts(job: Job<'_>, table: &Table) -> Result<Vec<(&'static str, Column)>, TableError> {
    let Some(spec) = &job.spec.vintage else {
        return Ok(Vec::new());
    };
    let spelled = table.text(&spec.column)?;
    let parse = |text: &str| Vintage::parse(text, &spec.style);
    let years = |year: fn(Vintage) -> u16| {
        let known: Vec<Option<i32>> = spelled
            .distinct()
            .map(|text| parse(text).map(|vintage| i32::from(year(vintage))))
            .collect();
        let values = (0..spelled.rows()).map(|row| spelled.key(row).and_then(|key| known[key]));
        Column::Integer(values.collect::<IntegerColumn>())
    };
    let cumulated = |vintage: Vintage| {
        if vintage.first < vintage.last {
            "oui"
        } else {
            "non"
        }
    };
    Ok(vec![
        (
            "millesime",
            Column::Text(spelled.map(|text| parse(text).map(|vintage| vintage.to_string()))),
        ),
        ("millesime_debut", years(|vintage| vintage.first)),
        ("millesime_fin", years(|vintage| vintage.last)),
        (
            "est_cumul",
            Column::Text(spelled.map(|text| parse(text).map(cumulated))),
        ),
    ])
}

/// How each row is followed: the words of producers brought to four.
fn ways(
    way: &WaySpec,
    table: &Table,
    training: Option<&Codified>,
) -> Result<TextColumn, TableError> {
    let Some(name) = &way.column else {
        return Ok(TextColumn::constant(way.value.as_deref(), table.rows()));
    };
    let words = table.text(name)?;
    let of = |word: &str| match word {
        "pro" | "agricole" => "scolaire".to_owned(),
        other => other.to_owned(),
    };
    let values = (0..table.rows()).map(|row| {
        let is_higher = training.is_some_and(|training| training.system(row) == Some("sise"));
        if is_higher {
            Some("superieur".to_owned())
        } else {
            words.get(row).map(of)
        }
    });
    Ok(text(values.collect()))
}

fn text(values: Vec<Option<String>>) -> TextColumn {
    let indices: Vec<u32> =
        (0..u32::try_from(values.len()).expect("fewer than 2^32 rows")).collect();
    TextColumn::from_entries(values.into_iter(), &indices)
}

/// The codes of the trainings of a table.
struct Codified {
    /// Each system with its column, the first that is filled being that of the row.
    systems: Vec<(&'static str, TextColumn)>,
    code: Option<(TextColumn, TextColumn)>,
    label: Option<TextColumn>,
}

impl Codified {
    fn read(spec: &TrainingSpec, table: &Table) -> Result<Self, TableError> {
        let column = |name: &Option<String>| {
            name.as_ref()
                .map(|name| table.text(name).cloned())
                .transpose()
        };
        let named = [
            ("cfd", &spec.cfd),
            ("mefstat11", &spec.mefstat11),
            ("sise", &spec.sise),
        ];
        let mut systems = Vec::new();
        for (system, name) in named {
            systems.extend(column(name)?.map(|column| (system, column)));
        }
        Ok(Self {
            systems,
            code: column(&spec.code)?.zip(column(&spec.code_type)?),
            label: column(&spec.label)?,
        })
    }

    fn system(&self, row: usize) -> Option<&str> {
        match &self.code {
            Some((_, kind)) => kind.get(row),
            None => self.coded(row).map(|(system, _)| system),
        }
    }

    /// The system and the code of a row; `all` stands for every diploma of a type.
    fn coded(&self, row: usize) -> Option<(&str, &str)> {
        let coded = match &self.code {
            Some((code, kind)) => kind.get(row).zip(code.get(row)),
            None => self
                .systems
                .iter()
                .find_map(|(system, column)| Some((*system, column.get(row)?))),
        };
        coded.filter(|(_, code)| *code != "all")
    }
}

/// Names and diplomas of codes, from the Base centrale des nomenclatures.
#[derive(Default)]
struct Nomenclature {
    labels: HashMap<String, String>,
    /// Names of the diplomas of higher education, in the words of InserSup.
    higher: HashMap<String, String>,
    diploma: HashMap<String, String>,
}

impl Nomenclature {
    fn read(references: &References) -> Result<Self, TableError> {
        let mut matches = Self::default();
        for name in [SUCCESSIONS, DIPLOMAS] {
            if let Some(table) = optional_input(references, name) {
                let (codes, labels) = (table.text("formation_diplome")?, table.text("libelle")?);
                let named = codes.iter().zip(labels.iter());
                matches.labels.extend(
                    named.filter_map(|(code, label)| {
                        Some((code?.to_owned(), sentence_case(label?)))
                    }),
                );
            }
        }
        if let Some(table) = optional_input(references, "insersup") {
            let (codes, labels) = (table.text("diplome")?, table.text("libelle_diplome")?);
            let named = codes.iter().zip(labels.iter());
            matches.higher.extend(
                named.filter_map(|(code, label)| Some((code?.to_owned(), label?.to_owned()))),
            );
        }
        if let Some(table) = optional_input(references, TRAININGS) {
            let (codes, cfds) = (table.text("mefstat11")?, table.text("formation_diplome")?);
            for (code, cfd) in codes.iter().zip(cfds.iter()) {
                if let (Some(code), Some(cfd)) = (code, cfd) {
                    matches
                        .diploma
                        .entry(code.to_owned())
                        .or_insert_with(|| cfd.to_owned());
                }
            }
        }
        Ok(matches)
    }

    /// The name of a training, given its diploma when it has one.
    fn label(&self, coded: (&str, &str), cfd: Option<&str>) -> Option<String> {
        match coded {
            ("sise", code) => self.higher.get(code).cloned(),
            _ => self.labels.get(cfd?).cloned(),
        }
    }

    fn cfd<'a>(&'a self, system: &str, code: &'a str) -> Option<&'a str> {
        match system {
            "cfd" => Some(code),
            "mefstat11" => self.diploma.get(code).map(String::as_str),
            _ => None,
        }
    }
}

/// A name in capitals as a sentence; another is left as its producer writes it.
fn sentence_case(label: &str) -> String {
    let label = label.trim();
    if label.chars().any(char::is_lowercase) {
        return label.to_owned();
    }
    let lower = label.to_lowercase();
    let mut letters = lower.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => lower,
    }
}

/// What is known of the training of a row.
#[derive(Default)]
struct Known {
    system: Option<String>,
    code: Option<String>,
    label: Option<String>,
    kind: Option<&'static DiplomaType>,
    level: Option<i32>,
}

fn trainings(
    (common, lists): (&CommonSpec, &'static CodeLists),
    job: Job<'_>,
    table: &Table,
    codes: Option<Codified>,
    findings: &mut FindingCollector,
) -> Result<Vec<(&'static str, Column)>, TableError> {
    let nomenclature = Nomenclature::read(job.references)?;
    let kinds = common
        .kind
        .as_ref()
        .map(|name| table.text(name))
        .transpose()?;
    let known: Vec<Known> = (0..table.rows())
        .map(|row| {
            let coded = codes.as_ref().and_then(|codes| codes.coded(row));
            let cfd = coded.and_then(|(system, code)| nomenclature.cfd(system, code));
            let named = kinds.and_then(|kinds| kinds.get(row));
            let types = &lists.diploma_types;
            let by_code = cfd.and_then(|cfd| types.of_cfd(cfd)).or_else(|| {
                let (_, code) = coded.filter(|(system, _)| *system == "mefstat11")?;
                types.of_mefstat11(code)
            });
            // A type of the BCN is named by the first characters of its codes.
            let by_name =
                || named.and_then(|name| types.named(name).or_else(|| types.of_cfd(name)));
            let kind = by_code.or_else(by_name);
            let level_of = |cfd: &str| niveau_of(cfd)?.parse().ok().filter(|level| *level > 0);
            let published = codes
                .as_ref()
                .and_then(|codes| codes.label.as_ref()?.get(row))
                .map(sentence_case);
            Known {
                system: coded.map(|(system, _)| system.to_owned()),
                code: coded.map(|(_, code)| code.to_owned()),
                label: published.or_else(|| nomenclature.label(coded?, cfd)),
                kind,
                level: kind
                    .and_then(|kind| kind.level)
                    .or_else(|| cfd.and_then(level_of)),
            }
        })
        .collect();
    let count =
        |wanted: &dyn Fn(&Known) -> bool| known.iter().filter(|known| wanted(known)).count() as u64;
    let total = if codes.is_some() {
        count(&|known| known.code.is_some())
    } else {
        known.len() as u64
    };
    if codes.is_some() {
        let named = count(&|known| known.code.is_some() && known.label.is_some());
        findings.share("codes_with_label", named, total);
    }
    let typed = count(&|known| known.kind.is_some() && (known.code.is_some() || codes.is_none()));
    findings.share("codes_with_type", typed, total);
    let texts = |value: &dyn Fn(&Known) -> Option<String>| {
        Column::Text(text(known.iter().map(value).collect()))
    };
    Ok(vec![
        ("formation_code", texts(&|known| known.code.clone())),
        ("formation_code_type", texts(&|known| known.system.clone())),
        ("formation_libelle", texts(&|known| known.label.clone())),
        (
            "diplome_type",
            texts(&|known| known.kind.map(|kind| kind.code.clone())),
        ),
        (
            "diplome_type_libelle",
            texts(&|known| known.kind.map(|kind| kind.label.clone())),
        ),
        (
            "niveau_qualification",
            Column::Integer(
                known
                    .iter()
                    .map(|known| known.level)
                    .collect::<IntegerColumn>(),
            ),
        ),
    ]
    .into_iter()
    .filter(|(name, _)| codes.is_some() || !name.starts_with("formation"))
    .collect())
}

fn establishments(
    spec: &EstablishmentSpec,
    job: Job<'_>,
    table: &Table,
    findings: &mut FindingCollector,
) -> Result<Vec<(&'static str, Column)>, TableError> {
    let listed = establishment_names::read(job.references)?;
    let uais = table
        .text(&spec.uai)?
        .map(|value| value.parse::<Uai>().ok().map(|_| value.to_owned()));
    let labels = spec
        .label
        .as_ref()
        .map(|name| table.text(name))
        .transpose()?;
    let of = |row: usize| uais.get(row).and_then(|uai| listed.get(uai));
    let names: Vec<Option<String>> = (0..table.rows())
        .map(|row| {
            let published = labels.and_then(|labels| labels.get(row)).map(str::to_owned);
            published.or_else(|| of(row)?.name.clone())
        })
        .collect();
    let with_uai = (0..table.rows()).filter(|row| uais.get(*row).is_some());
    let named = with_uai.clone().filter(|row| names[*row].is_some()).count() as u64;
    let with_uai = with_uai.count() as u64;
    if with_uai > 0 {
        findings.share("establishments_with_label", named, with_uai);
    }
    let located = with_uai_located(&uais, &listed);
    if with_uai > 0 {
        findings.share("establishments_with_commune", located, with_uai);
    }
    let commune = |part: fn(&Named) -> &Option<String>| {
        let values = (0..table.rows()).map(|row| part(of(row)?).clone());
        Column::Text(text(values.collect()))
    };
    Ok(vec![
        ("commune_code", commune(|listed| &listed.commune_code)),
        ("commune_libelle", commune(|listed| &listed.commune)),
        ("uai", Column::Text(uais)),
        ("etablissement_libelle", Column::Text(text(names))),
    ])
}

/// How many rows have an establishment whose commune is known.
fn with_uai_located(uais: &TextColumn, listed: &HashMap<String, Named>) -> u64 {
    let located = (0..uais.rows()).filter(|row| {
        let known = uais.get(*row).and_then(|uai| listed.get(uai));
        known.is_some_and(|known| known.commune.is_some())
    });
    located.count() as u64
}

/// Where the figures of each row come from, in one column to filter on.
fn origins(spec: &OriginSpec, table: &Table) -> Result<TextColumn, TableError> {
    let kinds = table.text(&spec.column)?;
    let indices = match &spec.elsewhere {
        Some(name) => Some((table.text(name)?, table.text("uai")?)),
        None => None,
    };
    let values = (0..table.rows()).map(|row| {
        let is_elsewhere = indices
            .is_some_and(|(index, uai)| index.get(row).is_some() && index.get(row) != uai.get(row));
        if is_elsewhere {
            return Some("autre_uai".to_owned());
        }
        let origin = match kinds.get(row)? {
            "ancienne" => "diplome_precedent",
            "nouvelle" => "diplome_suivant",
            "annee_non_terminale" => "annee",
            "annee_commune" => "famille",
            direct => direct,
        };
        Some(origin.to_owned())
    });
    Ok(text(values.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_capitals_is_made_a_sentence_and_another_is_kept() {
        assert_eq!(sentence_case("MENUISIER FABRICANT"), "Menuisier fabricant");
        assert_eq!(sentence_case("ÉBÉNISTE "), "Ébéniste");
        assert_eq!(sentence_case("BUT Informatique"), "BUT Informatique");
        assert_eq!(sentence_case(""), "");
    }
}
