//! Digests already computed by this process, so that one run does not read the same large file five times.

use std::collections::HashMap;
use std::fs::File;
use std::os::unix::fs::MetadataExt as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use debouches_model::Sha256;

/// A file as the system identifies it: any write moves the last two.
type Stamp = (u64, u64, u64, i64, i64, i64, i64);

/// File times move by ticks of a few milliseconds: a younger file could change and keep its stamp.
const SETTLED: Duration = Duration::from_millis(100);

/// Digests by stamp.
#[derive(Default)]
pub(crate) struct Memo(Mutex<HashMap<Stamp, Sha256>>);

impl Memo {
    /// The digest of a file that did not change since it was noted.
    pub(crate) fn get(&self, file: &File) -> Option<Sha256> {
        let stamp = stamp(file)?;
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&stamp)
            .copied()
    }

    /// Notes the digest of a file, unless it changed a moment ago.
    pub(crate) fn note(&self, file: &File, digest: Sha256) {
        if let Some(stamp) = stamp(file).filter(is_settled) {
            self.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(stamp, digest);
        }
    }
}

fn stamp(file: &File) -> Option<Stamp> {
    let meta = file.metadata().ok()?;
    Some((
        meta.dev(),
        meta.ino(),
        meta.size(),
        meta.mtime(),
        meta.mtime_nsec(),
        meta.ctime(),
        meta.ctime_nsec(),
    ))
}

/// The wall clock only decides whether a digest is worth remembering, never what is written.
fn is_settled(stamp: &Stamp) -> bool {
    let (seconds, nanos) = (
        u64::try_from(stamp.5).unwrap_or(u64::MAX),
        u32::try_from(stamp.6).unwrap_or(0),
    );
    let changed = SystemTime::UNIX_EPOCH.checked_add(Duration::new(seconds, nanos));
    changed
        .and_then(|changed| SystemTime::now().duration_since(changed).ok())
        .is_some_and(|age| age > SETTLED)
}
