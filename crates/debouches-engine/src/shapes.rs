//! Meets a file whose header no shape knows: proposes the shape that a person reviews.

use std::fs::File;
use std::path::Path;

use anyhow::Context as _;
use debouches_fetch::unpack::{Unpack, open_body};
use debouches_insertion::Domain;
use debouches_model::TableId;

use debouches_table::ReadLimits;
use debouches_validate::{Proposal, propose, read_body};

use crate::failure::Usage;

/// Proposes a shape for a file that should fill that table.
///
/// # Errors
/// Fails when the table is unknown or filled by no file, and when the file cannot be read as a table.
pub fn proposal(
    domain: &Domain,
    path: &Path,
    table: &TableId,
    jobs: usize,
) -> anyhow::Result<Proposal> {
    let spec = domain
        .tables
        .get(table)
        .ok_or_else(|| Usage(format!("no table is called `{table}`")))?;
    let shapes = domain.shapes.of(table);
    if shapes.is_empty() {
        return Err(Usage(format!(
            "no file fills table `{table}`: it is derived from others"
        ))
        .into());
    }
    let file = File::open(path)
        .map_err(|error| Usage(format!("cannot open {}: {error}", path.display())))?;
    let name = path.display().to_string();
    let body = open_body(file, &name, &Unpack::default())?;
    let raw = read_body(body, ReadLimits::for_received(), jobs)
        .with_context(|| format!("cannot read {name}"))?;
    Ok(propose(spec, shapes, &raw))
}
