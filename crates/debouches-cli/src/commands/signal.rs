//! `debouches signal`: what was signalled enters the register that the site shows, and changes its state.

use anyhow::Context as _;
use debouches_engine::failure::Usage;
use debouches_insertion::signals;
use serde_json::json;

use crate::args::{Global, SignalCommand};
use crate::output;
use crate::session;

/// The table that the register fills.
const RECEIVED: &str = "signalement_recu";

pub(crate) async fn signal(global: &Global, command: &SignalCommand) -> anyhow::Result<u8> {
    let context = session::open_to_read(global).await?;
    let source = context
        .pipeline
        .sources
        .iter()
        .find(|source| source.spec.id.as_str() == RECEIVED)
        .ok_or_else(|| {
            Usage(format!(
                "no source fills {RECEIVED}: add one, of kind file, whose url is the register"
            ))
        })?;
    let path = source.request.location.local_path().ok_or_else(|| {
        Usage(format!(
            "the register of {} is not a file of this machine",
            source.id()
        ))
    })?;
    let path = context.pipeline.base.join(path);
    // The first signal starts the register.
    let register = if path.exists() {
        std::fs::read_to_string(&path)
            .map_err(|error| Usage(format!("{}: {error}", path.display())))?
    } else {
        String::new()
    };
    let refuse = |error: signals::SignalError| Usage(error.to_string());
    let (text, new, known) = match command {
        SignalCommand::Import { file } => {
            let letter = std::fs::read_to_string(file)
                .map_err(|error| Usage(format!("{}: {error}", file.display())))?;
            let signals =
                signals::read_letter(&letter, context.pipeline.domain.tables).map_err(refuse)?;
            let day = context.clock.now().date_naive().to_string();
            let received = signals::receive(&register, &signals, &day).map_err(refuse)?;
            (received.register, received.new, received.known)
        }
        SignalCommand::Set { id, state } => {
            let text = signals::decide(&register, id, state).map_err(refuse)?;
            (text, Vec::new(), 0)
        }
    };
    if text != register {
        let draft = path.with_extension("part");
        std::fs::write(&draft, &text)
            .and_then(|()| std::fs::rename(&draft, &path))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    if global.json {
        output::print_json(
            &json!({ "schema_version": 1, "register": path, "new": new, "known": known }),
        );
    } else {
        for id in &new {
            output::print(&format!("{id} received\n"));
        }
        if known > 0 {
            output::print(&format!("{known} already in the register\n"));
        }
        output::print(&format!(
            "register: {} (`debouches run` publishes it)\n",
            path.display()
        ));
    }
    Ok(0)
}
