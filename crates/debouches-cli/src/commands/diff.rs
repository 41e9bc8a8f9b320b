//! `debouches diff A B`: what differs between two releases, wherever they are.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::Context as _;
use debouches_model::{ArtefactKey, Lang, Stage};
use debouches_release::{ChangedRows, Side, diff_html, diff_text};
use debouches_table::{ParquetFile, ParquetLayout, write_parquet};

use crate::args::{DiffArgs, Global};
use crate::output;
use crate::session;
use debouches_engine::Context;
use debouches_engine::failure::Usage;
use debouches_engine::released::sidecar as side;
use debouches_engine::stages::package::latest;
use debouches_engine::stages::target::blocking;

/// The exit code of releases that differ.
const DIFFERENT: u8 = 10;

pub(crate) async fn diff(global: &Global, args: &DiffArgs) -> anyhow::Result<u8> {
    if !(args.tolerance >= 0.0 && args.tolerance.is_finite()) {
        return Err(Usage("the tolerance is a number that is not negative".to_owned()).into());
    }
    let before = side(global, &args.before, args.dataset.as_deref()).await?;
    let after = side(global, &args.after, args.dataset.as_deref()).await?;
    let (tolerance, wants_rows) = (args.tolerance, args.rows.is_some());
    let (report, rows) = blocking(move || {
        let mut rows = wants_rows.then(ChangedRows::default);
        let report = debouches_release::diff(&before, &after, tolerance, rows.as_mut())?;
        Ok((report, rows))
    })
    .await?;
    if let (Some(path), Some(rows)) = (&args.rows, rows) {
        let file =
            File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        write_parquet(
            &rows.into_table()?,
            &ParquetLayout::default(),
            BufWriter::new(file),
            1,
        )?;
    }
    let lang: Lang = global.lang.into();
    if global.json {
        output::print(&(serde_json::to_string(&report)? + "\n"));
    } else if args.html {
        output::print(&diff_html(&report));
    } else if !global.quiet {
        output::print(&diff_text(&report, lang));
    }
    Ok(if report.identical { 0 } else { DIFFERENT })
}

/// A release, by version, folder or address.
async fn side(global: &Global, name: &str, dataset: Option<&str>) -> anyhow::Result<Side> {
    let folder = global.directory.as_ref().map_or_else(
        || Path::new(name).to_path_buf(),
        |directory| directory.join(name),
    );
    if name.starts_with("http://") || name.starts_with("https://") {
        return super::remote::side(global, name).await;
    }
    if folder.is_dir() {
        let read = |path: &str| {
            File::open(folder.join(path))
                .with_context(|| format!("cannot open {}", folder.join(path).display()))
        };
        let text = std::io::read_to_string(read("datapackage.json")?)?;
        return side::assemble(name, &text, |shape| {
            Ok(ParquetFile::open(read(&shape.parquet)?)?)
        });
    }
    let context = session::open(global).await?;
    let (dataset, version) = match name.split_once('@') {
        Some((dataset, version)) => (dataset.to_owned(), version),
        None => (only_dataset(&context, dataset)?, name),
    };
    if version == "live" {
        return super::remote::live(&context, &dataset).await;
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
    side::of_release(&release).await
}

/// The dataset that the call means.
pub(super) fn only_dataset(context: &Context, asked: Option<&str>) -> anyhow::Result<String> {
    match (asked, context.pipeline.datasets.as_slice()) {
        (Some(asked), _) => Ok(asked.to_owned()),
        (None, [only]) => Ok(only.id().to_string()),
        (None, all) => {
            let known: Vec<&str> = all.iter().map(|dataset| dataset.id().as_str()).collect();
            Err(Usage(format!(
                "say which dataset with `--dataset` or `DATASET@VERSION` (known: {})",
                known.join(", ")
            ))
            .into())
        }
    }
}
