//! The version of a release, decided by rule from what changed since the last one.

use debouches_model::{Change, Version};

use crate::record::{ReleaseRecord, TableRecord};

/// What to do with a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The content is that of the last release: no new version.
    Unchanged(Version),
    /// A new version, with what changed, in French.
    New {
        /// Its number.
        version: Version,
        /// The most disturbing change; none for a first release.
        change: Option<Change>,
        /// What changed, one sentence each.
        reasons: Vec<String>,
    },
}

/// Compares a candidate with the last release.
#[derive(Debug, Clone, Copy)]
pub struct VersionRule<'a> {
    /// The last release, if any.
    pub last: Option<&'a ReleaseRecord>,
}

impl VersionRule<'_> {
    /// Decides the version of a candidate, whose own `version` is not looked at.
    #[must_use]
    pub fn decide(&self, candidate: &ReleaseRecord) -> Decision {
        let Some(last) = self.last else {
            return Decision::New { version: Version::FIRST, change: None, reasons: vec!["Première publication.".to_owned()] };
        };
        let mut changes: Vec<(Change, String)> = Vec::new();
        for table in &candidate.tables {
            match last.tables.iter().find(|own| own.table == table.table) {
                Some(before) => changes.extend(table_changes(before, table)),
                None => changes.push((Change::Minor, format!("Table {} ajoutée.", table.table))),
            }
        }
        for table in last.tables.iter().filter(|own| !candidate.tables.iter().any(|new| new.table == own.table)) {
            changes.push((Change::Major, format!("Table {} retirée.", table.table)));
        }
        if changes.is_empty() && last.definition_sha256 != candidate.definition_sha256 {
            changes.push((Change::Patch, "Textes et définitions revus, données inchangées.".to_owned()));
        }
        match changes.iter().map(|(change, _)| *change).max() {
            None => Decision::Unchanged(last.version),
            Some(change) => Decision::New {
                version: last.version.after(change),
                change: Some(change),
                reasons: changes.into_iter().map(|(_, reason)| reason).collect(),
            },
        }
    }
}

fn table_changes(before: &TableRecord, now: &TableRecord) -> Vec<(Change, String)> {
    let mut changes = Vec::new();
    let kept: Vec<_> = now.columns.iter().filter(|column| before.columns.contains(column)).collect();
    let removed: Vec<_> =
        before.columns.iter().filter(|column| !now.columns.contains(column)).map(|c| c.name.as_str()).collect();
    let added: Vec<_> = now.columns.iter().filter(|column| !before.columns.contains(column)).map(|c| c.name.as_str()).collect();
    if !removed.is_empty() {
        changes.push((Change::Major, format!("{} : colonnes retirées ou de type changé : {}.", now.table, removed.join(", "))));
    } else if !kept.iter().copied().eq(before.columns.iter()) {
        changes.push((Change::Major, format!("{} : ordre des colonnes changé.", now.table)));
    }
    if !added.is_empty() {
        changes.push((Change::Minor, format!("{} : colonnes ajoutées : {}.", now.table, added.join(", "))));
    }
    if before.keys_sha256 != now.keys_sha256 {
        changes.push((
            Change::Minor,
            format!("{} : {} lignes au lieu de {}, ou d'autres clés.", now.table, now.rows, before.rows),
        ));
    }
    if changes.is_empty() && before.content_sha256 != now.content_sha256 {
        changes.push((Change::Patch, format!("{} : valeurs corrigées, mêmes lignes.", now.table)));
    }
    changes
}

#[cfg(test)]
mod tests {
    use debouches_model::Sha256;

    use super::*;
    use crate::record::ColumnRecord;

    fn record(columns: &[&str], keys: &str, content: &str) -> ReleaseRecord {
        let columns = columns.iter().map(|name| ColumnRecord { name: (*name).to_owned(), kind: "string".to_owned() });
        ReleaseRecord {
            format: 1,
            dataset: "d".parse().unwrap(),
            version: Version::FIRST,
            definition_sha256: Sha256::of(b"definition"),
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
        assert_eq!(change(&record(&["a", "b"], "k", "other")), Some(Change::Patch));
        assert_eq!(change(&record(&["a", "b"], "more", "other")), Some(Change::Minor));
        assert_eq!(change(&record(&["a", "x", "b"], "k", "other")), Some(Change::Minor));
        assert_eq!(change(&record(&["b", "a"], "k", "other")), Some(Change::Major));
        assert_eq!(change(&record(&["a"], "k", "other")), Some(Change::Major));
    }
}
