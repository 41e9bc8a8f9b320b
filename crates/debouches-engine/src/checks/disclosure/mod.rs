//! The secrecy gate on a table about to be released: together with every former release of it, withdrawn ones included.

pub mod audit;
pub mod linked;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context as _;
use debouches_disclosure::{Facts, Guard, Names, Row, Seen, TableDisclosure, guard};
use debouches_model::spec::{
    ColumnSpec, CountSpec, LevelSpec, SecrecySpec, TableSpec, TogetherSpec,
};
use debouches_model::{Fault, Stage, ValueStatus, Version};
use debouches_release::SecrecyNote;
use debouches_store::Artefact;
use debouches_table::{Table, TableError};

use crate::blocking::blocking;
use crate::config::DatasetConfig;
use crate::context::Context;
use crate::failure::Decided;
use crate::released::{Layout, facts as facts_of};

/// A table about to be released.
pub struct Candidate {
    /// Its specification.
    pub spec: &'static TableSpec,
    /// Its rows.
    pub table: Table,
}

/// Tables of a dataset that are judged as one: those of a family, else each alone. Places in the dataset, in order.
pub fn families(dataset: &DatasetConfig) -> Vec<Vec<usize>> {
    let mut out: Vec<(Option<&str>, Vec<usize>)> = Vec::new();
    for (place, spec) in dataset.tables.iter().enumerate() {
        let together = spec
            .secrecy
            .as_ref()
            .and_then(|secrecy| secrecy.together.as_ref());
        let family = together.map(|together| together.family.as_str());
        match out
            .iter_mut()
            .find(|(own, _)| family.is_some() && *own == family)
        {
            Some((_, places)) => places.push(place),
            None => out.push((family, vec![place])),
        }
    }
    out.into_iter().map(|(_, places)| places).collect()
}

/// Hides in tables what must be hidden beside the small counts, and refuses them when that is not enough.
///
/// A table whose policy names no tie between counts is left as it is: the threshold alone was applied to it.
///
/// # Errors
/// Fails when a count can be worked out and nothing more may be suppressed, or when an earlier release cannot be read.
pub async fn guarded(
    context: &Context,
    dataset: &DatasetConfig,
    mut tables: Vec<Candidate>,
) -> anyhow::Result<Vec<(Candidate, Option<SecrecyNote>)>> {
    let specs: Vec<&'static TableSpec> = tables.iter().map(|candidate| candidate.spec).collect();
    let Some(policy) = policy_of(dataset, &specs) else {
        return Ok(tables
            .into_iter()
            .map(|candidate| (candidate, None))
            .collect());
    };
    let (former, not_comparable) = former(context, dataset, &specs).await?;
    let (mode, leaks, lang) = (
        dataset.secrecy,
        dataset.protection.leaks,
        context.options.lang,
    );
    let names: Vec<String> = specs.iter().map(|spec| spec.id.to_string()).collect();
    let name = names.join(" + ");
    let title = name.clone();
    let (tables, decided) = blocking(move || {
        let mut current = Facts::default();
        let mut starts = Vec::new();
        for candidate in &tables {
            starts.push(current.rows.len());
            current.join(common(
                candidate.spec,
                specs.len(),
                facts(candidate.spec, &policy, &candidate.table)?,
            ));
        }
        let decided = guard(
            Guard {
                table: &title,
                policy: &policy,
                mode,
                leaks,
                former: &former,
                not_comparable: &not_comparable,
                current: &current,
            },
            lang,
        );
        for (counts, rows) in by_counts(&decided.hide) {
            for (candidate, start) in tables.iter_mut().zip(&starts) {
                let own = *start..*start + candidate.table.rows();
                let rows: Vec<usize> = rows
                    .iter()
                    .filter(|row| own.contains(row))
                    .map(|row| row - start)
                    .collect();
                if !rows.is_empty() {
                    hide(candidate.spec, &policy, &mut candidate.table, counts, &rows)?;
                }
            }
        }
        Ok((tables, decided))
    })
    .await?;
    if let Some(first) = decided.refused.first() {
        let count = decided.refused.len();
        let message = format!(
            "the secrecy gate refuses table {name}: {count} counts can be worked out; the first: {first}"
        );
        return Err(Decided {
            message,
            fault: Fault::Data,
        }
        .into());
    }
    let paragraph = paragraph(&decided.disclosure);
    let mut out = Vec::new();
    for candidate in tables {
        let own = candidate.spec.id.to_string();
        let together = names.iter().filter(|name| **name != own).cloned().collect();
        let disclosure = TableDisclosure {
            table: own,
            together,
            ..decided.disclosure.clone()
        };
        let document =
            serde_json::to_value(&disclosure).context("a disclosure is always written")?;
        out.push((
            candidate,
            Some(SecrecyNote {
                paragraph: paragraph.clone(),
                document,
            }),
        ));
    }
    Ok(out)
}

/// The policy of a table, or of a family: that of its first table, with the totals and the levels of all.
fn policy_of(dataset: &DatasetConfig, specs: &[&'static TableSpec]) -> Option<SecrecySpec> {
    let policies: Vec<SecrecySpec> = specs
        .iter()
        .filter_map(|spec| Some(dataset.protection.applied_to(spec.secrecy_policy()?)))
        .collect();
    let mut policy = policies.first()?.clone();
    if specs.len() > 1 {
        let together = || {
            policies
                .iter()
                .filter_map(|policy| Some((policy, policy.together.as_ref()?)))
        };
        policy.total = together()
            .flat_map(|(_, together)| together.total.iter().cloned())
            .collect();
        policy.owner = policies.iter().find_map(|policy| policy.owner.clone());
        // The tables with the most that is the same on all their rows are the highest levels.
        let fixed = |together: &TogetherSpec| {
            together
                .key
                .iter()
                .filter(|part| part.value.is_some())
                .count()
        };
        let mut levels: Vec<(usize, LevelSpec)> = together()
            .flat_map(|(policy, together)| {
                policy.level.iter().map(move |level| {
                    let mut level = level.clone();
                    let values = together
                        .key
                        .iter()
                        .filter_map(|part| Some((part.name.clone(), part.value.clone()?)));
                    level.when.extend(values);
                    (fixed(together), level)
                })
            })
            .collect();
        levels.sort_by_key(|(fixed, _)| std::cmp::Reverse(*fixed));
        policy.level = levels.into_iter().map(|(_, level)| level).collect();
    }
    policy.has_ties().then_some(policy)
}

/// Facts of a table under the common key of its family; its own when it is alone.
fn common(spec: &TableSpec, tables: usize, facts: Facts) -> Facts {
    match spec
        .secrecy
        .as_ref()
        .and_then(|secrecy| secrecy.together.as_ref())
    {
        Some(together) if tables > 1 => facts
            .under(&together.key)
            .expect("the columns of the key were read"),
        Some(_) | None => facts,
    }
}

/// The columns that tell rows apart, and those that a common key needs.
fn key_columns(spec: &TableSpec) -> Vec<String> {
    let together = spec
        .secrecy
        .iter()
        .flat_map(|secrecy| &secrecy.together)
        .flat_map(|together| &together.key);
    let more = together
        .filter_map(|part| part.column.as_ref())
        .filter(|column| !spec.key.contains(column));
    spec.key.iter().chain(more).cloned().collect()
}

/// True when the gate judges releases of that table.
pub fn is_judged(spec: &TableSpec) -> bool {
    spec.secrecy_policy()
        .is_some_and(|policy| policy.has_ties())
}

/// The tables in every release of the state, the oldest first, and the versions that cannot be read with today's columns.
async fn former(
    context: &Context,
    dataset: &DatasetConfig,
    specs: &[&'static TableSpec],
) -> anyhow::Result<(Vec<(String, Facts)>, Vec<String>)> {
    let keys = context
        .store
        .list(Stage::Package, dataset.id().as_str())
        .await?;
    // Of a purged release its counts are left: readers have seen them.
    let purged = context
        .store
        .list_rejected(Stage::Package, dataset.id().as_str())
        .await?;
    let keys = keys.into_iter().chain(purged);
    let mut versions: Vec<(Version, _)> = keys
        .filter_map(|key| Some((key.id.parse().ok()?, key)))
        .collect();
    // A purge that was stopped midway has left both: once is enough.
    versions.sort_by_key(|(version, _)| *version);
    versions.dedup_by_key(|(version, _)| *version);
    let (mut read, mut not_comparable) = (Vec::new(), Vec::new());
    for (version, key) in versions {
        let Some(release) = context.store.find(&key).await? else {
            continue;
        };
        let (mut all, mut is_whole) = (Facts::default(), true);
        for spec in specs {
            match of_release(context, &release, spec).await? {
                Former::Read(facts) => all.join(common(spec, specs.len(), facts)),
                Former::NotThere => {}
                Former::NotComparable => is_whole = false,
            }
        }
        if !is_whole {
            not_comparable.push(version.to_string());
        } else if !all.key.is_empty() {
            all.complementary = is_complementary(&release).await;
            read.push((version.to_string(), all));
        }
    }
    Ok((read, not_comparable))
}

/// A table in a former release.
enum Former {
    Read(Facts),
    NotThere,
    NotComparable,
}

async fn of_release(
    context: &Context,
    release: &Artefact,
    spec: &'static TableSpec,
) -> anyhow::Result<Former> {
    let path = format!("{}.csv", spec.id);
    if !release
        .manifest()
        .files
        .iter()
        .any(|file| file.path == path)
    {
        return Ok(Former::NotThere);
    }
    let file = release.open_file(&path).await?.into_file();
    let (place, jobs) = (release.location(&path), context.jobs());
    blocking(move || {
        let Some(layout) = Layout::of(spec) else {
            return Ok(Former::NotThere);
        };
        let layout = Layout {
            key: key_columns(spec),
            ..layout
        };
        Ok(
            match facts_of::of_body(file, Path::new(&place), &layout, jobs) {
                Ok(facts) => Former::Read(facts),
                Err(error) => {
                    tracing::warn!("{error:#}");
                    Former::NotComparable
                }
            },
        )
    })
    .await
}

/// True when a release says that larger counts may be hidden beside the small ones.
async fn is_complementary(release: &Artefact) -> bool {
    if !release
        .manifest()
        .files
        .iter()
        .any(|file| file.path == "disclosure.json")
    {
        return false;
    }
    let bytes = release.read("disclosure.json").await.unwrap_or_default();
    let document: serde_json::Value = serde_json::from_slice(&bytes).unwrap_or_default();
    document["tables"]
        .as_array()
        .is_some_and(|tables| tables.iter().any(|table| table["complementary"] == true))
}

/// The counts of a table as it would be released.
fn facts(spec: &TableSpec, policy: &SecrecySpec, table: &Table) -> Result<Facts, TableError> {
    let names = key_columns(spec);
    let key = names
        .iter()
        .map(|name| table.text(name))
        .collect::<Result<Vec<_>, _>>()?;
    let counts = policy
        .count
        .iter()
        .map(|count| {
            Ok((
                table.numbers(&count.column)?,
                table.statuses(&format!("{}_statut", count.column))?,
            ))
        })
        .collect::<Result<Vec<_>, TableError>>()?;
    let rates = policy
        .rate
        .iter()
        .map(|rate| Ok((table.numbers(&rate.rate)?, rate.decimals)));
    let rates = rates.collect::<Result<Vec<_>, TableError>>()?;
    let statuses: Vec<Vec<ValueStatus>> = counts
        .iter()
        .map(|(_, statuses)| statuses.iter().collect())
        .collect();
    let mut shared = Names::default();
    let row = |row: usize| {
        let counts = counts.iter().zip(&statuses).zip(&policy.count);
        let counts = counts.map(|(((values, _), statuses), count)| {
            (values(row), statuses[row], count.absent_is_hidden)
        });
        let seen = counts.map(|(value, status, absent_is_hidden)| match (value, status) {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a count of persons, read from a whole-number column"
            )]
            (Some(value), _) => Seen::Value(value as i64),
            (None, ValueStatus::Suppressed) => Seen::Hidden(None),
            (None, ValueStatus::Absent) if absent_is_hidden => Seen::Hidden(None),
            (None, _) => Seen::Nothing,
        });
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a rate in units of its last decimal"
        )]
        let scaled =
            |value: f64, decimals: u32| (value * f64::from(10_u32.pow(decimals))).round() as i64;
        Row {
            key: key
                .iter()
                .map(|column| shared.shared(column.get(row).unwrap_or_default()))
                .collect(),
            counts: seen.collect(),
            rates: rates
                .iter()
                .map(|(values, decimals)| values(row).map(|value| scaled(value, *decimals)))
                .collect(),
        }
    };
    Ok(Facts {
        key: names,
        rows: (0..table.rows()).map(row).collect(),
        complementary: false,
    })
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
    policy: &SecrecySpec,
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
        let own: BTreeSet<&str> = column
            .base
            .counts
            .iter()
            .map(String::as_str)
            .chain(shares)
            .collect();
        let mut rates = policy.rate.iter().filter(|rate| rate.rate == column.name);
        is_hidden(&column.name)
            || bases.contains(&own)
            || own.iter().any(|name| is_hidden(name))
            || rates.any(|rate| is_hidden(&rate.of) || is_hidden(&rate.over))
    };
    spec.measures().filter(goes).collect()
}

/// Blanks measures, counts and rates alike, under the one public status.
fn hide(
    spec: &TableSpec,
    policy: &SecrecySpec,
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

/// The rule, for reusers.
fn paragraph(disclosure: &TableDisclosure) -> String {
    let policy = disclosure.policy.sentence();
    let mode = match disclosure.mode {
        debouches_disclosure::Mode::Inherit => {
            "cette publication et toutes les précédentes, prises ensemble, n'apprennent rien de plus sur les valeurs masquées que les chiffres du producteur"
        }
        debouches_disclosure::Mode::Strict => {
            "aucune valeur masquée ne peut être retrouvée à partir de cette publication et de toutes les précédentes, prises ensemble"
        }
    };
    format!(
        "Secret statistique : {policy}. Des valeurs plus grandes peuvent être masquées pour en protéger d'autres, sous le même état `secret`. \
         Avant publication, un contrôle fait en nombres entiers le vérifie : {mode} ; son résultat est dans `disclosure.json` \
         (parmi les valeurs qu'il regarde, {} sont publiées et {} masquées).",
        disclosure.cells.shown, disclosure.cells.hidden
    )
}
