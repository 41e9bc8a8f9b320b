//! Opens the engine as the command line asks.

use debouches_engine::{Context, Options, ReleaseOptions};

use crate::args::Global;
use crate::output;

/// Opens the state and the configuration that the flags name.
pub(crate) async fn open(global: &Global) -> anyhow::Result<Context> {
    Context::open(&options(global), output::observer(global)).await
}

/// The flags that the engine knows.
pub(crate) fn options(global: &Global) -> Options {
    Options {
        config: global.config.clone(),
        directory: global.directory.clone(),
        profile: global.profile.clone(),
        lang: global.lang.into(),
        offline: global.offline,
        locked: global.locked,
        force: global.force,
        wait_lock: global.wait_lock,
        jobs: global.jobs,
        memory: global.memory,
        release: ReleaseOptions {
            breaking: global.wish.breaking.clone(),
            as_version: global.wish.as_version,
        },
    }
}
