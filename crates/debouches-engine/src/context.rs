//! What every command needs: the resolved configuration, the state, the clock, the observer.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use debouches_fetch::LockFile;
use debouches_http::{Client, ClientOptions, Pace, WallPace};
use debouches_model::{Clock, FixedClock, Observer, SystemClock, Tool, Withdrawals};
use debouches_store::{Access, Lock, Owner, Store, StoreEnv, replace_file};

use crate::config::Pipeline;
use crate::failure::Usage;
use crate::options::{Options, ReleaseOptions};
use crate::workbench::Workbench;

/// What a program gives the engine before anything is read: its decisions, and who observes.
#[derive(Clone)]
pub struct Setup {
    /// Decisions of the caller.
    pub options: Options,
    /// Receives the progress of long tasks.
    pub observer: Arc<dyn Observer>,
}

impl Setup {
    /// Reads the configuration and opens the state.
    ///
    /// # Errors
    /// Fails when the configuration is wrong or the state cannot be opened.
    pub async fn open(&self) -> anyhow::Result<Context> {
        Context::open(&self.options, Arc::clone(&self.observer)).await
    }

    /// Reads the configuration alone.
    ///
    /// # Errors
    /// Fails when the configuration is wrong.
    pub fn pipeline(&self) -> anyhow::Result<Pipeline> {
        load_pipeline(&self.options)
    }
}

/// One run of the program.
pub struct Context {
    /// The configuration, resolved.
    pub pipeline: Pipeline,
    /// The state.
    pub store: Store,
    /// Dates artefacts.
    pub clock: Arc<dyn Clock>,
    /// Waits between requests to other machines.
    pub pace: Arc<dyn Pace>,
    /// Address of the chat room, when the program was given it otherwise than by the variable of the configuration.
    pub room: Option<String>,
    /// Signs artefacts.
    pub tool: Tool,
    /// Receives the progress of long tasks.
    pub observer: Arc<dyn Observer>,
    /// Decisions of the caller.
    pub options: Options,
    /// Name of the run.
    pub run: String,
    /// The `AWS_*` variables, for buckets.
    pub aws: BTreeMap<String, String>,
    lock_file: Mutex<LockFile>,
    retracted: tokio::sync::OnceCell<Withdrawals>,
}

impl Context {
    /// Reads the configuration and opens the state.
    ///
    /// # Errors
    /// Fails when the configuration, the state or the clock of the environment cannot be read or written.
    pub async fn open(options: &Options, observer: Arc<dyn Observer>) -> anyhow::Result<Self> {
        let mut pipeline = load_pipeline(options)?;
        if let Some(state) = &options.state {
            pipeline.state.clone_from(state);
        }
        let clock = clock()?;
        let run = run_id().to_owned();
        let aws: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| name.starts_with("AWS_"))
            .collect();
        let env = StoreEnv {
            aws: aws.clone(),
            access: options.access,
            ..StoreEnv::new(&run)
        };
        let store = Store::open(&pipeline.state, &pipeline.base, &env).await?;
        let lock_file = read_lock_file(&pipeline)?;
        Ok(Self {
            store,
            clock,
            pace: Arc::new(WallPace),
            room: None,
            tool: tool(),
            observer,
            options: options.clone(),
            run,
            aws,
            lock_file: Mutex::new(lock_file),
            retracted: tokio::sync::OnceCell::new(),
            pipeline,
        })
    }

    /// The same run on another state, empty at first: it asks no source, changes no lock file and publishes nowhere.
    ///
    /// # Errors
    /// Fails when the configuration, the state or the clock of the environment cannot be read or written.
    pub async fn elsewhere(&self, folder: &Path) -> anyhow::Result<Self> {
        let mut pipeline = self.pipeline.clone();
        pipeline.state = folder.display().to_string();
        pipeline.portals.clear();
        let options = Options {
            offline: true,
            locked: true,
            force: false,
            access: Access::ReadWrite,
            release: ReleaseOptions::default(),
            ..self.options.clone()
        };
        let store = Store::open(&pipeline.state, &pipeline.base, &StoreEnv::new(&self.run)).await?;
        let retracted = self.retracted().await?.clone();
        Ok(Self {
            store,
            clock: Arc::clone(&self.clock),
            pace: Arc::clone(&self.pace),
            room: None,
            tool: self.tool.clone(),
            observer: Arc::clone(&self.observer),
            options,
            run: self.run.clone(),
            aws: self.aws.clone(),
            lock_file: Mutex::new(self.sources().clone()),
            retracted: tokio::sync::OnceCell::new_with(Some(retracted)),
            pipeline,
        })
    }

    /// Takes the lock of the state, and sweeps what dead runs left.
    ///
    /// # Errors
    /// Fails when the configuration, the state or the clock of the environment cannot be read or written.
    pub async fn lock(&self, command: &str) -> anyhow::Result<Lock> {
        let host = host_name();
        let owner = Owner {
            run: self.run.clone(),
            pid: std::process::id(),
            host,
            command: command.to_owned(),
            since: SystemClock.now(),
        };
        let lock = if self.pipeline.state.starts_with("s3://") {
            tracing::warn!(
                "a bucket has no lock: let one scheduler start the runs on {}",
                self.store.root_display()
            );
            self.store.locked_elsewhere()
        } else {
            self.store.lock(self.options.wait_lock, owner).await?
        };
        if let Some(dead) = lock.left_by() {
            tracing::warn!("an earlier run ended without giving the lock back: {dead}");
        }
        for path in self.store.sweep(&lock).await? {
            tracing::info!("removed {path}, left by a run that died");
        }
        Ok(lock)
    }

    /// The releases that are retracted, as the register says when it is first asked.
    ///
    /// # Errors
    /// When the register was altered, or forgot what a witness remembers.
    pub async fn retracted(&self) -> anyhow::Result<&Withdrawals> {
        let read = || crate::retraction::register::read(&self.store, &self.pipeline);
        self.retracted.get_or_try_init(read).await
    }

    /// The lock file of the sources, as this run knows it.
    pub fn sources(&self) -> MutexGuard<'_, LockFile> {
        self.lock_file
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the lock file when it changed.
    ///
    /// # Errors
    /// Fails when the configuration, the state or the clock of the environment cannot be read or written.
    pub fn write_lock_file(&self, new: LockFile) -> anyhow::Result<()> {
        let mut known = self.sources();
        if *known != new {
            replace_file(&self.pipeline.lock_file, new.to_text().as_bytes())?;
            *known = new;
        }
        Ok(())
    }

    /// A client for other machines, as the configuration reaches them.
    ///
    /// # Errors
    /// Fails when the client cannot be set up.
    pub fn client(&self, options: ClientOptions) -> anyhow::Result<Client> {
        Ok(Client::with_pace(options, Arc::clone(&self.pace))?)
    }

    /// What stages work with.
    pub fn bench(&self) -> Workbench<'_> {
        Workbench {
            store: &self.store,
            clock: self.clock.as_ref(),
            tool: &self.tool,
            observer: &self.observer,
            threads: self.options.threads(),
            memory: self.options.memory,
            force: self.options.force,
            lang: self.options.lang,
        }
    }

    /// Threads to use.
    pub fn jobs(&self) -> usize {
        self.options.threads()
    }
}

/// The name of this run: its date and its process.
pub fn run_id() -> &'static str {
    static RUN: OnceLock<String> = OnceLock::new();
    RUN.get_or_init(|| {
        format!(
            "{}-{}",
            SystemClock.now().format("%Y%m%dt%H%M%S"),
            std::process::id()
        )
    })
}

/// Reads the configuration that the flags name.
///
/// # Errors
/// Fails when the configuration, the state or the clock of the environment cannot be read or written.
pub fn load_pipeline(options: &Options) -> anyhow::Result<Pipeline> {
    let file: PathBuf = match &options.directory {
        Some(directory) => directory.join(&options.config),
        None => options.config.clone(),
    };
    Pipeline::load(&file, options.profile.as_deref())
}

/// This program.
pub fn tool() -> Tool {
    Tool {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        commit: option_env!("DEBOUCHES_COMMIT")
            .unwrap_or("unknown")
            .to_owned(),
    }
}

/// A day on which this program could not be built yet, in seconds.
const EARLIEST: u64 = 1_756_684_800;

/// Refuses a clock that is behind the build of this program: every date that it gives would be wrong.
///
/// To be called before anything asks for the time.
///
/// # Errors
/// [`Usage`] with what the clock says.
pub fn check_clock() -> Result<(), Usage> {
    use std::time::{Duration, SystemTime};
    let now = SystemTime::now();
    let program = std::env::current_exe().and_then(std::fs::metadata);
    let built = program.and_then(|about| about.modified()).ok();
    let floor = SystemTime::UNIX_EPOCH + Duration::from_secs(EARLIEST);
    // A copy made in another time zone or on another machine may be dated some hours ahead.
    let day = Duration::from_secs(86_400);
    if now < floor || built.is_some_and(|built| now + day < built) {
        return Err(Usage(
            "the clock of the machine is behind the build of this program: set it".to_owned(),
        ));
    }
    Ok(())
}

/// The clock of this run.
///
/// # Errors
/// Fails when the configuration, the state or the clock of the environment cannot be read or written.
pub fn clock() -> anyhow::Result<Arc<dyn Clock>> {
    let epoch = std::env::var_os("SOURCE_DATE_EPOCH");
    clock_from(
        epoch
            .map(|epoch| epoch.to_string_lossy().into_owned())
            .as_deref(),
    )
}

/// The clock of the machine, or a fixed one for reproducible builds.
fn clock_from(epoch: Option<&str>) -> anyhow::Result<Arc<dyn Clock>> {
    let Some(epoch) = epoch else {
        return Ok(Arc::new(SystemClock));
    };
    let instant = epoch
        .parse()
        .ok()
        .filter(|seconds| *seconds >= 0)
        .and_then(|seconds| DateTime::<Utc>::from_timestamp(seconds, 0));
    let instant = instant.ok_or_else(|| {
        Usage(format!(
            "SOURCE_DATE_EPOCH is `{epoch}`: a number of seconds is expected"
        ))
    })?;
    Ok(Arc::new(FixedClock(instant)))
}

fn read_lock_file(pipeline: &Pipeline) -> anyhow::Result<LockFile> {
    let path = &pipeline.lock_file;
    match std::fs::read_to_string(path) {
        Ok(text) => {
            LockFile::parse(&text).with_context(|| format!("cannot read {}", path.display()))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(LockFile::default()),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

fn host_name() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .map_or_else(|_| "this machine".to_owned(), |name| name.trim().to_owned())
}
