//! `waivers.toml`, beside the configuration: who let which slice through the drift check, why, and until when.
//!
//! Beside the configuration and not in the state: it is a decision of people, reviewed and kept under version control
//! with the budgets that it sets aside, and it must survive a lost state.

pub mod refused;

use std::path::Path;

use anyhow::Context as _;
use debouches_model::Waiver;
use debouches_store::replace_file;
use serde::{Deserialize, Serialize};

use crate::failure::Usage;

/// Name of the file.
pub const WAIVERS_FILE: &str = "waivers.toml";

const PREAMBLE: &str = "# Exceptions to the drift check, written by `debouches waive`. Keep it under version control: each entry names who\n\
    # decided, why, and until when; past that day it has no effect. `debouches waivers` lists them.\n";

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "waiver")]
    waivers: Vec<Waiver>,
}

/// The waivers, in the order of the file; none when there is no file.
///
/// # Errors
/// Fails when the file is not a list of waivers, or cannot be read or written.
pub fn load(path: &Path) -> anyhow::Result<Vec<Waiver>> {
    match std::fs::read_to_string(path) {
        Ok(text) => {
            let file: File = toml::from_str(&text)
                .map_err(|error| Usage(format!("{}: {error}", path.display())))?;
            Ok(file.waivers)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Replaces the file.
///
/// # Errors
/// Fails when the file is not a list of waivers, or cannot be read or written.
pub fn save(path: &Path, waivers: Vec<Waiver>) -> anyhow::Result<()> {
    let text = toml::to_string(&File { waivers }).context("cannot write the waivers")?;
    replace_file(path, format!("{PREAMBLE}\n{text}").as_bytes())?;
    Ok(())
}
