//! Region tags: from the published région, else the directory, else the UAI prefix, with the method in a column.

use std::collections::HashMap;

use debouches_model::spec::TableSpec;
use debouches_model::{Finding, RuleCode};
use debouches_table::{Column, Table, TableError, TextColumn};

use crate::code_lists::{CodeLists, Territory};
use crate::code_types::{RegionCog, Uai};
use crate::nomenclatures::{DIRECTORY, REGISTER, References, find};
use debouches_enrich::{FindingCollector, Job};

/// Where the territory of a row is read, in the order of trust.
pub(crate) struct TerritorySpec {
    /// Column with the COG code of the région.
    region_cog: Option<String>,
    /// Column with the name of the région, in any case, with or without accents.
    region_nom: Option<String>,
    /// Column with `R` and the COG code of the région.
    region_prefixed: Option<String>,
    /// Column with the UAI.
    pub(crate) uai: Option<String>,
}

impl TerritorySpec {
    /// What a table says of it, in `[add.territory]`.
    pub(crate) fn of(spec: &TableSpec) -> Option<Self> {
        let asked = spec.addition("territory")?;
        let column = |name| asked.column(name).map(str::to_owned);
        Some(Self {
            region_cog: column("region_cog"),
            region_nom: column("region_nom"),
            region_prefixed: column("region_prefixed"),
            uai: column("uai"),
        })
    }
}

/// Where a row is. Equal places share an entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Location {
    region: Option<RegionCog>,
    /// UAI prefix of the territory whose département and académie are told.
    territory: Option<&'static str>,
    prefix: Option<String>,
    method: Method,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
enum Method {
    Published,
    Directory,
    Prefix,
    #[default]
    Unknown,
}

impl Method {
    fn as_str(self) -> &'static str {
        match self {
            Self::Published => "producteur",
            Self::Directory => "annuaire",
            Self::Prefix => "prefixe",
            Self::Unknown => "inconnu",
        }
    }
}

/// Adds the territory columns.
pub(crate) fn add(
    codes: &'static CodeLists,
    Job { spec, references }: Job<'_>,
    table: &mut Table,
    findings: &mut FindingCollector,
) -> Result<(), TableError> {
    let Some(territory) = &TerritorySpec::of(spec) else {
        return Ok(());
    };
    let regions = published_regions(codes, territory, table)?;
    let establishments = territory
        .uai
        .as_ref()
        .map(|name| establishments(codes, table, name, references))
        .transpose()?;
    let mut locations: Vec<Location> = Vec::new();
    let mut known: HashMap<(Option<usize>, Option<usize>), u32> = HashMap::new();
    let mut rows_at: Vec<u64> = Vec::new();
    let mut keys: Vec<u32> = Vec::with_capacity(table.rows());
    for row in 0..table.rows() {
        let region_key = regions.as_ref().and_then(|(column, _)| column.key(row));
        let uai_key = establishments
            .as_ref()
            .and_then(|matches| matches.column.key(row));
        let key = *known.entry((region_key, uai_key)).or_insert_with(|| {
            let published =
                region_key.and_then(|key| regions.as_ref().and_then(|(_, codes)| codes[key]));
            let establishment = uai_key
                .and_then(|key| establishments.as_ref().map(|matches| &matches.located[key]));
            let location = location(published, establishment);
            if let Some(finding) = trouble(codes, territory, (table, row), published, &location) {
                findings.push(row, 1, finding.key(table.key_of(&spec.key, row)));
            }
            locations.push(location);
            rows_at.push(0);
            u32::try_from(locations.len() - 1).expect("fewer places than rows")
        });
        rows_at[key as usize] += 1;
        keys.push(key);
    }
    measure(codes, (&locations, &rows_at), table.rows(), findings);
    write(codes, table, &locations, &keys)
}

/// A column of régions, and the code of each of its distinct values.
type Published = (TextColumn, Vec<Option<RegionCog>>);

/// Code of the région of each distinct published value.
fn published_regions(
    codes: &CodeLists,
    territory: &TerritorySpec,
    table: &Table,
) -> Result<Option<Published>, TableError> {
    let known = |region: RegionCog| codes.of_region(region).map(|_| region);
    let read =
        |name: &String, parse: &dyn Fn(&str) -> Option<RegionCog>| -> Result<_, TableError> {
            let column = table.text(name)?.clone();
            let regions = column.distinct().map(parse).collect();
            Ok(Some((column, regions)))
        };
    if let Some(name) = &territory.region_cog {
        read(name, &|value| value.parse().ok().and_then(known))
    } else if let Some(name) = &territory.region_prefixed {
        read(name, &|value| {
            value
                .strip_prefix('R')
                .and_then(|code| code.parse().ok())
                .and_then(known)
        })
    } else if let Some(name) = &territory.region_nom {
        read(name, &|value| codes.region_named(value))
    } else {
        Ok(None)
    }
}

struct Establishments {
    column: TextColumn,
    located: Vec<Located>,
}

/// What a distinct UAI tells.
struct Located {
    uai: Option<Uai>,
    by_directory: Option<&'static Territory>,
    by_prefix: Option<&'static Territory>,
}

fn establishments(
    codes: &'static CodeLists,
    table: &Table,
    name: &str,
    references: &References,
) -> Result<Establishments, TableError> {
    let column = table.text(name)?.clone();
    let directory = directory(codes, references)?;
    let located = column
        .distinct()
        .map(|value| Located {
            uai: value.parse().ok(),
            by_directory: directory.get(value).copied(),
            by_prefix: value
                .get(..3)
                .and_then(|prefix| codes.by_prefix.get(prefix)),
        })
        .collect();
    Ok(Establishments { column, located })
}

/// Territory of each UAI of the directory, then of the register, by the code of its département.
fn directory(
    codes: &'static CodeLists,
    references: &References,
) -> Result<HashMap<String, &'static Territory>, TableError> {
    let mut territories = HashMap::new();
    for name in [DIRECTORY, REGISTER] {
        let Some(reference) = find(references, name) else {
            continue;
        };
        let (uai, departement) = (
            reference.table.text("uai")?,
            reference.table.text("departement")?,
        );
        for (uai, departement) in uai.iter().zip(departement.iter()) {
            let (Some(uai), Some(departement)) = (uai, departement) else {
                continue;
            };
            if let Some(territory) = codes.of_departement(departement.trim_start_matches('D')) {
                territories.entry(uai.to_owned()).or_insert(territory);
            }
        }
    }
    Ok(territories)
}

fn location(published: Option<RegionCog>, establishment: Option<&Located>) -> Location {
    let by_directory = establishment.and_then(|matches| matches.by_directory);
    // A value that is not a UAI, such as `all`, is nowhere.
    let by_prefix = establishment
        .filter(|matches| matches.uai.is_some())
        .and_then(|matches| matches.by_prefix);
    let (region, method) = if published.is_some() {
        (published, Method::Published)
    } else if let Some(territory) = by_directory {
        (territory.region_cog.parse().ok(), Method::Directory)
    } else if let Some(territory) = by_prefix {
        (territory.region_cog.parse().ok(), Method::Prefix)
    } else {
        (None, Method::Unknown)
    };
    // A département of another région than the one published is not told.
    let agrees = |territory: &&Territory| {
        region.is_some_and(|region| territory.region_cog == region.as_str())
    };
    Location {
        region,
        territory: by_directory
            .or(by_prefix)
            .filter(agrees)
            .map(|territory| territory.uai_prefixe.as_str()),
        prefix: establishment
            .and_then(|matches| matches.uai)
            .map(|uai| uai.prefix().to_owned()),
        method,
    }
}

/// What is wrong with a place, if anything: a région that contradicts the UAI, or none where there should be one.
fn trouble(
    codes: &CodeLists,
    territory: &TerritorySpec,
    (table, row): (&Table, usize),
    published: Option<RegionCog>,
    location: &Location,
) -> Option<Finding> {
    let from_prefix = location
        .prefix
        .as_ref()
        .and_then(|prefix| codes.by_prefix.get(prefix));
    if let (Some(region), Some(other)) = (published, from_prefix)
        && region.as_str() != other.region_cog
    {
        let value = region.as_str().to_owned();
        let finding = Finding::new(RuleCode::RegionConflict)
            .value(value)
            .expected(&other.region_cog);
        return Some(finding.column(region_column(territory).unwrap_or_default()));
    }
    let names_a_location = location.prefix.is_some()
        || region_column(territory).is_some_and(|name| text_at(table, name, row).is_some());
    (location.region.is_none() && names_a_location).then(|| {
        let name = territory
            .uai
            .as_deref()
            .or_else(|| region_column(territory))
            .unwrap_or_default();
        Finding::new(RuleCode::UnknownRegion)
            .column(name)
            .value(text_at(table, name, row).unwrap_or_default())
    })
}

fn region_column(territory: &TerritorySpec) -> Option<&str> {
    [
        &territory.region_cog,
        &territory.region_prefixed,
        &territory.region_nom,
    ]
    .into_iter()
    .flatten()
    .next()
    .map(String::as_str)
}

fn text_at(table: &Table, name: &str, row: usize) -> Option<String> {
    table
        .text(name)
        .ok()
        .and_then(|column| column.get(row))
        .map(str::to_owned)
}

fn measure(
    codes: &CodeLists,
    (locations, rows_at): (&[Location], &[u64]),
    rows: usize,
    findings: &mut FindingCollector,
) {
    let count = |wanted: &dyn Fn(&Location) -> bool| {
        locations
            .iter()
            .zip(rows_at)
            .filter(|(location, _)| wanted(location))
            .map(|(_, rows)| *rows)
            .sum::<u64>()
    };
    let with_region = count(&|location| location.region.is_some());
    let with_uai = count(&|location| location.prefix.is_some());
    let reported_twice = count(&|location| {
        let by_prefix = location
            .prefix
            .as_ref()
            .is_some_and(|prefix| codes.by_prefix.contains_key(prefix));
        location.method == Method::Published && by_prefix
    });
    findings.count(
        &format!("compared.{}", RuleCode::RegionConflict),
        reported_twice,
    );
    findings.share("rows_with_region", with_region, rows as u64);
    if with_uai > 0 {
        findings.share(
            "valid_uai_with_region",
            count(&|location| location.prefix.is_some() && location.region.is_some()),
            with_uai,
        );
    }
    for method in [
        Method::Published,
        Method::Directory,
        Method::Prefix,
        Method::Unknown,
    ] {
        findings.count(
            &format!("region_{}", method.as_str()),
            count(&|location| location.method == method),
        );
    }
}

/// The text of a tag for a place.
type Tag<'a> = &'a dyn Fn(&Location) -> Option<String>;

fn write(
    codes: &CodeLists,
    table: &mut Table,
    locations: &[Location],
    keys: &[u32],
) -> Result<(), TableError> {
    let of_region =
        |location: &Location| location.region.and_then(|region| codes.of_region(region));
    let of_territory = |location: &Location| {
        location
            .territory
            .and_then(|prefix| codes.by_prefix.get(prefix))
    };
    let academie =
        |territory: &Territory| codes.current_academie(&territory.academie_code).to_owned();
    let text = |value: &String| (!value.is_empty()).then(|| value.clone());
    let columns: [(&str, Tag<'_>); 12] = [
        ("region_cog", &|location| {
            location.region.map(|region| region.as_str().to_owned())
        }),
        ("region_nom", &|location| {
            of_region(location).map(|t| t.region_nom.clone())
        }),
        ("region_academique_code", &|location| {
            of_region(location).and_then(|t| text(&t.region_academique_code))
        }),
        ("region_academique_nom", &|location| {
            of_region(location).and_then(|t| text(&t.region_academique_nom))
        }),
        ("academie_code", &|location| {
            of_territory(location).map(academie)
        }),
        ("academie_nom", &|location| {
            of_territory(location).map(|t| t.academie_nom.clone())
        }),
        ("departement_cog", &|location| {
            of_territory(location).map(|t| t.departement_cog.clone())
        }),
        ("departement_nom", &|location| {
            of_territory(location).map(|t| t.departement_nom.clone())
        }),
        ("uai_prefixe", &|location| location.prefix.clone()),
        ("territoire_type", &|location| {
            of_territory(location)
                .or_else(|| of_region(location))
                .map(|t| t.territoire_type.clone())
        }),
        ("tag_methode", &|location| {
            Some(location.method.as_str().to_owned())
        }),
        ("cog_millesime", &|_| Some(codes.cog_vintage.clone())),
    ];
    for (name, value) in columns {
        table.set(
            name,
            Column::Text(TextColumn::from_entries(locations.iter().map(value), keys)),
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Knowledge;

    fn located(uai: &str) -> Located {
        let by_prefix = uai
            .get(..3)
            .and_then(|prefix| Knowledge::embedded().codes.by_prefix.get(prefix));
        Located {
            uai: uai.parse().ok(),
            by_directory: None,
            by_prefix,
        }
    }

    fn region(
        published: Option<&str>,
        uai: Option<&str>,
    ) -> (Option<String>, &'static str, Option<&'static str>) {
        let matches = uai.map(located);
        let location = location(
            published.map(|code| code.parse().unwrap()),
            matches.as_ref(),
        );
        (
            location.region.map(|region| region.as_str().to_owned()),
            location.method.as_str(),
            location.territory,
        )
    }

    /// Vectors V26 and V34 of `docs/rules.md`.
    #[test]
    fn v26_v34_the_prefix_shows_corsica_and_the_overseas() {
        assert_eq!(
            region(None, Some("0010856A")),
            (Some("84".to_owned()), "prefixe", Some("001"))
        );
        assert_eq!(
            region(None, Some("7200664J")),
            (Some("94".to_owned()), "prefixe", Some("720"))
        );
        assert_eq!(
            region(None, Some("9830002K")),
            (Some("00".to_owned()), "prefixe", Some("983"))
        );
    }

    /// A directory that names no département leaves the place to the prefix: never a null région.
    #[test]
    fn v32_an_invalid_departement_of_the_directory_locates_nothing_by_itself() {
        assert_eq!(Knowledge::embedded().codes.of_departement("invalid"), None);
        assert_eq!(
            region(None, Some("0010856A")),
            (Some("84".to_owned()), "prefixe", Some("001"))
        );
    }

    #[test]
    fn the_published_region_wins_and_a_departement_elsewhere_is_not_reported() {
        assert_eq!(
            region(Some("84"), Some("0010856A")),
            (Some("84".to_owned()), "producteur", Some("001"))
        );
        assert_eq!(
            region(Some("53"), Some("0010856A")),
            (Some("53".to_owned()), "producteur", None)
        );
    }

    #[test]
    fn what_is_not_an_establishment_is_nowhere() {
        assert_eq!(region(None, Some("all")), (None, "inconnu", None));
        assert_eq!(
            region(None, Some("0010856B")),
            (None, "inconnu", None),
            "a wrong check letter locates nothing"
        );
        assert_eq!(region(None, None), (None, "inconnu", None));
    }
}
