//! `debouches diff A B`: what differs between two releases, wherever they are.

use std::fs::File;
use std::io::BufWriter;

use anyhow::Context as _;
use debouches_engine::comparison::{Request, compare};
use debouches_model::Lang;
use debouches_release::{diff_html, diff_text};
use debouches_table::{ParquetLayout, write_parquet};

use crate::args::{DiffArgs, Global};
use crate::output;
use crate::session;

/// The exit code of releases that differ.
const DIFFERENT: u8 = 10;

pub(crate) async fn diff(global: &Global, args: &DiffArgs) -> anyhow::Result<u8> {
    let request = Request {
        before: args.before.clone(),
        after: args.after.clone(),
        dataset: args.dataset.clone(),
        tolerance: args.tolerance,
        rows: args.rows.is_some(),
    };
    let (report, rows) = compare(&session::setup(global), &request).await?;
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
