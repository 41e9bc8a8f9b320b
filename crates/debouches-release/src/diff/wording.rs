//! A comparison in sentences, in French and English: for the terminal, and for the changelog.

use std::fmt::Write as _;

use debouches_model::{Lang, Text, counted_en, counted_fr};

use super::report::{ColumnDiff, DiffReport, TableDiff, ValuesDiff, VersionMove};
use crate::facts::ReleaseChange;

/// Names told in a sentence before it is cut.
const NAMES: usize = 12;

/// The whole comparison as text.
#[must_use]
pub fn text(report: &DiffReport, lang: Lang) -> String {
    let mut out = String::new();
    let phrase = |fr: String, en: String| Text { fr, en }.get(lang).to_owned();
    let _ = writeln!(
        out,
        "{}",
        phrase(
            format!(
                "{} → {} (tolérance {})",
                report.before, report.after, report.tolerance
            ),
            format!(
                "{} → {} (tolerance {})",
                report.before, report.after, report.tolerance
            ),
        )
    );
    if report.identical {
        let _ = writeln!(
            out,
            "{}",
            phrase("données identiques".to_owned(), "identical data".to_owned())
        );
        return out;
    }
    let sentences = changes(report)
        .into_iter()
        .flat_map(|change| change.sentences());
    for sentence in sentences {
        let _ = writeln!(out, "- {}", sentence.get(lang));
    }
    for table in &report.tables {
        for group in &table.moves {
            let _ = writeln!(
                out,
                "  {} : {} {} : {:+} ({}), {} {:+}",
                group.measure,
                group.by,
                group.group,
                group.largest_move,
                group.largest_key,
                phrase(
                    format!(
                        "{}, moyenne",
                        counted_fr(group.moved, "cellule", "cellules")
                    ),
                    format!("{}, mean", counted_en(group.moved, "cell", "cells")),
                ),
                group.mean_move
            );
        }
    }
    out
}

/// What changed in one table, one sentence each.
#[must_use]
pub(crate) fn table_sentences(table: &TableDiff) -> Vec<Text> {
    let mut out = Vec::new();
    versions(table, &mut out);
    schema(table, &mut out);
    table
        .values
        .iter()
        .for_each(|values| describe_values(table, values, &mut out));
    rows(table, &mut out);
    columns(table, &mut out);
    statuses(table, &mut out);
    out
}

/// What changed, as the facts of a release; nothing when the data is the same.
#[must_use]
pub fn changes(report: &DiffReport) -> Vec<ReleaseChange> {
    let removed = report
        .tables_removed
        .iter()
        .map(|table| ReleaseChange::TableRemoved {
            table: table.clone(),
        });
    let added = report
        .tables_added
        .iter()
        .map(|table| ReleaseChange::TableAdded {
            table: table.clone(),
        });
    let compared = report
        .tables
        .iter()
        .filter(|table| !table_sentences(table).is_empty());
    let compared = compared.map(|table| ReleaseChange::Compared {
        // Moves by group are for who compares by hand, and so is the row that moved most: a changelog names no single cell, which
        // a later purge would have to take back from every reader.
        comparison: Box::new(TableDiff {
            moves: Vec::new(),
            columns: table
                .columns
                .iter()
                .map(|column| ColumnDiff {
                    largest_key: None,
                    ..column.clone()
                })
                .collect(),
            ..table.clone()
        }),
    });
    removed.chain(added).chain(compared).collect()
}

fn listed(names: &[String], lang: Lang) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    joined(&names, lang)
}

/// The first of these, and how many others.
fn joined(items: &[String], lang: Lang) -> String {
    let first = &items[..items.len().min(NAMES)];
    let rest = items.len().saturating_sub(NAMES);
    match (rest, lang) {
        (0, _) => first.join(", "),
        (rest, Lang::Fr) => format!(
            "{} et {}",
            first.join(", "),
            counted_fr(rest as u64, "autre", "autres")
        ),
        (rest, Lang::En) => format!(
            "{} and {}",
            first.join(", "),
            counted_en(rest as u64, "other", "others")
        ),
    }
}

/// The editions that moved, before what they moved.
fn versions(table: &TableDiff, out: &mut Vec<Text>) {
    let name = &table.table;
    // An edition that only new rows have moved nothing of what was published: the added vintage says it.
    let on_published = |moved: &&VersionMove| moved.cells > 0 || !moved.before.is_empty();
    for moved in table.versions.iter().filter(on_published) {
        let column = &moved.column;
        let list = |values: &[String], lang: Lang| match values {
            [] => Text {
                fr: "inchangée".to_owned(),
                en: "the same".to_owned(),
            }
            .get(lang)
            .to_owned(),
            values => listed(values, lang),
        };
        out.push(Text {
            fr: format!(
                "`{name}` : autre édition, colonne `{column}` : {} → {} ({}).",
                list(&moved.before, Lang::Fr),
                list(&moved.after, Lang::Fr),
                counted_fr(moved.cells, "ligne déjà publiée", "lignes déjà publiées")
            ),
            en: format!(
                "`{name}`: another edition, column `{column}`: {} → {} ({}).",
                list(&moved.before, Lang::En),
                list(&moved.after, Lang::En),
                counted_en(
                    moved.cells,
                    "row already published",
                    "rows already published"
                )
            ),
        });
    }
}

fn schema(table: &TableDiff, out: &mut Vec<Text>) {
    let name = &table.table;
    let mut phrase = |list: &[String], fr: &str, en: &str| {
        if !list.is_empty() {
            out.push(Text {
                fr: format!("`{name}` : {fr} : {}.", listed(list, Lang::Fr)),
                en: format!("`{name}`: {en}: {}.", listed(list, Lang::En)),
            });
        }
    };
    phrase(
        &table.schema.removed,
        "colonnes retirées",
        "columns removed",
    );
    let retyped: Vec<String> = table
        .schema
        .retyped
        .iter()
        .map(|column| column.column.clone())
        .collect();
    phrase(
        &retyped,
        "colonnes dont le type change",
        "columns whose type changes",
    );
    phrase(&table.schema.added, "colonnes ajoutées", "columns added");
    if table.schema.reordered {
        out.push(Text {
            fr: format!("`{name}` : l'ordre des colonnes change."),
            en: format!("`{name}`: the order of columns changes."),
        });
    }
    if table.schema.key_changed {
        out.push(Text {
            fr: format!("`{name}` : la clé des lignes change."),
            en: format!("`{name}`: the key of rows changes."),
        });
    }
}

fn describe_values(table: &TableDiff, values: &ValuesDiff, out: &mut Vec<Text>) {
    let is_vintage = values.role == "vintage";
    let what_fr = if is_vintage {
        ["millésime", "millésimes"]
    } else {
        ["diplôme", "diplômes"]
    };
    let what_en = if is_vintage {
        ["vintage", "vintages"]
    } else {
        ["diploma", "diplomas"]
    };
    let name = &table.table;
    let mut phrase = |list: &[String], fr: &str, en: &str| {
        let count = list.len() as u64;
        if count > 0 {
            out.push(Text {
                fr: format!(
                    "`{name}` : {} {fr} : {}.",
                    counted_fr(count, what_fr[0], what_fr[1]),
                    listed(list, Lang::Fr)
                ),
                en: format!(
                    "`{name}`: {} {en}: {}.",
                    counted_en(count, what_en[0], what_en[1]),
                    listed(list, Lang::En)
                ),
            });
        }
    };
    phrase(&values.appeared, "de plus", "more");
    phrase(&values.gone, "de moins", "fewer");
}

fn rows(table: &TableDiff, out: &mut Vec<Text>) {
    let rows = &table.rows;
    let name = &table.table;
    if rows.added + rows.removed > 0 {
        out.push(Text {
            fr: format!(
                "`{name}` : {}, {} ({} au lieu de {}).",
                counted_fr(rows.added, "ligne ajoutée", "lignes ajoutées"),
                counted_fr(rows.removed, "retirée", "retirées"),
                rows.after,
                rows.before
            ),
            en: format!(
                "`{name}`: {} added, {} removed ({} instead of {}).",
                counted_en(rows.added, "row", "rows"),
                rows.removed,
                rows.after,
                rows.before
            ),
        });
    }
    if rows.changed > 0 {
        out.push(Text {
            fr: format!(
                "`{name}` : {}, {}.",
                counted_fr(
                    rows.changed,
                    "ligne déjà publiée est modifiée",
                    "lignes déjà publiées sont modifiées"
                ),
                counted_fr(rows.same, "inchangée", "inchangées")
            ),
            en: format!(
                "`{name}`: {}, {} unchanged.",
                counted_en(
                    rows.changed,
                    "row already published is modified",
                    "rows already published are modified"
                ),
                rows.same
            ),
        });
    }
}

fn columns(table: &TableDiff, out: &mut Vec<Text>) {
    for column in table.columns.iter().filter(|column| column.unit.is_some()) {
        let parts: Vec<Text> = [revised(column), filled(column), emptied(column)]
            .into_iter()
            .flatten()
            .collect();
        if parts.is_empty() {
            continue;
        }
        let joined = |lang: Lang| {
            let parts: Vec<&str> = parts.iter().map(|part| part.get(lang)).collect();
            parts.join(" ; ")
        };
        let (name, column) = (&table.table, &column.column);
        out.push(Text {
            fr: format!("`{name}`.`{column}` : {}.", joined(Lang::Fr)),
            en: format!("`{name}`.`{column}`: {}.", joined(Lang::En)),
        });
    }
    let texts = |count: fn(&ColumnDiff) -> u64| -> Vec<String> {
        table
            .columns
            .iter()
            .filter(|column| {
                column.unit.is_none()
                    && debouches_model::spec::measure_of_status(&column.column).is_none()
            })
            .filter(|column| count(column) > 0)
            .map(|column| format!("`{}` ({})", column.column, count(column)))
            .collect()
    };
    let mut add = |list: &[String], fr: &str, en: &str| {
        if !list.is_empty() {
            let name = &table.table;
            out.push(Text {
                fr: format!("`{name}` : {fr} : {}.", joined(list, Lang::Fr)),
                en: format!("`{name}`: {en}: {}.", joined(list, Lang::En)),
            });
        }
    };
    add(
        &texts(|column| column.cells - column.filled - column.emptied),
        "cellules de texte ou de code corrigées",
        "text or code cells corrected",
    );
    add(
        &texts(|column| column.filled),
        "cellules de texte ou de code désormais renseignées",
        "text or code cells now filled",
    );
    add(
        &texts(|column| column.emptied),
        "cellules de texte ou de code désormais vides",
        "text or code cells now empty",
    );
}

/// The cells that had a value and have another.
fn revised(column: &ColumnDiff) -> Option<Text> {
    let cells = column.cells - column.filled - column.emptied;
    if cells == 0 {
        return None;
    }
    let (mut fr, mut en) = (
        counted_fr(cells, "cellule révisée", "cellules révisées"),
        counted_en(cells, "cell revised", "cells revised"),
    );
    let unit = column.unit.as_deref().unwrap_or_default();
    if let (Some(mean), Some(largest)) = (column.mean_move, column.largest_move) {
        let key = column.largest_key.as_ref();
        let key = key.map(|key| format!(" ({key})")).unwrap_or_default();
        // A difference of percentages is told in points.
        let [fr_unit, en_unit] = match unit {
            "%" | "points" if mean.abs() < 2.0 => ["point", "point"],
            "%" => ["points", "points"],
            unit => [unit, unit],
        };
        let number = |value: f64| format!("{value:+}").replace('.', ",");
        let _ = write!(
            fr,
            ", {} {fr_unit} en moyenne, au plus {}{key}",
            number(mean),
            number(largest)
        );
        let _ = write!(
            en,
            ", {mean:+} {en_unit} on average, {largest:+} at most{key}"
        );
    }
    Some(Text { fr, en })
}

/// The cells that had no value.
fn filled(column: &ColumnDiff) -> Option<Text> {
    (column.filled > 0).then(|| Text {
        fr: counted_fr(
            column.filled,
            "cellule désormais renseignée",
            "cellules désormais renseignées",
        ),
        en: counted_en(column.filled, "cell now filled", "cells now filled"),
    })
}

/// The cells that have no value any more.
fn emptied(column: &ColumnDiff) -> Option<Text> {
    (column.emptied > 0).then(|| Text {
        fr: counted_fr(
            column.emptied,
            "cellule désormais vide",
            "cellules désormais vides",
        ),
        en: counted_en(column.emptied, "cell now empty", "cells now empty"),
    })
}

fn statuses(table: &TableDiff, out: &mut Vec<Text>) {
    let total = |before: &str, after: &str| -> u64 {
        let matching = table
            .statuses
            .iter()
            .filter(|moved| moved.before == before && moved.after == after);
        matching.map(|moved| moved.cells).sum()
    };
    let mut pairs: Vec<(&str, &str)> = table
        .statuses
        .iter()
        .map(|moved| (moved.before.as_str(), moved.after.as_str()))
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    for (before, after) in pairs {
        let cells = total(before, after);
        let secrecy = after == "secret" || before == "secret";
        let (fr, en) = if secrecy {
            ("secret statistique", "statistical secrecy")
        } else {
            ("état", "status")
        };
        out.push(Text {
            fr: format!(
                "`{}` : {fr} : {} de `{before}` à `{after}`.",
                table.table,
                counted_fr(cells, "cellule passe", "cellules passent")
            ),
            en: format!(
                "`{}`: {en}: {} from `{before}` to `{after}`.",
                table.table,
                counted_en(cells, "cell goes", "cells go")
            ),
        });
    }
}
