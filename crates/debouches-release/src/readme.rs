//! The readme of a release, in French, written for reusers.

use std::fmt::Write as _;

use debouches_model::spec::ColumnSpec;
use debouches_model::{ValueStatus, Version, counted_fr};

use crate::dataset::{Dataset, Expectation};
use crate::files::WrittenFile;
use crate::forms;
use crate::prepare::PreparedTable;
use crate::set_aside::set_aside_once;

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
    out.push_str(&common_section(tables));
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
    for set_aside in set_aside_once(tables.iter().flat_map(|table| &table.set_aside)) {
        let _ = writeln!(out, "\n{}", set_aside.sentence().fr);
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

/// The columns that every table begins with, described once.
fn common_section(tables: &[PreparedTable<'_>]) -> String {
    // What is added is described for every table, a column of the producer for its own.
    let mut described: std::collections::BTreeMap<usize, &ColumnSpec> =
        std::collections::BTreeMap::new();
    for table in tables {
        let item = table.columns.iter();
        for column in table.spec.added_columns().chain(item) {
            if let Some(index) = table.spec.rank(&column.name) {
                described.entry(index).or_insert(column);
            }
        }
    }
    let lines: String = described
        .into_values()
        .map(|column| format!("| `{}` | {} |\n", column.name, column.description))
        .collect();
    if lines.is_empty() {
        return lines;
    }
    format!(
        "\n## Les colonnes communes\n\nElles viennent en premier dans chaque table, quand elles s'y appliquent, sous le même nom et avec les mêmes valeurs d'un jeu à l'autre : elles servent à joindre les tables.\n\n| Colonne | Sens |\n|---|---|\n{lines}"
    )
}

/// The columns that readers of this release need not look at.
fn constant_section(table: &PreparedTable<'_>) -> String {
    let (empty, same): (Vec<_>, Vec<_>) = table
        .constant
        .iter()
        .partition(|(_, value)| value.is_none());
    let mut out = String::new();
    if !empty.is_empty() {
        let names: Vec<String> = empty.iter().map(|(name, _)| format!("`{name}`")).collect();
        let _ = writeln!(
            out,
            "\nColonnes vides dans cette version : {}.",
            names.join(", ")
        );
    }
    // Every cell of a status says the same when every cell of its measure does.
    let grouped: Vec<String> = same
        .iter()
        .filter(|(name, _)| debouches_model::spec::measure_of_status(name).is_none())
        .map(|(name, value)| format!("`{name}` (« {} »)", value.as_deref().unwrap_or_default()))
        .collect();
    if !grouped.is_empty() {
        let _ = writeln!(
            out,
            "\nColonnes qui ont la même valeur sur toutes les lignes : {}.",
            grouped.join(", ")
        );
    }
    out
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
    let _ = writeln!(
        out,
        "- {} : {}",
        if table.vintage_labels.len() > 1 {
            "Millésimes"
        } else {
            "Millésime"
        },
        labels(table)
    );
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
    if table
        .columns
        .iter()
        .any(|column| column.name == "donnee_origine")
    {
        out.push_str("- Ne garder que les chiffres directs : `donnee_origine = 'directe'`\n");
    }
    if let Some(note) = &table.secrecy {
        let _ = writeln!(out, "\n{}", note.paragraph);
    }
    out.push_str("\n### À savoir avant de conclure\n\n");
    spec.cautions
        .iter()
        .for_each(|caution| out.push_str(&format!("- {caution}\n")));
    out.push_str("\n### Mesures et dénominateurs\n\n| Colonne | Sens | Unité | Dénominateur |\n|---|---|---|---|\n");
    out.push_str(&measure_lines(table));
    out.push_str(&computed_section(table));
    out.push_str(&breakdown_section(table));
    let is_published = |name: &str| table.columns.iter().any(|column| column.name == name);
    let added: Vec<_> = spec
        .added_columns()
        .filter(|column| is_published(&column.name))
        .filter(|column| spec.rank(&column.name).is_none())
        .collect();
    out.push_str(&constant_section(table));
    if !added.is_empty() {
        out.push_str("\n### Colonnes ajoutées par Débouchés\n\n| Colonne | Sens |\n|---|---|\n");
        added.iter().for_each(|column| {
            out.push_str(&format!("| `{}` | {} |\n", column.name, column.description))
        });
    }
    out
}

/// The columns that packaging computes on published measures: one line for each kind, `x` standing for the measures.
fn computed_section(table: &PreparedTable<'_>) -> String {
    let mut kinds: Vec<(&str, String)> = Vec::new();
    for measure in table.spec.measures() {
        let start = format!("{}_", measure.name);
        for column in &table.columns {
            let Some(kind) = column.name.strip_prefix(&start) else {
                continue;
            };
            let is_computed = kind != "statut" && table.spec.column(&column.name).is_none();
            if is_computed && !kinds.iter().any(|(known, _)| *known == kind) {
                let text = column.description.replace(&measure.name, "x");
                kinds.push((kind, without_horizon(&text)));
            }
        }
    }
    if kinds.is_empty() {
        return String::new();
    }
    let mut out = "\n### Colonnes calculées sur les valeurs publiées\n\nPour chaque mesure `x` dont l'effectif est publié :\n\n| Colonne | Sens |\n|---|---|\n".to_owned();
    for (kind, text) in kinds {
        let _ = writeln!(out, "| `x_{kind}` | {text} |");
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

/// One line per measure; those that differ by their horizon alone share one.
fn measure_lines(table: &PreparedTable<'_>) -> String {
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
    let mut lines: Vec<(String, Vec<&ColumnSpec>)> = Vec::new();
    for column in table.columns.iter().filter(|column| column.is_measure()) {
        let line = without_horizon(&format!(
            "{} | {} | {}",
            column.description,
            or_dash(&column.unit),
            or_dash(&column.denominator)
        ));
        let alike = |columns: &[&ColumnSpec]| {
            columns
                .first()
                .is_some_and(|first| without_horizon(&first.name) == without_horizon(&column.name))
        };
        match lines
            .iter_mut()
            .find(|(item, columns)| *item == line && alike(columns))
        {
            Some((_, columns)) => columns.push(column),
            None => lines.push((line, vec![column])),
        }
    }
    let mut out = String::new();
    for (line, columns) in lines {
        let names: Vec<String> = columns
            .iter()
            .map(|column| format!("`{}`", column.name))
            .collect();
        let line = match columns.as_slice() {
            [one] => format!(
                "{} | {} | {}",
                one.description,
                or_dash(&one.unit),
                or_dash(&one.denominator)
            ),
            _ => line,
        };
        let _ = writeln!(out, "| {} | {line} |", names.join(", "));
    }
    out
}

/// A text with an ellipsis for each horizon in months.
fn without_horizon(text: &str) -> String {
    let mut out = String::new();
    let mut digits = String::new();
    for letter in text.chars().chain(['\n']) {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        let is_horizon = ["6", "12", "18", "24", "30"].contains(&digits.as_str());
        out.push_str(if is_horizon { "…" } else { &digits });
        digits.clear();
        out.push(letter);
    }
    out.pop();
    out
}

fn nulls_section(tables: &[PreparedTable<'_>]) -> String {
    let mut out = String::from(
        "\n## Pourquoi une cellule est vide\n\nChaque mesure `x` est suivie de `x_statut`. Il n'y a jamais de valeur spéciale dans une colonne de nombres, et un 0 est un vrai 0.\n\n| `x_statut` | Sens |\n|---|---|\n",
    );
    for status in ValueStatus::ALL {
        let _ = writeln!(out, "| `{}` | {} |", status.as_str(), status.meaning());
    }
    out.push_str(SECRECY);
    for table in tables.iter().filter(|table| !table.states.is_empty()) {
        let _ = write!(
            out,
            "\nCellules de `{}` par état :\n\n| Mesures |",
            table.spec.id
        );
        ValueStatus::ALL
            .iter()
            .for_each(|status| out.push_str(&format!(" {} |", status.as_str())));
        out.push_str("\n|---|---:|---:|---:|---:|---:|\n");
        // Measures that are empty alike share a line.
        let mut lines: Vec<([u64; 5], Vec<&str>)> = Vec::new();
        for (name, counts) in &table.states {
            match lines.iter_mut().find(|(item, _)| item == counts) {
                Some((_, names)) => names.push(name),
                None => lines.push((*counts, vec![name])),
            }
        }
        for (counts, names) in lines {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            let _ = writeln!(
                out,
                "| {} | {} |",
                names.join(", "),
                counts.map(|count| count.to_string()).join(" | ")
            );
        }
    }
    out
}

/// Disclosure control in two sentences.
const SECRECY: &str = "\nUn chiffre qui porte sur trop peu de personnes est masqué, pour que personne ne puisse être reconnu. Quand on pourrait le retrouver par une soustraction, un autre chiffre du même tableau est masqué avec lui.\n";

/// How to open the files. The blocks of code are executed by `tests/judges/recipes.py` on every table of a release.
fn opening_section(id: &str) -> String {
    format!(
        r#"
## Ouvrir les fichiers

Le plus simple est le classeur Excel (`.xlsx`), quand il est proposé : les codes y gardent leurs zéros et les nombres y sont des nombres. Le CSV est en UTF-8 sans marque d'ordre (BOM), avec des points-virgules et un point décimal. Les codes (UAI, diplôme, région…) sont du texte : leurs zéros de tête comptent. Le Parquet est compressé en zstd et garde le type de chaque colonne.

**Excel** : ouvrir le classeur d'un double clic. Pour un CSV : Données > À partir d'un fichier texte, origine « 65001 : Unicode (UTF-8) », séparateur point-virgule, type *Texte* pour les colonnes de codes.

**LibreOffice** : ouvrir le classeur d'un double clic. Pour un CSV : jeu de caractères Unicode (UTF-8), séparateur point-virgule, type *Texte* pour les colonnes de codes, langue *Anglais (USA)* pour le point décimal.

Les exemples qui suivent valent pour toutes les tables : remplacer `{id}` par le nom de la table. Le type des colonnes y est lu dans `dictionnaire.csv`.

pandas :

```python
import pandas as pd
types = pd.read_csv("dictionnaire.csv", sep=";").query("table == '{id}'").set_index("colonne")["type"]
lu_comme = {{"entier": "Int64", "décimal": "float64"}}
table = pd.read_csv("{id}.csv", sep=";", keep_default_na=False, na_values=[""], dtype={{c: lu_comme.get(t, "string") for c, t in types.items()}})
```

polars :

```python
import polars as pl
types = pl.read_csv("dictionnaire.csv", separator=";", infer_schema=False).filter(pl.col("table") == "{id}")
lu_comme = {{"entier": pl.Int64, "décimal": pl.Float64}}
table = pl.read_csv("{id}.csv", separator=";", schema_overrides={{c: lu_comme.get(t, pl.String) for c, t in types.select("colonne", "type").iter_rows()}})
```

R :

```r
types <- subset(read.csv("dictionnaire.csv", sep = ";", encoding = "UTF-8"), table == "{id}")
lu_comme <- ifelse(types$type %in% c("entier", "décimal"), "numeric", "character")
table <- read.csv("{id}.csv", sep = ";", encoding = "UTF-8", na.strings = "", colClasses = setNames(lu_comme, types$colonne))
```

DuckDB :

```sql
SELECT * FROM '{id}.parquet';
```

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

fn set_aside_section(tables: &[PreparedTable<'_>]) -> String {
    let all = set_aside_once(tables.iter().flat_map(|table| &table.set_aside));
    if all.is_empty() {
        return String::new();
    }
    let mut out = String::from(
        "\nDes lignes de ces sources ne sont pas publiées, ou ne servent pas à ce jeu, parce qu'elles sont fausses telles que reçues :\n\n",
    );
    for set_aside in all {
        let _ = write!(out, "- {}", set_aside.sentence().fr);
        if !set_aside.keys.is_empty() {
            let _ = write!(out, " Clés : {}.", set_aside.keys);
        }
        out.push('\n');
    }
    out
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
            let sha256 = match source.sha256 {
                Some(sha256) => format!("`{sha256}`"),
                None => "non publié : le fichier reçu n'est pas public".to_owned(),
            };
            let _ = writeln!(
                out,
                "| {} | {} | {} | {version} | {sha256} |",
                source.id, source.producer, source.address
            );
        }
    }
    out.push_str(&set_aside_section(tables));
    let licence = crate::licence::licence(&dataset.licence);
    let title = licence["title"].as_str().unwrap_or(&dataset.licence);
    let _ = writeln!(
        out,
        "\nLicence : {title}. Citer le producteur des chiffres et la version de ce jeu."
    );
    out.push_str("\nLes colonnes du producteur sont reprises telles quelles ; ce qui est ajouté est dans des colonnes à part, et rien n'est modifié hors du masquage par le secret statistique.\n");
    out
}
