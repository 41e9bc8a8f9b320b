//! The marker of a folder: a small file made with it, without which nothing in it is swept, replaced or served.
//!
//! A folder named by mistake in the configuration may be somebody's. Only a folder that carries the marker of its kind
//! is written; an empty or missing one is made ours; any other is refused before anything in it is touched.

use std::io::{Read as _, Write as _};
use std::path::Path;

use rustix::fs::{Mode, OFlags};
use serde::{Deserialize, Serialize};

use crate::StoreError;
use crate::dir::Dir;

/// Name of the marker. It begins with a dot, so that no artefact and no page can have that name.
pub const MARKER_FILE: &str = ".debouches-folder.json";

/// Largest marker, in bytes.
const LARGEST: u64 = 4096;

/// What a folder is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FolderKind {
    /// The state of a pipeline.
    State,
    /// The practice portal.
    PracticePortal,
    /// A static site.
    StaticSite,
}

impl FolderKind {
    /// The kind, for people.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::State => "the state of a pipeline",
            Self::PracticePortal => "a practice portal",
            Self::StaticSite => "a static site of ours",
        }
    }

    /// Rights of the folder: a web server reads a site under another account, nobody else reads the rest.
    pub(crate) fn mode(self) -> Mode {
        Mode::from_raw_mode(match self {
            Self::State | Self::PracticePortal => 0o700,
            Self::StaticSite => 0o755,
        })
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Marker {
    format: u32,
    kind: FolderKind,
}

const FORMAT: u32 = 1;

/// What stands at a path that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FolderState {
    /// Nothing, or an empty folder.
    Absent,
    /// A folder with the marker of that kind.
    Ours,
}

/// Makes a folder ours: creates it with its marker when it is missing or empty, checks the marker otherwise.
///
/// # Errors
/// [`StoreError::Foreign`] when the folder holds anything and has no marker of that kind; nothing was touched then.
pub fn claim_folder(path: &Path, kind: FolderKind) -> Result<(), StoreError> {
    claim(path, kind).map(|_| ())
}

/// Checks the marker of a folder without writing anything.
///
/// # Errors
/// [`StoreError::Foreign`] when the folder holds anything and has no marker of that kind.
pub fn check_folder(path: &Path, kind: FolderKind) -> Result<FolderState, StoreError> {
    match Dir::existing(path)? {
        None => Ok(FolderState::Absent),
        Some(dir) => check(&dir, kind),
    }
}

/// As [`claim_folder`], and opens it.
pub(crate) fn claim(path: &Path, kind: FolderKind) -> Result<Dir, StoreError> {
    let dir = Dir::root_with(path, kind.mode())?;
    match check(&dir, kind)? {
        FolderState::Ours => {}
        FolderState::Absent => {
            // An operator may have made the empty folder: what we keep in it is not for others.
            dir.set_mode(kind.mode())?;
            write(&dir, kind)?;
        }
    }
    Ok(dir)
}

fn check(dir: &Dir, kind: FolderKind) -> Result<FolderState, StoreError> {
    let foreign = |reason: String| StoreError::Foreign {
        path: dir.path().to_owned(),
        kind: kind.describe(),
        reason,
    };
    let Some(file) = dir.open_file(MARKER_FILE)? else {
        return if dir.is_empty()? {
            Ok(FolderState::Absent)
        } else {
            Err(foreign(format!("it holds files and no {MARKER_FILE}")))
        };
    };
    let mut bytes = Vec::new();
    file.take(LARGEST)
        .read_to_end(&mut bytes)
        .map_err(|error| StoreError::io("read", dir.at(MARKER_FILE), error))?;
    // Made in an empty folder by a run that died before it could write it: only ours has that name.
    if bytes.is_empty() {
        return Ok(FolderState::Absent);
    }
    match serde_json::from_slice::<Marker>(&bytes) {
        Ok(marker) if marker.format != FORMAT => Err(foreign(format!(
            "its {MARKER_FILE} has format {}, which this version does not know",
            marker.format
        ))),
        Ok(marker) if marker.kind == kind => Ok(FolderState::Ours),
        Ok(marker) => Err(foreign(format!("it is {}", marker.kind.describe()))),
        Err(error) => Err(foreign(format!(
            "its {MARKER_FILE} cannot be read: {error}"
        ))),
    }
}

fn write(dir: &Dir, kind: FolderKind) -> Result<(), StoreError> {
    let fail = |error| StoreError::io("write", dir.at(MARKER_FILE), error);
    let mut bytes = serde_json::to_vec(&Marker {
        format: FORMAT,
        kind,
    })
    .map_err(|error| fail(error.into()))?;
    bytes.push(b'\n');
    let opened = dir.open_with(MARKER_FILE, OFlags::WRONLY.union(OFlags::CREATE))?;
    let mut file = opened.ok_or_else(|| fail(std::io::ErrorKind::NotFound.into()))?;
    file.write_all(&bytes).map_err(fail)?;
    file.sync_all().map_err(|source| StoreError::NotDurable {
        path: dir.at(MARKER_FILE),
        source,
    })?;
    dir.sync()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_missing_or_empty_folder_becomes_ours_and_stays_so() {
        let root = tempfile::tempdir().unwrap();
        for (name, kind, mode) in [
            ("a", FolderKind::State, 0o700),
            ("b", FolderKind::StaticSite, 0o755),
        ] {
            let path = root.path().join(name);
            std::fs::create_dir(&path).unwrap();
            assert_eq!(check_folder(&path, kind).unwrap(), FolderState::Absent);
            claim_folder(&path, kind).unwrap();
            std::fs::write(path.join("file"), "x").unwrap();
            claim_folder(&path, kind).unwrap();
            assert_eq!(check_folder(&path, kind).unwrap(), FolderState::Ours);
            let actual = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(actual & 0o777, mode, "{name}");
        }
    }

    #[test]
    fn a_folder_with_files_and_no_marker_of_that_kind_is_refused_untouched() {
        let root = tempfile::tempdir().unwrap();
        let somebody = root.path().join("somebody");
        std::fs::create_dir(&somebody).unwrap();
        std::fs::write(somebody.join("letter"), "x").unwrap();
        let refused = claim_folder(&somebody, FolderKind::State).unwrap_err();
        assert!(matches!(refused, StoreError::Foreign { .. }), "{refused}");
        assert_eq!(std::fs::read_dir(&somebody).unwrap().count(), 1);

        let site = root.path().join("site");
        claim_folder(&site, FolderKind::StaticSite).unwrap();
        let refused = claim_folder(&site, FolderKind::State).unwrap_err();
        assert!(refused.to_string().contains("static site"), "{refused}");
    }

    #[test]
    fn a_marker_that_is_a_link_or_damaged_is_no_marker() {
        let root = tempfile::tempdir().unwrap();
        let ours = root.path().join("ours");
        claim_folder(&ours, FolderKind::State).unwrap();
        let linked = root.path().join("linked");
        std::fs::create_dir(&linked).unwrap();
        std::os::unix::fs::symlink(ours.join(MARKER_FILE), linked.join(MARKER_FILE)).unwrap();
        assert!(claim_folder(&linked, FolderKind::State).is_err());
        std::fs::write(ours.join(MARKER_FILE), "{").unwrap();
        assert!(claim_folder(&ours, FolderKind::State).is_err());
    }
}
