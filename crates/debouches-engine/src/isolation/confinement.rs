//! What the process that reads sources may take and touch.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use landlock::{
    ABI, Access as _, AccessFs, CompatLevel, Compatible as _, Ruleset, RulesetAttr as _,
    RulesetCreatedAttr as _, RulesetError, path_beneath_rules,
};
use rustix::process::{
    DumpableBehavior, Resource, Rlimit, getppid, set_dumpable_behavior, setrlimit,
};

use crate::context::Context;

/// What a program needs of the system: libraries, time zones, certificates, random numbers, what is known of the machine.
const SYSTEM: [&str; 8] = [
    "/etc", "/usr", "/lib", "/lib64", "/bin", "/dev", "/proc", "/sys",
];

/// How often the run is looked for.
const WATCH: Duration = Duration::from_millis(100);

/// Keeps what this process knows out of core dumps and away from debuggers of the same account: keys are in its memory.
pub fn keep_memory_private() {
    // A kernel without it has no core dump to keep either.
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

/// Ends with the run that started this process: whatever kills it, nothing is written behind the back of the next one.
///
/// Not by the signal that the kernel offers for it: that one comes at the end of the thread that started the process.
pub(super) fn end_with_parent(parent: u32) {
    std::thread::spawn(move || {
        let is_there = || getppid().is_some_and(|pid| pid.as_raw_pid().unsigned_abs() == parent);
        while is_there() {
            std::thread::sleep(WATCH);
        }
        std::process::exit(1);
    });
}

/// Bounds the address space, for good: an allocation past it ends the process.
pub(super) fn limit_memory(bytes: u64) -> anyhow::Result<()> {
    let limit = Rlimit {
        current: Some(bytes),
        maximum: Some(bytes),
    };
    setrlimit(Resource::As, limit)
        .context("cannot bound the memory of the process that reads sources")
}

/// Closes everything but the configuration, to read, and the state, to write. A kernel without landlock confines nothing: the bound
/// on memory holds all the same.
pub(super) fn confine(context: &Context) {
    if let Err(error) = restrict(context) {
        tracing::debug!("files are not confined: {error}");
    }
}

fn restrict(context: &Context) -> Result<(), RulesetError> {
    // The first that lets a file move between folders: before it, no artefact could be committed, and nothing is confined.
    let abi = ABI::V2;
    let read = [
        context.pipeline.base.clone(),
        context
            .pipeline
            .file
            .parent()
            .map_or_else(PathBuf::new, PathBuf::from),
    ];
    let write = [
        PathBuf::from(context.store.root_display()),
        std::env::temp_dir(),
    ];
    Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(abi))?
        .create()?
        .add_rules(path_beneath_rules(SYSTEM, AccessFs::from_read(abi)))?
        .add_rules(path_beneath_rules(&read, AccessFs::from_read(abi)))?
        .add_rules(path_beneath_rules(&write, AccessFs::from_all(abi)))?
        .restrict_self()?;
    Ok(())
}
