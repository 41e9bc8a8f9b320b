//! The disclosure audit of the tables of a dataset about to be released, together with everything published of their universe.

pub mod audit;
mod counts;
pub mod linked;
mod paragraph;
mod published;
pub mod repeated;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use anyhow::Context as _;
use debouches_disclosure::{
    Facts, Hierarchies, Member, Placing, Protect, Seen, TableDisclosure, Tables, protect,
    resemble_totals,
};
use debouches_model::spec::{AxisSpec, ColumnSpec, CountSpec, DisclosureSpec, TableSpec, Universe};
use debouches_model::{Fault, Lang};
use debouches_release::SecrecyNote;
use debouches_table::{Table, TableError};

use crate::blocking::blocking;
use crate::config::DatasetConfig;
use crate::context::Context;
use crate::failure::{Decided, Usage};
use crate::released::Layout;

pub use counts::Candidate;
use counts::counts_of;
use published::Past;
pub use published::{Earlier, find as find_release, sums_of};

/// Hides in the tables of a dataset what must be hidden beside the small counts, judged with everything published of the same
/// universe: the other datasets, every earlier release. It always ends with tables that can go out.
///
/// A table whose policy names no count is left as it is: the threshold alone was applied to it.
///
/// # Errors
/// Fails when a count can be worked out and nothing more may be suppressed, or when an earlier release cannot be read.
pub async fn guarded(
    context: &Context,
    dataset: &DatasetConfig,
    earlier: &Earlier,
    mut tables: Vec<Candidate>,
) -> anyhow::Result<Vec<(Candidate, Option<SecrecyNote>)>> {
    let mut notes: BTreeMap<String, SecrecyNote> = BTreeMap::new();
    let judged = tables.iter().filter(|item| is_judged(item.spec));
    let universes: BTreeSet<&str> = judged.filter_map(|item| universe_of(item.spec)).collect();
    for id in universes {
        let specs: Vec<&'static TableSpec> = context
            .pipeline
            .domain
            .tables
            .iter()
            .filter(|spec| is_judged(spec) && universe_of(spec) == Some(id))
            .collect();
        let known = earlier.of_tables(context, &specs).await?;
        let declared = &context.pipeline.domain.universes;
        let universe = declared.iter().find(|item| item.id == id);
        let asked = Asked {
            universe: universe
                .cloned()
                .with_context(|| format!("universe `{id}` is not declared"))?,
            specs,
            known,
            dataset: dataset.clone(),
            jobs: context.jobs(),
            lang: context.options.lang,
        };
        let (back, decided) = blocking(move || {
            let decided = asked.decide(&mut tables)?;
            Ok((tables, decided))
        })
        .await?;
        tables = back;
        for (table, note) in decided {
            notes.insert(table, note);
        }
    }
    Ok(tables
        .into_iter()
        .map(|item| {
            let note = notes.remove(item.spec.id.as_str());
            (item, note)
        })
        .collect())
}

/// The universe that a table speaks of.
fn universe_of(spec: &'static TableSpec) -> Option<&'static str> {
    let universe = spec.secrecy.as_ref()?.universe.as_ref()?;
    Some(universe.id.as_str())
}

/// True when releases of that table are judged. One that repeats another follows its release instead.
pub fn is_judged(spec: &TableSpec) -> bool {
    spec.copies().is_none()
        && spec
            .secrecy_policy()
            .is_some_and(|policy| !policy.count.is_empty())
}

/// What is judged together: the tables of a universe, those of a dataset being about to be released.
struct Asked {
    universe: Universe,
    specs: Vec<&'static TableSpec>,
    known: Vec<Past>,
    dataset: DatasetConfig,
    jobs: usize,
    lang: Lang,
}

impl Asked {
    /// Hides, and gives what is said of each table about to be released.
    fn decide(&self, tables: &mut [Candidate]) -> anyhow::Result<Vec<(String, SecrecyNote)>> {
        let hierarchies = Hierarchies::new(&self.universe);
        let layouts: Vec<Layout> = self
            .specs
            .iter()
            .map(|spec| {
                let layout = Layout::of(spec).context("a table that is judged has a policy")?;
                Ok(Layout {
                    policy: self.dataset.protection.applied_to(layout.policy),
                    ..layout
                })
            })
            .collect::<anyhow::Result<_>>()?;
        let mut current: Vec<Option<(usize, Facts)>> = self
            .specs
            .iter()
            .zip(&layouts)
            .map(|(spec, layout)| {
                let index = tables.iter().position(|item| item.spec.id == spec.id);
                index
                    .map(|index| Ok((index, counts_of(layout, &tables[index])?)))
                    .transpose()
            })
            .collect::<Result<_, TableError>>()?;
        let mut is_unchanged = true;
        for ((layout, past), current) in layouts.iter().zip(&self.known).zip(&mut current) {
            let Some((index, facts)) = current else {
                continue;
            };
            let Some(hidden) = hidden_before(past, facts) else {
                is_unchanged = false;
                continue;
            };
            for (row, counts) in &hidden {
                for count in counts {
                    let seen = &mut facts.rows[*row].counts[*count];
                    if let Seen::Value(value) = *seen {
                        *seen = Seen::Hidden(Some(value));
                    }
                }
            }
            facts.complementary = !hidden.is_empty();
            let Candidate { spec, table, .. } = &mut tables[*index];
            for (counts, rows) in by_counts(&hidden) {
                hide(spec, &layout.policy, table, counts, &rows)?;
            }
        }
        for (layout, current) in layouts.iter().zip(&current) {
            if let Some((_, facts)) = current {
                refuse_undeclared(layout, facts)?;
            }
        }
        if is_unchanged && let Some(notes) = self.said_before(&layouts, &current) {
            return Ok(notes);
        }
        let mut members = Vec::new();
        for (((spec, layout), past), current) in self
            .specs
            .iter()
            .zip(&layouts)
            .zip(&self.known)
            .zip(&current)
        {
            let placing = layout
                .policy
                .universe
                .as_ref()
                .map(|universe| {
                    Placing::new(universe, &layout.policy, &hierarchies, &layout.columns())
                })
                .transpose()
                .map_err(|message| Usage(format!("table {}: {message}", spec.id)))?;
            if !past.releases.is_empty() || current.is_some() {
                members.push(Member {
                    table: spec.id.as_str(),
                    policy: &layout.policy,
                    placing,
                    identity: layout.key.len(),
                    previous: &past.releases,
                    current: current.as_ref().map(|(_, facts)| facts),
                });
            }
        }
        let names: Vec<&str> = members.iter().map(|member| member.table).collect();
        let decided = protect(
            Protect {
                tables: Tables {
                    hierarchies,
                    members,
                },
                mode: self.dataset.secrecy,
                leaks: self.dataset.protection.leaks,
                jobs: self.jobs,
                explained: None,
            },
            self.lang,
        );
        if let Some(first) = decided.refused.first() {
            let count = decided.refused.len();
            let message = format!(
                "the disclosure audit refuses dataset {}: {count} counts can be worked out; the first: {first}",
                self.dataset.id()
            );
            return Err(Decided {
                message,
                fault: Fault::Data,
            }
            .into());
        }
        for (member, rows, _) in &decided.tables {
            let Some(index) = self
                .specs
                .iter()
                .position(|spec| spec.id.as_str() == names[*member])
            else {
                continue;
            };
            if let Some((candidate, _)) = &current[index] {
                let policy = &layouts[index].policy;
                for (counts, rows) in by_counts(rows) {
                    let item = &mut tables[*candidate];
                    hide(item.spec, policy, &mut item.table, counts, &rows)?;
                }
            }
        }
        decided
            .tables
            .into_iter()
            .map(|(_, _, disclosure)| note(&disclosure))
            .collect()
    }

    /// What the last release of the dataset says of its tables, when no policy has changed since: figures that have not changed
    /// either say nothing more than what was judged then, and later releases were judged beside them.
    fn said_before(
        &self,
        layouts: &[Layout],
        current: &[Option<(usize, Facts)>],
    ) -> Option<Vec<(String, SecrecyNote)>> {
        let mut notes = Vec::new();
        let known = layouts.iter().zip(&self.known).zip(current);
        for ((layout, past), _) in known.filter(|(_, current)| current.is_some()) {
            let (dataset, document) = past.last.as_ref()?;
            let policy = serde_json::to_value(&layout.policy).ok()?;
            let is_same = dataset == self.dataset.id().as_str()
                && document["policy"] == policy
                && document["passes"] == true;
            let paragraph = document["paragraph"].as_str()?.to_owned();
            if !is_same {
                return None;
            }
            notes.push((
                layout.id.clone(),
                SecrecyNote {
                    paragraph,
                    document: document.clone(),
                },
            ));
        }
        Some(notes)
    }
}

/// A table as it is described by its release.
fn note(disclosure: &TableDisclosure) -> anyhow::Result<(String, SecrecyNote)> {
    let paragraph = paragraph::paragraph(disclosure);
    let mut document =
        serde_json::to_value(disclosure).context("a disclosure is always written")?;
    document["paragraph"] = paragraph.clone().into();
    Ok((
        disclosure.table.clone(),
        SecrecyNote {
            paragraph,
            document,
        },
    ))
}

/// Counts that the last release of a table hid beside the small ones: they stay hidden, so that the same figures give the same
/// release. None when a count has changed since, or when that is not known.
fn hidden_before(past: &Past, facts: &Facts) -> Option<Vec<(usize, Vec<usize>)>> {
    let (truth, last) = (past.truth.as_ref()?, past.releases.last()?);
    if truth.rows != facts.rows {
        return None;
    }
    let shown: HashMap<&[Arc<str>], &[Seen]> = last
        .facts
        .rows
        .iter()
        .map(|row| (row.key.as_slice(), row.counts.as_slice()))
        .collect();
    let hidden = facts.rows.iter().enumerate().map(|(index, row)| {
        let before = shown.get(row.key.as_slice()).copied().unwrap_or_default();
        let counts = before.iter().zip(&row.counts).enumerate();
        let hidden = counts.filter(|(_, (before, now))| {
            matches!((before, now), (Seen::Hidden(_), Seen::Value(_)))
        });
        (index, hidden.map(|(count, _)| count).collect::<Vec<_>>())
    });
    let hidden = hidden.filter(|(_, counts)| !counts.is_empty());
    Some(hidden.collect())
}

/// Stops where rows look like totals that nobody declared: a reader sees the sums too.
fn refuse_undeclared(layout: &Layout, facts: &Facts) -> Result<(), Decided> {
    let years: Vec<&str> = layout
        .policy
        .universe
        .iter()
        .flat_map(|universe| &universe.axis)
        .filter(|axis| axis.dimension == "cohorte")
        .flat_map(AxisSpec::columns)
        .collect();
    let resembling = resemble_totals(&layout.policy, facts, layout.key.len(), &years);
    match resembling.first() {
        None => Ok(()),
        Some(total) => Err(Decided {
            message: format!(
                "rule looks-like-a-total: in table {}, rows with {} = {} are the sum of the others in {} cases of {}: write `{} = \"{}\"` in `[secrecy.totals]`",
                layout.id,
                total.column,
                total.value,
                total.holds.0,
                total.holds.1,
                total.column,
                total.value
            ),
            fault: Fault::Data,
        }),
    }
}

/// Rows to hide, by the counts that they concern.
fn by_counts(hide: &[(usize, Vec<usize>)]) -> BTreeMap<&[usize], Vec<usize>> {
    let mut out: BTreeMap<&[usize], Vec<usize>> = BTreeMap::new();
    hide.iter()
        .for_each(|(row, counts)| out.entry(counts).or_default().push(*row));
    out
}

/// The measures that go with some counts: the counts, what is computed on the same bases, and what is computed on them.
fn hidden_with<'s>(
    spec: &'s TableSpec,
    policy: &DisclosureSpec,
    counts: &[usize],
) -> Vec<&'s ColumnSpec> {
    let counts: Vec<&CountSpec> = counts.iter().map(|count| &policy.count[*count]).collect();
    let is_hidden = |name: &str| counts.iter().any(|count| count.column == name);
    let bases: Vec<BTreeSet<&str>> = counts
        .iter()
        .filter(|count| !count.base.is_empty())
        .map(|count| count.base.iter().map(String::as_str).collect())
        .collect();
    let goes = |column: &&ColumnSpec| {
        let shares = column.base.shares.iter().map(|share| {
            let of = policy
                .rate
                .iter()
                .find(|rate| rate.rate == share.rate)
                .map(|rate| rate.of.as_str());
            of.unwrap_or(&share.of)
        });
        let item: BTreeSet<&str> = column
            .base
            .counts
            .iter()
            .map(String::as_str)
            .chain(shares)
            .collect();
        let mut rates = policy.rate.iter().filter(|rate| rate.rate == column.name);
        is_hidden(&column.name)
            || bases.contains(&item)
            || item.iter().any(|name| is_hidden(name))
            || rates.any(|rate| is_hidden(&rate.of) || is_hidden(&rate.over))
    };
    spec.measures().filter(goes).collect()
}

/// Blanks measures, counts and rates alike, under the one public status.
fn hide(
    spec: &TableSpec,
    policy: &DisclosureSpec,
    table: &mut Table,
    counts: &[usize],
    rows: &[usize],
) -> Result<(), TableError> {
    let mut mask = vec![false; table.rows()];
    rows.iter().for_each(|row| mask[*row] = true);
    for column in hidden_with(spec, policy, counts) {
        table.suppress(column, &mask)?;
    }
    Ok(())
}
