//! What a table must declare before a figure on people may leave it. What is left out is refused, with the line to write.

use std::collections::BTreeSet;

use super::column::{ColumnKind, ColumnSpec};
use super::secrecy::{Bases, DisclosureSpec};

/// Units of what is not a person, nor computed on persons.
const THINGS: [&str; 6] = [
    "formations",
    "lignes",
    "diplômes",
    "établissements",
    "offres",
    "contrats",
];

/// True for a count of persons, or for a rate, an amount or an indicator computed on some.
#[must_use]
pub fn is_on_people(column: &ColumnSpec) -> bool {
    column.is_measure()
        && column
            .unit
            .as_deref()
            .is_none_or(|unit| !THINGS.contains(&unit))
}

/// What of a table decides what it must declare.
pub(super) struct Declared<'a> {
    /// Its measures on people.
    pub(super) people: Vec<&'a ColumnSpec>,
    /// Its policy.
    pub(super) secrecy: Option<&'a DisclosureSpec>,
    /// Its key.
    pub(super) key: &'a [String],
    /// True when its figures are those of other tables.
    pub(super) repeats: bool,
}

/// What is missing, one sentence each, the line to write included.
pub(super) fn problems(declared: &Declared<'_>) -> Vec<String> {
    let people = &declared.people;
    if people.is_empty() {
        return Vec::new();
    }
    let Some(secrecy) = declared.secrecy else {
        return vec![format!(
            "measure `{}` is on people and the table has no disclosure policy: write `[secrecy]`, `threshold = 20` and `rule = \"…\"`",
            people[0].name
        )];
    };
    let mut out = bases(declared, secrecy);
    out.extend(totals(secrecy, declared.key));
    out
}

/// Measures on people whose base nothing tells.
fn bases(declared: &Declared<'_>, secrecy: &DisclosureSpec) -> Vec<String> {
    let people = &declared.people;
    let mut out = Vec::new();
    let elsewhere: BTreeSet<&str> = secrecy
        .elsewhere
        .iter()
        .flat_map(|item| item.columns.iter().map(String::as_str))
        .collect();
    let counts_people = |column: &&&ColumnSpec| {
        column.kind == ColumnKind::Integer && column.unit.as_deref() == Some("personnes")
    };
    match secrecy.bases {
        Bases::Here => {}
        Bases::Producer => {
            if let Some(count) = people.iter().find(counts_people) {
                out.push(format!(
                    "`bases = \"producer\"` is for tables without a count, and `{0}` counts people: write `base = [\"{0}\"]` in its `[[column]]`",
                    count.name
                ));
            }
            if secrecy.inherits.is_none() {
                out.push(
                    "`bases = \"producer\"` names no publication: write `inherits = { publication = \"https://…\", date = \"YYYY-MM-DD\" }` in `[secrecy]`"
                        .to_owned(),
                );
            }
            return out;
        }
        Bases::Source => {
            if !declared.repeats {
                out.push(
                    "`bases = \"source\"` is for tables that repeat another: write `[[derived.repeats]]` or `copies = { table = \"…\" }` in `[derived]`"
                        .to_owned(),
                );
            }
            return out;
        }
    }
    for column in people {
        if column.base.is_empty() && !elsewhere.contains(column.name.as_str()) {
            let base = match counts_people(&column) {
                true => column.name.as_str(),
                false => "the count that it is computed on",
            };
            out.push(format!(
                "measure `{}` is on people and has no base: write `base = [\"{base}\"]` in its `[[column]]`",
                column.name
            ));
        }
    }
    out
}

/// Columns of the key of which nothing tells whether some rows are totals.
pub fn totals(secrecy: &DisclosureSpec, key: &[String]) -> Vec<String> {
    let asked = key
        .iter()
        .filter(|column| !secrecy.totals.contains_key(*column));
    let mut out: Vec<String> = asked
        .map(|column| {
            format!(
                "nothing tells whether some values of `{column}` are totals: write `{column} = \"none\"` in `[secrecy.totals]`, or the value of the rows that are totals, such as `{column} = \"ensemble\"`"
            )
        })
        .collect();
    let unknown = secrecy.totals.keys().filter(|column| !key.contains(column));
    out.extend(
        unknown
            .map(|column| format!("`[secrecy.totals]` names `{column}`, which is not in the key")),
    );
    out
}

/// Columns of the key that no axis of the universe reads, hence that nobody can judge.
#[must_use]
pub fn unmapped(secrecy: &DisclosureSpec, key: &[String]) -> Vec<String> {
    let Some(universe) = &secrecy.universe else {
        return vec![
            "its rows have no universe: write `[secrecy.universe]` with `id = \"…\"`, and an `[[secrecy.universe.axis]]` for each column of the key"
                .to_owned(),
        ];
    };
    let mapped: BTreeSet<&str> = universe
        .axis
        .iter()
        .flat_map(|axis| axis.columns())
        .chain(universe.versions.iter().map(String::as_str))
        .chain(universe.follows.iter().map(String::as_str))
        .collect();
    // A column can be part of the name of a quantity: `emploi {horizon}`.
    let names_a_quantity = |column: &str| {
        let hole = format!("{{{column}}}");
        universe.quantity.values().any(|name| name.contains(&hole))
    };
    key.iter()
        .filter(|column| !mapped.contains(column.as_str()) && !names_a_quantity(column))
        .map(|column| {
            format!(
                "no dimension is read in `{column}`: write `[[secrecy.universe.axis]]`, `dimension = \"…\"`, `path = [\"{column}\"]`"
            )
        })
        .collect()
}

/// Options of a policy that protect less than the rule asks, in French sentences, for `check`, `disclosure.json` and readers.
#[must_use]
pub fn weakened(secrecy: &DisclosureSpec) -> Vec<String> {
    let mut out = Vec::new();
    if secrecy.width <= 1 {
        out.push(format!(
            "intervalle de protection de {} personne : une valeur masquée peut être connue à une personne près",
            secrecy.width
        ));
    }
    if !secrecy.status_known {
        out.push(
            "les lecteurs sont supposés ignorer quelles valeurs masquées sont sous le seuil"
                .to_owned(),
        );
    }
    if secrecy.universe.as_ref().is_some_and(|item| item.declared) {
        out.push(
            "les sommes entre lignes sont celles que la table déclare, dans une même livraison ; un même chiffre est reconnu d'une échéance et d'une livraison à l'autre"
                .to_owned(),
        );
    }
    if let Some(inherits) = &secrecy.inherits {
        out.push(format!(
            "des valeurs masquées par le producteur se déduisent peut-être de sa propre publication ({}, {}) : elles ne sont pas protégées davantage ici",
            inherits.publication, inherits.date
        ));
    }
    match secrecy.bases {
        Bases::Here => {}
        Bases::Producer => out.push(
            "le fichier n'a pas d'effectif : le seuil est appliqué par le producteur".to_owned(),
        ),
        Bases::Source => out.push("le seuil est appliqué dans les tables reprises".to_owned()),
    }
    for item in &secrecy.elsewhere {
        out.push(format!(
            "{} : seuil appliqué hors de ce fichier ({})",
            item.columns.join(", "),
            item.reason
        ));
    }
    let free = secrecy
        .count
        .iter()
        .filter(|count| count.base.is_empty() && !count.percent);
    out.extend(free.map(|count| format!("`{}` n'a pas de base : toujours publié", count.column)));
    out
}
