//! Which table a file is: its key, its markers and its policy, from our specifications or from a file of the operator's.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use debouches_model::ValueStatus;
use debouches_model::spec::{
    AxisSpec, DisclosureSpec, TableSpec, Tables, TotalSpec, undeclared_totals,
};
use serde::Deserialize;

use crate::failure::Usage;
use crate::options::Options;

/// Files that an audit reads.
#[derive(Debug, Clone, Default)]
pub struct AuditFiles {
    /// Releases of one table, the oldest first: CSV files (also .gz), or folders of releases.
    pub paths: Vec<PathBuf>,
    /// Key, markers and policy of a table that is not ours (TOML).
    pub spec: Option<PathBuf>,
    /// The table, when the names of the files do not tell.
    pub table: Option<String>,
    /// The files are private: counts under the threshold are hidden first, as publication would.
    pub private: bool,
}

/// What must be known of a table to judge its secrecy.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// Its name.
    pub id: String,
    /// Columns that tell rows apart.
    pub key: Vec<String>,
    /// Markers of a count that is not there.
    #[serde(default)]
    pub missing: BTreeMap<String, ValueStatus>,
    /// The policy.
    #[serde(rename = "secrecy")]
    pub policy: DisclosureSpec,
    /// Further columns that tell where a row stands in its universe; empty where a file lacks them.
    #[serde(skip)]
    pub further: Vec<String>,
    /// True for a file that we released: a count that it lacks was not shown.
    #[serde(skip)]
    pub is_release: bool,
}

impl Layout {
    /// That of one of our tables; none when it has no secrecy policy.
    pub fn of(spec: &TableSpec) -> Option<Self> {
        let policy = spec.secrecy_policy()?;
        let universe = policy.universe.iter();
        let named = universe.flat_map(|universe| universe.axis.iter().flat_map(AxisSpec::columns));
        let mut further: Vec<String> = Vec::new();
        for name in named {
            if !spec.key.iter().chain(&further).any(|known| known == name) {
                further.push(name.to_owned());
            }
        }
        Some(Self {
            id: spec.id.to_string(),
            key: spec.key.clone(),
            missing: spec.missing.clone(),
            policy,
            further,
            is_release: false,
        })
    }

    /// The same once everything that protection needs is declared; else what is missing, with the lines to write. A declared
    /// total is the sum of its rows: a reader who guesses so must learn nothing.
    fn closed(mut self) -> Result<Self, String> {
        let mut problems = undeclared_totals(&self.policy, &self.key);
        let free = self.policy.count.iter();
        let free = free.filter(|count| count.base.is_empty() && !count.percent);
        problems.extend(free.map(|count| {
            format!(
                "count `{0}` has no base: write `base = [\"{0}\"]` in its `[[secrecy.count]]`",
                count.column
            )
        }));
        if self.policy.count.is_empty() {
            problems.push(
                "no count is named: write a `[[secrecy.count]]` with its `column` and its `base` for each column that counts people"
                    .to_owned(),
            );
        }
        if !problems.is_empty() {
            return Err(problems.join("; "));
        }
        for (column, values) in &self.policy.totals {
            for value in &values.0 {
                let is_there = |item: &TotalSpec| item.column == *column && item.total == *value;
                if !self.policy.total.iter().any(is_there) {
                    self.policy.total.push(TotalSpec {
                        column: column.clone(),
                        total: value.clone(),
                        parts: Vec::new(),
                        except: values
                            .0
                            .iter()
                            .filter(|item| *item != value)
                            .cloned()
                            .collect(),
                        follows: Vec::new(),
                        rest: None,
                        complete: true,
                    });
                }
            }
        }
        Ok(self)
    }

    /// The same, for a file that we released.
    pub fn of_release(self) -> Self {
        Self {
            is_release: true,
            ..self
        }
    }

    /// Every column that places a row: the key, then the further ones.
    pub fn columns(&self) -> Vec<String> {
        self.key.iter().chain(&self.further).cloned().collect()
    }
}

/// Each table with its files, the oldest release first.
///
/// # Errors
/// Fails when a file is not there, or is of no table with a policy.
pub fn layouts(
    tables: &Tables,
    options: &Options,
    files: &AuditFiles,
) -> anyhow::Result<Vec<(Layout, Vec<PathBuf>)>> {
    let base = options.directory.clone().unwrap_or_default();
    let paths: Vec<PathBuf> = files.paths.iter().map(|path| base.join(path)).collect();
    if let Some(missing) = paths.iter().find(|path| !path.exists()) {
        return Err(Usage(format!("{} does not exist", missing.display())).into());
    }
    if let Some(file) = &files.spec {
        let file = base.join(file);
        let text = std::fs::read_to_string(&file)
            .map_err(|error| Usage(format!("cannot read {}: {error}", file.display())))?;
        let layout: Layout =
            toml::from_str(&text).map_err(|error| Usage(format!("{}: {error}", file.display())))?;
        let layout = layout
            .closed()
            .map_err(|problems| Usage(format!("{}: {problems}", file.display())))?;
        let mut matches = Vec::new();
        for path in &paths {
            matches.extend(if path.is_dir() {
                all_csv(path)?
            } else {
                vec![path.clone()]
            });
        }
        return Ok(vec![(layout, matches)]);
    }
    let mut out: BTreeMap<String, (Layout, Vec<PathBuf>)> = BTreeMap::new();
    for path in &paths {
        let candidates = match &files.table {
            _ if !path.is_dir() => vec![path.clone()],
            Some(table) => vec![of_table(path, table)?],
            None => all_csv(path)?,
        };
        for file in candidates {
            let name = files.table.clone().unwrap_or_else(|| stem(&file));
            let layout = tables.named(&name).and_then(Layout::of);
            match layout {
                Some(layout) => out
                    .entry(name)
                    .or_insert_with(|| (layout, Vec::new()))
                    .1
                    .push(file),
                None if path.is_dir() && files.table.is_none() => {}
                None => return Err(Usage(unknown(tables, &file, &name)).into()),
            }
        }
    }
    if out.is_empty() {
        let shown = paths
            .iter()
            .map(|path| path.display().to_string())
            .collect::<Vec<_>>()
            .join(", ");
        return Err(Usage(format!(
            "{shown}: no table with a secrecy policy; give one with --spec FILE"
        ))
        .into());
    }
    Ok(out.into_values().collect())
}

fn unknown(tables: &Tables, file: &Path, name: &str) -> String {
    let known: Vec<&str> = tables
        .iter()
        .filter(|spec| spec.secrecy.is_some())
        .map(|spec| spec.id.as_str())
        .collect();
    format!(
        "{}: `{name}` is not a table with a secrecy policy; give --table ({}) or --spec FILE",
        file.display(),
        known.join(", ")
    )
}

fn stem(file: &Path) -> String {
    let name = file
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    name.split('.').next().unwrap_or_default().to_owned()
}

/// The file of that table in a folder of a release: the one that bears its name, else the only one.
fn of_table(folder: &Path, table: &str) -> anyhow::Result<PathBuf> {
    let mut all = all_csv(folder)?;
    if let Some(index) = all.iter().position(|file| stem(file) == table) {
        return Ok(all.swap_remove(index));
    }
    if all.len() == 1 {
        return Ok(all.remove(0));
    }
    let names: Vec<String> = all.iter().map(|file| stem(file)).collect();
    Err(Usage(format!(
        "{}: no file of table {table}; there are {}",
        folder.display(),
        names.join(", ")
    ))
    .into())
}

fn all_csv(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    files.retain(|file| {
        let name = file
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        name.ends_with(".csv") || name.ends_with(".csv.gz")
    });
    files.sort();
    Ok(files)
}
