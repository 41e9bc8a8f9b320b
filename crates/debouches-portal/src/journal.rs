//! The state on disk: a snapshot, and a journal of what changed since, one line a change.
//!
//! A change is a line added to `journal.jsonl`, in the hands of the system when the request is answered: a process that
//! is killed loses nothing. The disk is waited for once, at the end of a publication ([`Journal::flush`]); a power cut
//! before that leaves the state of an earlier instant, never a mixture. Each line carries a digest: a last line that was
//! cut is dropped, any other damage is an error.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};
use sha1::{Digest as _, Sha1};

use crate::error::PortalError;
use crate::folder::{Folder, read};
use crate::model::{Contact, Dataset, Discussion, State};

/// Above this size the journal is folded into the snapshot, in bytes.
const LARGEST: u64 = 8 << 20;

/// The objects that one change made or altered. Nothing is ever taken out of the state.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Change {
    sequence: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    contacts: Vec<Contact>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    datasets: Vec<Dataset>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    discussions: Vec<Discussion>,
}

impl Change {
    /// What differs between two states; none when nothing does.
    pub(crate) fn between(before: &State, after: &mut State) -> Option<Self> {
        let contacts = altered(&before.contacts, &after.contacts);
        let datasets = altered(&before.datasets, &after.datasets);
        let discussions = altered(&before.discussions, &after.discussions);
        if contacts.is_empty() && datasets.is_empty() && discussions.is_empty() {
            return None;
        }
        after.sequence = before.sequence + 1;
        Some(Self {
            sequence: after.sequence,
            contacts,
            datasets,
            discussions,
        })
    }

    fn apply(self, state: &mut State) {
        state.sequence = self.sequence;
        put(&mut state.contacts, self.contacts, |item| &item.id);
        put(&mut state.datasets, self.datasets, |item| &item.id);
        put(&mut state.discussions, self.discussions, |item| &item.id);
    }
}

fn altered<T: PartialEq + Clone>(before: &[T], after: &[T]) -> Vec<T> {
    after
        .iter()
        .enumerate()
        .filter(|(index, item)| before.get(*index) != Some(*item))
        .map(|(_, item)| item.clone())
        .collect()
}

fn put<T>(items: &mut Vec<T>, changed: Vec<T>, id: fn(&T) -> &String) {
    for item in changed {
        match items.iter_mut().find(|known| id(known) == id(&item)) {
            Some(known) => *known = item,
            None => items.push(item),
        }
    }
}

/// What follows a flush.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    /// Other publications: the journal grows on.
    Next,
    /// Nothing: the journal is folded into the snapshot.
    Stop,
}

/// The journal of a folder that is being served.
pub(crate) struct Journal {
    path: PathBuf,
    length: u64,
    /// Files and folders whose bytes or names the disk may not have yet.
    pending: Vec<PathBuf>,
}

impl Journal {
    /// The state of the folder, if there is one. Nothing is written.
    pub(crate) fn load(folder: &Folder) -> Result<Option<State>, PortalError> {
        // Another process may fold the journal between the two readings: then the snapshot is a new one.
        for _ in 0..10 {
            let Some(mut state) = snapshot(folder)? else {
                return Ok(None);
            };
            let first = state.sequence;
            replay(&folder.journal_path(), &mut state)?;
            if snapshot(folder)?.is_some_and(|again| again.sequence == first) {
                return Ok(Some(state));
            }
        }
        Err(PortalError::Foreign {
            path: folder.state_path(),
            why: "it changes while it is read".to_owned(),
        })
    }

    /// Begins an empty journal on a snapshot of the state.
    pub(crate) fn begin(folder: &Folder, state: &State) -> io::Result<Self> {
        folder.write(&folder.state_path(), &serde_json::to_vec_pretty(state)?)?;
        let path = folder.journal_path();
        open(&path, OpenOptions::new().create(true).truncate(true))?.sync_all()?;
        folder.sync_root()?;
        Ok(Self {
            path,
            length: 0,
            pending: Vec::new(),
        })
    }

    /// Adds a change. When it fails the journal is as before.
    pub(crate) fn append(&mut self, change: &Change) -> io::Result<()> {
        let line = line(&serde_json::to_string(change)?);
        // Opened each time: a journal that somebody took away is an error, not a file without a name.
        let mut file = open(&self.path, OpenOptions::new().append(true))?;
        if file.metadata()?.len() != self.length {
            return Err(io::Error::other(
                "the journal was altered by another program",
            ));
        }
        match file.write_all(line.as_bytes()) {
            Ok(()) => {
                self.length += line.len() as u64;
                Ok(())
            }
            Err(error) => {
                // The first error is the one to report; a line cut short is dropped by whoever reads it.
                drop(file.set_len(self.length));
                Err(error)
            }
        }
    }

    /// Notes a file or a folder that must reach the disk before the change that names it is believed.
    pub(crate) fn pending(&mut self, path: PathBuf) {
        self.pending.push(path);
    }

    /// Waits until the disk has all that was answered so far: files, folders, then the journal.
    pub(crate) fn flush(&mut self, folder: &Folder, state: &State, until: Until) -> io::Result<()> {
        let mut pending = std::mem::take(&mut self.pending);
        pending.sort();
        pending.dedup();
        for path in &pending {
            match File::open(path).and_then(|file| file.sync_all()) {
                Ok(()) => {}
                // Replaced since by a newer file.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    self.pending = pending;
                    return Err(error);
                }
            }
        }
        let is_folded = match until {
            Until::Next => self.length > LARGEST,
            Until::Stop => self.length > 0,
        };
        if is_folded {
            *self = Self::begin(folder, state)?;
        } else if self.length > 0 {
            open(&self.path, OpenOptions::new().append(true))?.sync_data()?;
        }
        Ok(())
    }
}

fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let no_follow = i32::try_from(OFlags::NOFOLLOW.bits()).unwrap_or_default();
    options
        .write(true)
        .mode(0o600)
        .custom_flags(no_follow)
        .open(path)
}

fn snapshot(folder: &Folder) -> Result<Option<State>, PortalError> {
    let path = folder.state_path();
    match read::<State>(&path)? {
        Some(state) if state.format != State::FORMAT => Err(PortalError::Foreign {
            path,
            why: format!("format {} instead of {}", state.format, State::FORMAT),
        }),
        state => Ok(state),
    }
}

/// Applies the lines of a journal that are later than the state.
fn replay(path: &Path, state: &mut State) -> Result<(), PortalError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => {
            return Err(PortalError::Folder {
                path: path.to_owned(),
                source,
            });
        }
    };
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').peekable();
    while let Some(text) = lines.next() {
        match parse(text) {
            Some(change) if change.sequence > state.sequence => change.apply(state),
            Some(_) => {}
            None if lines.peek().is_none() => {
                tracing::warn!("a last change of the practice portal was cut short, and dropped");
            }
            None => {
                return Err(PortalError::Foreign {
                    path: path.to_owned(),
                    why: "a line was altered after it was written".to_owned(),
                });
            }
        }
    }
    Ok(())
}

fn line(json: &str) -> String {
    format!("{} {json}\n", digest(json.as_bytes()))
}

fn parse(line: &[u8]) -> Option<Change> {
    let line = line.strip_suffix(b"\n")?;
    let (sum, json) = line.split_at_checked(40)?;
    let json = json.strip_prefix(b" ")?;
    (sum == digest(json).as_bytes())
        .then(|| serde_json::from_slice(json).ok())
        .flatten()
}

fn digest(bytes: &[u8]) -> String {
    crate::digest::hex(&Sha1::digest(bytes))
}
