//! A copy of the pipeline in a temporary folder, whose InserSup source is as long as wanted.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::DATASET;
use crate::insersup::{self, Margins};

/// Where `pipeline.toml` has the source `insersup` of the profile `sample`.
const SOURCE: &str = "fixtures/sources/insersup/fr-esr-insersup.csv";

/// The copy; it goes away with this value.
pub(super) struct Scratch {
    folder: TempDir,
}

impl Scratch {
    /// Copies configuration and sources, and writes an InserSup file of that many rows, whose margins agree.
    pub(super) fn with_rows(rows: u64) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("debouches-bench-")
            .tempdir()
            .context("cannot create a temporary folder")?;
        let scratch = Self { folder };
        let root = crate::root();
        fs::copy(root.join("pipeline.toml"), scratch.path("pipeline.toml"))
            .context("cannot copy pipeline.toml")?;
        copy_folder(
            &root.join("fixtures/sources"),
            &scratch.path("fixtures/sources"),
        )?;
        let file = File::create(scratch.source()).context("cannot write the InserSup file")?;
        let mut out = BufWriter::new(file);
        insersup::stream(rows, 1, Margins::Agree, &mut out)?;
        out.flush().context("cannot write the InserSup file")?;
        Ok(scratch)
    }

    /// The InserSup file.
    pub(super) fn source(&self) -> PathBuf {
        self.path(SOURCE)
    }

    /// An empty folder for what others write.
    pub(super) fn empty_output(&self) -> Result<PathBuf> {
        let folder = self.path("peer");
        remove(&folder)?;
        fs::create_dir(&folder).context("cannot create a folder for the output")?;
        Ok(folder)
    }

    /// Forgets what was run.
    pub(super) fn clear(&self) -> Result<()> {
        remove(&self.path("state"))?;
        remove(&self.path("pipeline.lock"))
    }

    /// A command of the pipeline on the dataset that is measured, whatever the environment says.
    pub(super) fn command(&self, bin: &Path, name: &str) -> Command {
        let mut command = Command::new(bin);
        command.arg("-C").arg(self.folder.path());
        command.args(["--profile", "sample", "--quiet", name, DATASET]);
        for (variable, _) in std::env::vars_os() {
            if variable.to_string_lossy().starts_with("DEBOUCHES_") {
                command.env_remove(variable);
            }
        }
        command
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn remove(path: &Path) -> Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(_) => return Ok(()),
    };
    removed.with_context(|| format!("cannot remove {}", path.display()))
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)
                .with_context(|| format!("cannot copy {}", entry.path().display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_of_the_copy_is_one_that_the_pipeline_reads() {
        let scratch = Scratch::with_rows(3).unwrap();
        let configuration = fs::read_to_string(scratch.path("pipeline.toml")).unwrap();
        assert!(configuration.contains(&format!("url = {SOURCE:?}")));
        let source = fs::read_to_string(scratch.source()).unwrap();
        assert_eq!(source.lines().count(), 4);
    }
}
