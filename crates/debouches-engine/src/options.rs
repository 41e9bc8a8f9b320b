//! What the caller of the engine decides for one run.

use std::path::{Path, PathBuf};
use std::time::Duration;

use debouches_model::{Lang, Version};
use debouches_store::Access;

/// Decisions of the caller for one run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Configuration file, relative to `directory`.
    pub config: PathBuf,
    /// Folder to work from; the current one when absent.
    pub directory: Option<PathBuf>,
    /// Profile of the configuration; that of the configuration itself when absent.
    pub profile: Option<String>,
    /// Language of findings and explanations.
    pub lang: Lang,
    /// Uses the snapshots of the sources and asks no other machine for them.
    pub offline: bool,
    /// Refuses any change of the lock file of the sources.
    pub locked: bool,
    /// Works again even when nothing changed.
    pub force: bool,
    /// Longest wait for the lock of the state; none when absent.
    pub wait_lock: Option<Duration>,
    /// Threads and simultaneous downloads; the number of processors when absent.
    pub jobs: Option<u16>,
    /// Memory in bytes: the address space of the process that reads a source, and what no table may exceed in the others.
    pub memory: Option<u64>,
    /// The program that reads sources apart; they are read in this process when absent.
    pub isolation: Option<Program>,
    /// The state, in place of that of the configuration.
    pub state: Option<String>,
    /// Whether anything may be written in the state and on the practice portal.
    pub access: Access,
    /// What a person says of the next release.
    pub release: ReleaseOptions,
}

impl Options {
    /// A path of the call, taken from the folder to work from.
    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.directory.as_ref().map_or_else(
            || path.as_ref().to_path_buf(),
            |directory| directory.join(path.as_ref()),
        )
    }

    /// Threads to use.
    pub fn threads(&self) -> usize {
        let available = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        self.jobs.map_or_else(available, usize::from)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            config: PathBuf::from("pipeline.toml"),
            directory: None,
            profile: None,
            lang: Lang::Fr,
            offline: false,
            locked: false,
            force: false,
            wait_lock: None,
            jobs: None,
            memory: None,
            isolation: None,
            state: None,
            access: Access::ReadWrite,
            release: ReleaseOptions::default(),
        }
    }
}

/// What a person says of the next release.
#[derive(Debug, Clone, Default)]
pub struct ReleaseOptions {
    /// Reason of a change that breaks reusers without notice; goes into the changelog.
    pub breaking: Option<String>,
    /// Number of the new version; refused when it says less than the change does.
    pub as_version: Option<Version>,
}

/// The program that reads sources apart, and the argument that makes it do so.
#[derive(Debug, Clone)]
pub struct Program {
    /// The executable.
    pub path: PathBuf,
    /// The arguments that make it call `isolation::worker::serve`.
    pub arguments: Vec<String>,
}
