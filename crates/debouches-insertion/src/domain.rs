//! The domain as one value, passed to whoever needs it: the files embedded in the program, and those that a folder puts over
//! them.
//!
//! A file of the folder replaces the embedded file of its name, or stands beside the others. Everything that is wrong is
//! said at once, with file, line and the word that was expected.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use debouches_enrich::{References, Registry};
use debouches_model::spec::{
    AdditionSpec, CodeFormats, TableSpec, Tables, Typed, Universe, Vocabulary, table_schema,
};
use debouches_model::{Mistake, Sha256};
use debouches_table::TableError;
use debouches_validate::{Formats, Shapes, shape_schema};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::code_lists::{CodeLists, LISTS};
use crate::code_types;
use crate::coverage::{AskedVintages, Coverage};
use crate::inserjeunes_api::InserjeunesApi;
use crate::insersup_api::InsersupApi;
use crate::knowledge::Knowledge;
use crate::{additions, derivations, embedded};

/// What a file of the domain holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// A table specification.
    Table,
    /// A generation in which a table is delivered.
    Shape,
    /// A code list.
    CodeList,
    /// A universe of persons, and its dimensions.
    Universe,
}

impl FileKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Table, Self::Shape, Self::CodeList, Self::Universe];

    /// The folder of its files.
    #[must_use]
    pub fn folder(self) -> &'static str {
        match self {
            Self::Table => "tables",
            Self::Shape => "shapes",
            Self::CodeList => "codes",
            Self::Universe => "universes",
        }
    }

    /// The extension of its files.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Table | Self::Shape | Self::Universe => "toml",
            Self::CodeList => "csv",
        }
    }
}

/// A file of the domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainFile {
    /// What it holds.
    pub kind: FileKind,
    /// Its name without extension.
    pub name: String,
    /// Where it is, for messages.
    pub path: String,
    /// What it says.
    pub text: String,
}

/// Where a file of the domain comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The folder beside the configuration: the path of the file.
    Folder(String),
    /// The program.
    Embedded,
}

/// Everything that is wrong with the files of a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainErrors {
    /// The mistakes, each after the path of its file, in the order of paths and lines.
    pub mistakes: Vec<(String, Mistake)>,
}

impl DomainErrors {
    fn new(mut mistakes: Vec<(String, Mistake)>) -> Self {
        mistakes.sort_by(|a, b| (&a.0, a.1.line).cmp(&(&b.0, b.1.line)));
        Self { mistakes }
    }

    /// One line for each mistake: `path:line: message (expected: word)`.
    pub fn lines(&self) -> impl Iterator<Item = String> + '_ {
        self.mistakes
            .iter()
            .map(|(path, mistake)| match mistake.line {
                Some(line) => format!("{path}:{line}: {mistake}"),
                None => format!("{path}: {mistake}"),
            })
    }
}

impl fmt::Display for DomainErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lines().collect::<Vec<_>>().join("\n"))
    }
}

impl std::error::Error for DomainErrors {}

#[cfg(test)]
impl Knowledge {
    /// What is embedded.
    pub(crate) fn embedded() -> Self {
        static EMBEDDED: std::sync::OnceLock<Knowledge> = std::sync::OnceLock::new();
        *EMBEDDED.get_or_init(|| Domain::embedded().known)
    }
}

/// Tables, shapes, code lists, additions and derivations.
#[derive(Debug)]
pub struct Domain {
    /// What is known of each table.
    pub tables: &'static Tables,
    /// What published figures are about.
    pub universes: Vec<Universe>,
    /// The generations in which producers deliver each table.
    pub shapes: Shapes,
    /// What `enrich` adds and derives.
    pub registry: Registry,
    known: Knowledge,
    vocabulary: Vocabulary,
    formats: Formats,
    from_folder: BTreeMap<(FileKind, String), String>,
}

impl Domain {
    /// The domain as it is embedded in the program.
    ///
    /// # Panics
    /// Never: a test reads every embedded file.
    #[must_use]
    pub fn embedded() -> Self {
        Self::read(&[]).expect("the embedded files are checked by a test")
    }

    /// The embedded domain with these files over it.
    ///
    /// # Errors
    /// When a file says something wrong: with every mistake of every file.
    pub fn read(over: &[DomainFile]) -> Result<Self, DomainErrors> {
        let mut reading = Reading::new(over);
        let formats = Formats::default()
            .with_body(InserjeunesApi)
            .with_arrangement(InsersupApi);
        let codes = reading.code_lists();
        let vocabulary = vocabulary(&mut reading);
        let universes = reading.universes();
        let tables = reading.tables(&vocabulary);
        reading.unplaced(&tables, &universes);
        let shapes = reading.shapes(&tables, &formats);
        let (Some(codes), Some(shapes), true) = (codes, shapes, reading.mistakes.is_empty()) else {
            return Err(DomainErrors::new(reading.mistakes));
        };
        // A specification is borrowed by everything that runs: it lives as long as the program, which reads one domain.
        let known = Knowledge {
            tables: Box::leak(Box::new(tables)),
            codes: Box::leak(Box::new(codes)),
        };
        let registry = additions::register(Registry::default(), known.codes);
        Ok(Self {
            tables: known.tables,
            universes,
            shapes,
            registry: derivations::register(registry, known),
            known,
            vocabulary,
            formats,
            from_folder: over
                .iter()
                .map(|file| ((file.kind, file.name.clone()), file.path.clone()))
                .collect(),
        })
    }

    /// Digest of every code list, an ingredient of the fingerprint of enriched tables.
    #[must_use]
    pub fn codes_digest(&self) -> Sha256 {
        self.known.codes.digest
    }

    /// Digest of the specifications that decide a derived table beside its own: those of the tables that it reads, or all of
    /// them when it says so. None for a table that is not derived.
    #[must_use]
    pub fn specifications_digest(&self, spec: &TableSpec) -> Option<Sha256> {
        let derived = spec.derived.as_ref()?;
        let reads = |other: &&TableSpec| {
            derived.specifications
                || derived
                    .from
                    .iter()
                    .chain(&derived.optional)
                    .any(|table| *table == other.id)
        };
        let digests = self
            .tables
            .iter()
            .filter(reads)
            .map(|other| format!("{}={}\n", other.id, other.digest));
        Some(Sha256::of(digests.collect::<String>().as_bytes()))
    }

    /// Reads what the figures and the nomenclatures can show of a catalogue.
    ///
    /// # Errors
    /// When a table has not the columns of its specification.
    pub fn coverage(
        &self,
        references: &References,
        on: Option<String>,
        asked: AskedVintages,
    ) -> Result<Coverage, TableError> {
        Coverage::read(self.known, references, on, asked)
    }

    /// Names of the tables whose figures answer for a training or an establishment.
    #[must_use]
    pub fn figure_tables(&self) -> Vec<&'static str> {
        self.known
            .figure_tables()
            .map(|spec| spec.id.as_str())
            .collect()
    }

    /// Where the file of that name comes from.
    #[must_use]
    pub fn origin(&self, kind: FileKind, name: &str) -> Origin {
        match self.from_folder.get(&(kind, name.to_owned())) {
            Some(path) => Origin::Folder(path.clone()),
            None => Origin::Embedded,
        }
    }

    /// The files that come from the folder: what each holds, its name and its path.
    pub fn from_folder(&self) -> impl Iterator<Item = (FileKind, &str, &str)> {
        self.from_folder
            .iter()
            .map(|((kind, name), path)| (*kind, name.as_str(), path.as_str()))
    }

    /// The JSON Schema of a table specification, with the names that this domain knows: an editor completes them.
    #[must_use]
    pub fn table_schema(&self) -> Value {
        let mut schema = table_schema();
        let additions = self.vocabulary.additions.iter();
        schema["properties"]["add"]["propertyNames"] =
            json!({ "enum": additions.map(|addition| &addition.name).collect::<Vec<_>>() });
        let defs = &mut schema["$defs"];
        defs["DerivedSpec"]["properties"]["derivation"]["enum"] =
            json!(self.vocabulary.derivations);
        let formats: Vec<_> = self
            .vocabulary
            .formats
            .names()
            .map(Some)
            .chain([None])
            .collect();
        defs["ColumnFile"]["properties"]["format"]["enum"] = json!(formats);
        schema
    }

    /// The JSON Schema of a shape, with the names that this domain knows.
    #[must_use]
    pub fn shape_schema(&self) -> Value {
        shape_schema(&self.formats)
    }
}

/// The common columns, in the order in which they are published.
const VOCABULARY: &str = include_str!("../vocabulary.toml");

/// `vocabulary.toml`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct VocabularyFile {
    /// Names of columns.
    order: Vec<String>,
}

/// What specifications may name: code systems, groups of added columns, derivations.
fn vocabulary(reading: &mut Reading<'_>) -> Vocabulary {
    let formats = CodeFormats::default().with(code_types::formats());
    let mut additions: Vec<Arc<AdditionSpec>> = Vec::new();
    for (name, text) in embedded::ADDITIONS {
        match AdditionSpec::parse(name, text, &formats) {
            Ok(addition) => additions.push(Arc::new(addition)),
            Err(wrong) => reading.refuse(&format!("additions/{name}.toml"), wrong.mistakes),
        }
    }
    additions.sort_by_key(|addition| addition.order);
    let first_columns = match Typed::<VocabularyFile>::read(VOCABULARY) {
        Ok(typed) => typed.content.order,
        Err(wrong) => {
            reading.refuse("vocabulary.toml", wrong.mistakes);
            Vec::new()
        }
    };
    Vocabulary {
        formats,
        additions,
        derivations: derivations::NAMES
            .iter()
            .map(|name| (*name).to_owned())
            .collect(),
        first_columns: Arc::new(first_columns),
    }
}

/// The files of a domain while they are read, and what is wrong with them.
struct Reading<'a> {
    over: &'a [DomainFile],
    mistakes: Vec<(String, Mistake)>,
    /// Tables whose file cannot be read: nothing is said of their shapes.
    unread: BTreeSet<String>,
}

impl<'a> Reading<'a> {
    fn new(over: &'a [DomainFile]) -> Self {
        Self {
            over,
            mistakes: Vec::new(),
            unread: BTreeSet::new(),
        }
    }

    fn refuse(&mut self, path: &str, mistakes: impl IntoIterator<Item = Mistake>) {
        let mistakes = mistakes.into_iter();
        self.mistakes
            .extend(mistakes.map(|mistake| (path.to_owned(), mistake)));
    }

    /// Text of each file of that kind by its name: that of the folder, else the embedded one.
    fn files(&self, kind: FileKind) -> BTreeMap<&'a str, &'a str> {
        let embedded = match kind {
            FileKind::Table => embedded::TABLES,
            FileKind::Shape => embedded::SHAPES,
            FileKind::CodeList => embedded::CODES,
            FileKind::Universe => embedded::UNIVERSES,
        };
        let over = self.over.iter().filter(|file| file.kind == kind);
        embedded
            .iter()
            .copied()
            .chain(over.map(|file| (file.name.as_str(), file.text.as_str())))
            .collect()
    }

    /// The path of a file, for messages.
    fn path(&self, kind: FileKind, name: &str) -> String {
        let over = self
            .over
            .iter()
            .find(|file| file.kind == kind && file.name == name);
        match over {
            Some(file) => file.path.clone(),
            None => format!("embedded {}/{name}.{}", kind.folder(), kind.extension()),
        }
    }

    fn code_lists(&mut self) -> Option<CodeLists> {
        let files = self.files(FileKind::CodeList);
        for name in files.keys() {
            if !LISTS.iter().any(|(list, _)| list == name) {
                let known = LISTS.iter().map(|(list, _)| *list);
                let mistake = Mistake::new(format!("no code list is called `{name}`"));
                let path = self.path(FileKind::CodeList, name);
                self.refuse(&path, [mistake.among(name, known)]);
            }
        }
        match CodeLists::read(&files) {
            Ok(lists) => Some(lists),
            Err(wrong) => {
                for (name, mistake) in wrong {
                    let path = self.path(FileKind::CodeList, &name);
                    self.refuse(&path, [mistake]);
                }
                None
            }
        }
    }

    fn tables(&mut self, vocabulary: &Vocabulary) -> Tables {
        let mut specs = Vec::new();
        for (name, text) in self.files(FileKind::Table) {
            let path = self.path(FileKind::Table, name);
            match TableSpec::parse(text, vocabulary) {
                Ok(spec) if spec.id.as_str() == name => specs.push(spec),
                Ok(spec) => {
                    let mut mistake = Mistake::new(format!("the table is called `{}`", spec.id));
                    mistake.expected = Some(format!("`{name}`, the name of the file"));
                    self.refuse(&path, [mistake.on_line(line_of(text, spec.id.as_str()))]);
                }
                Err(wrong) => {
                    self.refuse(&path, wrong.mistakes);
                    self.unread.insert(name.to_owned());
                    // The embedded table answers for the one that cannot be read, so that others are still checked.
                    let embedded = embedded::TABLES.iter().find(|(known, _)| *known == name);
                    specs.extend(
                        embedded.and_then(|(_, text)| TableSpec::parse(text, vocabulary).ok()),
                    );
                }
            }
        }
        let tables = Tables::new(specs);
        for spec in &tables {
            let name = spec.id.as_str();
            let text = self.files(FileKind::Table)[name];
            let path = self.path(FileKind::Table, name);
            for (_, word, mistake) in tables.broken_references(spec) {
                self.refuse(&path, [mistake.on_line(line_of(text, word))]);
            }
        }
        tables
    }

    fn universes(&mut self) -> Vec<Universe> {
        let mut out = Vec::new();
        for (name, text) in self.files(FileKind::Universe) {
            let path = self.path(FileKind::Universe, name);
            match Universe::parse(text) {
                Ok(universe) if universe.id == name => out.push(universe),
                Ok(universe) => {
                    let mut mistake =
                        Mistake::new(format!("the universe is called `{}`", universe.id));
                    mistake.expected = Some(format!("`{name}`, the name of the file"));
                    self.refuse(&path, [mistake.on_line(line_of(text, &universe.id))]);
                }
                Err(wrong) => self.refuse(&path, wrong.mistakes),
            }
        }
        out
    }

    /// Tables that name a universe or a dimension that nothing declares.
    fn unplaced(&mut self, tables: &Tables, universes: &[Universe]) {
        for spec in tables {
            let Some(named) = spec
                .secrecy
                .as_ref()
                .and_then(|item| item.universe.as_ref())
            else {
                continue;
            };
            let name = spec.id.as_str();
            let text = self.files(FileKind::Table)[name];
            let path = self.path(FileKind::Table, name);
            let known = universes.iter().map(|item| item.id.as_str());
            let Some(universe) = universes.iter().find(|item| item.id == named.id) else {
                let mistake = Mistake::new(format!("no universe is called `{}`", named.id));
                let mistake = mistake.among(&named.id, known);
                self.refuse(&path, [mistake.on_line(line_of(text, &named.id))]);
                continue;
            };
            for axis in &named.axis {
                let known = || universe.dimension.iter().map(|item| item.name.as_str());
                if !known().any(|item| item == axis.dimension) {
                    let mistake = Mistake::new(format!(
                        "universe `{}` has no dimension `{}`",
                        universe.id, axis.dimension
                    ));
                    let mistake = mistake.among(&axis.dimension, known());
                    self.refuse(&path, [mistake.on_line(line_of(text, &axis.dimension))]);
                }
            }
        }
    }

    fn shapes(&mut self, tables: &Tables, formats: &Formats) -> Option<Shapes> {
        let mut files = self.files(FileKind::Shape);
        files.retain(|name, _| {
            let table = name.split('.').next().unwrap_or_default();
            !self.unread.contains(table)
        });
        let shapes = match Shapes::read(files, tables, formats) {
            Ok(shapes) => shapes,
            Err(wrong) => {
                for (name, mistakes) in wrong {
                    let path = self.path(FileKind::Shape, &name);
                    self.refuse(&path, mistakes.mistakes);
                }
                return None;
            }
        };
        let delivered: BTreeSet<&str> = shapes.tables().collect();
        for spec in tables.iter().filter(|spec| spec.derived.is_none()) {
            if !self.unread.contains(spec.id.as_str()) && !delivered.contains(spec.id.as_str()) {
                let mut mistake = Mistake::new("no shape says how the table is delivered");
                mistake.expected = Some(format!("a file shapes/{}.<generation>.toml", spec.id));
                let path = self.path(FileKind::Table, spec.id.as_str());
                self.refuse(&path, [mistake]);
            }
        }
        Some(shapes)
    }
}

/// The line on which a text holds that word between quotes.
fn line_of(text: &str, word: &str) -> Option<usize> {
    let quoted = format!("\"{word}\"");
    text.lines()
        .position(|line| line.contains(&quoted))
        .map(|line| line + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_file_is_consistent() {
        if let Err(wrong) = Domain::read(&[]) {
            panic!("{wrong}");
        }
    }

    #[test]
    fn every_derivation_and_every_addition_that_specifications_may_name_is_registered() {
        let domain = Domain::embedded();
        let registered: Vec<&str> = domain.registry.derivation_names().collect();
        assert_eq!(registered, derivations::NAMES);
        let described: BTreeSet<&str> = domain
            .vocabulary
            .additions
            .iter()
            .map(|addition| addition.name.as_str())
            .collect();
        // The groups of the common columns are filled by one addition; the shares of those registered fill columns of the
        // table itself.
        let common = [
            "cohorts",
            "comparison",
            "diploma",
            "establishment",
            "origin",
            "training",
            "way",
        ];
        let applied: BTreeSet<&str> = domain
            .registry
            .addition_names()
            .filter(|name| !["registered", "common"].contains(name))
            .chain(common)
            // Comparisons are filled when a release is made, from what it publishes.
            .chain(["comparison"])
            .collect();
        assert_eq!(described, applied);
    }

    #[test]
    fn what_a_derived_table_reads_decides_it() {
        let domain = Domain::embedded();
        let digest = |name: &str| domain.specifications_digest(domain.tables.named(name).unwrap());
        assert_eq!(digest("ij_regional"), None);
        assert!(digest("definitions").is_some() && digest("perimetres").is_some());
        assert_ne!(
            digest("definitions"),
            digest("perimetres"),
            "the definitions are made of every specification"
        );
    }

    /// T16: two cumuls in a row share a cohort, and every table that has nothing else says so.
    #[test]
    fn every_table_of_cumuls_states_that_they_overlap() {
        let domain = Domain::embedded();
        let one_year = debouches_model::Vintage {
            first: 2022,
            last: 2022,
        };
        let cumuls = domain.tables.iter().filter(|spec| {
            spec.vintage.as_ref().is_some_and(|vintage| {
                vintage.style.has_pairs()
                    && debouches_model::Vintage::parse("2022", &vintage.style) != Some(one_year)
            })
        });
        let mut looked_at = 0;
        for spec in cumuls {
            looked_at += 1;
            assert!(
                spec.cautions
                    .iter()
                    .any(|text| text.contains("partagent une promotion")),
                "{}",
                spec.id
            );
        }
        assert!(looked_at > 5, "{looked_at} tables of cumuls");
    }
}
