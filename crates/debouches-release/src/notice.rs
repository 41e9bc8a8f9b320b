//! What a portal shows of a release.

use debouches_model::{Coverage, ReleaseNotice, ResourceKind, ResourceNotice, Version};

use crate::dataset::Dataset;
use crate::files::WrittenFile;
use crate::forms;
use crate::prepare::PreparedTable;
use crate::readme;
use crate::signature::SIGNATURE_FILE;

/// The notice of a release.
pub(crate) fn of(
    dataset: &Dataset,
    version: Version,
    tables: &[PreparedTable<'_>],
    files: &[WrittenFile],
) -> ReleaseNotice {
    ReleaseNotice {
        dataset: dataset.id.clone(),
        version,
        title: dataset.title.clone(),
        summary: dataset.summary.clone(),
        description: readme::portal_description(dataset, version, tables),
        licence: dataset.licence.clone(),
        frequency: dataset.frequency.clone(),
        tags: dataset.tags.clone(),
        coverage: coverage(tables),
        zones: dataset.zones.clone(),
        granularity: dataset.granularity.clone(),
        resources: tables
            .iter()
            .flat_map(|table| resources(table, files))
            .chain(texts(tables))
            .chain(signature(dataset))
            .collect(),
    }
}

/// The files of a table, the one that opens with a double click first.
fn resources(table: &PreparedTable<'_>, files: &[WrittenFile]) -> Vec<ResourceNotice> {
    let (workbooks, others): (Vec<_>, Vec<_>) = further(table, files)
        .into_iter()
        .partition(|resource| resource.path.ends_with(".xlsx"));
    workbooks
        .into_iter()
        .chain(data(table))
        .chain(others)
        .collect()
}

/// From the first to the last cohort of all the tables.
fn coverage(tables: &[PreparedTable<'_>]) -> Coverage {
    let all = || tables.iter().filter_map(PreparedTable::coverage);
    let start = all().map(|coverage| coverage.start).min();
    let end = all().map(|coverage| coverage.end).max();
    Coverage {
        start: start.expect("a release has a vintage: see `require_vintage`"),
        end: end.expect("a release has a vintage: see `require_vintage`"),
    }
}

fn data(table: &PreparedTable<'_>) -> [ResourceNotice; 2] {
    let id = table.spec.id.as_str();
    // A udata portal reduces names to lower case, digits, dots and dashes.
    let stem = id.replace('_', "-");
    let resource = |extension: &str, title: String, description: String| ResourceNotice {
        path: format!("{id}.{extension}"),
        upload_name: format!("{stem}.{extension}"),
        title,
        description,
        kind: ResourceKind::Main,
    };
    let rows = table.rows;
    let order = match table.spec.sort.as_slice() {
        [] => "clé".to_owned(),
        sort => format!(
            "{}, puis par clé",
            sort.iter()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(", ")
        ),
    };
    [
        resource(
            "csv",
            format!("{} (CSV)", table.title),
            format!(
                "CSV en UTF-8, séparateur point-virgule, {rows} lignes. Une cellule vide est expliquée par la colonne d'état qui la suit."
            ),
        ),
        resource(
            "parquet",
            format!("{} (Parquet)", table.title),
            format!(
                "Les mêmes {rows} lignes en Parquet compressé zstd, triées par {order}, avec index de pages."
            ),
        ),
    ]
}

/// The further forms of a table.
fn further(table: &PreparedTable<'_>, files: &[WrittenFile]) -> Vec<ResourceNotice> {
    let id = table.spec.id.as_str();
    let forms = forms::of_table(id, files).into_iter().map(|file| {
        let rest = file.path.trim_start_matches(id);
        let (title, description) = match rest.rsplit('.').next() {
            Some("xlsx") => (
                format!("{} (Excel)", table.title),
                "Les mêmes lignes dans un classeur ; les codes y sont du texte.".to_owned(),
            ),
            Some("jsonl") => (
                format!("{} (JSON Lines)", table.title),
                "Les mêmes lignes, un objet JSON sur chacune.".to_owned(),
            ),
            Some(_) | None => {
                let code = rest.trim_start_matches(".region-").trim_end_matches(".csv");
                let rows = file.rows.unwrap_or_default();
                (
                    format!("{} (CSV, région {code})", table.title),
                    format!("Les {rows} lignes dont `region_cog` est {code}."),
                )
            }
        };
        let name = file.path.replace('_', "-").replace(".region-", "-region-");
        ResourceNotice {
            path: file.path.clone(),
            upload_name: name.to_ascii_lowercase(),
            title,
            description,
            kind: ResourceKind::Main,
        }
    });
    forms.collect()
}

fn texts(tables: &[PreparedTable<'_>]) -> Vec<ResourceNotice> {
    let resource =
        |path: &str, upload_name: &str, title: &str, description: &str, kind| ResourceNotice {
            path: path.to_owned(),
            upload_name: upload_name.to_owned(),
            title: title.to_owned(),
            description: description.to_owned(),
            kind,
        };
    use ResourceKind::{Documentation, Other};
    let judged = tables.iter().any(|table| table.secrecy.is_some()).then(|| {
        resource(
            "disclosure.json",
            "secret-statistique.json",
            "Secret statistique",
            "La règle appliquée, combien de chiffres sont publiés et masqués, et ce que le contrôle a trouvé.",
            Documentation,
        )
    });
    let mut texts = vec![
        resource(
            "README.md",
            "lisez-moi.txt",
            "Lisez-moi",
            "Champ, dénominateurs, sens de chaque cellule vide, comment ouvrir les fichiers (Markdown).",
            Documentation,
        ),
        resource(
            "dictionnaire.csv",
            "dictionnaire.csv",
            "Dictionnaire des colonnes",
            "Chaque colonne avec son unité, son dénominateur, ses bornes et ses modalités.",
            Documentation,
        ),
        resource(
            "datapackage.json",
            "datapackage.json",
            "Métadonnées Data Package",
            "Schéma des tables (Data Package v2, Table Schema).",
            Other,
        ),
        resource(
            "CHANGELOG.md",
            "journal-des-versions.txt",
            "Journal des versions",
            "Ce qui a changé à chaque version.",
            Documentation,
        ),
        resource(
            "CHANGELOG.en.md",
            "changelog-en.txt",
            "Journal des versions, en anglais",
            "What changed in each version.",
            Documentation,
        ),
        resource(
            "release.json",
            "version.json",
            "Faits de la version",
            "Ce que la version change et les décisions qui la concernent, en données : version précédente, changements, dérogations, retraits.",
            Other,
        ),
        resource(
            "SHA256SUMS",
            "sha256sums.txt",
            "Empreintes SHA-256",
            "Empreintes des fichiers sous leur nom d'origine, pour vérifier un téléchargement.",
            Other,
        ),
    ];
    texts.splice(5..5, judged);
    texts
}

fn signature(dataset: &Dataset) -> Option<ResourceNotice> {
    dataset.public_key.as_ref().map(|key| ResourceNotice {
        path: SIGNATURE_FILE.to_owned(),
        upload_name: "sha256sums-minisig.txt".to_owned(),
        title: "Signature des empreintes".to_owned(),
        description: format!("Signature minisign de SHA256SUMS, par la clé publique `{key}`."),
        kind: ResourceKind::Other,
    })
}
