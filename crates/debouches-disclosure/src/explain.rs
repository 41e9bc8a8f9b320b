//! Why a cell is refused, in words. Values are left out: what is explained here may end in a log.

use debouches_model::Lang;

use crate::audit::Reason;
use crate::system::{CellId, Relation, System};

/// A protected count that was to be explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// Why it is safe, or how it is worked out.
    pub sentence: String,
    /// True when two checked tables differ on it by the width asked.
    pub is_safe: bool,
}

/// One sentence, for instance « 0750612A × 50022137 = région 11 − 3 lignes publiées ».
#[must_use]
pub fn explain(system: &System, cell: CellId, reason: &Reason, lang: Lang) -> String {
    let name = system.label(cell);
    let need = system.cells()[cell as usize].needed();
    match reason {
        Reason::Exact(rows) if rows.len() == 1 => equation(system, cell, rows[0].0, lang),
        Reason::Exact(rows) => match lang {
            Lang::Fr => format!(
                "{name} se calcule en combinant {}",
                list(system, rows.iter().map(|(row, _)| *row), lang)
            ),
            Lang::En => format!(
                "{name} is computed by combining {}",
                list(system, rows.iter().map(|(row, _)| *row), lang)
            ),
        },
        Reason::Narrow { low, high, by }
            if low == high && by.first().is_some_and(|row| is_alone(system, cell, *row)) =>
        {
            equation(system, cell, by[0], lang)
        }
        Reason::Narrow { low, high, by } => {
            let values = high - low + 1;
            let by = if by.is_empty() {
                String::new()
            } else {
                list(system, by.iter().copied(), lang)
            };
            match lang {
                Lang::Fr if by.is_empty() => format!(
                    "{name} : {values} valeurs possibles, il en faut {}",
                    need + 1
                ),
                Lang::En if by.is_empty() => {
                    format!("{name}: {values} possible values, {} are needed", need + 1)
                }
                Lang::Fr => format!(
                    "{name} : {values} valeurs possibles, il en faut {}, d'après {by}",
                    need + 1
                ),
                Lang::En => format!(
                    "{name}: {values} possible values, {} are needed, by {by}",
                    need + 1
                ),
            }
        }
        Reason::Unproven { reached } => match lang {
            Lang::Fr => {
                format!(
                    "{name} : rien ne prouve le secret (écart trouvé {reached}, il faut {need})"
                )
            }
            Lang::En => format!(
                "{name}: nothing proves that it is secret (spread found {reached}, {need} is needed)"
            ),
        },
    }
}

/// One sentence on a safe cell: how far apart two tables are that agree with all that is published, and the rows beside it.
#[must_use]
pub(crate) fn explain_safe(system: &System, cell: CellId, width: i64, lang: Lang) -> String {
    let name = system.label(cell);
    let mut hidden: Vec<&str> = Vec::new();
    for (row, _) in system.rows_of.get(cell) {
        for (other, _) in system.rows.get(row) {
            let label = system.label(other);
            if other != cell && system.is_hidden(other) && !hidden.contains(&label) {
                hidden.push(label);
            }
        }
    }
    let beside = hidden.iter().take(4).copied().collect::<Vec<_>>();
    let more = hidden.len() - beside.len();
    let mut words = match lang {
        Lang::Fr => {
            format!("{name} : secret, deux tableaux vérifiés diffèrent de {width} personnes")
        }
        Lang::En => format!("{name}: secret, two checked tables differ by {width} persons"),
    };
    if !beside.is_empty() {
        words += match lang {
            Lang::Fr => " ; masqués à côté : ",
            Lang::En => "; hidden beside it: ",
        };
        words += &beside.join(", ");
    }
    if more > 0 {
        words += &match lang {
            Lang::Fr => format!(" et {more} autres"),
            Lang::En => format!(" and {more} others"),
        };
    }
    words
}

/// One sentence on a cell that those who know an owner from the inside could work out.
#[must_use]
pub fn explain_inside(system: &System, cell: CellId, owner: &str, lang: Lang) -> String {
    let name = system.label(cell);
    match lang {
        Lang::Fr => {
            format!("{name} : rien ne prouve le secret pour qui connaît {owner} de l'intérieur")
        }
        Lang::En => format!(
            "{name}: nothing proves that it is secret for somebody who knows {owner} from the inside"
        ),
    }
}

/// True when a tie has no other hidden cell.
fn is_alone(system: &System, cell: CellId, row: u32) -> bool {
    system
        .rows
        .get(row)
        .all(|(other, _)| other == cell || !system.is_hidden(other))
}

fn equation(system: &System, cell: CellId, row: u32, lang: Lang) -> String {
    let name = system.label(cell);
    let shown = system
        .rows
        .get(row)
        .filter(|(other, _)| *other != cell)
        .count();
    let lines = |count: usize| match lang {
        Lang::Fr => format!("{count} ligne{} publiée{}", plural(count), plural(count)),
        Lang::En => format!("{count} published line{}", plural(count)),
    };
    match (system.ties[row as usize], system.rows.get(row).next()) {
        (Relation::Alias, _) => {
            match (lang, system.rows.get(row).find(|(other, _)| *other != cell)) {
                (Lang::Fr, Some((other, _))) => format!(
                    "{name} = {}, publié sous une autre clé",
                    system.label(other)
                ),
                (Lang::En, Some((other, _))) => format!(
                    "{name} = {}, published under another key",
                    system.label(other)
                ),
                (_, None) => name.to_owned(),
            }
        }
        (Relation::Partition, _) if system.bounds[row as usize].0 > 0 => {
            let sum = system.bounds[row as usize].0;
            match lang {
                Lang::Fr => format!(
                    "{name} = {sum} − {shown} valeur{} publiée{}",
                    plural(shown),
                    plural(shown)
                ),
                Lang::En => format!("{name} = {sum} − {shown} published value{}", plural(shown)),
            }
        }
        (_, Some((total, _))) if total == cell => match lang {
            Lang::Fr => format!("{name} = somme de {}", lines(shown)),
            Lang::En => format!("{name} = the sum of {}", lines(shown)),
        },
        (_, Some((total, _))) => format!("{name} = {} − {}", system.label(total), lines(shown - 1)),
        (_, None) => name.to_owned(),
    }
}

fn list(system: &System, rows: impl Iterator<Item = u32>, lang: Lang) -> String {
    let rows: Vec<u32> = rows.collect();
    let named = rows.iter().take(4).map(|row| {
        let first = system
            .rows
            .get(*row)
            .next()
            .map_or("", |(cell, _)| system.label(cell));
        match (system.ties[*row as usize], lang) {
            (Relation::Sum, Lang::Fr) => format!("le total {first}"),
            (Relation::Sum, Lang::En) => format!("the total {first}"),
            (Relation::Partition, Lang::Fr) => format!("la répartition de {first}"),
            (Relation::Partition, Lang::En) => format!("the breakdown of {first}"),
            (Relation::Rate, Lang::Fr) => format!("le taux de {first}"),
            (Relation::Rate, Lang::En) => format!("the rate of {first}"),
            (Relation::Ratio, Lang::Fr) => format!("les parts publiées à côté de {first}"),
            (Relation::Ratio, Lang::En) => format!("the shares published beside {first}"),
            (Relation::Mean, Lang::Fr) => format!("la moyenne publiée de {first}"),
            (Relation::Mean, Lang::En) => format!("the published mean of {first}"),
            (Relation::Cumul, Lang::Fr) => format!("le cumul {first}"),
            (Relation::Cumul, Lang::En) => format!("the cumul {first}"),
            (Relation::Alias, Lang::Fr) => format!("l'autre clé de {first}"),
            (Relation::Alias, Lang::En) => format!("the other key of {first}"),
            (Relation::Revision, Lang::Fr) => format!("la révision de {first}"),
            (Relation::Revision, Lang::En) => format!("the revision of {first}"),
        }
    });
    let mut words = named.collect::<Vec<_>>().join(", ");
    if rows.len() > 4 {
        words += &match lang {
            Lang::Fr => format!(" et {} autres", rows.len() - 4),
            Lang::En => format!(" and {} others", rows.len() - 4),
        };
    }
    words
}

fn plural(count: usize) -> &'static str {
    if count > 1 { "s" } else { "" }
}
