//! A key, of a portal or to sign releases: from the environment, from a file, or from a credential of systemd. It is written nowhere.

use std::path::{Path, PathBuf};

use debouches_http::Secret;
use debouches_model::Fault;

use crate::config::KeyLocation;
use crate::failure::Decided;

/// Longest key that is read from a file, in bytes.
const LONGEST: u64 = 4096;

/// Reads the key; the error names the place, never what is in it.
///
/// # Errors
/// Fails when there is no key, naming where it was expected and never what was there.
pub fn read(who: &str, what: &str, location: &KeyLocation, base: &Path) -> anyhow::Result<Secret> {
    let missing = |location: String| Decided {
        message: format!("{who} needs {what} {location}"),
        fault: Fault::Permission,
    };
    let secret = match location {
        KeyLocation::Variable(name) => match std::env::var(name) {
            Ok(key) if !key.trim().is_empty() => Secret::new(&key),
            // A scheduler hands over a file rather than a variable that every child would inherit.
            _ => match std::env::var_os(format!("{name}_FILE")) {
                Some(path) => read_file(Path::new(&path), base, &missing)?,
                None => {
                    return Err(missing(format!(
                        "in the environment variable {name} (export {name}=…), or in the file that {name}_FILE names"
                    ))
                    .into());
                }
            },
        },
        KeyLocation::File(path) => read_file(path, base, &missing)?,
    };
    if secret.is_empty() {
        Err(missing("that is not empty".to_owned()).into())
    } else {
        Ok(secret)
    }
}

/// Reads a short file that nobody else should read.
fn read_file(
    path: &Path,
    base: &Path,
    missing: &dyn Fn(String) -> Decided,
) -> anyhow::Result<Secret> {
    let path = locate(path, base);
    let unreadable = |error: std::io::Error| missing(format!("in {}: {error}", path.display()));
    let file = std::fs::metadata(&path).map_err(unreadable)?;
    if file.len() > LONGEST {
        return Err(missing(format!("in {}: it is too long for a key", path.display())).into());
    }
    if is_open_to_others(&file) {
        tracing::warn!(
            "{} can be read by other users of this machine: chmod 600",
            path.display()
        );
    }
    Ok(Secret::new(
        &std::fs::read_to_string(&path).map_err(unreadable)?,
    ))
}

/// Where the key is, for people.
pub fn shown(location: &KeyLocation, base: &Path) -> String {
    match location {
        KeyLocation::Variable(name) => name.clone(),
        KeyLocation::File(path) => locate(path, base).display().to_string(),
    }
}

/// A bare name is a credential of systemd when there is one of that name, else a file beside the configuration.
fn locate(path: &Path, base: &Path) -> PathBuf {
    let credential =
        std::env::var_os("CREDENTIALS_DIRECTORY").map(|folder| PathBuf::from(folder).join(path));
    match credential.filter(|credential| path.components().count() == 1 && credential.exists()) {
        Some(credential) => credential,
        None => base.join(path),
    }
}

#[cfg(unix)]
fn is_open_to_others(file: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open_to_others(_file: &std::fs::Metadata) -> bool {
    false
}
