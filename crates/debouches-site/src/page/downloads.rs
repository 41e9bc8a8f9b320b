//! The files of a version: the data first, then every file with its size and its digest.

use maud::{Markup, html};

use crate::record::{DatasetRecord, VersionRecord};
use crate::release::Release;
use crate::words;

/// The section. `base` is the folder of the version, from the page.
pub(super) fn section(
    record: &DatasetRecord,
    version: &VersionRecord,
    release: &Release,
    base: &str,
) -> Markup {
    html! {
        ul.cards {
            @for resource in &release.descriptor.resources {
                li.card {
                    h3 { (resource.title) }
                    @let rows = version.files.iter().find(|file| file.path == resource.path).and_then(|file| file.rows);
                    p.soft {
                        @if let Some(rows) = rows { (words::counted(rows, "ligne", "lignes")) " · " }
                        (words::count(resource.schema.shown().count(), "colonne", "colonnes")) " · " code { (resource.name) }
                    }
                    ul.files {
                        @for file in version.files.iter().filter(|file| is_complete_table(&resource.name, &file.path)) {
                            li {
                                a.button href={ (base) "/" (file.path) } download="" {
                                    (format_of(&file.path)) " " span.soft { "(" (words::size(file.bytes)) ")" }
                                }
                            }
                        }
                    }
                    (parts(&resource.name, version, base))
                }
            }
        }
        details {
            summary {
                "Tous les fichiers de la version " (version.version) " et leurs empreintes ("
                (words::number(version.files.len() as u64)) ")"
            }
            (all(record, version, base))
        }
    }
}

/// The CSV of each région, when the release has them.
fn parts(table: &str, version: &VersionRecord, base: &str) -> Markup {
    let folder = format!("{table}.region-");
    let parts: Vec<_> = version
        .files
        .iter()
        .filter_map(|file| Some((file.path.strip_prefix(&folder)?, file)))
        .collect();
    html! {
        @if !parts.is_empty() {
            details {
                summary { "CSV par région (" (words::number(parts.len() as u64)) ")" }
                ul.files {
                    @for (name, file) in parts {
                        li {
                            a href={ (base) "/" (file.path) } download="" {
                                "Région " (name.trim_end_matches(".csv")) " " span.soft { "(" (words::size(file.bytes)) ")" }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn is_complete_table(table: &str, path: &str) -> bool {
    path.strip_prefix(table)
        .is_some_and(|rest| [".csv", ".parquet", ".xlsx", ".jsonl"].contains(&rest))
}

fn format_of(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("csv") => "CSV",
        Some("parquet") => "Parquet",
        Some("xlsx") => "Excel",
        Some("jsonl") => "JSON Lines",
        Some(_) | None => "Fichier",
    }
}

/// Every file, with its size and its digest.
fn all(record: &DatasetRecord, version: &VersionRecord, base: &str) -> Markup {
    html! {
        div.wide role="group" tabindex="0" aria-label="Fichiers et empreintes" {
            table.stack {
                caption { "Fichiers de " code { (record.dataset) "/" (version.version) } }
                thead { tr { th scope="col" { "Fichier" } th scope="col" { "Contenu" } th.n scope="col" { "Taille" } th scope="col" { "SHA-256" } } }
                tbody {
                    @for file in &version.files {
                        tr {
                            th scope="row" { a href={ (base) "/" (file.path) } download="" { (file.path) } }
                            td data-name="Contenu" { (words::file(&file.path)) }
                            td.n data-name="Taille" { (words::size(file.bytes)) }
                            td data-name="SHA-256" { code.digest { (file.sha256) } }
                        }
                    }
                }
            }
        }
    }
}
