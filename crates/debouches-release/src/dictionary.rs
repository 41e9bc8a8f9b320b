//! The data dictionary: one line per published column, as CSV for spreadsheets.

use debouches_model::spec::{ColumnKind, ColumnSpec, Role};

use crate::prepare::PreparedTable;

/// The dictionary of every table of a release.
pub(crate) fn csv(tables: &[PreparedTable<'_>]) -> String {
    let mut out = String::from(
        "table;colonne;libelle;type;role;unite;denominateur;base_du_secret;minimum;maximum;modalites;description\n",
    );
    for table in tables {
        for column in &table.columns {
            let bound =
                |bound: Option<f64>| bound.map(|bound| bound.to_string()).unwrap_or_default();
            let cells = [
                table.spec.id.to_string(),
                column.name.clone(),
                column.label.clone(),
                kind(column.kind).to_owned(),
                role(column).to_owned(),
                column.unit.clone().unwrap_or_default(),
                column.denominator.clone().unwrap_or_default(),
                column.base.describe(),
                bound(column.min),
                bound(column.max),
                column.values.join("|"),
                column.description.clone(),
            ];
            out.push_str(&cells.map(|cell| quoted(&cell)).join(";"));
            out.push('\n');
        }
    }
    out
}

fn kind(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Text => "texte",
        ColumnKind::Integer => "entier",
        ColumnKind::Decimal => "décimal",
        ColumnKind::Boolean => "booléen",
        ColumnKind::List => "liste, séparée par |",
    }
}

fn role(column: &ColumnSpec) -> &'static str {
    match column.role {
        Role::Dimension => "dimension",
        Role::Label => "libellé",
        Role::Measure => "mesure",
        Role::Note => "note",
        Role::Tag => "ajout de Débouchés",
    }
}

fn quoted(text: &str) -> String {
    if text.contains([';', '"', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
