//! A release as one side of a comparison: the tables that its `datapackage.json` names.

use anyhow::Context as _;
use debouches_model::Fault;
use debouches_release::{Side, SideTable, TableShape};
use debouches_store::Artefact;
use debouches_table::ParquetFile;

use crate::failure::Decided;
use crate::verification::sums::is_plain;

/// A release of the state.
///
/// # Errors
/// Fails when the descriptor or a table of the release cannot be read.
pub async fn of_release(release: &Artefact) -> anyhow::Result<Side> {
    let text = String::from_utf8(release.read("datapackage.json").await?)
        .context("datapackage.json is not text")?;
    let mut files = Vec::new();
    for shape in shapes(&text)? {
        let file = ParquetFile::open(release.open_file(&shape.parquet).await?.into_file())?;
        files.push(SideTable { shape, file });
    }
    Ok(Side {
        name: format!("{} {}", release.key().subject, release.key().id),
        tables: files,
    })
}

/// The tables that a `datapackage.json` names, opened one by one.
///
/// # Errors
/// Fails when the descriptor or a table of the release cannot be read.
pub fn assemble(
    name: &str,
    datapackage: &str,
    open: impl Fn(&TableShape) -> anyhow::Result<ParquetFile>,
) -> anyhow::Result<Side> {
    let tables = shapes(datapackage)?.into_iter().map(|shape| {
        let file = open(&shape)?;
        Ok(SideTable { shape, file })
    });
    Ok(Side {
        name: name.to_owned(),
        tables: tables.collect::<anyhow::Result<_>>()?,
    })
}

/// The tables that a `datapackage.json` describes.
pub fn shapes(datapackage: &str) -> anyhow::Result<Vec<TableShape>> {
    let broken = |message: String| Decided {
        message,
        fault: Fault::Integrity,
    };
    let value = serde_json::from_str(datapackage)
        .map_err(|error| broken(format!("datapackage.json is not JSON: {error}")))?;
    let shapes = TableShape::read(&value);
    if shapes.is_empty() {
        return Err(
            broken("datapackage.json names no table with a Parquet file".to_owned()).into(),
        );
    }
    // What a descriptor names is opened: nothing outside its folder, no address.
    let unsafe_name = shapes
        .iter()
        .flat_map(|shape| [&shape.parquet, &shape.table])
        .find(|name| !is_plain(name));
    if let Some(name) = unsafe_name {
        let name = debouches_model::escape::line(name, 80);
        return Err(broken(format!("datapackage.json names `{name}`")).into());
    }
    Ok(shapes)
}
