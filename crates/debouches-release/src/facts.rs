//! What a release changed and what people decided about it, as values. Changelogs, announcements and pages are rendered from them.

use chrono::NaiveDate;
use debouches_model::{
    Decree, Lang, Sha256, Text, Version, Waiver, Withdrawal, counted_en, counted_fr,
};
use serde::{Deserialize, Serialize};

use crate::dataset::Deprecation;
use crate::diff::{TableDiff, table_sentences};
use crate::set_aside::SetAside;

/// The facts of a release: part of its record.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ReleaseFacts {
    /// The release that this one follows; none for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Version>,
    /// What changed since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<ReleaseChange>,
    /// What people decided about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<ReleaseDecision>,
    /// Every version of the dataset that was retracted when this one was built, those of its decisions included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retracted: Vec<Retracted>,
    /// Rows of its sources that it does not publish.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set_aside: Vec<SetAside>,
    /// Releases of all datasets that the disclosure audit read beside this one, the oldest first; a rebuild reads the same ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub published_before: Vec<EarlierRelease>,
}

/// A release that was there when another one was decided.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EarlierRelease {
    /// Its dataset.
    pub dataset: String,
    /// Its version.
    pub version: Version,
    /// Digest of its `SHA256SUMS`; none for what a purge left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sums: Option<Sha256>,
}

/// One change since the previous release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ReleaseChange {
    /// There is no previous release.
    FirstRelease,
    /// A table is new.
    TableAdded {
        /// The table.
        table: String,
    },
    /// A table is gone.
    TableRemoved {
        /// The table.
        table: String,
    },
    /// Columns are gone, or have another type.
    ColumnsRemoved {
        /// The table.
        table: String,
        /// The columns.
        columns: Vec<String>,
    },
    /// The same columns are in another order.
    ColumnsReordered {
        /// The table.
        table: String,
    },
    /// Columns are new, or have another type.
    ColumnsAdded {
        /// The table.
        table: String,
        /// The columns.
        columns: Vec<String>,
    },
    /// Tables that others read for their codes and names changed: the cause of what follows.
    ReferencesMoved {
        /// Which of them, from which edition to which.
        references: Vec<ReferenceMove>,
    },
    /// Rows came or went.
    RowsMoved {
        /// The table.
        table: String,
        /// Their number before.
        before: u64,
        /// Their number now.
        after: u64,
    },
    /// Values differ on the same rows.
    ValuesCorrected {
        /// The table.
        table: String,
    },
    /// Texts and definitions differ, on the same data.
    TextsRevised,
    /// The rows of a table, compared one by one.
    Compared {
        /// The comparison.
        comparison: Box<TableDiff>,
    },
    /// A later release will remove a column.
    RemovalAnnounced {
        /// The announcement.
        announcement: Deprecation,
    },
}

/// Another state of a table that others read for their codes and names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReferenceMove {
    /// The table.
    pub table: String,
    /// Its edition before, when it has a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Its edition now, when it has a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl ReferenceMove {
    /// The table, with its editions when they differ.
    fn name(&self) -> String {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) if before != after => {
                format!("`{}` ({before} → {after})", self.table)
            }
            _ => format!("`{}`", self.table),
        }
    }
}

/// One decision of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ReleaseDecision {
    /// Reusers are broken without notice.
    Break {
        /// What breaks them.
        broken: Vec<Broken>,
        /// Why, in French.
        reason: String,
    },
    /// An earlier release should no longer be used.
    Retraction {
        /// Which one, since when and why.
        retracted: Retracted,
    },
    /// A slice moved more than its budget allows.
    Waiver {
        /// Who let it through, why, until when.
        waiver: Waiver,
        /// The first moves that it covers.
        breaches: Vec<Text>,
        /// How many more it covers.
        others: usize,
    },
}

/// A change that breaks reusers who were not told before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Broken {
    /// A table is gone.
    Table {
        /// The table.
        table: String,
    },
    /// A column is gone, or has another type.
    Column {
        /// The column, as `table.column`.
        column: String,
    },
    /// Columns are in another order.
    Order {
        /// The table.
        table: String,
    },
}

/// A release that should no longer be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retracted {
    /// Its version.
    pub version: Version,
    /// Whether its bytes stay.
    pub decision: Decree,
    /// Day of the decision.
    pub on: NaiveDate,
    /// Why, in French.
    pub reason: String,
}

impl ReleaseFacts {
    /// The facts as the sentences of a changelog: breaks first, then changes, retractions, announcements and waivers.
    #[must_use]
    pub fn sentences(&self) -> Vec<Text> {
        let decisions = |wanted: fn(&ReleaseDecision) -> bool| {
            self.decisions
                .iter()
                .filter(move |decision| wanted(decision))
                .map(ReleaseDecision::sentence)
        };
        let changes = |announced: bool| {
            self.changes
                .iter()
                .filter(move |change| change.is_announcement() == announced)
                .flat_map(ReleaseChange::sentences)
        };
        decisions(|decision| matches!(decision, ReleaseDecision::Break { .. }))
            .chain(changes(false))
            .chain(decisions(|decision| {
                matches!(decision, ReleaseDecision::Retraction { .. })
            }))
            .chain(changes(true))
            .chain(decisions(|decision| {
                matches!(decision, ReleaseDecision::Waiver { .. })
            }))
            .chain(self.set_aside.iter().map(SetAside::sentence))
            .collect()
    }
}

impl ReleaseChange {
    fn is_announcement(&self) -> bool {
        matches!(self, Self::RemovalAnnounced { .. })
    }

    /// The change in French and English.
    #[must_use]
    pub fn sentences(&self) -> Vec<Text> {
        let one = |fr: String, en: String| vec![Text { fr, en }];
        match self {
            Self::FirstRelease => one(
                "Première publication.".to_owned(),
                "First publication.".to_owned(),
            ),
            Self::TableAdded { table } => one(
                format!("Table `{table}` ajoutée."),
                format!("Table `{table}` added."),
            ),
            Self::TableRemoved { table } => one(
                format!("Table `{table}` retirée."),
                format!("Table `{table}` removed."),
            ),
            Self::ColumnsRemoved { table, columns } => {
                let names = columns.join(", ");
                one(
                    format!("{table} : colonnes retirées ou de type changé : {names}."),
                    format!("{table}: columns removed or retyped: {names}."),
                )
            }
            Self::ColumnsReordered { table } => one(
                format!("{table} : l'ordre des colonnes change."),
                format!("{table}: the order of columns changes."),
            ),
            Self::ColumnsAdded { table, columns } => {
                let names = columns.join(", ");
                one(
                    format!("{table} : colonnes ajoutées : {names}."),
                    format!("{table}: columns added: {names}."),
                )
            }
            Self::ReferencesMoved { references } => {
                let names: Vec<String> = references.iter().map(ReferenceMove::name).collect();
                let names = names.join(", ");
                one(
                    format!("Nomenclatures mises à jour depuis la version précédente : {names}."),
                    format!("Nomenclatures updated since the previous version: {names}."),
                )
            }
            Self::RowsMoved {
                table,
                before,
                after,
            } => one(
                format!("{table} : lignes, avant et après : {before} → {after}."),
                format!("{table}: rows, before and after: {before} → {after}."),
            ),
            Self::ValuesCorrected { table } => one(
                format!("{table} : valeurs corrigées."),
                format!("{table}: values corrected."),
            ),
            Self::TextsRevised => one(
                "Textes et définitions revus, données inchangées.".to_owned(),
                "Texts and definitions revised, same data.".to_owned(),
            ),
            Self::Compared { comparison } => table_sentences(comparison),
            Self::RemovalAnnounced { announcement } => {
                let Deprecation { column, reason } = announcement;
                one(
                    format!("Préavis : la colonne `{column}` sera retirée. {reason}"),
                    format!("Notice: column `{column}` will be removed. {reason}"),
                )
            }
        }
    }
}

impl ReleaseDecision {
    /// The decision in French and English.
    #[must_use]
    pub fn sentence(&self) -> Text {
        match self {
            Self::Break { broken, reason } => {
                let list = |lang: Lang| {
                    let names: Vec<String> =
                        broken.iter().map(|broken| broken.name(lang)).collect();
                    names.join(", ")
                };
                Text {
                    fr: format!("Rupture sans préavis ({}) : {reason}", list(Lang::Fr)),
                    en: format!("Break without notice ({}): {reason}", list(Lang::En)),
                }
            }
            Self::Retraction { retracted } => retracted.sentence(),
            Self::Waiver {
                waiver,
                breaches,
                others,
            } => {
                let Waiver {
                    by,
                    on,
                    until,
                    reason,
                    ..
                } = waiver;
                let reason = reason.trim_end_matches('.');
                let list = |lang: Lang| {
                    let mut list: Vec<String> = breaches
                        .iter()
                        .map(|breach| breach.get(lang).to_owned())
                        .collect();
                    if *others > 0 {
                        list.push(match lang {
                            Lang::Fr => counted_fr(*others as u64, "autre écart", "autres écarts"),
                            Lang::En => {
                                counted_en(*others as u64, "other difference", "other differences")
                            }
                        });
                    }
                    list.join(" ; ")
                };
                Text {
                    fr: format!(
                        "Écart important avec la version précédente, publié sur décision de « {by} » le {on} : {reason}. Sont concernés : {}. Décision valable jusqu'au {until}.",
                        list(Lang::Fr)
                    ),
                    en: format!(
                        "Large difference from the previous version, published by decision of “{by}” on {on}: {reason}. Concerned: {}. Decision valid until {until}.",
                        list(Lang::En)
                    ),
                }
            }
        }
    }
}

impl Broken {
    /// What breaks, in a few words.
    #[must_use]
    pub fn name(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Table { table }, Lang::Fr) => format!("table {table} retirée"),
            (Self::Table { table }, Lang::En) => format!("table {table} removed"),
            (Self::Column { column }, Lang::Fr) => {
                format!("colonne {column} retirée ou de type changé")
            }
            (Self::Column { column }, Lang::En) => format!("column {column} removed or retyped"),
            (Self::Order { table }, Lang::Fr) => format!("ordre des colonnes de {table} changé"),
            (Self::Order { table }, Lang::En) => format!("columns of {table} reordered"),
        }
    }
}

impl Retracted {
    /// What readers may know of an entry of the register.
    #[must_use]
    pub fn of(withdrawal: &Withdrawal) -> Self {
        Self {
            version: withdrawal.version,
            decision: withdrawal.decision,
            on: withdrawal.at.date_naive(),
            reason: withdrawal.reason.clone(),
        }
    }

    /// The retraction in French and English.
    #[must_use]
    pub fn sentence(&self) -> Text {
        let Self {
            version,
            decision,
            on,
            reason,
        } = self;
        let reason = reason.trim_end_matches('.');
        let (fr, en) = match decision {
            Decree::Purge => ("supprimée", "Purged"),
            Decree::Yank | Decree::Unyank | Decree::Lift => ("retirée", "Withdrawn"),
        };
        Text {
            fr: format!("Version {fr} : {version}, le {on}. {reason}."),
            en: format!("{en} version: {version}, on {on}. {reason}."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> ReleaseFacts {
        let retracted = Retracted {
            version: Version::FIRST,
            decision: Decree::Yank,
            on: "2026-11-25".parse().unwrap(),
            reason: "Mauvais fichier.".to_owned(),
        };
        ReleaseFacts {
            previous: Some(Version::FIRST),
            changes: vec![
                ReleaseChange::RemovalAnnounced {
                    announcement: Deprecation {
                        column: "t.b".to_owned(),
                        reason: "Remplacée.".to_owned(),
                    },
                },
                ReleaseChange::TableAdded {
                    table: "t".to_owned(),
                },
            ],
            decisions: vec![
                ReleaseDecision::Retraction {
                    retracted: retracted.clone(),
                },
                ReleaseDecision::Break {
                    broken: vec![Broken::Column {
                        column: "t.a".to_owned(),
                    }],
                    reason: "fausse".to_owned(),
                },
            ],
            retracted: vec![retracted],
            set_aside: Vec::new(),
            published_before: Vec::new(),
        }
    }

    #[test]
    fn sentences_begin_with_what_breaks_and_keep_the_order_of_readers() {
        let french: Vec<String> = facts()
            .sentences()
            .into_iter()
            .map(|text| text.fr)
            .collect();
        assert_eq!(
            french,
            [
                "Rupture sans préavis (colonne t.a retirée ou de type changé) : fausse",
                "Table `t` ajoutée.",
                "Version retirée : 1.0.0, le 2026-11-25. Mauvais fichier.",
                "Préavis : la colonne `t.b` sera retirée. Remplacée.",
            ]
        );
    }

    #[test]
    fn facts_are_read_back_as_they_were_written() {
        let text = serde_json::to_string(&facts()).unwrap();
        assert_eq!(
            serde_json::from_str::<ReleaseFacts>(&text).unwrap(),
            facts()
        );
    }
}
