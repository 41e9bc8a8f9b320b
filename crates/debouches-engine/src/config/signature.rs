//! Who signs releases, from what was typed.

use std::path::Path;

use debouches_release::public_key;

use super::file::SignatureFile;
use super::portals::key_location;
use super::{KeyLocation, Signature};

/// The variable that holds the secret key when nothing else is said.
const DEFAULT_VARIABLE: &str = "DEBOUCHES_SIGNING_KEY";

pub(crate) fn resolve(
    typed: &SignatureFile,
    base: &Path,
    problems: &mut Vec<String>,
) -> Option<Signature> {
    let public_key = public_key(&typed.public_key)
        .map_err(|error| problems.push(format!("[signature] `public_key`: {error}")));
    if typed.key_env.is_some() && typed.key_file.is_some() {
        problems
            .push("[signature]: `key_env` and `key_file` are two places for one key".to_owned());
    }
    let default = || KeyLocation::Variable(DEFAULT_VARIABLE.to_owned());
    let key = key_location(typed.key_env.as_deref(), typed.key_file.as_deref(), base)
        .unwrap_or_else(default);
    Some(Signature {
        public_key: public_key.ok()?,
        key,
    })
}
