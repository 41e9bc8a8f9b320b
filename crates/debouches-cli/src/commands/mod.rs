//! One file per command.

mod check;
mod coverage;
mod diff;
mod explain;
mod findings;
mod graph;
mod history;
mod man;
mod plan;
mod portal;
mod publish;
mod retract;
mod run;
mod schema;
mod secrecy;
mod shape;
mod signal;
mod site;
mod status;
mod units;
mod verify;
mod waive;
mod why;

use clap::CommandFactory as _;
use debouches_model::Stage;

use crate::args::{Args, Command, Global, PortalCommand, ShapeCommand};
use crate::output;

/// Runs the command; gives the exit code.
pub(crate) async fn run(args: &Args) -> anyhow::Result<u8> {
    let global = &args.global;
    if matches!(args.command, Command::ReadSources) {
        // What it has to say is in its answers; its last words are told by the run.
        debouches_engine::isolation::worker::serve().await?;
        return Ok(0);
    }
    output::start_logs(global);
    match &args.command {
        Command::Fetch(subjects) => run::stages(global, &[Stage::Fetch], subjects).await,
        Command::Validate(subjects) => run::stages(global, &[Stage::Validate], subjects).await,
        Command::Enrich(subjects) => run::stages(global, &[Stage::Enrich], subjects).await,
        Command::Package(args) => {
            let global = Global {
                wish: args.wish.clone(),
                ..global.clone()
            };
            run::stages(&global, &[Stage::Package], &args.subjects).await
        }
        Command::Coverage(args) => coverage::coverage(global, args).await,
        Command::Diff(args) => diff::diff(global, args).await,
        Command::Publish(args) => publish::publish(global, args).await,
        Command::Run(args) => {
            let stages = run::range(args)?;
            let global = Global {
                wish: args.wish.clone(),
                ..global.clone()
            };
            run::stages(&global, &stages, &args.subjects).await
        }
        Command::Plan(args) => plan::plan(global, args).await,
        Command::Status(subjects) => status::status(global, subjects).await,
        Command::Findings(args) => findings::findings(global, args).await,
        Command::Graph(args) => graph::graph(global, args).await,
        Command::Why(subjects) => why::why(global, subjects).await,
        Command::Check { online } => check::check(global, *online).await,
        Command::Verify(args) => verify::verify(global, args).await,
        Command::Yank(args) => retract::yank(global, args).await,
        Command::Retract(args) => retract::retract(global, args).await,
        Command::Purge(args) => retract::purge(global, args).await,
        Command::History(args) => history::history(global, args).await,
        Command::Show(args) => history::show(global, args).await,
        Command::Units(args) => units::units(global, args),
        Command::Man(args) => man::man(global, args),
        Command::Shape {
            command: ShapeCommand::Propose(args),
        } => shape::propose(global, args),
        Command::Schema { name } => Ok(schema::schema(*name)),
        Command::Waive(args) => waive::waive(global, args).await,
        Command::Waivers(args) => waive::waivers(global, args),
        Command::Explain(args) => explain::explain(global, args),
        Command::Secrecy { command } => secrecy::secrecy(global, command),
        Command::Signal { command } => signal::signal(global, command).await,
        Command::Site { command } => site::site(global, command).await,
        Command::Portal {
            command: PortalCommand::Serve { port },
        } => portal::serve(global, *port).await,
        Command::Portal {
            command: PortalCommand::Adopt(subjects),
        } => portal::adopt(global, subjects).await,
        Command::ReadSources => Ok(0),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Args::command(), "debouches", &mut script);
            output::print(&String::from_utf8_lossy(&script));
            Ok(0)
        }
    }
}
