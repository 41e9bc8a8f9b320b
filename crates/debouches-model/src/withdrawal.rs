//! A release that readers should no longer use: yanked, or purged. One line of the register of the state per decision.
//!
//! A version is withdrawn by the last decision about it. Lines are only ever added: the file is the register of who decided
//! what, when and why.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{DatasetId, FileEntry, Fingerprint, Sha256, Text, Version};

/// Somebody's decision about a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// Format number of this structure.
    pub format: u32,
    /// What was decided.
    pub decision: Decree,
    /// The dataset.
    pub dataset: DatasetId,
    /// The version of the release.
    pub version: Version,
    /// When.
    pub at: DateTime<Utc>,
    /// Who decided.
    pub by: String,
    /// Why, in French: the reason of a yank, the legal basis of a purge. It is published.
    pub reason: String,
    /// What the release was made of, so that the same data is not released again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<Fingerprint>,
    /// The files that were removed: what is left of a purged release.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileEntry>,
    /// The data of its tables, which is not published again in another release either.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<RetractedTable>,
}

/// The data of a table of a retracted release: its rows as keys and measures, whatever was added or written around them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetractedTable {
    /// Name of the table.
    pub table: String,
    /// Digest of its rows, in an order of their own.
    pub data: Sha256,
    /// How many of its rows are in no release that stands.
    pub distinct: u64,
    /// Whether its rows are told apart by their words too, since no figure of the release is its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub words: bool,
}

/// How much a register held when something else was written: whoever reads less knows that it was altered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterMark {
    /// Number of decisions.
    pub count: u64,
    /// Seal of the last one, which covers those before it.
    pub seal: Sha256,
}

/// What somebody decided about a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decree {
    /// Readers are led to another version; the bytes stay where they are.
    Yank,
    /// A yank is taken back.
    Unyank,
    /// The bytes are removed everywhere; it cannot be taken back.
    Purge,
    /// The data of a retracted release may be published again, in another release.
    Lift,
}

impl Withdrawal {
    /// The format number written today.
    pub const FORMAT: u32 = 1;

    /// The sentence that readers are told, on pages and in changelogs.
    #[must_use]
    pub fn sentence(&self) -> Text {
        let Self {
            version, reason, ..
        } = self;
        let (day, reason) = (self.at.format("%Y-%m-%d"), reason.trim_end_matches('.'));
        let (fr, en) = match self.decision {
            Decree::Purge => ("supprimée", "Purged"),
            Decree::Yank | Decree::Unyank | Decree::Lift => ("retirée", "Withdrawn"),
        };
        Text {
            fr: format!("Version {fr} : {version}, le {day}. {reason}."),
            en: format!("{en} version: {version}, on {day}. {reason}."),
        }
    }
}

/// The releases that are withdrawn now, by dataset and version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Withdrawals {
    standing: BTreeMap<(DatasetId, Version), Withdrawal>,
    lifted: BTreeSet<(DatasetId, Version)>,
    decisions: Vec<Withdrawal>,
    mark: Option<RegisterMark>,
}

impl Withdrawals {
    /// Reads the decisions of the register, the oldest first.
    ///
    /// # Errors
    /// When a line is not a decision: what it withdraws must not be shown, hence nothing is guessed.
    pub fn read<'a>(lines: impl IntoIterator<Item = &'a str>) -> Result<Self, serde_json::Error> {
        let mut all = Self::default();
        for line in lines {
            let withdrawal: Withdrawal = serde_json::from_str(line)?;
            let key = (withdrawal.dataset.clone(), withdrawal.version);
            all.decisions.push(withdrawal.clone());
            match withdrawal.decision {
                Decree::Unyank => {
                    all.standing.remove(&key);
                }
                Decree::Yank | Decree::Purge => {
                    all.lifted.remove(&key);
                    all.standing.insert(key, withdrawal);
                }
                Decree::Lift => {
                    all.lifted.insert(key);
                }
            }
        }
        Ok(all)
    }

    /// The same, and what the register held when it was read.
    #[must_use]
    pub fn with_mark(mut self, mark: Option<RegisterMark>) -> Self {
        self.mark = mark;
        self
    }

    /// What the register held when it was read; none when it was empty.
    #[must_use]
    pub fn mark(&self) -> Option<&RegisterMark> {
        self.mark.as_ref()
    }

    /// Every decision about a dataset, the oldest first.
    pub fn decisions<'a>(
        &'a self,
        dataset: &'a DatasetId,
    ) -> impl Iterator<Item = &'a Withdrawal> + 'a {
        self.decisions
            .iter()
            .filter(move |decision| &decision.dataset == dataset)
    }

    /// Whether anything was ever decided about a release.
    #[must_use]
    pub fn mentions(&self, dataset: &DatasetId, version: Version) -> bool {
        self.decisions(dataset)
            .any(|decision| decision.version == version)
    }

    /// Whether the data of a release that is retracted may be published again.
    #[must_use]
    pub fn is_lifted(&self, dataset: &DatasetId, version: Version) -> bool {
        self.lifted.contains(&(dataset.clone(), version))
    }

    /// The retracted releases of all datasets whose data must not come back.
    pub fn forbidden(&self) -> impl Iterator<Item = &Withdrawal> {
        self.standing
            .iter()
            .filter(|(key, _)| !self.lifted.contains(*key))
            .map(|(_, withdrawal)| withdrawal)
    }

    /// The decision that withdraws a release; none when it may be used.
    #[must_use]
    pub fn find(&self, dataset: &DatasetId, version: Version) -> Option<&Withdrawal> {
        self.standing.get(&(dataset.clone(), version))
    }

    /// Whether the bytes of a release were removed for ever.
    #[must_use]
    pub fn is_purged(&self, dataset: &DatasetId, version: Version) -> bool {
        self.find(dataset, version)
            .is_some_and(|withdrawal| withdrawal.decision == Decree::Purge)
    }

    /// The withdrawn releases of a dataset, the oldest version first.
    pub fn of<'a>(&'a self, dataset: &'a DatasetId) -> impl Iterator<Item = &'a Withdrawal> + 'a {
        self.standing
            .values()
            .filter(move |withdrawal| &withdrawal.dataset == dataset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(decision: Decree, version: &str) -> String {
        let withdrawal = Withdrawal {
            format: Withdrawal::FORMAT,
            decision,
            dataset: "d".parse().unwrap(),
            version: version.parse().unwrap(),
            at: "2026-11-25T10:00:00Z".parse().unwrap(),
            by: "A. B.".to_owned(),
            reason: "Mauvais fichier.".to_owned(),
            fingerprint: None,
            files: Vec::new(),
            tables: Vec::new(),
        };
        serde_json::to_string(&withdrawal).unwrap()
    }

    #[test]
    fn the_last_decision_holds() {
        let lines = [
            line(Decree::Yank, "1.0.0"),
            line(Decree::Yank, "1.1.0"),
            line(Decree::Unyank, "1.0.0"),
        ];
        let total = Withdrawals::read(lines.iter().map(String::as_str)).unwrap();
        let dataset = "d".parse().unwrap();
        assert!(total.find(&dataset, Version::FIRST).is_none());
        let versions: Vec<_> = total
            .of(&dataset)
            .map(|withdrawal| withdrawal.version.to_string())
            .collect();
        assert_eq!(versions, ["1.1.0"]);
        assert_eq!(
            total.of(&dataset).next().unwrap().sentence().fr,
            "Version retirée : 1.1.0, le 2026-11-25. Mauvais fichier."
        );
        assert!(Withdrawals::read(["{}"]).is_err());
    }
}
