//! `debouches status`: where each source, table and dataset stands.

use debouches_engine::selection::Selection;
use debouches_engine::status::{Counts, State, StatusLine, status as of_selection};
use debouches_model::Fault;
use serde_json::json;

use crate::args::{Global, Subjects};
use crate::output;
use crate::session;

pub(crate) async fn status(global: &Global, subjects: &Subjects) -> anyhow::Result<u8> {
    let context = session::open_to_read(global).await?;
    let selection = Selection::of(&context.pipeline, &subjects.subjects)?;
    let lines = of_selection(&context, &selection).await?;
    let counts = Counts::of(&lines);
    if global.json {
        let late: Vec<&str> = lines
            .iter()
            .filter(|line| line.state == State::Late)
            .map(|line| line.subject.as_str())
            .collect();
        output::print_json(
            &json!({ "schema_version": 1, "counts": counts, "late": late, "lines": lines }),
        );
    } else {
        output::print(&format!(
            "{}\n\n{}",
            counts.sentence(),
            text(global, &lines)
        ));
    }
    Ok(if counts.needs_somebody() {
        Fault::Data.exit_code()
    } else {
        0
    })
}

/// The lines as a table; those that need somebody in red.
fn text(global: &Global, lines: &[StatusLine]) -> String {
    let row = |line: &StatusLine| {
        vec![
            line.stage.to_string(),
            line.subject.clone(),
            line.state.as_str().to_owned(),
            line.detail.clone(),
        ]
    };
    let rows: Vec<Vec<String>> = lines.iter().map(row).collect();
    let table = output::table(&["stage", "subject", "state", "detail"], &rows);
    let is_bad = |index: usize| {
        let line = index.checked_sub(1).map(|index| &lines[index]);
        line.is_some_and(|line| matches!(line.state, State::Late | State::Refused | State::Failed))
    };
    let coloured = |(index, line): (usize, &str)| {
        if is_bad(index) && output::is_coloured(global) {
            format!("\u{1b}[31m{line}\u{1b}[0m\n")
        } else {
            format!("{line}\n")
        }
    };
    table.lines().enumerate().map(coloured).collect()
}
