//! The journal of a publication: each write is announced before it is sent, and its end is told.
//!
//! A line names the digest of the line before it, so that a line altered or taken out is seen. What a stopped run left
//! open is read back from here: a sending to put together, a creation that was never answered.

use chrono::{DateTime, Utc};
use debouches_model::{ArtefactKey, DatasetId, Sha256};
use debouches_store::{Journal, Store, StoreError};
use debouches_udata::Transfer;
use serde::{Deserialize, Serialize};

use crate::PublishError;
use crate::step::PlanStep;

/// How a write stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// A plan is about to be applied.
    Begun,
    /// A write is about to be sent.
    Intent,
    /// The parts of a file are there; they are about to be put together.
    Assembling,
    /// The portal did it.
    Confirmed,
    /// Nobody knows whether the portal did it.
    Lost,
    /// The portal did not do it.
    Refused,
    /// A sending is given up: its parts can be put together no more.
    Abandoned,
    /// The portal was read back and agrees.
    Sealed,
}

/// A line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Entry {
    #[serde(default)]
    pub(crate) seq: usize,
    /// Digest of the line before; none on the first.
    #[serde(default)]
    pub(crate) prev: Option<Sha256>,
    pub(crate) at: DateTime<Utc>,
    #[serde(default)]
    pub(crate) run: String,
    pub(crate) state: State,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) write: Option<PlanStep>,
    /// Digest of what is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) payload: Option<Sha256>,
    /// Identifier of the dataset on the portal, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) dataset: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sending: Option<Sending>,
    /// Digest of the plan file that is being applied, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) plan: Option<Sha256>,
    /// What was said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
}

/// A file under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sending {
    pub(crate) uuid: String,
    pub(crate) parts: u32,
    pub(crate) sha1: String,
}

impl Sending {
    pub(crate) fn of(transfer: &Transfer, sha1: &str) -> Self {
        Self {
            uuid: transfer.uuid.clone(),
            parts: transfer.parts,
            sha1: sha1.to_owned(),
        }
    }

    pub(crate) fn transfer(&self) -> Transfer {
        Transfer {
            uuid: self.uuid.clone(),
            parts: self.parts,
        }
    }
}

impl Entry {
    pub(crate) fn new(at: DateTime<Utc>, run: &str, state: State) -> Self {
        Self {
            seq: 0,
            prev: None,
            at,
            run: run.to_owned(),
            state,
            write: None,
            payload: None,
            dataset: None,
            sending: None,
            plan: None,
            note: None,
        }
    }
}

/// The journal, open, with all that it says.
pub(crate) struct Ledger {
    journal: Journal,
    entries: Vec<Entry>,
}

impl Ledger {
    pub(crate) async fn open(
        store: &Store,
        key: &ArtefactKey,
        dataset: &DatasetId,
    ) -> Result<Self, PublishError> {
        let fail = |source: StoreError| PublishError::Store {
            dataset: dataset.clone(),
            source: Box::new(source),
        };
        let journal = store.journal(key).await.map_err(fail)?;
        let entries = read(journal.lines(), dataset)?;
        Ok(Self { journal, entries })
    }

    pub(crate) async fn note(&mut self, mut entry: Entry) -> Result<(), StoreError> {
        entry.seq = self.journal.lines().len();
        entry.prev = self
            .journal
            .lines()
            .last()
            .map(|line| Sha256::of(line.as_bytes()));
        let line = serde_json::to_string(&entry).expect("our own structures are written as JSON");
        self.journal.append(&line).await?;
        self.entries.push(entry);
        Ok(())
    }

    /// The parts of that very file that were sent for that very write, and of which nobody knows whether the portal put
    /// them together.
    pub(crate) fn open_sending(&self, write: &PlanStep, sha1: &str) -> Option<Sending> {
        let last = self.entries.iter().rev().find(|entry| {
            entry
                .sending
                .as_ref()
                .is_some_and(|sending| sending.sha1 == sha1)
                && entry.write.as_ref() == Some(write)
        })?;
        match last.state {
            State::Assembling | State::Lost => last.sending.clone(),
            State::Begun
            | State::Intent
            | State::Confirmed
            | State::Refused
            | State::Abandoned
            | State::Sealed => None,
        }
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

/// The lines of a journal, checked.
pub(crate) fn read(lines: &[String], dataset: &DatasetId) -> Result<Vec<Entry>, PublishError> {
    let altered = |line: usize| PublishError::JournalAltered {
        dataset: dataset.clone(),
        line: line + 1,
    };
    let mut entries: Vec<Entry> = Vec::with_capacity(lines.len());
    for (index, line) in lines.iter().enumerate() {
        let Ok(entry) = serde_json::from_str::<Entry>(line) else {
            // Torn by a machine that stopped. If somebody altered it, the line after does not follow from it.
            continue;
        };
        let before = index
            .checked_sub(1)
            .and_then(|before| lines.get(before))
            .map(|line| Sha256::of(line.as_bytes()));
        if entry.seq != index || entry.prev != before {
            return Err(altered(index));
        }
        entries.push(entry);
    }
    Ok(entries)
}

/// When a portal was first found to agree with a release; none when it never was.
///
/// `key` is that of the publication, `publish/<dataset>/<version>/<portal>`. A receipt is written again when the address of
/// the portal moves; the journal is not.
///
/// # Errors
/// When the journal cannot be read, or was altered.
pub async fn first_published(
    store: &Store,
    key: &ArtefactKey,
    dataset: &DatasetId,
) -> Result<Option<DateTime<Utc>>, PublishError> {
    let lines = store.journal_lines(key).await;
    let lines = lines.map_err(|source| PublishError::Store {
        dataset: dataset.clone(),
        source: Box::new(source),
    })?;
    let entries = read(&lines.unwrap_or_default(), dataset)?;
    Ok(entries
        .into_iter()
        .find(|entry| entry.state == State::Sealed)
        .map(|entry| entry.at))
}

/// Whether a creation of the dataset was sent and never answered: it may still appear.
pub(crate) fn has_open_creation(entries: &[Entry]) -> bool {
    let count = |state| {
        entries
            .iter()
            .filter(|entry| entry.state == state && entry.write == Some(PlanStep::CreateDataset))
            .count()
    };
    count(State::Intent) > count(State::Confirmed) + count(State::Refused)
}

/// Whether a publication was begun and not ended.
pub(crate) fn is_under_way(entries: &[Entry]) -> bool {
    let last = |state: State| entries.iter().rposition(|entry| entry.state == state);
    last(State::Begun) > last(State::Sealed)
}

/// Whether the application of that plan file was begun, and not ended.
pub(crate) fn has_begun(entries: &[Entry], plan: Sha256) -> bool {
    let sealed = entries
        .iter()
        .rposition(|entry| entry.state == State::Sealed);
    let begun = entries
        .iter()
        .rposition(|entry| entry.state == State::Begun && entry.plan == Some(plan));
    begun > sealed
}
