//! Names, natures and communes of establishments, from whichever of the read tables name them.

use std::collections::HashMap;

use debouches_table::{Table, TableError};

use crate::nomenclatures::{DIRECTORY, PAYSAGE, REGISTER, References, optional_input};

/// Where a table has what it knows of an establishment.
struct Naming {
    table: &'static str,
    uai: &'static str,
    name: &'static str,
    /// Its vintages; a directory, which has none, is newer than any.
    vintage: Option<&'static str>,
    nature: Option<&'static str>,
    commune_code: Option<&'static str>,
    commune: Option<&'static str>,
}

const fn figures(table: &'static str) -> Naming {
    Naming {
        table,
        uai: "uai",
        name: "libelle",
        vintage: Some("annee"),
        nature: None,
        commune_code: None,
        commune: None,
    }
}

/// Tables that name establishments, the most trusted last; among tables of figures, the newest name wins.
const NAMING: [Naming; 9] = [
    Naming {
        uai: "etablissement",
        name: "uo_lib",
        vintage: Some("promo"),
        ..figures("insersup")
    },
    figures("ij_agricole_formation"),
    figures("ij_lycee_formation"),
    figures("ij_cfa_formation"),
    figures("ij_cfa_etablissement"),
    figures("ij_lycee_etablissement"),
    Naming {
        vintage: None,
        commune: Some("commune"),
        ..figures(PAYSAGE)
    },
    Naming {
        vintage: None,
        commune_code: Some("commune_code"),
        commune: Some("commune_libelle"),
        ..figures(DIRECTORY)
    },
    Naming {
        name: "denomination",
        vintage: None,
        nature: Some("libelle_nature"),
        commune_code: Some("commune"),
        commune: Some("libelle_commune"),
        ..figures(REGISTER)
    },
];

/// What the tables know of an establishment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Named {
    pub(crate) name: Option<String>,
    pub(crate) nature: Option<String>,
    pub(crate) commune_code: Option<String>,
    pub(crate) commune: Option<String>,
    /// Last year of the vintage of the name.
    since: u16,
}

/// What the read tables know of each establishment, by UAI.
pub(crate) fn read(references: &References) -> Result<HashMap<String, Named>, TableError> {
    let mut matches = HashMap::new();
    for naming in &NAMING {
        if let Some(table) = optional_input(references, naming.table) {
            collect(naming, table, &mut matches)?;
        }
    }
    Ok(matches)
}

fn collect(
    naming: &Naming,
    table: &Table,
    matches: &mut HashMap<String, Named>,
) -> Result<(), TableError> {
    let column = |name: Option<&str>| name.map(|name| table.text(name)).transpose();
    let (uais, names) = (table.text(naming.uai)?, table.text(naming.name)?);
    let vintages = column(naming.vintage)?;
    let natures = column(naming.nature)?;
    let (codes, communes) = (column(naming.commune_code)?, column(naming.commune)?);
    for row in 0..table.rows() {
        let Some(uai) = uais.get(row) else { continue };
        let text = |column: Option<&debouches_table::TextColumn>| {
            column.and_then(|column| column.get(row)).map(str::to_owned)
        };
        let year = vintages.map_or(u16::MAX, |column| column.get(row).map_or(0, last_year));
        let item: &mut Named = matches.entry(uai.to_owned()).or_default();
        if let Some(name) = names.get(row).filter(|_| year >= item.since) {
            item.name = Some(name.to_owned());
            item.since = year;
        }
        item.nature = text(natures).or_else(|| item.nature.take());
        if let Some(commune) = text(communes) {
            item.commune = Some(commune);
            item.commune_code = text(codes);
        }
    }
    Ok(())
}

/// The last year that a vintage names, however it is spelled.
fn last_year(vintage: &str) -> u16 {
    let numbers = vintage.split(|c: char| !c.is_ascii_digit());
    let years = numbers.filter(|number| number.len() == 4);
    years
        .filter_map(|year| year.parse().ok())
        .max()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::last_year;

    #[test]
    fn the_last_year_is_read_from_every_spelling() {
        let years = ["cumul 2021-2022", "2021,2022", "2022", "2021_2022", ""];
        assert_eq!(years.map(last_year), [2022, 2022, 2022, 2022, 0]);
    }
}
