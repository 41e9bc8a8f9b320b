//! `debouches why`: which ingredient of a stage moved since its last output; also what `--dry-run` shows.

use debouches_engine::planning;
use debouches_engine::selection::Selection;
use debouches_engine::staleness::{Answer, staleness};
use debouches_model::Stage;
use serde_json::json;

use crate::args::{Global, Subjects};
use crate::output;
use crate::session;

pub(crate) async fn why(global: &Global, subjects: &Subjects) -> anyhow::Result<u8> {
    would(global, &Stage::ALL, subjects).await
}

/// What these stages would do, and why.
pub(crate) async fn would(
    global: &Global,
    stages: &[Stage],
    subjects: &Subjects,
) -> anyhow::Result<u8> {
    let context = session::open_to_read(global).await?;
    let selection = Selection::of(&context.pipeline, &subjects.subjects)?;
    let answers = staleness(&context, &selection, stages).await?;
    if global.json {
        let not_asked = planning::not_asked(&selection);
        output::print_json(
            &json!({ "schema_version": 1, "answers": answers, "not_asked": not_asked }),
        );
    } else {
        output::print(&answers.iter().map(text).collect::<String>());
        super::plan::report_not_asked(global, &selection);
    }
    Ok(0)
}

fn text(answer: &Answer) -> String {
    let verb = match answer.runs {
        Some(true) => "runs",
        Some(false) => "rests",
        None => "waits",
    };
    let mut out = format!(
        "{:<8} {:<24} {verb}: {}\n",
        answer.stage.as_str(),
        answer.subject,
        answer.because
    );
    for moved in answer.moved.iter().flatten() {
        let short = |value: &Option<String>| {
            value
                .as_deref()
                .unwrap_or("nothing")
                .chars()
                .take(16)
                .collect::<String>()
        };
        out += &format!(
            "           {}: {} → {}\n",
            moved.name,
            short(&moved.before),
            short(&moved.now)
        );
    }
    out
}
