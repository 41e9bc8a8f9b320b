//! The binary `debouches`: reads the command line, runs the stages, prints what happened, exits with a code that cron reads.

mod args;
mod commands;
mod consent;
mod failure;
mod output;
mod session;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    debouches_engine::isolation::keep_memory_private();
    let args = match args::Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version are not errors: clap says which stream and which code.
            let code = if error.use_stderr() { 2 } else { 0 };
            let is_lost = |error: std::io::Error| error.kind() != std::io::ErrorKind::BrokenPipe;
            return ExitCode::from(if error.print().is_err_and(is_lost) {
                1
            } else {
                code
            });
        }
    };
    if let Err(error) = debouches_engine::context::check_clock() {
        return failure::report(&error.into(), &args.global);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            return failure::report(
                &anyhow::Error::new(error).context("cannot start the runtime"),
                &args.global,
            );
        }
    };
    match runtime.block_on(commands::run(&args)) {
        // Whoever reads the document has not got it.
        Ok(0) if output::is_lost() => ExitCode::from(1),
        Ok(code) => ExitCode::from(code),
        Err(error) => failure::report(&error, &args.global),
    }
}
