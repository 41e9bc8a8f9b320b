//! Opens the engine as the command line asks.

use debouches_engine::options::Program;
use debouches_engine::{Context, Options, ReleaseOptions, Setup};
use debouches_store::Access;

use crate::args::Global;
use crate::output;

/// Opens the state and the configuration that the flags name.
pub(crate) async fn open(global: &Global) -> anyhow::Result<Context> {
    setup(global).open().await
}

/// As [`open`], for commands that write nothing: they need no right to write, and disturb nobody.
pub(crate) async fn open_to_read(global: &Global) -> anyhow::Result<Context> {
    let mut setup = setup(global);
    setup.options.access = Access::ReadOnly;
    setup.open().await
}

/// What the flags decide, and who observes.
pub(crate) fn setup(global: &Global) -> Setup {
    Setup {
        options: options(global),
        observer: output::observer(global),
    }
}

/// This program, as the process that reads sources; it may have been replaced on the disk since it was started.
fn isolation() -> Option<Program> {
    let path = std::path::PathBuf::from("/proc/self/exe");
    let path = if path.exists() {
        path
    } else {
        std::env::current_exe().ok()?
    };
    Some(Program {
        path,
        arguments: vec!["read-sources".to_owned()],
    })
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
        isolation: isolation(),
        state: None,
        access: Access::ReadWrite,
        release: ReleaseOptions {
            breaking: global.wish.breaking.clone(),
            as_version: global.wish.as_version,
        },
    }
}
