//! `debouches shape propose`: a shape for a header that none knows, to be reviewed.

use debouches_engine::context::load_pipeline;
use debouches_engine::shapes::proposal;
use serde_json::json;

use crate::args::{Global, ProposeArgs};
use crate::output;
use crate::session;

/// Prints the proposal; it is written nowhere, so that a person decides.
pub(crate) fn propose(global: &Global, args: &ProposeArgs) -> anyhow::Result<u8> {
    let pipeline = load_pipeline(&session::options(global))?;
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    let proposed = proposal(pipeline.domain, &args.file, &args.table, jobs)?;
    if global.json {
        let guessed: Vec<_> = proposed
            .guessed
            .iter()
            .map(|(heading, known)| json!({ "heading": heading, "resembles": known }))
            .collect();
        let document = json!({
            "schema_version": 1,
            "file": proposed.file,
            "unknown": proposed.unknown,
            "missing": proposed.missing,
            "guessed": guessed,
            "toml": proposed.toml,
        });
        output::print_json(&document);
    } else {
        output::print(&proposed.toml);
        output::eprint(&format!(
            "to use it: review it, and save it as domain/shapes/{} beside {}\n",
            proposed.file,
            pipeline.file.display()
        ));
    }
    Ok(0)
}
