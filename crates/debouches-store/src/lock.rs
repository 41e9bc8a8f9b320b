//! One run at a time: an operating system lock, which dies with its process, and who holds it.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use crate::backend::Backend;
use crate::dir::Dir;
use crate::owner::{Owner, Slot};
use crate::{Store, StoreError};

/// Name of the lock file, below the root.
const LOCK_FILE: &str = "lock";

/// A lock held for longer than this is stuck, or somebody's who means harm: to be looked into.
const LONGEST_RUN: chrono::TimeDelta = chrono::TimeDelta::days(1);

/// How often a waiting run looks again.
const POLL: Duration = Duration::from_millis(100);

/// The right to write in a state; given back when dropped, or when the process ends in whatever way.
pub struct Lock {
    state: String,
    left_by: Option<Owner>,
    held: Held,
}

enum Held {
    File(File),
    Memory(Slot),
    Elsewhere,
}

impl Store {
    /// Takes the lock of the state, at once or within `wait`.
    ///
    /// A bucket has no lock: see [`Store::locked_elsewhere`].
    pub async fn lock(&self, wait: Option<Duration>, owner: Owner) -> Result<Lock, StoreError> {
        self.check_writable()?;
        let mut remaining = wait.unwrap_or_default();
        loop {
            match self.try_lock(&owner) {
                Err(StoreError::Held { .. }) if !remaining.is_zero() => {
                    tokio::time::sleep(POLL.min(remaining)).await;
                    remaining = remaining.saturating_sub(POLL);
                }
                result => return result,
            }
        }
    }

    /// The lock of a state whose users exclude each other by means of their own, such as a single scheduler.
    #[must_use]
    pub fn locked_elsewhere(&self) -> Lock {
        Lock {
            state: self.root_display(),
            left_by: None,
            held: Held::Elsewhere,
        }
    }

    /// The run that died with the lock of a folder, before another one takes it; none when somebody has it, or gave it back.
    #[must_use]
    pub fn abandoned(&self) -> Option<Owner> {
        let Backend::Folder(folder) = self.backend() else {
            return None;
        };
        let mut file = folder.root().open_with(LOCK_FILE, OFlags::RDONLY).ok()??;
        // Most of the time nobody left a name, and no run that starts just now finds our lock in its way.
        holder(&mut file)?;
        file.try_lock_shared().ok()?;
        holder(&mut file)
    }

    fn try_lock(&self, owner: &Owner) -> Result<Lock, StoreError> {
        let state = self.root_display();
        match self.backend() {
            Backend::Folder(folder) => lock_file(folder.root(), state, owner),
            Backend::Objects(objects) => match objects.slot() {
                Some(slot) => lock_slot(slot, state, owner),
                None => Err(StoreError::Unsupported {
                    state,
                    what: "be locked: let one scheduler start its runs, and say in the configuration that it does",
                }),
            },
        }
    }
}

fn lock_file(root: &Dir, state: String, owner: &Owner) -> Result<Lock, StoreError> {
    let at = root.at(LOCK_FILE);
    let opened = root.open_with(LOCK_FILE, OFlags::RDWR.union(OFlags::CREATE))?;
    let mut file = opened.ok_or_else(|| {
        StoreError::io(
            "open",
            &at,
            std::io::Error::from(std::io::ErrorKind::NotFound),
        )
    })?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(held(state, &mut file, owner.since)),
        Err(TryLockError::Error(error)) => return Err(cannot_lock(state, at, error)),
    }
    // Whoever can open the file can lock it: only its owner may.
    rustix::fs::fchmod(&file, Mode::from_raw_mode(0o600))
        .map_err(|error| StoreError::io("set the rights of", &at, error))?;
    let left_by = holder(&mut file);
    write_owner(&mut file, owner).map_err(|error| StoreError::io("write", at, error))?;
    Ok(Lock {
        state,
        left_by,
        held: Held::File(file),
    })
}

/// The refusal of a lock that somebody has: soon free, or held for longer than a run lasts.
fn held(state: String, file: &mut File, now: DateTime<Utc>) -> StoreError {
    let holder = holder(file);
    // Who does not write a name is dated by the last one that was given back.
    let unnamed = || file.metadata().ok()?.modified().ok().map(DateTime::from);
    let since = holder.as_ref().map(|holder| holder.since).or_else(unnamed);
    let owner = holder.map(Box::new);
    if since.is_some_and(|since| now - since > LONGEST_RUN) {
        StoreError::HeldTooLong { state, owner }
    } else {
        StoreError::Held { state, owner }
    }
}

/// Tells a file system that has no locks from the other reasons.
fn cannot_lock(state: String, at: std::path::PathBuf, error: std::io::Error) -> StoreError {
    let errno = error.raw_os_error().map(Errno::from_raw_os_error);
    if matches!(
        errno,
        Some(Errno::NOLCK | Errno::NOTSUP | Errno::NOSYS | Errno::INVAL)
    ) {
        StoreError::Unsupported {
            state,
            what: "be locked: its file system has no locks; put the state on another one",
        }
    } else {
        StoreError::io("lock", at, error)
    }
}

/// The owner that the file names; the answer is a courtesy, so that a half-written one is no answer.
fn holder(file: &mut File) -> Option<Owner> {
    let mut text = String::new();
    file.seek(SeekFrom::Start(0)).ok()?;
    file.take(1 << 16).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

fn write_owner(file: &mut File, owner: &Owner) -> std::io::Result<()> {
    let text = serde_json::to_string(owner).expect("an owner is made of text, a number and a date");
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    writeln!(file, "{text}")
}

fn lock_slot(slot: &Slot, state: String, owner: &Owner) -> Result<Lock, StoreError> {
    let mut held = slot.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(owner) = held.clone() {
        return Err(StoreError::Held {
            state,
            owner: Some(Box::new(owner)),
        });
    }
    *held = Some(owner.clone());
    Ok(Lock {
        state,
        left_by: None,
        held: Held::Memory(Arc::clone(slot)),
    })
}

impl Lock {
    /// The run that held the lock before and ended without giving it back: killed, or a power cut.
    #[must_use]
    pub fn left_by(&self) -> Option<&Owner> {
        self.left_by.as_ref()
    }

    /// Refuses to serve another state than its own.
    pub(crate) fn check(&self, state: &str) -> Result<(), StoreError> {
        if self.state == state {
            Ok(())
        } else {
            Err(StoreError::Unsupported {
                state: state.to_owned(),
                what: "be changed under the lock of another state",
            })
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        match &self.held {
            // Closing the file frees the lock; an empty file says that it was given back.
            Held::File(file) => {
                let _ = file.set_len(0);
            }
            Held::Memory(slot) => *slot.lock().unwrap_or_else(PoisonError::into_inner) = None,
            Held::Elsewhere => {}
        }
    }
}
