//! Audits of published files: what can be worked out from them, why, and what other policies would suppress.

mod explain;
mod judgement;
mod price;

use std::path::PathBuf;

use debouches_disclosure::{
    Facts, Hierarchies, Leaks, Member, Mode, Placing, Primary, Protect, Protected, Published, Row,
    Seen, Tables, build, complete, protect,
};
use debouches_model::Lang;
use debouches_model::spec::{TotalSpec, Universe};

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

/// Tables that are judged together, read: those of one universe, or one alone.
struct Subject {
    universe: Option<Universe>,
    tables: Vec<Releases>,
}

/// The releases of one table.
struct Releases {
    layout: Layout,
    previous: Vec<Published>,
    last: Facts,
}

/// Every table that the files hold, by universe.
fn subjects(options: &Options, request: &Request) -> anyhow::Result<Vec<Subject>> {
    let jobs = options.threads();
    let mut out: Vec<Subject> = Vec::new();
    let domain = domain::of_options(options)?;
    for (layout, paths) in layouts(domain.tables, options, &request.files)? {
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
                .for_each(|facts: &mut Facts| facts.reveal(&truth));
        }
        for facts in &mut releases {
            facts.complementary = request.complementary;
            if request.files.private {
                facts.hide_small(&layout.policy);
            }
        }
        layout.policy.insiders |= request.insiders;
        if let Some(total) = &request.with_total {
            let (column, value) = total.split_once('=').ok_or_else(|| {
                Usage(format!(
                    "--with-total {total}: expected COLUMN=VALUE, for instance code_region=FR"
                ))
            })?;
            suppose_total(&mut layout, &mut releases, column, value)?;
        }
        let Some(last) = releases.pop() else { continue };
        let previous = (0_u64..)
            .zip(releases.into_iter().zip(&paths))
            .map(|(at, (facts, path))| Published {
                version: path.display().to_string(),
                at,
                facts,
            })
            .collect();
        // A total that is only supposed is in no universe.
        let asked = layout.policy.universe.as_ref();
        let universe = asked
            .filter(|_| request.with_total.is_none())
            .and_then(|asked| domain.universes.iter().find(|item| item.id == asked.id));
        let table = Releases {
            layout,
            previous,
            last,
        };
        let known = out.iter_mut().find(|subject| {
            let other = subject.universe.as_ref();
            universe.is_some_and(|item| other.is_some_and(|other| item.id == other.id))
        });
        match known {
            Some(subject) => subject.tables.push(table),
            None => out.push(Subject {
                universe: universe.cloned(),
                tables: vec![table],
            }),
        }
    }
    Ok(out)
}

impl Subject {
    /// What the disclosure audit of releases says of these: the last release of each table is the one to come.
    fn protected(&self, asked: &Asked<'_>) -> anyhow::Result<Protected> {
        let nothing = Universe {
            id: String::new(),
            dimension: Vec::new(),
        };
        let hierarchies = Hierarchies::new(self.universe.as_ref().unwrap_or(&nothing));
        let members = self
            .tables
            .iter()
            .map(|table| {
                let layout = &table.layout;
                let placing = match (&self.universe, &layout.policy.universe) {
                    (Some(_), Some(universe)) => Some(
                        Placing::new(universe, &layout.policy, &hierarchies, &layout.columns())
                            .map_err(|message| Usage(format!("table {}: {message}", layout.id)))?,
                    ),
                    (Some(_) | None, Some(_) | None) => None,
                };
                Ok(Member {
                    table: &layout.id,
                    policy: &layout.policy,
                    identity: match placing {
                        Some(_) => layout.key.len(),
                        None => usize::MAX,
                    },
                    placing,
                    previous: &table.previous,
                    current: Some(&table.last),
                })
            })
            .collect::<Result<_, Usage>>()?;
        let tables = Tables {
            hierarchies,
            members,
        };
        let protect_asked = Protect {
            tables,
            mode: Some(Mode::Strict),
            leaks: asked.leaks,
            jobs: asked.jobs,
            explained: asked.explained,
        };
        Ok(protect(protect_asked, asked.lang))
    }

    /// Names of its tables.
    fn name(&self) -> String {
        let names: Vec<&str> = self
            .tables
            .iter()
            .map(|item| item.layout.id.as_str())
            .collect();
        names.join(" + ")
    }
}

/// What is asked of an audit.
struct Asked<'a> {
    leaks: Leaks,
    jobs: usize,
    explained: Option<&'a str>,
    lang: Lang,
}

/// Adds to each release the rows that a total would have. A hidden count has a value made up within what it can be:
/// which counts are the only hidden part of their total does not depend on it.
fn suppose_total(
    layout: &mut Layout,
    releases: &mut [Facts],
    column: &str,
    value: &str,
) -> anyhow::Result<()> {
    let index = layout.key.iter().position(|item| item == column);
    let index = index.ok_or_else(|| {
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
            Primary::Reveal,
            true,
        );
        complete(&mut model.system, STEPS);
        let mut sums: std::collections::BTreeMap<Vec<std::sync::Arc<str>>, Vec<Option<i64>>> =
            std::collections::BTreeMap::new();
        for (row, cells) in facts.rows.iter().zip(&model.cells) {
            let mut key = row.key.clone();
            key[index] = value.into();
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
