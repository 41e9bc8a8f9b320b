//! Everything that is printed: data on standard output, the rest on standard error.

mod progress;
mod summary;

use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use debouches_model::{Clock as _, Observer, Silent, SystemClock, escape};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::args::{ColorArg, Global, LogFormat};

pub(crate) use summary::{print_summary, table};

static LOST: AtomicBool = AtomicBool::new(false);

/// Writes data on standard output. A closed pipe is a reader who has enough; any other failure is told at the end.
pub(crate) fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let written = out
        .write_all(escape::scrub(text).as_bytes())
        .and_then(|()| out.flush());
    if let Err(error) = written
        && error.kind() != std::io::ErrorKind::BrokenPipe
        && !LOST.swap(true, Ordering::Relaxed)
    {
        eprint(&format!(
            "error: cannot write on standard output: {error}\n"
        ));
    }
}

/// Whether something that was to be on standard output is not there.
pub(crate) fn is_lost() -> bool {
    LOST.load(Ordering::Relaxed)
}

/// Writes a document on standard output, in one line.
pub(crate) fn print_json(document: &serde_json::Value) {
    print(&format!("{document}\n"));
}

/// Writes on standard error.
pub(crate) fn eprint(text: &str) {
    let _ = std::io::stderr()
        .lock()
        .write_all(escape::scrub(text).as_bytes());
}

/// How loud a line on standard error is, where lines have a level.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Loudness {
    /// Somebody has to act.
    Error,
    /// Somebody may want to look.
    Warn,
}

/// Writes a line on standard error; where log lines are JSON, so is this one.
pub(crate) fn report_line(global: &Global, loudness: Loudness, text: &str) {
    match global.log_format {
        LogFormat::Text => eprint(&format!("{text}\n")),
        LogFormat::Json => {
            let level = match loudness {
                Loudness::Error => "ERROR",
                Loudness::Warn => "WARN",
            };
            let line = serde_json::json!({
                "timestamp": SystemClock.now().to_rfc3339(),
                "level": level,
                "run": debouches_engine::context::run_id(),
                "message": text,
            });
            eprint(&format!("{line}\n"));
        }
    }
}

/// True when standard output may be coloured.
pub(crate) fn is_coloured(global: &Global) -> bool {
    match global.color {
        ColorArg::Always => true,
        ColorArg::Never => false,
        ColorArg::Auto => std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
    }
}

fn shows_bars(global: &Global) -> bool {
    !global.no_progress
        && !global.quiet
        && !global.json
        && global.log_format == LogFormat::Text
        && std::io::stderr().is_terminal()
}

/// Who observes progress: a bar on a terminal, log lines under cron.
pub(crate) fn observer(global: &Global) -> Arc<dyn Observer> {
    if shows_bars(global) {
        Arc::new(progress::Bar::default())
    } else if global.quiet {
        Arc::new(Silent)
    } else {
        Arc::new(progress::Lines::default())
    }
}

/// Sends log lines to standard error.
pub(crate) fn start_logs(global: &Global) {
    let level = match (global.quiet, global.verbose) {
        (true, _) => "error",
        (false, 0) if global.log_format == LogFormat::Text => QUIET_LEVEL,
        (false, 0 | 1) => "debouches=info,warn",
        (false, 2) => "debouches=debug,info",
        (false, _) => "trace",
    };
    // Crates are called debouches_*: a filter on the bare prefix covers them all.
    let filter = EnvFilter::try_from_env("DEBOUCHES_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let ansi = match global.color {
        ColorArg::Always => true,
        ColorArg::Never => false,
        ColorArg::Auto => std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
    };
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(ansi)
        .with_target(false);
    let _ = match global.log_format {
        LogFormat::Text => builder
            .event_format(Plain)
            .with_writer(|| Scrubbed)
            .try_init(),
        LogFormat::Json => builder
            .json()
            .flatten_event(true)
            .with_writer(|| OfRun)
            .try_init(),
    };
}

/// Without `-v`, in text: what each stage did, and warnings.
const QUIET_LEVEL: &str = "debouches::stages=info,warn";

/// Log lines as people read them: no time, since a scheduler adds its clock, and the level only when something is wrong.
struct Plain;

impl<S, N> FormatEvent<S, N> for Plain
where
    S: tracing::Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &tracing::Event<'_>,
    ) -> std::fmt::Result {
        let (colour, level) = match *event.metadata().level() {
            tracing::Level::ERROR => ("31", "error: "),
            tracing::Level::WARN => ("33", "warning: "),
            tracing::Level::INFO => ("", ""),
            tracing::Level::DEBUG => ("2", "debug: "),
            tracing::Level::TRACE => ("2", "trace: "),
        };
        if writer.has_ansi_escapes() && !colour.is_empty() {
            write!(writer, "\u{1b}[{colour}m{level}\u{1b}[0m")?;
        } else {
            writer.write_str(level)?;
        }
        context.format_fields(writer.by_ref(), event)?;
        writeln!(writer)
    }
}

/// Standard error, without the secrets of this run. A line that cannot be written is lost and stops nothing: the exit code says
/// what happened.
struct Scrubbed;

impl std::io::Write for Scrubbed {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        let text = escape::scrub(&text);
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Standard error, with the name of the run first in each JSON line: whatever thread wrote it.
struct OfRun;

impl std::io::Write for OfRun {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        let mut out = std::io::stderr().lock();
        let text = String::from_utf8_lossy(line);
        let text = escape::scrub(&text);
        let run = debouches_engine::context::run_id();
        let _ = match text.strip_prefix('{') {
            Some(rest) => write!(out, "{{\"run\":\"{run}\",{rest}"),
            None => out.write_all(text.as_bytes()),
        };
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
