//! The readme of a release, in French, written for reusers.

use std::fmt::Write as _;

use debouches_model::spec::ColumnSpec;
use debouches_model::{ValueStatus, Version, counted_fr};

use crate::dataset::{Dataset, Expectation};
use crate::files::WrittenFile;
use crate::forms;
use crate::prepare::PreparedTable;

/// `README.md`.
pub(crate) fn text(
    dataset: &Dataset,
    version: Version,
    tables: &[PreparedTable<'_>],
    files: &[WrittenFile],
) -> String {
    let summary = if dataset.summary == dataset.title {
        ""
    } else {
        dataset.summary.as_str()
    };
    let mut out = format!(
        "# {}\n\nVersion {version}. {summary}\n{}",
        dataset.title,
        dataset.warning()
    );
    for table in tables {
        out.push_str(&table_section(table));
    }
    out.push_str(&nulls_section(tables));
    if let Some(first) = tables.first() {
        out.push_str(&opening_section(first.spec.id.as_str()));
    }
    out.push_str(&forms::readme_section(tables, files));
    out.push_str(&checking_section(dataset));
    out.push_str(&calendar_section(dataset, tables));
    out.push_str(&origin_section(dataset, tables));
    out
}

/// The description on the page of the portal: shorter, with what prevents a misreading.
pub(crate) fn portal_description(
    dataset: &Dataset,
    version: Version,
    tables: &[PreparedTable<'_>],
) -> String {
    let mut out = format!(
        "{}\n{}\nVersion {version}.\n",
        dataset.summary,
        dataset.warning()
    );
    for table in tables {
        let _ = write!(
            out,
            "\n## {}\n\n{}\n\n",
            table.title,
            table.spec.description.trim()
        );
        let _ = writeln!(
            out,
            "{}. Millésimes : {}.\n",
            counted_fr(table.rows, "ligne", "lignes"),
            labels(table)
        );
        out.push_str("À savoir avant de conclure :\n\n");
        table
            .spec
            .cautions
            .iter()
            .for_each(|caution| out.push_str(&format!("- {caution}\n")));
    }
    out.push_str(
        "\nChaque mesure est suivie d'une colonne d'état qui dit pourquoi une cellule est vide : ",
    );
    let states = ValueStatus::ALL
        .iter()
        .map(|status| format!("`{}`, {}", status.as_str(), status.meaning()));
    out.push_str(&states.collect::<Vec<_>>().join(" ; "));
    out.push_str(".\n");
    out
}

fn labels(table: &PreparedTable<'_>) -> String {
    if table.vintage_labels.is_empty() {
        "sans objet".to_owned()
    } else {
        table.vintage_labels.join(" ; ")
    }
}

fn table_section(table: &PreparedTable<'_>) -> String {
    let spec = table.spec;
    let mut out = format!(
        "\n## {} : `{}`\n\n{}\n\n",
        spec.title,
        spec.id,
        spec.description.trim()
    );
    let _ = writeln!(out, "- Lignes : {}", table.rows);
    let _ = writeln!(out, "- Millésimes : {}", labels(table));
    let _ = writeln!(
        out,
        "- Une ligne par : {}",
        spec.key
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", ")
    );
    let _ = writeln!(out, "- Producteur : {}", spec.producer);
    if let Some(secrecy) = &spec.secrecy {
        let _ = writeln!(
            out,
            "- Secret statistique : seuil de {} personnes. {}",
            secrecy.threshold, secrecy.rule
        );
    }
    if let Some(note) = &table.secrecy {
        let _ = writeln!(out, "\n{}", note.paragraph);
    }
    out.push_str("\n### À savoir avant de conclure\n\n");
    spec.cautions
        .iter()
        .for_each(|caution| out.push_str(&format!("- {caution}\n")));
    out.push_str("\n### Mesures et dénominateurs\n\n| Colonne | Sens | Unité | Dénominateur |\n|---|---|---|---|\n");
    for column in table.columns.iter().filter(|column| column.is_measure()) {
        out.push_str(&measure_line(column));
    }
    out.push_str(&breakdown_section(table));
    let is_published = |name: &str| table.columns.iter().any(|column| column.name == name);
    let added: Vec<_> = spec
        .added_columns()
        .filter(|column| is_published(&column.name))
        .collect();
    if !added.is_empty() {
        out.push_str("\n### Colonnes ajoutées par Débouchés\n\n| Colonne | Sens |\n|---|---|\n");
        added.iter().for_each(|column| {
            out.push_str(&format!("| `{}` | {} |\n", column.name, column.description))
        });
    }
    out
}

/// Rows of a derived table by value, with their share.
#[expect(clippy::cast_precision_loss, reason = "rows are far below 2^52")]
fn breakdown_section(table: &PreparedTable<'_>) -> String {
    if table.breakdown.is_empty() {
        return String::new();
    }
    let mut out = "\n### Lignes selon leur origine et leur état\n\n| Colonne | Valeur | Lignes | Part |\n|---|---|---:|---:|\n"
        .to_owned();
    for (column, rows) in &table.breakdown {
        for (value, count) in rows {
            let share = format!("{:.1}", *count as f64 * 100.0 / table.rows.max(1) as f64)
                .replace('.', ",");
            let _ = writeln!(out, "| `{column}` | `{value}` | {count} | {share} % |");
        }
    }
    out
}

fn measure_line(column: &ColumnSpec) -> String {
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
    format!(
        "| `{}` | {} | {} | {} |\n",
        column.name,
        column.description,
        or_dash(&column.unit),
        or_dash(&column.denominator)
    )
}

fn nulls_section(tables: &[PreparedTable<'_>]) -> String {
    let mut out = String::from(
        "\n## Pourquoi une cellule est vide\n\nChaque mesure `x` est suivie de `x_statut`. Il n'y a jamais de valeur spéciale dans une colonne de nombres, et un 0 est un vrai 0.\n\n| `x_statut` | Sens |\n|---|---|\n",
    );
    for status in ValueStatus::ALL {
        let _ = writeln!(out, "| `{}` | {} |", status.as_str(), status.meaning());
    }
    for table in tables {
        let _ = write!(
            out,
            "\nCellules de `{}` par état :\n\n| Mesure |",
            table.spec.id
        );
        ValueStatus::ALL
            .iter()
            .for_each(|status| out.push_str(&format!(" {} |", status.as_str())));
        out.push_str("\n|---|---:|---:|---:|---:|---:|\n");
        for (name, counts) in &table.states {
            let _ = writeln!(
                out,
                "| `{name}` | {} |",
                counts.map(|count| count.to_string()).join(" | ")
            );
        }
    }
    out
}

fn opening_section(id: &str) -> String {
    format!(
        r#"
## Ouvrir les fichiers

Le CSV est en UTF-8, avec des points-virgules, un point décimal et des guillemets là où il en faut. Les codes (UAI, CFD, région…) sont du texte : leurs zéros de tête comptent.

- **Tableur** (LibreOffice, Excel) : ne pas double-cliquer, mais importer le fichier (Données > À partir d'un fichier texte), choisir UTF-8, point-virgule, et le type *texte* pour les colonnes de codes.
- **R** : `readr::read_delim("{id}.csv", delim = ";")`, ou `arrow::read_parquet("{id}.parquet")`
- **Python** : `pandas.read_csv("{id}.csv", sep=";", dtype_backend="pyarrow")` avec `dtype=str` pour les codes, ou `pandas.read_parquet("{id}.parquet")`
- **DuckDB** : `SELECT * FROM '{id}.parquet' LIMIT 10;`

Une colonne qui contient une liste (métiers visés) est jointe par `|` dans le CSV et reste une liste dans le Parquet.
"#
    )
}

fn checking_section(dataset: &Dataset) -> String {
    let mut out = "\n## Vérifier un téléchargement\n\nDans le dossier des fichiers, sous leur nom d'origine : `sha256sum -c --ignore-missing SHA256SUMS`. Le schéma se contrôle avec `frictionless validate datapackage.json`.\n".to_owned();
    if let Some(key) = &dataset.public_key {
        let _ = writeln!(
            out,
            "\nLes empreintes sont signées : `minisign -Vm SHA256SUMS -P {key}`."
        );
    }
    out
}

/// When new figures are expected: what the configuration says, until the table has them.
fn calendar_section(dataset: &Dataset, tables: &[PreparedTable<'_>]) -> String {
    let has = |expected: &Expectation| {
        let table = tables
            .iter()
            .find(|table| table.spec.id.as_str() == expected.table);
        table
            .zip(expected.vintage.as_ref())
            .is_some_and(|(table, vintage)| table.vintage_labels.contains(vintage))
    };
    let mut coming: Vec<&Expectation> = dataset
        .expected
        .iter()
        .filter(|expected| !has(expected))
        .collect();
    coming.sort_by_key(|expected| expected.by);
    if coming.is_empty() {
        return String::new();
    }
    let lines = coming.iter().map(|expected| {
        let what = match &expected.vintage {
            Some(vintage) => format!("millésime « {vintage} »"),
            None => "nouvelle livraison du producteur".to_owned(),
        };
        format!(
            "- `{}` : {what}, avant le {}\n",
            expected.table,
            expected.by.format("%d/%m/%Y")
        )
    });
    format!(
        "\n## Calendrier\n\nLivraisons attendues quand cette version a été faite :\n\n{}",
        lines.collect::<String>()
    )
}

fn origin_section(dataset: &Dataset, tables: &[PreparedTable<'_>]) -> String {
    let mut out = String::from(
        "\n## D'où viennent les chiffres\n\n| Source | Producteur | Adresse | Version | SHA-256 des octets reçus |\n|---|---|---|---|---|\n",
    );
    let mut seen: Vec<&str> = Vec::new();
    for source in tables.iter().flat_map(|table| &table.sources) {
        if !seen.contains(&source.id.as_str()) {
            seen.push(&source.id);
            let version = source.version.as_deref().unwrap_or("–");
            let _ = writeln!(
                out,
                "| {} | {} | {} | {version} | `{}` |",
                source.id, source.producer, source.address, source.sha256
            );
        }
    }
    let licence = crate::licence::licence(&dataset.licence);
    let title = licence["title"].as_str().unwrap_or(&dataset.licence);
    let _ = writeln!(
        out,
        "\nLicence : {title}. Citer le producteur des chiffres et la version de ce jeu."
    );
    out.push_str("\nLes colonnes du producteur sont reprises telles quelles ; ce qui est ajouté est dans des colonnes à part, et rien n'est modifié hors du masquage par le secret statistique.\n");
    out
}
