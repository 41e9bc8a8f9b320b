//! The rows of all tables, by establishment, training and territory.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use debouches_model::{DatasetId, Version};

use super::concept::{Concept, Role, Voie, code_type, diploma_of};
use super::row::{Row, Years};
use super::table::{Origin, ReleasedTable, TextColumn};
use super::uai::Uai;
use crate::descriptor::{Descriptor, Resource};
use crate::error::CatalogueError;

/// What an establishment answers, in its own words.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Reply {
    /// The establishment.
    pub uai: String,
    /// The day, `aaaa-mm-jj`.
    pub date: String,
    /// What it writes.
    pub texte: String,
    /// Who signs.
    pub signataire: String,
}

/// What the content is built from.
#[derive(Debug, Default)]
pub struct ContentInput {
    tables: Vec<ReleasedTable>,
    /// Replies of establishments.
    pub replies: Vec<Reply>,
    /// Establishments that had a page before: a link to them still leads somewhere.
    pub known: BTreeSet<Uai>,
    /// Trainings that had a page before.
    pub known_trainings: BTreeSet<String>,
    /// The day on which each release was published.
    pub published: BTreeMap<(DatasetId, Version), DateTime<Utc>>,
}

/// The tables of a release that the site reads: their Parquet files, and which columns of them.
#[derive(Debug, Clone)]
pub struct Wanted {
    resource: Resource,
    producer: String,
    /// Name of the table.
    pub table: String,
    /// Path of its CSV in the release.
    pub csv: String,
    /// The columns.
    pub columns: Vec<String>,
}

impl Wanted {
    /// Reads the `datapackage.json` of a release.
    ///
    /// # Errors
    /// When it is not a descriptor.
    pub fn read(datapackage: &str) -> Result<Vec<Self>, CatalogueError> {
        let descriptor: Descriptor = serde_json::from_str(datapackage)
            .map_err(|source| CatalogueError::Record { source })?;
        let producer = descriptor.producers().join(", ");
        let wanted = descriptor.resources.into_iter().map(|resource| Self {
            columns: super::concept::wanted_columns(&resource),
            table: resource.name.clone(),
            csv: resource.path.clone(),
            producer: producer.clone(),
            resource,
        });
        Ok(wanted.filter(|one| !one.columns.is_empty()).collect())
    }

    /// Path of its Parquet twin in the release.
    #[must_use]
    pub fn parquet(&self) -> String {
        self.resource.path.replace(".csv", ".parquet")
    }

    /// Whether each column is part of the key.
    pub(super) fn is_key(&self) -> Vec<bool> {
        let key = &self.resource.schema.key;
        let names = self.columns.iter();
        names.map(|name| key.contains(name)).collect()
    }
}

impl ContentInput {
    /// No table yet, and what establishments answer.
    #[must_use]
    pub fn with_replies(replies: Vec<Reply>) -> Self {
        Self {
            replies,
            ..Self::default()
        }
    }

    /// Adds a table, with the columns that were wanted of it, in that order.
    pub fn push(
        &mut self,
        dataset: &DatasetId,
        version: Version,
        wanted: &Wanted,
        columns: DatedColumns,
    ) {
        let origin = Origin {
            dataset: dataset.clone(),
            version,
            producer: super::concept::producer(&wanted.table, &wanted.producer).to_owned(),
        };
        let DatedColumns { columns, rows } = columns;
        let columns = wanted.columns.iter().cloned().zip(columns).collect();
        self.tables
            .extend(ReleasedTable::new(origin, &wanted.resource, columns, rows));
    }
}

/// The columns of a table, and since when its rows read as they do.
#[derive(Debug, Default)]
pub struct DatedColumns {
    /// The columns that were wanted, in that order.
    pub columns: Vec<TextColumn>,
    /// The version since which each row reads as it does, and a digest of the row; empty when nobody compared releases.
    pub rows: Vec<(Version, u64)>,
}

/// A row of one of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RowId {
    table: u32,
    row: u32,
}

/// The rows about an establishment.
#[derive(Debug, Default)]
pub(crate) struct EstablishmentRows {
    pub(crate) figures: Vec<RowId>,
    pub(crate) linked: Vec<RowId>,
    pub(crate) totals: Vec<RowId>,
    pub(crate) coverage: Option<RowId>,
    pub(crate) places: Option<RowId>,
    pub(crate) signals: Vec<RowId>,
    /// Establishments that show the figures of this one.
    pub(crate) shown_by: BTreeSet<Uai>,
}

/// The rows about a training.
#[derive(Debug, Default)]
pub(crate) struct TrainingRows {
    pub(crate) figures: Vec<RowId>,
    pub(crate) regional: Vec<RowId>,
    pub(crate) national: Vec<RowId>,
    pub(crate) reference: Option<RowId>,
    label: Option<String>,
    diploma: String,
    code_type: &'static str,
}

/// Everything that the site shows.
#[derive(Debug)]
pub struct Content {
    pub(crate) tables: Vec<ReleasedTable>,
    pub(crate) replies: BTreeMap<Uai, Vec<Reply>>,
    pub(crate) establishments: BTreeMap<Uai, EstablishmentRows>,
    pub(crate) trainings: BTreeMap<String, TrainingRows>,
    pub(crate) published: BTreeMap<(DatasetId, Version), DateTime<Utc>>,
    regional: HashMap<(Box<str>, Voie, Box<str>), Vec<RowId>>,
    national: HashMap<(Box<str>, Voie), Vec<RowId>>,
    /// Rows that compare those of another table, by reference.
    compared: HashMap<String, RowId>,
}

impl Content {
    /// Sorts the rows of the tables by what they speak of.
    #[must_use]
    pub fn new(mut input: ContentInput) -> Self {
        // The same order whoever reads the releases.
        input.tables.sort_by(|one, other| one.name.cmp(&other.name));
        let mut content = Self {
            tables: input.tables,
            replies: BTreeMap::new(),
            establishments: BTreeMap::new(),
            trainings: BTreeMap::new(),
            published: input.published,
            regional: HashMap::new(),
            national: HashMap::new(),
            compared: HashMap::new(),
        };
        for table in 0..content.tables.len() {
            content.sort_table(table);
        }
        for uai in input.known {
            content.establishments.entry(uai).or_default();
        }
        for code in input.known_trainings {
            content.trainings.entry(code).or_default();
        }
        for reply in input.replies {
            if let Some(uai) = Uai::new(&reply.uai) {
                content.establishments.entry(uai).or_default();
                content.replies.entry(uai).or_default().push(reply);
            }
        }
        content.order();
        let described: Vec<_> = content
            .trainings
            .iter()
            .map(|(code, rows)| content.describe(code, rows))
            .collect();
        for (rows, (label, diploma, code_type)) in content.trainings.values_mut().zip(described) {
            rows.label = label;
            rows.diploma = diploma;
            rows.code_type = code_type;
        }
        content
    }

    fn sort_table(&mut self, index: usize) {
        let table = &self.tables[index];
        let id = |row: usize| RowId {
            table: u32::try_from(index).expect("there are fewer than 2^32 tables"),
            row: u32::try_from(row).expect("a table has fewer than 2^32 rows"),
        };
        for row in 0..table.rows {
            let uai = Uai::new(table.text(row, Concept::Uai));
            let code = table.text(row, Concept::TrainingCode);
            let voie = Row { table, row }.voie();
            match (table.role, uai) {
                (Role::Figures(_), Some(uai)) if !code.is_empty() && code != "all" => {
                    self.establishments
                        .entry(uai)
                        .or_default()
                        .figures
                        .push(id(row));
                    self.trainings
                        .entry(code.to_owned())
                        .or_default()
                        .figures
                        .push(id(row));
                }
                // All trainings of the establishment together: its producer's total.
                (Role::Figures(_) | Role::Totals(_), Some(uai)) => {
                    self.establishments
                        .entry(uai)
                        .or_default()
                        .totals
                        .push(id(row));
                }
                (Role::Linked, Some(uai)) => {
                    if super::concept::is_direct(table.text(row, Concept::Origin)) {
                        continue;
                    }
                    self.establishments
                        .entry(uai)
                        .or_default()
                        .linked
                        .push(id(row));
                    let source = Uai::new(table.text(row, Concept::OriginUai));
                    if let Some(source) = source.filter(|source| *source != uai) {
                        let rows = self.establishments.entry(source).or_default();
                        rows.shown_by.insert(uai);
                    }
                }
                (Role::Coverage, Some(uai)) => {
                    self.establishments.entry(uai).or_default().coverage = Some(id(row));
                }
                (Role::Places, Some(uai)) => {
                    self.establishments.entry(uai).or_default().places = Some(id(row));
                }
                (Role::Signals, Some(uai)) => {
                    self.establishments
                        .entry(uai)
                        .or_default()
                        .signals
                        .push(id(row));
                }
                (Role::Regional, _) if !code.is_empty() => {
                    let region = table.text(row, Concept::RegionCog);
                    self.trainings
                        .entry(code.to_owned())
                        .or_default()
                        .regional
                        .push(id(row));
                    if let Some(voie) = voie {
                        let key = (code.into(), voie, region.into());
                        self.regional.entry(key).or_default().push(id(row));
                    }
                }
                (Role::Compared, _) => {
                    let reference = Row { table, row }.reference();
                    self.compared.insert(reference, id(row));
                }
                (Role::National(_), _) if !code.is_empty() => {
                    self.trainings
                        .entry(code.to_owned())
                        .or_default()
                        .national
                        .push(id(row));
                    if let Some(voie) = voie {
                        self.national
                            .entry((code.into(), voie))
                            .or_default()
                            .push(id(row));
                    }
                }
                _ => {}
            }
        }
        if table.role == Role::Diplomas {
            for row in 0..table.rows {
                // A code without figures has no page.
                if let Some(rows) = self
                    .trainings
                    .get_mut(table.text(row, Concept::TrainingCode))
                {
                    rows.reference = Some(id(row));
                }
            }
        }
    }

    /// Puts the newest rows first.
    fn order(&mut self) {
        let tables = &self.tables;
        let newest = |id: &RowId| {
            let row = Row {
                table: &tables[id.table as usize],
                row: id.row as usize,
            };
            let delivery = row.text(Concept::Delivery).to_owned();
            (std::cmp::Reverse((row.years(), delivery)), *id)
        };
        for rows in self.establishments.values_mut() {
            rows.figures.sort_by_cached_key(newest);
            rows.linked.sort_by_cached_key(newest);
            rows.totals.sort_by_cached_key(newest);
        }
        for rows in self.trainings.values_mut() {
            rows.figures.sort_by_cached_key(newest);
            rows.regional.sort_by_cached_key(newest);
            rows.national.sort_by_cached_key(newest);
        }
        self.regional
            .values_mut()
            .for_each(|rows| rows.sort_by_cached_key(newest));
        self.national
            .values_mut()
            .for_each(|rows| rows.sort_by_cached_key(newest));
    }

    pub(crate) fn row(&self, id: RowId) -> Row<'_> {
        Row {
            table: &self.tables[id.table as usize],
            row: id.row as usize,
        }
    }

    pub(crate) fn rows<'a>(&'a self, ids: &'a [RowId]) -> impl Iterator<Item = Row<'a>> {
        ids.iter().map(|id| self.row(*id))
    }

    /// The row of a région for a training, a path and the same years.
    pub(crate) fn regional(
        &self,
        code: &str,
        voie: Voie,
        region: &str,
        years: Years,
    ) -> Option<Row<'_>> {
        let rows = self.regional.get(&(code.into(), voie, region.into()))?;
        self.rows(rows).find(|row| row.years() == Some(years))
    }

    /// The row that compares another with the other places; none when its table is not compared.
    pub(crate) fn compared(&self, row: Row<'_>) -> Option<Row<'_>> {
        let table = super::concept::comparison_of(&row.table.name)?;
        let reference = row.reference();
        let key = reference.strip_prefix(row.table.name.as_str())?;
        let id = self.compared.get(&format!("{table}{key}"))?;
        Some(self.row(*id))
    }

    /// The row of France for a training and a path: the same years, else the last of them, which is a year of its own.
    pub(crate) fn national(&self, code: &str, voie: Voie, years: Years) -> Option<Row<'_>> {
        let rows = self.national.get(&(code.into(), voie))?;
        let at = |wanted: Years| self.rows(rows).find(move |row| row.years() == Some(wanted));
        at(years).or_else(|| {
            at(Years {
                first: years.last,
                last: years.last,
            })
        })
    }

    /// The establishments, in order.
    pub fn establishments(&self) -> impl Iterator<Item = Uai> {
        self.establishments.keys().copied()
    }

    /// The rows of an establishment: its trainings, all of them together, how complete they are.
    pub(crate) fn figures_of(&self, uai: Uai) -> impl Iterator<Item = Row<'_>> {
        let rows = self.establishments.get(&uai).into_iter();
        rows.flat_map(|rows| {
            let figures = rows.figures.iter().chain(&rows.totals).chain(&rows.linked);
            figures.chain(&rows.coverage).map(|id| self.row(*id))
        })
    }

    /// The trainings, in order.
    pub fn trainings(&self) -> impl Iterator<Item = &str> {
        self.trainings.keys().map(String::as_str)
    }

    /// The name of a training: its producer's, else that of the nomenclature; none when nobody names it.
    pub(crate) fn training_label(&self, code: &str) -> Option<&str> {
        self.trainings.get(code)?.label.as_deref()
    }

    /// The type of diploma of a training.
    pub(crate) fn diploma(&self, code: &str) -> String {
        let known = self.trainings.get(code).map(|rows| rows.diploma.clone());
        known.unwrap_or_else(|| diploma_of("", code))
    }

    /// The system of a code.
    pub(crate) fn code_type(&self, code: &str) -> &'static str {
        let known = self.trainings.get(code).map(|rows| rows.code_type);
        known.unwrap_or_else(|| code_type(code, ""))
    }

    /// What a training is called, once for all its pages.
    fn describe(&self, code: &str, rows: &TrainingRows) -> (Option<String>, String, &'static str) {
        let reference = rows.reference.map(|id| self.row(id));
        let first = |concept| {
            let mut all = self
                .rows(&rows.figures)
                .chain(reference)
                .map(|row| row.text(concept));
            all.find(|text| !text.is_empty())
        };
        let stated = reference.map(|row| row.text(Concept::CodeType));
        (
            first(Concept::TrainingLabel).map(str::to_owned),
            diploma_of(first(Concept::DiplomaType).unwrap_or_default(), code),
            code_type(code, stated.unwrap_or_default()),
        )
    }

    /// The datasets that are quoted, each with its version.
    pub(crate) fn sources(&self) -> Vec<&Origin> {
        let mut sources: Vec<&Origin> = self.tables.iter().map(|table| &table.origin).collect();
        sources.sort_by(|one, other| one.dataset.cmp(&other.dataset));
        sources.dedup_by(|one, other| one.dataset == other.dataset);
        sources
    }

    /// The row that a reference names, for those who check a page.
    pub(crate) fn table(&self, name: &str) -> Option<&ReleasedTable> {
        self.tables.iter().find(|table| table.name == name)
    }
}
