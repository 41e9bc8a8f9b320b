//! Each source is read and validated in another process, whose address space is bounded: a body that asks for more memory than
//! there is ends that process and no other, and is one refused source.
//!
//! The other process is this program, started again: it opens the same state, works as the stage would, and answers with the step.
//! It serves one source after the other, since starting costs; after a death another one is started for the next source.

mod confinement;
mod protocol;
pub mod worker;

pub use confinement::keep_memory_private;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use debouches_model::{Stage as StageName, escape};
use debouches_store::Lock;

use self::protocol::{Order, Reply};
use crate::blocking::blocking;
use crate::config::Source;
use crate::context::Context;
use crate::options::Program;
use crate::stages::runner::{Done, Observed, Stage, Worked};
use crate::stages::validate::Validate;
use crate::summary::{Step, Summary};

/// Address space of the process that reads a source, when nobody chose one: the largest source known takes half of it.
pub const DEFAULT_LIMIT: u64 = 4 << 30;

/// Longest answer, in bytes: a report with its slices.
const LONGEST_REPLY: u64 = 64 << 20;

/// What is kept of what a process says when it dies, in bytes.
const LAST_WORDS: usize = 4096;

/// The stage `validate`, whose work is done by another process.
pub struct Isolated<'a> {
    validate: Validate<'a>,
    workers: Arc<Workers>,
}

/// The process that works, if one does.
struct Workers {
    program: Program,
    order: String,
    limit: u64,
    running: Mutex<Option<Running>>,
}

struct Running {
    child: Child,
    requests: ChildStdin,
    replies: BufReader<ChildStdout>,
    last_words: std::thread::JoinHandle<String>,
}

impl<'a> Isolated<'a> {
    /// The stage as a run has it, with the program that works for it.
    ///
    /// # Errors
    /// Fails when what the other process needs to know cannot be written.
    pub fn of(context: &'a Context, program: &Program) -> anyhow::Result<Self> {
        let limit = context.options.memory.unwrap_or(DEFAULT_LIMIT);
        let order = serde_json::to_string(&Order::of(context, limit))
            .context("an order is always written")?;
        Ok(Self {
            validate: Validate::of(context),
            workers: Arc::new(Workers {
                program: program.clone(),
                order,
                limit,
                running: Mutex::new(None),
            }),
        })
    }
}

impl<'a> Stage for Isolated<'a> {
    const NAME: StageName = StageName::Validate;
    type Subject = &'a Source;
    type Inputs = <Validate<'a> as Stage>::Inputs;
    type Output = std::convert::Infallible;

    fn name(&self, source: &'a Source) -> String {
        self.validate.name(source)
    }

    async fn blocked(
        &self,
        source: &'a Source,
        summary: &Summary,
    ) -> anyhow::Result<Option<String>> {
        self.validate.blocked(source, summary).await
    }

    async fn observe(&self, source: &'a Source) -> anyhow::Result<Observed<Self::Inputs>> {
        self.validate.observe(source).await
    }

    async fn settled(
        &self,
        source: &'a Source,
        observed: &Observed<Self::Inputs>,
        lock: &Lock,
    ) -> anyhow::Result<Option<Done>> {
        self.validate.settled(source, observed, lock).await
    }

    async fn work(
        &self,
        source: &'a Source,
        _observed: &Observed<Self::Inputs>,
        _lock: &Lock,
    ) -> anyhow::Result<Worked<Self::Output>> {
        let (workers, id) = (Arc::clone(&self.workers), source.id().to_string());
        let table = source.spec.id.to_string();
        let step = blocking(move || workers.validate(&id, &table)).await?;
        Ok(Worked::Settled(step.into()))
    }

    async fn commit(
        &self,
        _source: &'a Source,
        _observed: Observed<Self::Inputs>,
        output: Self::Output,
    ) -> anyhow::Result<Done> {
        match output {}
    }
}

impl Workers {
    /// The step of a source, done by the other process; its death is a refusal.
    fn validate(&self, source: &str, table: &str) -> anyhow::Result<Step> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(mut worker) = running.take() {
            if let Some(reply) = worker.ask(source) {
                *running = Some(worker);
                return Ok(reply.into_step());
            }
            // What earlier sources left in its memory is not the fault of this one: it is judged by a process of its own.
            worker.end()?;
        }
        let mut worker = self.start()?;
        if let Some(reply) = worker.ask(source) {
            *running = Some(worker);
            return Ok(reply.into_step());
        }
        let (status, words) = worker.end()?;
        // It ends by itself when it could not obey, which no file is to blame for; a file ends it by a signal.
        if status.code().is_some() {
            anyhow::bail!(
                "the process that reads sources could not work ({status}): {}",
                escape::line(words.trim(), 400)
            );
        }
        let detail = self.described(status, &words);
        tracing::debug!("the process that read {source} died ({status}): {words}");
        let mut step = Step::refused(StageName::Validate, table, detail);
        step.hint = Some(
            "what is published stays; look at the file, or allow more with `--memory`".to_owned(),
        );
        Ok(step)
    }

    fn start(&self) -> anyhow::Result<Running> {
        let mut child = Command::new(&self.program.path)
            .args(&self.program.arguments)
            // The C library reserves 64 MB of addresses for each thread, and addresses are what the limit counts.
            .env("MALLOC_ARENA_MAX", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot start the process that reads sources")?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(mut requests), Some(replies), Some(errors)) = pipes else {
            anyhow::bail!("the process that reads sources has no pipes");
        };
        writeln!(requests, "{}", self.order)
            .context("cannot tell the process that reads sources what to do")?;
        Ok(Running {
            child,
            requests,
            replies: BufReader::new(replies),
            last_words: std::thread::spawn(move || last_words(errors)),
        })
    }

    /// Why the other process died, for people.
    fn described(&self, status: ExitStatus, words: &str) -> String {
        let limit = self.limit >> 20;
        let is_memory = words.contains("memory allocation of") || words.contains("Cannot allocate");
        if is_memory || is_killed(status) {
            return format!(
                "the file cannot be read within {limit} MB of memory: it is refused, and nothing else is stopped"
            );
        }
        format!(
            "the process that read the file ended abnormally ({status}): the file is refused, and nothing else is stopped; {}",
            escape::line(words, 400)
        )
    }
}

/// True when the kernel ended the process for want of memory.
fn is_killed(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt as _;
    const SIGKILL: i32 = 9;
    status.signal() == Some(SIGKILL)
}

impl Running {
    /// Asks for a source; none when the process died of it.
    fn ask(&mut self, source: &str) -> Option<Reply> {
        writeln!(self.requests, "{source}").ok()?;
        self.requests.flush().ok()?;
        let mut line = String::new();
        let mut bounded = (&mut self.replies).take(LONGEST_REPLY);
        bounded.read_line(&mut line).ok()?;
        serde_json::from_str(&line).ok()
    }

    /// Waits for the end of a process that answers no more.
    fn end(mut self) -> anyhow::Result<(ExitStatus, String)> {
        // What speaks without being understood is ended too.
        let _ = self.child.kill();
        let status = self
            .child
            .wait()
            .context("cannot wait for the process that reads sources")?;
        let words = self.last_words.join().unwrap_or_default();
        Ok((status, words))
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        let running = self
            .running
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(mut worker) = running.take() {
            // It ends when nobody asks any more; it has nothing left to do.
            drop(worker.requests);
            let _ = worker.child.wait();
        }
    }
}

/// The end of what a process wrote on its standard error.
fn last_words(mut errors: impl std::io::Read) -> String {
    let mut kept: Vec<u8> = Vec::new();
    let mut part = [0_u8; 1024];
    while let Ok(read @ 1..) = errors.read(&mut part) {
        kept.extend_from_slice(&part[..read]);
        let excess = kept.len().saturating_sub(LAST_WORDS);
        kept.drain(..excess);
    }
    String::from_utf8_lossy(&kept).into_owned()
}
