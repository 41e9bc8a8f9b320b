//! Audits of published files: what can be worked out from them, why, and what other policies would suppress.

mod explain;
mod judgement;
mod price;

use std::path::PathBuf;

use debouches_disclosure::{Facts, Modelled, Primary, Row, Seen, build, complete};
use debouches_model::spec::TotalSpec;

use crate::config::domain;
use crate::failure::Usage;
use crate::options::Options;
use crate::released::{AuditFiles, Layout, facts, layouts};

pub use explain::{Explained, explain};
pub use judgement::{Audit, audit};
pub use price::{Compared, price};

/// Steps that a component may take to find a table for what was not published.
const STEPS: usize = 200_000;

/// Files to audit, and what an attacker is supposed to know.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The files.
    pub files: AuditFiles,
    /// The private table with the suppressed counts: judges the worst case, where readers know which of them are small.
    pub truth: Option<PathBuf>,
    /// Larger counts are suppressed beside the small ones: readers cannot distinguish them.
    pub complementary: bool,
    /// Judges from the inside too.
    pub insiders: bool,
    /// A total that is supposed to be published, `COLUMN=VALUE`.
    pub with_total: Option<String>,
    /// How many refused counts to name.
    pub show: usize,
}

/// The releases of one table, read.
struct Subject {
    layout: Layout,
    releases: Vec<Facts>,
    primary: Primary,
}

/// Every table that the files hold.
fn subjects(options: &Options, request: &Request) -> anyhow::Result<Vec<Subject>> {
    let jobs = options.threads();
    let primary = if request.files.private {
        Primary::Hide
    } else {
        Primary::Tell
    };
    let mut out = Vec::new();
    for (layout, paths) in layouts(domain::of_options(options)?.tables, options, &request.files)? {
        let mut layout = layout;
        let mut releases = Vec::new();
        for path in &paths {
            releases.push(facts::facts(path, &layout, jobs)?);
        }
        if let Some(path) = &request.truth {
            let path = options.path(path);
            let truth = facts::facts(&path, &layout, jobs)?;
            releases
                .iter_mut()
                .for_each(|facts: &mut Facts| facts.tell(&truth));
        }
        releases
            .iter_mut()
            .for_each(|facts: &mut Facts| facts.complementary = request.complementary);
        layout.policy.insiders |= request.insiders;
        if let Some(total) = &request.with_total {
            let (column, value) = total.split_once('=').ok_or_else(|| {
                Usage(format!(
                    "--with-total {total}: expected COLUMN=VALUE, for instance code_region=FR"
                ))
            })?;
            suppose_total(&mut layout, &mut releases, column, value)?;
        }
        out.push(Subject {
            layout,
            releases,
            primary,
        });
    }
    Ok(out)
}

impl Subject {
    /// The system of everything together; hidden counts are the same in all releases unless that is impossible.
    fn model(&self) -> Modelled {
        let mut model = build(&self.layout.policy, &self.releases, self.primary, true);
        let left = complete(&mut model.system, STEPS);
        if self.releases.len() > 1 && left.contradicted > 0 {
            model = build(&self.layout.policy, &self.releases, self.primary, false);
            complete(&mut model.system, STEPS);
        }
        model
    }
}

/// Adds to each release the rows that a total would have. A hidden count has a value made up within what it can be:
/// which counts are the only hidden part of their total does not depend on it.
fn suppose_total(
    layout: &mut Layout,
    releases: &mut [Facts],
    column: &str,
    value: &str,
) -> anyhow::Result<()> {
    let place = layout.key.iter().position(|own| own == column);
    let place = place.ok_or_else(|| {
        Usage(format!(
            "--with-total: `{column}` is not in the key ({})",
            layout.key.join(", ")
        ))
    })?;
    let total = TotalSpec {
        column: column.to_owned(),
        total: value.to_owned(),
        parts: Vec::new(),
        except: Vec::new(),
        follows: Vec::new(),
        rest: None,
        complete: true,
    };
    layout.policy.total.push(total);
    for facts in releases {
        let mut model = build(
            &layout.policy,
            std::slice::from_ref(facts),
            Primary::Tell,
            true,
        );
        complete(&mut model.system, STEPS);
        let mut sums: std::collections::BTreeMap<Vec<std::sync::Arc<str>>, Vec<Option<i64>>> =
            std::collections::BTreeMap::new();
        for (row, cells) in facts.rows.iter().zip(&model.cells) {
            let mut key = row.key.clone();
            key[place] = value.into();
            let sums = sums.entry(key).or_insert_with(|| vec![None; cells.len()]);
            for (sum, cell) in sums.iter_mut().zip(cells) {
                let value = cell.map(|cell| model.system.cells()[cell as usize].value);
                *sum = match (*sum, value) {
                    (Some(sum), Some(value)) => Some(sum + value),
                    (sum, value) => sum.or(value),
                };
            }
        }
        facts.rows.extend(sums.into_iter().map(|(key, counts)| {
            Row {
                key,
                counts: counts
                    .into_iter()
                    .map(|sum| sum.map_or(Seen::Nothing, Seen::Value))
                    .collect(),
                rates: Vec::new(),
            }
        }));
    }
    Ok(())
}
