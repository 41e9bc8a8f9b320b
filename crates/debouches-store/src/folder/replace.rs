//! The only thing ever replaced: a small file that is not an artefact, such as `pipeline.lock`.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::Mode;

use crate::StoreError;
use crate::dir::Dir;

static NEXT: AtomicU64 = AtomicU64::new(0);

/// Replaces a file: after a crash at any instant it holds the former bytes or these, whole.
///
/// Fails when the path is a symbolic link, which a rename would silently turn into a file.
pub fn replace_file(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .ok_or_else(|| StoreError::Name {
            name: path.display().to_string(),
            reason: "it is not the name of a file",
        })?;
    let dir = Dir::root(parent)?;
    let previous = dir.open_file(name)?;
    let (temporary, file) = create(&dir, name)?;
    let written = fill(&file, &dir, &temporary, bytes, previous.as_ref())
        .and_then(|()| dir.take_over(name, &dir, &temporary));
    if let Err(error) = written {
        // The first error is the one to tell.
        let _ = dir.remove_file(&temporary);
        return Err(error);
    }
    dir.sync()
}

fn create(dir: &Dir, name: &str) -> Result<(String, std::fs::File), StoreError> {
    loop {
        let temporary = format!(
            ".{name}.{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        if let Some(file) = dir.create_new(&temporary)? {
            return Ok((temporary, file));
        }
    }
}

fn fill(
    file: &std::fs::File,
    dir: &Dir,
    name: &str,
    bytes: &[u8],
    previous: Option<&std::fs::File>,
) -> Result<(), StoreError> {
    use std::io::Write as _;
    use std::os::unix::fs::PermissionsExt as _;
    let mode = match previous {
        Some(previous) => previous
            .metadata()
            .map_err(|error| StoreError::io("inspect", dir.at(name), error))?
            .permissions()
            .mode(),
        None => 0o644,
    };
    let mut out = file;
    out.write_all(bytes)
        .map_err(|error| StoreError::io("write", dir.at(name), error))?;
    rustix::fs::fchmod(file, Mode::from_raw_mode(mode & 0o777))
        .map_err(|error| StoreError::io("write", dir.at(name), error))?;
    file.sync_all().map_err(|source| StoreError::NotDurable {
        path: dir.at(name),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_a_link_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipeline.lock");
        replace_file(&path, b"one").unwrap();
        replace_file(&path, b"two").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);

        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let error = replace_file(&link, b"three").unwrap_err();
        assert!(
            matches!(&error, StoreError::Symlink { path } if path.ends_with("link")),
            "{error}"
        );
    }
}
