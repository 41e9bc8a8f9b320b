//! Files of a folder that is not of the state: listed, hashed, filled.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;
use debouches_model::{Hasher, Sha256};
use debouches_store::{Artefact, Store};

use crate::blocking::blocking;

/// The files below a folder, by their path inside it, sorted.
///
/// # Errors
/// Fails when a file cannot be read or written.
pub fn files(folder: &Path) -> anyhow::Result<Vec<String>> {
    let (mut paths, mut waiting) = (Vec::new(), vec![String::new()]);
    while let Some(inner) = waiting.pop() {
        let at = folder.join(&inner);
        for entry in
            std::fs::read_dir(&at).with_context(|| format!("cannot list {}", at.display()))?
        {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if inner.is_empty() {
                name
            } else {
                format!("{inner}/{name}")
            };
            if entry.file_type()?.is_dir() {
                waiting.push(path)
            } else {
                paths.push(path)
            }
        }
    }
    paths.sort();
    Ok(paths)
}

/// Largest list of files that is read, in bytes: sums, signatures, descriptors.
pub const LARGEST_LIST: u64 = 16 << 20;

/// Reads a list of files, which is small.
///
/// # Errors
/// When it is no regular file, is too large, or cannot be read.
pub fn read_list(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = regular(path)?
        .take(LARGEST_LIST + 1)
        .read_to_end(&mut bytes)?;
    if read as u64 > LARGEST_LIST {
        let message = format!("it has more than {LARGEST_LIST} bytes");
        return Err(std::io::Error::other(message));
    }
    Ok(bytes)
}

/// Opens a file; a pipe, which could be waited for without end, is refused.
fn regular(path: &Path) -> std::io::Result<File> {
    if std::fs::metadata(path)?.is_file() {
        File::open(path)
    } else {
        Err(std::io::Error::other("it is not a regular file"))
    }
}

/// The digest and the size of a file.
///
/// # Errors
/// Fails when a file cannot be read or written.
pub fn digest(path: &Path) -> std::io::Result<(Sha256, u64)> {
    let (mut file, mut hasher) = (regular(path)?, Hasher::default());
    let bytes = std::io::copy(&mut file, &mut hasher)?;
    Ok((hasher.finish(), bytes))
}

/// Puts the files of an artefact into a folder, each hashed on the way.
///
/// # Errors
/// Fails when a file cannot be read or written.
pub async fn fill(folder: &Path, artefact: &Artefact) -> anyhow::Result<()> {
    for entry in &artefact.manifest().files {
        let to = folder.join(&entry.path);
        let mut from = artefact.open_file(&entry.path).await?.into_file();
        blocking(move || {
            if let Some(parent) = to.parent() {
                std::fs::create_dir_all(parent)
                    .with_context(|| format!("cannot make {}", parent.display()))?;
            }
            let mut file =
                File::create(&to).with_context(|| format!("cannot write {}", to.display()))?;
            std::io::copy(&mut from, &mut file)
                .with_context(|| format!("cannot write {}", to.display()))?;
            Ok(())
        })
        .await?;
    }
    Ok(())
}

/// Puts an artefact into another state, as it is.
///
/// # Errors
/// Fails when a file cannot be read or written.
pub async fn copy(artefact: &Artefact, to: &Store) -> anyhow::Result<()> {
    let draft = to.draft(artefact.key().clone())?;
    for entry in &artefact.manifest().files {
        let mut from = artefact.open_file(&entry.path).await?.into_file();
        let mut file = draft.file(&entry.path, &entry.media_type)?;
        let rows = entry.rows;
        blocking(move || {
            std::io::copy(&mut from, &mut file).context("cannot copy")?;
            file.finish(rows)?;
            Ok(())
        })
        .await?;
    }
    draft.commit(artefact.manifest().clone()).await?;
    Ok(())
}
