//! The common columns: first in every published table, with the same name, the same values and the same type.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::addition::Addition;
use super::expand::ColumnFile;
use crate::{Sha256, TableId};

/// Where a table reads its common columns.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommonSpec {
    /// Whether its rows speak of the cohorts of its vintage.
    #[serde(default)]
    pub cohorts: bool,
    /// How its trainings are followed.
    pub way: Option<WaySpec>,
    /// Its trainings.
    pub training: Option<TrainingSpec>,
    /// Column that tells the type of diploma when the code does not.
    pub kind: Option<String>,
    /// Its establishments.
    pub establishment: Option<EstablishmentSpec>,
    /// Where its figures come from, when some are those of another code or of another establishment.
    pub origin: Option<OriginSpec>,
}

/// How trainings are followed: a column, or one value on every row.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaySpec {
    /// The column.
    pub column: Option<String>,
    /// The value.
    pub value: Option<String>,
}

/// The columns that name a training.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingSpec {
    /// Diploma code.
    pub cfd: Option<String>,
    /// Statistical training code.
    pub mefstat11: Option<String>,
    /// Higher-education diploma code.
    pub sise: Option<String>,
    /// Code of the system that `code_type` names.
    pub code: Option<String>,
    /// Name of the system of `code`.
    pub code_type: Option<String>,
    /// Name of the training in the words of its producer.
    pub label: Option<String>,
}

/// The columns that name an establishment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EstablishmentSpec {
    /// Its UAI; other values stand for several establishments.
    pub uai: String,
    /// Its name in the words of the producer.
    pub label: Option<String>,
}

/// The columns that tell where figures come from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OriginSpec {
    /// What links the code of the row to that of its figures.
    pub column: String,
    /// The establishment of the figures, when it may be another.
    pub place: Option<String>,
}

impl CommonSpec {
    /// The groups of columns that apply.
    pub(super) fn groups(&self) -> impl Iterator<Item = &'static Addition> + use<> {
        let asked = [
            ("millesime", self.cohorts),
            ("cohortes", self.cohorts),
            ("voie", self.way.is_some()),
            ("formation", self.training.is_some()),
            ("diplome", self.training.is_some() || self.kind.is_some()),
            ("etablissement", self.establishment.is_some()),
            ("origine", self.origin.is_some()),
        ];
        let known = &files().groups;
        asked
            .into_iter()
            .filter(|(_, asked)| *asked)
            .filter_map(|(name, _)| known.get(name))
    }

    /// Every column of the table that is named.
    #[must_use]
    pub fn columns(&self) -> Vec<&str> {
        let training = self.training.iter().flat_map(|training| {
            [
                &training.cfd,
                &training.mefstat11,
                &training.sise,
                &training.code,
                &training.code_type,
                &training.label,
            ]
        });
        let way = self.way.iter().map(|way| &way.column);
        let mut named: Vec<&str> = training
            .chain(way)
            .chain([&self.kind])
            .chain(self.establishment.iter().map(|one| &one.label))
            .chain(self.origin.iter().map(|origin| &origin.place))
            .filter_map(|name| name.as_deref())
            .collect();
        named.extend(self.establishment.iter().map(|one| one.uai.as_str()));
        named.extend(self.origin.iter().map(|origin| origin.column.as_str()));
        named
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VocabularyFile {
    order: Vec<String>,
    table: BTreeMap<TableId, CommonSpec>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupsFile {
    group: Vec<GroupFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupFile {
    name: String,
    column: Vec<ColumnFile>,
}

struct Files {
    vocabulary: VocabularyFile,
    groups: BTreeMap<String, Addition>,
}

fn files() -> &'static Files {
    static FILES: OnceLock<Files> = OnceLock::new();
    FILES.get_or_init(|| {
        let vocabulary = include_str!("../../../debouches-insertion/vocabulary.toml");
        let groups = include_str!("../../../debouches-insertion/additions/commun.toml");
        let digest = Sha256::of([vocabulary, groups].concat().as_bytes());
        let parsed: GroupsFile =
            toml::from_str(groups).expect("the common columns are checked by a test");
        let groups = parsed.group.into_iter().map(|group| {
            let columns = group.column.into_iter().flat_map(ColumnFile::expand);
            (
                group.name,
                Addition {
                    columns: columns.collect(),
                    digest,
                },
            )
        });
        Files {
            vocabulary: toml::from_str(vocabulary).expect("the vocabulary is checked by a test"),
            groups: groups.collect(),
        }
    })
}

/// Where a table reads its common columns; none for a table that is not published.
#[must_use]
pub fn common(table: &TableId) -> Option<&'static CommonSpec> {
    files().vocabulary.table.get(table)
}

/// The names of the common columns, in the order in which they are published.
#[must_use]
pub fn common_order() -> &'static [String] {
    &files().vocabulary.order
}
