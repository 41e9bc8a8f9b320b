//! The domain of a configuration: what is embedded, with the files of a folder beside the configuration over it.

use std::path::{Path, PathBuf};

use debouches_insertion::{Domain, DomainFile, FileKind};
use serde::Deserialize;

use super::ConfigErrors;
use crate::options::Options;

/// Folder of the files of the domain, beside the configuration, unless it says otherwise.
const FOLDER: &str = "domain";

/// `[domain]` as typed.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DomainSection {
    /// Folder that holds `tables/`, `shapes/` and `codes/`, taken from that of the configuration.
    pub folder: Option<String>,
}

/// Reads the domain of a configuration that stands in `base`.
///
/// A specification is borrowed by everything that runs, hence it lives as long as the program: a run reads one domain.
///
/// # Errors
/// When the folder that the configuration names is not there, or a file of it says something wrong: with every mistake.
pub fn load(base: &Path, section: &DomainSection) -> anyhow::Result<&'static Domain> {
    let folder = base.join(section.folder.as_deref().unwrap_or(FOLDER));
    if section.folder.is_some() && !folder.is_dir() {
        return Err(unreadable(&folder, "is not a folder"));
    }
    let mut files = Vec::new();
    for kind in FileKind::ALL {
        files.extend(files_of(&folder, kind)?);
    }
    unknown_entries(&folder)?;
    Ok(Box::leak(Box::new(Domain::read(&files)?)))
}

/// The domain of the configuration that the options name; the embedded one where there is no configuration.
///
/// # Errors
/// When the configuration cannot be read, or a file of its domain says something wrong.
pub fn of_options(options: &Options) -> anyhow::Result<&'static Domain> {
    #[derive(Default, Deserialize)]
    struct Head {
        #[serde(default)]
        domain: DomainSection,
    }
    let file = options.path(&options.config);
    let head = match std::fs::read_to_string(&file) {
        Ok(text) => toml::from_str(&text).map_err(|error| ConfigErrors::syntax(&file, &error))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Head::default(),
        Err(error) => return Err(ConfigErrors::unreadable(&file, &error).into()),
    };
    load(file.parent().unwrap_or(Path::new("")), &head.domain)
}

/// Every file of one kind, in the order of names.
fn files_of(folder: &Path, kind: FileKind) -> anyhow::Result<Vec<DomainFile>> {
    let folder = folder.join(kind.folder());
    let mut files = Vec::new();
    for path in entries(&folder)? {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if name.starts_with('.') || name.starts_with("README") {
            continue;
        }
        let stem = name.strip_suffix(&format!(".{}", kind.extension()));
        let Some(stem) = stem.filter(|stem| !stem.is_empty()) else {
            let wanted = format!(
                "is not a file of {}/ (expected: `.{}`)",
                kind.folder(),
                kind.extension()
            );
            return Err(unreadable(&path, &wanted));
        };
        let text = std::fs::read_to_string(&path)
            .map_err(|error| unreadable(&path, &format!("cannot be read: {error}")))?;
        files.push(DomainFile {
            kind,
            name: stem.to_owned(),
            path: path.display().to_string(),
            text,
        });
    }
    Ok(files)
}

/// A folder of another name would be read by nobody.
fn unknown_entries(folder: &Path) -> anyhow::Result<()> {
    for path in entries(folder)? {
        let name = path.file_name().and_then(|name| name.to_str());
        let is_known = name.is_none_or(|name| {
            name.starts_with('.')
                || name.starts_with("README")
                || FileKind::ALL.iter().any(|kind| kind.folder() == name)
        });
        if !is_known {
            return Err(unreadable(
                &path,
                "is not read (expected: `tables`, `shapes`, `codes` or `universes`)",
            ));
        }
    }
    Ok(())
}

/// What a folder holds, in the order of names; nothing when it is not there.
fn entries(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let read = match std::fs::read_dir(folder) {
        Ok(read) => read,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(folder, &format!("cannot be read: {error}"))),
    };
    let mut paths = read
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<Vec<_>>>()
        .map_err(|error| unreadable(folder, &format!("cannot be read: {error}")))?;
    paths.sort();
    Ok(paths)
}

fn unreadable(path: &Path, why: &str) -> anyhow::Error {
    ConfigErrors::new(path, vec![why.to_owned()]).into()
}
