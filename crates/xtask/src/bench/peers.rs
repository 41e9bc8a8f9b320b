//! Others on the same file: the scripts of `tests/bench` that read, check, tag, hide, sort and write an InserSup file.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Result;

use super::measure::Usage;
use super::scratch::Scratch;

/// A library of Python, and its script, called with the file to read and the folder to write in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer {
    pub(super) name: &'static str,
    pub(super) module: &'static str,
    script: &'static str,
}

pub(super) const PEERS: [Peer; 3] = [
    Peer {
        name: "DuckDB",
        module: "duckdb",
        script: "large_duckdb.py",
    },
    Peer {
        name: "Polars",
        module: "polars",
        script: "large_polars.py",
    },
    Peer {
        name: "pyarrow",
        module: "pyarrow",
        script: "large_pyarrow.py",
    },
];

impl Peer {
    /// The version that this Python has.
    pub(super) fn version(self, python: &Path) -> Option<String> {
        let print = format!("import {0}; print({0}.__version__)", self.module);
        let output = Command::new(python)
            .args(["-c", &print])
            .stderr(Stdio::null())
            .output()
            .ok()?;
        let version = String::from_utf8(output.stdout).ok()?.trim().to_owned();
        (output.status.success() && !version.is_empty()).then_some(version)
    }

    /// The cost of its script, the start of Python included.
    pub(super) fn measure(self, python: &Path, scratch: &Scratch) -> Result<Usage> {
        let script = crate::root().join("tests/bench").join(self.script);
        let mut command = Command::new(python);
        command.arg(script).arg(scratch.source());
        Usage::of(command.arg(scratch.empty_output()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_peer_has_its_script() {
        for peer in PEERS {
            let script = crate::root().join("tests/bench").join(peer.script);
            assert!(script.is_file(), "{}", script.display());
        }
    }

    #[test]
    fn a_python_that_is_missing_has_no_version() {
        assert_eq!(PEERS[0].version(Path::new("/nowhere/python")), None);
    }
}
