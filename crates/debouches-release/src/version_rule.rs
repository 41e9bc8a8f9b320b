//! The version of a release, decided by rule from what changed since the last one.

use debouches_model::{Change, Version};

use crate::diff::{DiffReport, RowsDiff};
use crate::facts::{Broken, ReleaseChange};
use crate::record::{ReleaseRecord, TableRecord};

/// What to do with a candidate.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// The content is that of the last release: no new version.
    Unchanged(Version),
    /// A new version, with what changed.
    New {
        /// Its number.
        version: Version,
        /// The most disturbing change; none for a first release.
        change: Option<Change>,
        /// What changed.
        changes: Vec<ReleaseChange>,
    },
}

/// Compares a candidate with the last release.
#[derive(Debug, Clone, Copy)]
pub struct VersionRule<'a> {
    /// The last release, if any.
    pub last: Option<&'a ReleaseRecord>,
}

impl VersionRule<'_> {
    /// What would break a reuser without notice: columns and tables gone, retyped or reordered, which the last release
    /// did not announce. Empty when there is nothing, or when it was announced.
    #[must_use]
    pub fn unannounced(&self, candidate: &ReleaseRecord) -> Vec<Broken> {
        let Some(last) = self.last else {
            return Vec::new();
        };
        let announced = |name: &str| {
            let names = |item: &str| {
                item == name || debouches_model::spec::measure_of_status(name) == Some(item)
            };
            last.deprecated.iter().any(|notice| names(&notice.column))
        };
        let mut broken = Vec::new();
        for before in &last.tables {
            let table = &before.table;
            let Some(now) = candidate.tables.iter().find(|item| item.table == *table) else {
                broken.push(Broken::Table {
                    table: table.clone(),
                });
                continue;
            };
            let gone: Vec<&str> = before
                .columns
                .iter()
                .filter(|item| !now.columns.contains(item))
                .map(|item| item.name.as_str())
                .collect();
            // The status of a measure goes with it: told once.
            let is_twin = |name: &str| {
                debouches_model::spec::measure_of_status(name)
                    .is_some_and(|measure| gone.contains(&measure))
            };
            for name in gone.iter().filter(|name| !is_twin(name)) {
                let name = format!("{table}.{name}");
                if !announced(&name) {
                    broken.push(Broken::Column { column: name });
                }
            }
            let kept = before
                .columns
                .iter()
                .filter(|column| now.columns.contains(column));
            if !now
                .columns
                .iter()
                .filter(|column| before.columns.contains(column))
                .eq(kept)
            {
                broken.push(Broken::Order {
                    table: table.clone(),
                });
            }
        }
        broken
    }

    /// The version that a comparison of the rows asks for, where digests alone decided `change`.
    ///
    /// Digests tell that keys differ, not which way: rows that are gone break who counts on them, and rows that only come from
    /// another edition are the same rows.
    #[must_use]
    pub fn weighed(&self, change: Change, report: &DiffReport) -> (Version, Change) {
        let rows = |count: fn(&RowsDiff) -> u64| -> u64 {
            report.tables.iter().map(|table| count(&table.rows)).sum()
        };
        let is_only_rows = report.tables_added.is_empty()
            && report
                .tables
                .iter()
                .all(|table| table.schema.added.is_empty() && table.schema.retyped.is_empty());
        let change = if rows(|rows| rows.removed) > 0 {
            Change::Major
        } else if change == Change::Minor && is_only_rows && rows(|rows| rows.added) == 0 {
            Change::Patch
        } else {
            change
        };
        let last = self.last.map_or(Version::FIRST, |last| last.version);
        (last.after(change), change)
    }

    /// True when a version chosen by hand says at least as much as the change does, and follows the last one.
    #[must_use]
    pub fn allows(&self, chosen: Version, change: Option<Change>) -> bool {
        let Some(last) = self.last else { return true };
        let graver = [Change::Patch, Change::Minor, Change::Major]
            .into_iter()
            .filter(|item| Some(*item) >= change);
        graver
            .map(|change| last.version.after(change))
            .any(|version| version == chosen)
    }

    /// Decides the version of a candidate, whose own `version` is not looked at.
    #[must_use]
    pub fn decide(&self, candidate: &ReleaseRecord) -> Decision {
        let Some(last) = self.last else {
            return Decision::New {
                version: Version::FIRST,
                change: None,
                changes: vec![ReleaseChange::FirstRelease],
            };
        };
        let mut changes: Vec<(Change, ReleaseChange)> = Vec::new();
        for table in &candidate.tables {
            match last.tables.iter().find(|item| item.table == table.table) {
                Some(before) => changes.extend(table_changes(before, table)),
                None => changes.push((
                    Change::Minor,
                    ReleaseChange::TableAdded {
                        table: table.table.clone(),
                    },
                )),
            }
        }
        for table in last
            .tables
            .iter()
            .filter(|item| !candidate.tables.iter().any(|new| new.table == item.table))
        {
            changes.push((
                Change::Major,
                ReleaseChange::TableRemoved {
                    table: table.table.clone(),
                },
            ));
        }
        if changes.is_empty() && last.definition_sha256 != candidate.definition_sha256 {
            changes.push((Change::Patch, ReleaseChange::TextsRevised));
        }
        match changes.iter().map(|(change, _)| *change).max() {
            None => Decision::Unchanged(last.version),
            Some(change) => Decision::New {
                version: last.version.after(change),
                change: Some(change),
                changes: changes.into_iter().map(|(_, change)| change).collect(),
            },
        }
    }
}

fn table_changes(before: &TableRecord, now: &TableRecord) -> Vec<(Change, ReleaseChange)> {
    let table = &now.table;
    let mut changes = Vec::new();
    let kept: Vec<_> = now
        .columns
        .iter()
        .filter(|column| before.columns.contains(column))
        .collect();
    let removed: Vec<_> = before
        .columns
        .iter()
        .filter(|column| !now.columns.contains(column))
        .map(|column| column.name.clone())
        .collect();
    let added: Vec<_> = now
        .columns
        .iter()
        .filter(|column| !before.columns.contains(column))
        .map(|column| column.name.clone())
        .collect();
    if !removed.is_empty() {
        changes.push((
            Change::Major,
            ReleaseChange::ColumnsRemoved {
                table: table.clone(),
                columns: removed,
            },
        ));
    } else if !kept.iter().copied().eq(before.columns.iter()) {
        changes.push((
            Change::Major,
            ReleaseChange::ColumnsReordered {
                table: table.clone(),
            },
        ));
    }
    if !added.is_empty() {
        changes.push((
            Change::Minor,
            ReleaseChange::ColumnsAdded {
                table: table.clone(),
                columns: added,
            },
        ));
    }
    if before.keys_sha256 != now.keys_sha256 {
        changes.push((
            Change::Minor,
            ReleaseChange::RowsMoved {
                table: table.clone(),
                before: before.rows,
                after: now.rows,
            },
        ));
    }
    if changes.is_empty() && before.content_sha256 != now.content_sha256 {
        changes.push((
            Change::Patch,
            ReleaseChange::ValuesCorrected {
                table: table.clone(),
            },
        ));
    }
    changes
}

#[cfg(test)]
mod tests {
    use debouches_model::Sha256;

    use super::*;
    use crate::record::ColumnRecord;

    fn record(columns: &[&str], keys: &str, content: &str) -> ReleaseRecord {
        let columns = columns.iter().map(|name| ColumnRecord {
            name: (*name).to_owned(),
            kind: "string".to_owned(),
        });
        ReleaseRecord {
            format: ReleaseRecord::FORMAT,
            dataset: "d".parse().unwrap(),
            version: Version::FIRST,
            definition_sha256: Sha256::of(b"definition"),
            deprecated: Vec::new(),
            facts: crate::facts::ReleaseFacts::default(),
            tables: vec![TableRecord {
                table: "t".to_owned(),
                rows: 1,
                columns: columns.collect(),
                keys_sha256: Sha256::of(keys.as_bytes()),
                content_sha256: Sha256::of(content.as_bytes()),
            }],
        }
    }

    fn change(now: &ReleaseRecord) -> Option<Change> {
        let last = record(&["a", "b"], "k", "c");
        match (VersionRule { last: Some(&last) }).decide(now) {
            Decision::Unchanged(_) => None,
            Decision::New { change, .. } => change,
        }
    }

    #[test]
    fn the_change_decides_the_number() {
        assert_eq!(change(&record(&["a", "b"], "k", "c")), None);
        assert_eq!(
            change(&record(&["a", "b"], "k", "other")),
            Some(Change::Patch)
        );
        assert_eq!(
            change(&record(&["a", "b"], "more", "other")),
            Some(Change::Minor)
        );
        assert_eq!(
            change(&record(&["a", "x", "b"], "k", "other")),
            Some(Change::Minor)
        );
        assert_eq!(
            change(&record(&["b", "a"], "k", "other")),
            Some(Change::Major)
        );
        assert_eq!(change(&record(&["a"], "k", "other")), Some(Change::Major));
    }

    #[test]
    fn a_hand_made_version_may_say_more_and_never_less() {
        let last = record(&["a", "b"], "k", "c");
        let rule = VersionRule { last: Some(&last) };
        let allows = |text: &str, change| rule.allows(text.parse().unwrap(), Some(change));
        assert!(
            allows("1.1.0", Change::Minor)
                && allows("2.0.0", Change::Minor)
                && allows("1.0.1", Change::Patch)
        );
        assert!(
            !allows("1.0.1", Change::Minor)
                && !allows("1.2.0", Change::Minor)
                && !allows("1.0.0", Change::Patch)
        );
    }

    #[test]
    fn a_removed_column_needs_a_notice() {
        let mut last = record(&["a", "b"], "k", "c");
        let now = record(&["a"], "k", "c");
        let broken = (VersionRule { last: Some(&last) }).unannounced(&now);
        let column = "t.b".to_owned();
        assert_eq!(broken, [Broken::Column { column }]);
        last.deprecated.push(crate::dataset::Deprecation {
            column: "t.b".to_owned(),
            reason: "remplacée".to_owned(),
        });
        assert!(
            (VersionRule { last: Some(&last) })
                .unannounced(&now)
                .is_empty()
        );
    }
}
