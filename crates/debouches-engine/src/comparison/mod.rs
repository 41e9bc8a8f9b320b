//! Compares two releases, wherever they are: in the state, in a folder, at an address, live on the portal.

mod remote;

use std::fs::File;

use anyhow::Context as _;
use debouches_model::{ArtefactKey, Stage};
use debouches_release::{ChangedRows, DiffReport, Side};
use debouches_table::ParquetFile;

use crate::blocking::blocking;
use crate::config::domain;
use crate::context::Setup;
use crate::failure::Usage;
use crate::named::only_dataset;
use crate::released::sidecar;
use crate::releases::latest;

/// Which releases to compare.
#[derive(Debug, Clone)]
pub struct Request {
    /// The older one: a folder, an address, `DATASET@VERSION`, `DATASET@latest`, `DATASET@live`.
    pub before: String,
    /// The newer one.
    pub after: String,
    /// Dataset of versions alone.
    pub dataset: Option<String>,
    /// Largest difference of two numbers that counts as none.
    pub tolerance: f64,
    /// Whether the rows that changed are kept.
    pub rows: bool,
}

/// Compares two releases. The rows that changed are returned when they were asked for.
///
/// # Errors
/// Fails when a release is not found or cannot be read, or when the tolerance is no distance.
pub async fn compare(
    setup: &Setup,
    request: &Request,
) -> anyhow::Result<(DiffReport, Option<ChangedRows>)> {
    if !(request.tolerance >= 0.0 && request.tolerance.is_finite()) {
        return Err(Usage("the tolerance is a number that is not negative".to_owned()).into());
    }
    let before = side(setup, &request.before, request.dataset.as_deref()).await?;
    let after = side(setup, &request.after, request.dataset.as_deref()).await?;
    let tables = domain::of_options(&setup.options)?.tables;
    let (tolerance, wants_rows) = (request.tolerance, request.rows);
    blocking(move || {
        let mut rows = wants_rows.then(ChangedRows::default);
        let report = debouches_release::diff(tables, &before, &after, tolerance, rows.as_mut())?;
        Ok((report, rows))
    })
    .await
}

/// A release, by version, folder or address.
async fn side(setup: &Setup, name: &str, dataset: Option<&str>) -> anyhow::Result<Side> {
    let folder = setup.options.path(name);
    if name.starts_with("http://") || name.starts_with("https://") {
        return remote::side(setup, name).await;
    }
    if folder.is_dir() {
        let read = |path: &str| {
            File::open(folder.join(path))
                .with_context(|| format!("cannot open {}", folder.join(path).display()))
        };
        let text = crate::folder::read_list(&folder.join("datapackage.json"))
            .with_context(|| format!("cannot read datapackage.json of {}", folder.display()))?;
        let text = String::from_utf8_lossy(&text).into_owned();
        return sidecar::assemble(name, &text, |shape| {
            Ok(ParquetFile::open(read(&shape.parquet)?)?)
        });
    }
    let context = setup.open().await?;
    let (dataset, version) = match name.split_once('@') {
        Some((dataset, version)) => (dataset.to_owned(), version),
        None => (only_dataset(&context.pipeline, dataset)?, name),
    };
    if version == "live" {
        return remote::live(&context, &dataset).await;
    }
    let release = match version {
        "latest" => latest(&context, &dataset).await?,
        version => {
            let version: debouches_model::Version = version.parse().map_err(|error| {
                Usage(format!(
                    "`{name}` is no folder, no address and no version ({error})"
                ))
            })?;
            context
                .store
                .find(&ArtefactKey::new(Stage::Package, &dataset, version))
                .await?
        }
    };
    let release = release.ok_or_else(|| {
        Usage(format!(
            "there is no release {dataset} {version} in the state"
        ))
    })?;
    sidecar::of_release(&release).await
}
