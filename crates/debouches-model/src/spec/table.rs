//! One table: key, columns, rules, secrecy, and what `enrich` does to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::addition::AskedAddition;
use super::column::{ColumnKind, ColumnSpec, Role};
use super::expand::ColumnFile;
use super::registered::RegisteredSpec;
use super::rule::RuleSpec;
use super::secrecy::{CountSpec, DisclosureSpec};
use super::typed::{Typed, schema_of};
use super::vocabulary::Vocabulary;
use crate::mistake::{Mistake, Mistakes};
use crate::{RuleCode, Severity, Sha256, TableId, Tolerance, ValueStatus, VintageStyle};

/// What a table is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TableKind {
    /// Published indicators.
    Indicators,
    /// A code list used by `enrich`, not published as such.
    Nomenclature,
}

/// Which column tells the vintage, and how it is spelled.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VintageSpec {
    /// Name of the column.
    pub column: String,
    /// Spelling of the vintages.
    pub style: VintageStyle,
    /// True when it is the edition of a code list, not the cohorts that figures speak of.
    #[serde(default)]
    pub edition: bool,
    /// First year to tell while the table has no row.
    pub empty: Option<u16>,
}

/// What a derived table is made of: validated tables, by a derivation that `enrich` runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DerivedSpec {
    /// Name of the derivation that makes its rows.
    pub derivation: String,
    /// True when it is made of the specifications of all tables.
    #[serde(default)]
    pub specifications: bool,
    /// Tables some of whose figures it repeats: what a release of them does not show is not shown here either.
    #[serde(default)]
    pub repeats: Vec<RepeatSpec>,
    /// Tables it cannot do without.
    pub from: Vec<TableId>,
    /// Tables it uses when they are configured.
    #[serde(default)]
    pub optional: Vec<TableId>,
    /// Tables of which one at least must be configured: without any it would be empty.
    #[serde(default)]
    pub any_of: Vec<TableId>,
    /// The table whose figures it repeats under other codes: what a release of that table hides is hidden here too.
    pub copies: Option<CopySpec>,
}

/// How a row that repeats figures of a table finds them in its release: a value is shown when a row of it shows the same.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RepeatSpec {
    /// The table whose figures are repeated.
    pub table: TableId,
    /// Which rows come from it: columns of this table with their values; all of them when empty.
    #[serde(default)]
    pub when: BTreeMap<String, String>,
    /// Columns of the other table, with the column of this one that has the same values, or `=value` for one value.
    pub key: BTreeMap<String, String>,
    /// Measures of this table, with the one that each repeats; `{column}` stands for the value of a column of this table.
    pub measures: BTreeMap<String, String>,
}

/// How a row that repeats figures finds the row that it repeats: same key, but for the codes that the copy replaces.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CopySpec {
    /// The table that is repeated.
    pub table: TableId,
    /// Columns of its key that the copy fills with its own code.
    #[serde(default)]
    pub replaced: Vec<String>,
    /// Column of the copy that keeps the code replaced; empty on a row without figures. None when no code is replaced.
    pub by: Option<String>,
    /// Columns of its key that the copy leaves out, and the only value of the rows copied.
    #[serde(default)]
    pub fixed: BTreeMap<String, String>,
}

/// A code that refers to another table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ForeignKey {
    /// Column of this table.
    pub column: String,
    /// The other table; nothing is looked up when it has no source.
    pub table: TableId,
    /// Its column.
    pub to: String,
}

/// All we know about a table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableSpec {
    /// Its name.
    pub id: TableId,
    /// Published or not.
    pub kind: TableKind,
    /// Title in French.
    pub title: String,
    /// What it holds, in French: scope, population, grain.
    pub description: String,
    /// Who produces the figures.
    pub producer: String,
    /// Address of the producer's page about them.
    pub homepage: Option<String>,
    /// What a reuser must know before drawing conclusions, in French.
    pub cautions: Vec<String>,
    /// Names of the columns of the primary key, in sort order.
    pub key: Vec<String>,
    /// Columns that published rows are sorted by before the key, so that who asks for a région, then for an establishment,
    /// reads a small part of a large file.
    pub sort: Vec<String>,
    /// Its vintage column.
    pub vintage: Option<VintageSpec>,
    /// Markers of a missing measure, and the status that they mean.
    pub missing: BTreeMap<String, ValueStatus>,
    /// Primary secrecy; none for nomenclatures.
    pub secrecy: Option<DisclosureSpec>,
    /// True when its figures answer for a training or an establishment of a catalogue.
    pub figures: bool,
    /// Groups of columns that `enrich` adds, in the order in which they are published.
    pub additions: Vec<AskedAddition>,
    /// Columns that every table publishes first, in order.
    pub first_columns: Arc<Vec<String>>,
    /// Shares of those registered to compute, when leavers and those who continue are counted apart; one for each horizon.
    pub registered: Vec<RegisteredSpec>,
    /// What it is made of, when no source delivers it.
    pub derived: Option<DerivedSpec>,
    /// Codes looked up in other tables by `enrich`.
    pub foreign_keys: Vec<ForeignKey>,
    /// The columns, in the order in which they are published.
    pub columns: Vec<ColumnSpec>,
    /// The rules.
    pub rules: Vec<RuleSpec>,
    /// Digest of the file, and of the additions that it asks for.
    pub digest: Sha256,
}

/// A file of `tables/`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TableFile {
    /// Its name: that of the file.
    id: TableId,
    /// Published or not.
    kind: TableKind,
    /// Title in French.
    title: String,
    /// What it holds, in French: scope, population, grain.
    description: String,
    /// Who produces the figures.
    producer: String,
    /// Address of the producer's page about them.
    homepage: Option<String>,
    /// What a reuser must know before drawing conclusions, in French.
    #[serde(default)]
    cautions: Vec<String>,
    /// Names of the columns of the primary key, in sort order.
    key: Vec<String>,
    /// Columns that published rows are sorted by before the key.
    #[serde(default)]
    sort: Vec<String>,
    /// Its vintage column.
    vintage: Option<VintageSpec>,
    /// Markers of a missing measure, and the status that they mean.
    #[serde(default)]
    missing: BTreeMap<String, ValueStatus>,
    /// Statistical secrecy.
    secrecy: Option<DisclosureSpec>,
    /// True when its figures answer for a training or an establishment of a catalogue.
    #[serde(default)]
    figures: bool,
    /// Groups of columns that `enrich` adds, with what each needs to know.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, BTreeMap<String, serde_json::Value>>")]
    add: BTreeMap<String, toml::Table>,
    /// Shares of those registered to compute.
    registered: Option<RegisteredSpec>,
    /// What it is made of, when no source delivers it.
    derived: Option<DerivedSpec>,
    /// Codes looked up in other tables.
    #[serde(default)]
    foreign_key: Vec<ForeignKey>,
    /// The columns, in the order in which they are published.
    column: Vec<ColumnFile>,
    /// The rules, beside those that hold for every table.
    #[serde(default)]
    rule: Vec<RuleSpec>,
}

/// The JSON Schema of a table specification.
#[must_use]
pub fn table_schema() -> serde_json::Value {
    schema_of::<TableFile>()
}

impl TableSpec {
    /// Reads a specification and checks every name in it, but for those of other tables.
    ///
    /// # Errors
    /// When the text is not valid, or names what does not exist: with every mistake.
    pub fn parse(text: &str, vocabulary: &Vocabulary) -> Result<Self, Mistakes> {
        let typed = Typed::<TableFile>::read(text)?;
        let mut mistakes = Vec::new();
        let spec = Self::from_file(&typed, text, vocabulary, &mut mistakes);
        spec.check(&mut |key, word, mistake| {
            mistakes.push(mistake.on_line(typed.line_of(key, word)));
        });
        if mistakes.is_empty() {
            Ok(spec)
        } else {
            Err(Mistakes::new(mistakes))
        }
    }

    fn from_file(
        typed: &Typed<'_, TableFile>,
        text: &str,
        vocabulary: &Vocabulary,
        mistakes: &mut Vec<Mistake>,
    ) -> Self {
        let file = &typed.content;
        let columns = file
            .column
            .iter()
            .flat_map(|column| {
                column.expand(&vocabulary.formats, &mut |format| {
                    let mistake = vocabulary.formats.unknown(format);
                    mistakes.push(mistake.on_line(typed.line_of("column", format)));
                })
            })
            .collect();
        if let Some(derived) = &file.derived
            && !vocabulary.derivations.contains(&derived.derivation)
        {
            let name = &derived.derivation;
            let mistake = Mistake::new(format!("no derivation is called `{name}`"));
            let mistake = mistake.among(name, vocabulary.derivations.iter().map(String::as_str));
            mistakes.push(mistake.on_line(typed.line_of("derived", name)));
        }
        let has_cohorts = file
            .vintage
            .as_ref()
            .is_some_and(|vintage| !vintage.edition);
        let additions = asked_additions(typed, vocabulary, has_cohorts, mistakes);
        let digests: String = additions
            .iter()
            .map(|addition| addition.spec.digest.to_string())
            .collect();
        Self {
            id: file.id.clone(),
            kind: file.kind,
            title: file.title.clone(),
            description: file.description.clone(),
            producer: file.producer.clone(),
            homepage: file.homepage.clone(),
            cautions: file.cautions.clone(),
            key: file.key.clone(),
            sort: file.sort.clone(),
            vintage: file.vintage.clone(),
            missing: file.missing.clone(),
            secrecy: file.secrecy.clone().map(|mut secrecy| {
                secrecy.expand();
                secrecy
            }),
            figures: file.figures,
            additions,
            first_columns: Arc::clone(&vocabulary.first_columns),
            registered: file
                .registered
                .clone()
                .into_iter()
                .flat_map(RegisteredSpec::expand)
                .collect(),
            derived: file.derived.clone(),
            foreign_keys: file.foreign_key.clone(),
            columns,
            rules: file
                .rule
                .iter()
                .cloned()
                .flat_map(RuleSpec::expand)
                .collect(),
            digest: Sha256::of((text.to_owned() + &digests).as_bytes()),
        }
    }

    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&ColumnSpec> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The measures, in the order of the table.
    pub fn measures(&self) -> impl Iterator<Item = &ColumnSpec> {
        self.columns.iter().filter(|column| column.is_measure())
    }

    /// The columns that published rows are sorted by: these, then the rest of the key.
    #[must_use]
    pub fn order(&self) -> Vec<String> {
        let rest = self.key.iter().filter(|name| !self.sort.contains(name));
        self.sort.iter().chain(rest).cloned().collect()
    }

    /// The columns that `enrich` adds to this table, in the order in which they are published.
    pub fn added_columns(&self) -> impl Iterator<Item = &ColumnSpec> {
        self.additions
            .iter()
            .flat_map(|addition| &addition.spec.columns)
            // A column that the table has under a common name is the common one.
            .filter(|column| self.column(&column.name).is_none())
    }

    /// The place of a column among those that every table publishes first.
    #[must_use]
    pub fn rank(&self, column: &str) -> Option<usize> {
        self.first_columns.iter().position(|name| name == column)
    }

    /// The group of added columns of that name, when the table has it.
    #[must_use]
    pub fn addition(&self, name: &str) -> Option<&AskedAddition> {
        self.additions
            .iter()
            .find(|addition| addition.spec.name == name)
    }

    /// Columns by which findings are counted: the vintage, then those that additions name.
    pub fn slices(&self) -> impl Iterator<Item = &str> {
        let vintage = self.vintage.iter().map(|vintage| vintage.column.as_str());
        vintage.chain(self.additions.iter().filter_map(AskedAddition::slice))
    }

    /// True when its rows speak of cohorts: figures of a vintage, not the edition of a code list.
    #[must_use]
    pub fn has_cohorts(&self) -> bool {
        self.vintage
            .as_ref()
            .is_some_and(|vintage| !vintage.edition)
    }

    /// The vintage that cuts the table into parts. None when the column is no part of the key: it then is a state of the row, as
    /// the last vintage of an establishment or the edition of a code list, which moves without any row being lost.
    #[must_use]
    pub fn partition(&self) -> Option<&VintageSpec> {
        self.vintage
            .as_ref()
            .filter(|vintage| self.key.contains(&vintage.column))
    }

    /// The columns that say which edition a row comes from, those that `enrich` adds included, and the vintage where it is a state of
    /// the row.
    pub fn version_columns(&self) -> impl Iterator<Item = &str> {
        let declared = self
            .columns
            .iter()
            .chain(self.added_columns())
            .filter(|column| column.version)
            .map(|column| column.name.as_str());
        let state = self.vintage.iter().map(|vintage| vintage.column.as_str());
        let state = state.filter(|column| !self.key.iter().any(|key| key == column));
        declared.chain(state)
    }

    /// What it repeats the figures of, when it does.
    #[must_use]
    pub fn copies(&self) -> Option<&CopySpec> {
        self.derived.as_ref()?.copies.as_ref()
    }

    /// The secrecy policy of the table, its counts named: those in persons, with their bases, when the policy names none.
    #[must_use]
    pub fn secrecy_policy(&self) -> Option<DisclosureSpec> {
        let mut policy = self.secrecy.clone()?;
        if policy.count.is_empty() {
            let counts = self.measures().filter(|column| {
                column.kind == ColumnKind::Integer
                    && column.unit.as_deref() == Some("personnes")
                    && !column.base.is_empty()
            });
            policy.count = counts
                .map(|column| CountSpec::new(&column.name, &column.base.counts))
                .collect();
        }
        Some(policy)
    }

    /// The rule of that code, when the table names it.
    #[must_use]
    pub fn rule(&self, code: RuleCode) -> Option<&RuleSpec> {
        self.rules.iter().find(|rule| rule.code == code)
    }

    /// Every declaration of that rule: one that looks across columns can hold for several groups of them.
    pub fn rules_of(&self, code: RuleCode) -> impl Iterator<Item = &RuleSpec> {
        self.rules.iter().filter(move |rule| rule.code == code)
    }

    /// The severity and tolerance of a rule for this table.
    #[must_use]
    pub fn policy(&self, code: RuleCode) -> (Severity, Tolerance) {
        let rule = self.rule(code);
        let severity = rule
            .and_then(|rule| rule.severity)
            .unwrap_or(code.entry().severity);
        (severity, rule.map(RuleSpec::tolerance).unwrap_or_default())
    }

    /// Hands what names nothing to `refuse`, with the key and the word of the file that it is about.
    fn check(&self, refuse: &mut dyn FnMut(&str, &str, Mistake)) {
        let names: BTreeSet<&str> = self
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .collect();
        let mut seen = BTreeSet::new();
        for column in &self.columns {
            if !seen.insert(&column.name) {
                let message = format!("column `{}` is declared twice", column.name);
                refuse("column", &column.name, Mistake::new(message));
            }
            if column.is_measure()
                && !matches!(column.kind, ColumnKind::Integer | ColumnKind::Decimal)
            {
                let mut mistake =
                    Mistake::new(format!("measure `{}` is not a number", column.name));
                mistake.expected = Some("type `integer` or `decimal`".to_owned());
                refuse("column", &column.name, mistake);
            }
            let is_percentage = column.is_measure() && column.unit.as_deref() == Some("%");
            if is_percentage && column.denominator.is_none() {
                let message = format!("`{}` is a percentage of nothing", column.name);
                let mut mistake = Mistake::new(message);
                mistake.expected = Some("`denominator`: what it is a share of".to_owned());
                refuse("column", &column.name, mistake);
            }
            if column.role == Role::Tag {
                let mut mistake = Mistake::new(format!("`{}` is a tag", column.name));
                mistake.expected = Some("another role: tags are added by enrich".to_owned());
                refuse("column", &column.name, mistake);
            }
        }
        for rule in &self.rules {
            if let Some(expected) = rule
                .code
                .columns()
                .filter(|expected| rule.columns.len() != *expected)
            {
                let message = format!("rule {} names {} columns", rule.code, rule.columns.len());
                let mut mistake = Mistake::new(message);
                mistake.expected = Some(format!("{expected} columns"));
                refuse("rule", rule.code.as_str(), mistake);
            }
        }
        let people = self.measures().filter(|column| {
            self.kind == TableKind::Indicators && super::closed::is_on_people(column)
        });
        let declared = super::closed::Declared {
            people: people.collect(),
            secrecy: self.secrecy.as_ref(),
            key: &self.key,
            repeats: self
                .derived
                .as_ref()
                .is_some_and(|derived| derived.copies.is_some() || !derived.repeats.is_empty()),
        };
        for problem in super::closed::problems(&declared) {
            refuse("secrecy", self.id.as_str(), Mistake::new(problem));
        }
        for (key, what, name) in self.named_columns() {
            if !names.contains(name) {
                let message = format!("{what} names `{name}`, which is not a column");
                refuse(
                    key,
                    name,
                    Mistake::new(message).among(name, names.iter().copied()),
                );
            }
        }
    }

    /// Columns of the table that its other parts name: the key of the file, what names it, and the name.
    fn named_columns(&self) -> Vec<(&'static str, String, &str)> {
        let mut named: Vec<(&'static str, String, &str)> = Vec::new();
        let is_added = |name: &str| self.added_columns().any(|column| column.name == name);
        named.extend(
            self.key
                .iter()
                .map(|name| ("key", "the key".to_owned(), name.as_str())),
        );
        let sort = self.sort.iter().filter(|name| !is_added(name));
        named.extend(sort.map(|name| ("sort", "the sort".to_owned(), name.as_str())));
        named.extend(
            self.vintage
                .iter()
                .map(|vintage| ("vintage", "the vintage".to_owned(), vintage.column.as_str())),
        );
        named.extend(self.foreign_keys.iter().map(|key| {
            (
                "foreign_key",
                "a foreign key".to_owned(),
                key.column.as_str(),
            )
        }));
        for rule in &self.rules {
            let what = format!("rule {}", rule.code);
            named.extend(
                rule.columns
                    .iter()
                    .map(|name| ("rule", what.clone(), name.as_str())),
            );
        }
        for column in &self.columns {
            let what = format!("the base of {}", column.name);
            let shares = column.base.shares.iter();
            let shares = shares.flat_map(|share| [&share.rate, &share.of]);
            let names = column.base.counts.iter().chain(shares);
            named.extend(names.map(|name| ("column", what.clone(), name.as_str())));
        }
        for addition in &self.additions {
            let what = format!("[add.{}]", addition.spec.name);
            named.extend(
                addition
                    .named_columns()
                    .map(|name| ("add", what.clone(), name)),
            );
        }
        let secrecy = self.secrecy.iter();
        named.extend(
            secrecy
                .clone()
                .flat_map(DisclosureSpec::columns)
                .map(|(what, name)| ("secrecy", what.to_owned(), name)),
        );
        let family = secrecy
            .flat_map(|secrecy| &secrecy.together)
            .flat_map(|together| &together.key)
            .filter_map(|part| part.column.as_deref())
            .filter(|name| !is_added(name));
        named.extend(family.map(|name| ("secrecy", "the key of a family".to_owned(), name)));
        named.extend(
            self.registered
                .iter()
                .flat_map(RegisteredSpec::columns)
                .map(|name| ("registered", "those registered".to_owned(), name.as_str())),
        );
        if let Some(copies) = self.copies() {
            let names = copies.by.iter().chain(&copies.replaced);
            named.extend(names.map(|name| ("derived", "the copies".to_owned(), name.as_str())));
        }
        for repeat in self.derived.iter().flat_map(|derived| &derived.repeats) {
            let here = repeat.key.values().filter(|name| !name.starts_with('='));
            let names = here
                .chain(repeat.when.keys())
                .chain(repeat.measures.keys())
                .filter(|name| !is_added(name));
            named.extend(names.map(|name| ("derived", "the repeats".to_owned(), name.as_str())));
        }
        named
    }
}

/// The groups of added columns that a file asks for, and those that it has without asking.
fn asked_additions(
    typed: &Typed<'_, TableFile>,
    vocabulary: &Vocabulary,
    has_cohorts: bool,
    mistakes: &mut Vec<Mistake>,
) -> Vec<AskedAddition> {
    let asked = &typed.content.add;
    for name in asked
        .keys()
        .filter(|name| vocabulary.addition(name).is_none())
    {
        let mistake = Mistake::new(format!("no group of added columns is called `{name}`"));
        let known = vocabulary.additions.iter().map(|item| item.name.as_str());
        mistakes.push(
            mistake
                .among(name, known)
                .on_line(typed.line_of("add", name)),
        );
    }
    let additions =
        vocabulary
            .additions
            .iter()
            .filter_map(|addition| match asked.get(&addition.name) {
                Some(parameters) => Some(AskedAddition::read(
                    addition,
                    parameters,
                    &mut |word, mistake| mistakes.push(mistake.on_line(typed.line_of("add", word))),
                )),
                None => (addition.of_cohorts && has_cohorts)
                    .then(|| AskedAddition::unasked(Arc::clone(addition))),
            });
    additions.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_to_a_column_that_does_not_exist_is_refused() {
        let text = r#"
            id = "t"
            kind = "indicators"
            title = "T"
            description = "D"
            producer = "P"
            key = ["unti"]
            [[column]]
            name = "unit"
            type = "text"
            role = "dimension"
            label = "Unit"
            description = "Établissement"
        "#;
        let error = TableSpec::parse(text, &Vocabulary::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 7: the key names `unti`, which is not a column (expected: `unit`)"
        );
    }
}
