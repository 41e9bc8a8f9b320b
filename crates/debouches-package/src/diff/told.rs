//! A comparison in sentences, in French and English: for the terminal, and for the changelog.

use std::fmt::Write as _;

use debouches_model::{Lang, Text};

use super::report::{DiffReport, TableDiff, ValuesDiff};

/// Names told in a sentence before it is cut.
const NAMES: usize = 12;

/// The whole comparison as text.
#[must_use]
pub fn text(report: &DiffReport, lang: Lang) -> String {
    let mut out = String::new();
    let say = |fr: String, en: String| Text { fr, en }.get(lang).to_owned();
    let _ = writeln!(
        out,
        "{}",
        say(
            format!("{} → {} (tolérance {})", report.before, report.after, report.tolerance),
            format!("{} → {} (tolerance {})", report.before, report.after, report.tolerance),
        )
    );
    if report.identical {
        let _ = writeln!(out, "{}", say("données identiques".to_owned(), "identical data".to_owned()));
        return out;
    }
    for sentence in sentences(report) {
        let _ = writeln!(out, "- {}", sentence.get(lang));
    }
    for table in &report.tables {
        for group in &table.moves {
            let _ = writeln!(
                out,
                "  {} : {} {} : {:+} ({}), {} {} {:+}",
                group.measure,
                group.by,
                group.group,
                group.largest_move,
                group.largest_key,
                group.moved,
                say("cellules, moyenne".to_owned(), "cells, mean".to_owned()),
                group.mean_move
            );
        }
    }
    out
}

/// What changed, one sentence each, in the order of what matters to a reuser.
#[must_use]
pub fn sentences(report: &DiffReport) -> Vec<Text> {
    let mut out = Vec::new();
    let names = report.tables_removed.iter().map(|name| (name, "retirée", "removed"));
    for (name, fr, en) in names.chain(report.tables_added.iter().map(|name| (name, "ajoutée", "added"))) {
        out.push(Text { fr: format!("Table `{name}` {fr}."), en: format!("Table `{name}` {en}.") });
    }
    for table in &report.tables {
        schema(table, &mut out);
        table.values.iter().for_each(|values| values_told(table, values, &mut out));
        rows(table, &mut out);
        columns(table, &mut out);
        statuses(table, &mut out);
    }
    out
}

fn listed(names: &[String], lang: Lang) -> String {
    let told: Vec<String> = names.iter().take(NAMES).map(|name| format!("`{name}`")).collect();
    let rest = names.len().saturating_sub(NAMES);
    match (rest, lang) {
        (0, _) => told.join(", "),
        (_, Lang::Fr) => format!("{} et {rest} autres", told.join(", ")),
        (_, Lang::En) => format!("{} and {rest} others", told.join(", ")),
    }
}

fn schema(table: &TableDiff, out: &mut Vec<Text>) {
    let name = &table.table;
    let mut say = |list: &[String], fr: &str, en: &str| {
        if !list.is_empty() {
            out.push(Text {
                fr: format!("`{name}` : {fr} : {}.", listed(list, Lang::Fr)),
                en: format!("`{name}`: {en}: {}.", listed(list, Lang::En)),
            });
        }
    };
    say(&table.schema.removed, "colonnes retirées", "columns removed");
    let retyped: Vec<String> = table.schema.retyped.iter().map(|column| column.column.clone()).collect();
    say(&retyped, "colonnes dont le type change", "columns whose type changes");
    say(&table.schema.added, "colonnes ajoutées", "columns added");
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

fn values_told(table: &TableDiff, values: &ValuesDiff, out: &mut Vec<Text>) {
    let (what_fr, what_en) = if values.role == "vintage" { ("millésimes", "vintages") } else { ("diplômes", "diplomas") };
    let name = &table.table;
    let mut say = |list: &[String], fr: &str, en: &str| {
        if !list.is_empty() {
            out.push(Text {
                fr: format!("`{name}` : {} {what_fr} {fr} : {}.", list.len(), listed(list, Lang::Fr)),
                en: format!("`{name}`: {} {what_en} {en}: {}.", list.len(), listed(list, Lang::En)),
            });
        }
    };
    say(&values.appeared, "de plus", "more");
    say(&values.gone, "de moins", "fewer");
}

fn rows(table: &TableDiff, out: &mut Vec<Text>) {
    let rows = &table.rows;
    let name = &table.table;
    if rows.added + rows.removed > 0 {
        out.push(Text {
            fr: format!(
                "`{name}` : {} lignes ajoutées, {} retirées ({} au lieu de {}).",
                rows.added, rows.removed, rows.after, rows.before
            ),
            en: format!(
                "`{name}`: {} rows added, {} removed ({} instead of {}).",
                rows.added, rows.removed, rows.after, rows.before
            ),
        });
    }
    if rows.changed > 0 {
        out.push(Text {
            fr: format!("`{name}` : {} lignes déjà publiées sont modifiées, {} sont inchangées.", rows.changed, rows.same),
            en: format!("`{name}`: {} rows already published are modified, {} are unchanged.", rows.changed, rows.same),
        });
    }
}

fn columns(table: &TableDiff, out: &mut Vec<Text>) {
    let moved = table.columns.iter().filter(|column| column.moved > 0 || column.filled + column.emptied > 0);
    for column in moved.filter(|column| column.unit.is_some()) {
        let unit = column.unit.as_deref().map(|unit| if unit == "%" { "point(s)" } else { unit }).unwrap_or_default();
        let (mut fr, mut en) = (
            format!("`{}`.`{}` : {} cellules révisées", table.table, column.column, column.cells),
            format!("`{}`.`{}`: {} cells revised", table.table, column.column, column.cells),
        );
        if let (Some(mean), Some(largest), Some(key)) = (column.mean_move, column.largest_move, &column.largest_key) {
            let moved = column.moved;
            let _ = write!(fr, ", dont {moved} changent de valeur : {mean:+} {unit} en moyenne, au plus {largest:+} ({key})");
            let _ = write!(en, ", of which {moved} change value: {mean:+} {unit} on average, {largest:+} at most ({key})");
        }
        if column.filled > 0 {
            let _ = write!(fr, " ; {} sont désormais renseignées", column.filled);
            let _ = write!(en, "; {} are now filled", column.filled);
        }
        if column.emptied > 0 {
            let _ = write!(fr, " ; {} sont désormais vides", column.emptied);
            let _ = write!(en, "; {} are now empty", column.emptied);
        }
        out.push(Text { fr: fr + ".", en: en + "." });
    }
    let texts: Vec<String> = table
        .columns
        .iter()
        .filter(|column| column.unit.is_none() && !column.column.ends_with("_statut"))
        .map(|column| format!("{} ({})", column.column, column.cells))
        .collect();
    if !texts.is_empty() {
        out.push(Text {
            fr: format!("`{}` : cellules de texte ou de code corrigées : {}.", table.table, listed(&texts, Lang::Fr)),
            en: format!("`{}`: text or code cells corrected: {}.", table.table, listed(&texts, Lang::En)),
        });
    }
}

fn statuses(table: &TableDiff, out: &mut Vec<Text>) {
    let total = |before: &str, after: &str| -> u64 {
        let matching = table.statuses.iter().filter(|moved| moved.before == before && moved.after == after);
        matching.map(|moved| moved.cells).sum()
    };
    let mut pairs: Vec<(&str, &str)> =
        table.statuses.iter().map(|moved| (moved.before.as_str(), moved.after.as_str())).collect();
    pairs.sort_unstable();
    pairs.dedup();
    for (before, after) in pairs {
        let cells = total(before, after);
        let secrecy = after == "suppressed" || before == "suppressed";
        let (fr, en) = if secrecy { ("secret statistique", "statistical secrecy") } else { ("état", "status") };
        out.push(Text {
            fr: format!("`{}` : {fr} : {cells} cellules passent de `{before}` à `{after}`.", table.table),
            en: format!("`{}`: {en}: {cells} cells go from `{before}` to `{after}`.", table.table),
        });
    }
}
