//! What the two processes tell each other: one order, then a line for each source and a line for each answer.

use std::path::PathBuf;

use debouches_model::{Fault, Lang};
use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::options::Options;
use crate::summary::Step;

/// What the process that reads sources is told first.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order {
    /// The run that gives the order.
    pub(super) parent: u32,
    /// The configuration file, byte for byte: a name of a folder need not be UTF-8.
    #[serde(with = "path_bytes")]
    pub(super) config: PathBuf,
    /// Its profile.
    pub(super) profile: Option<String>,
    /// The state to work in: not that of the configuration when a release is made again elsewhere.
    pub(super) state: String,
    /// The lock file of the sources, as the run knows it.
    pub(super) lock_file: String,
    /// Language of findings in steps.
    pub(super) french: bool,
    /// Threads to use.
    pub(super) jobs: Option<u16>,
    /// Address space, in bytes.
    pub(super) limit: u64,
}

/// A path as its bytes.
mod path_bytes {
    use std::ffi::OsString;
    use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
    use std::path::{Path, PathBuf};

    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    pub(super) fn serialize<S: Serializer>(path: &Path, to: S) -> Result<S::Ok, S::Error> {
        path.as_os_str().as_bytes().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
        Vec::deserialize(from).map(|bytes| OsString::from_vec(bytes).into())
    }
}

impl Order {
    /// The order of a run.
    pub(super) fn of(context: &Context, limit: u64) -> Self {
        Self {
            parent: std::process::id(),
            config: std::path::absolute(&context.pipeline.file)
                .unwrap_or_else(|_| context.pipeline.file.clone()),
            profile: context.options.profile.clone(),
            state: context.pipeline.state.clone(),
            lock_file: context.sources().to_text(),
            french: context.options.lang == Lang::Fr,
            jobs: context.options.jobs,
            limit,
        }
    }

    /// The options of the process that obeys.
    pub(super) fn options(&self) -> Options {
        Options {
            config: self.config.clone(),
            profile: self.profile.clone(),
            lang: if self.french { Lang::Fr } else { Lang::En },
            offline: true,
            jobs: self.jobs,
            state: Some(self.state.clone()),
            ..Options::default()
        }
    }
}

/// How the stage ended on a source.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Reply {
    step: Step,
    fault: Option<Fault>,
}

impl Reply {
    pub(super) fn of(step: Step) -> Self {
        Self {
            fault: step.fault,
            step,
        }
    }

    pub(super) fn into_step(self) -> Step {
        Step {
            fault: self.fault,
            ..self.step
        }
    }
}
