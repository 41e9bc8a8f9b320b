//! `debouches plan`: what would change on the portals; writes nothing there.

use std::fmt::Write as _;

use debouches_engine::planning::{self, PlanLine};
use debouches_engine::selection::Selection;
use debouches_model::Fault;
use debouches_udata::Difference;
use serde_json::json;
use similar::{ChangeTag, TextDiff};

use crate::args::{Global, PlanArgs};
use crate::output;
use crate::session;

/// Exit code of `plan --exit-code` when something would change.
const PENDING: u8 = 10;

/// Longest value that is shown whole, in characters.
const LONG: usize = 160;

pub(crate) async fn plan(global: &Global, args: &PlanArgs) -> anyhow::Result<u8> {
    let context = session::open_to_read(global).await?;
    let selection = Selection::of(&context.pipeline, &args.subjects.subjects)?;
    let portal = match &args.output {
        Some(_) => Some(planning::portal_of_file(&context.pipeline)?),
        None => None,
    };
    let lines = planning::plan(&context, &selection).await?;
    let pending = lines.iter().any(PlanLine::is_pending);
    let waits = lines.iter().any(|line| line.waits.is_some());
    if global.json {
        let documents: Vec<_> = lines.iter().map(PlanLine::document).collect();
        output::print_json(&json!({
            "schema_version": 1,
            "pending": pending,
            "datasets": documents,
            "not_asked": planning::not_asked(&selection),
        }));
    } else {
        output::print(&text(&lines));
        report_not_asked(global, &selection);
    }
    // What was altered is worse than what a call or a portal refuses.
    let obstacles = || lines.iter().filter_map(|line| line.obstacle.as_ref());
    let worst = obstacles().find(|(_, fault)| *fault == Fault::Integrity);
    if let Some((_, fault)) = worst.or_else(|| obstacles().next()) {
        return Ok(fault.exit_code());
    }
    if let (Some(path), Some(portal)) = (&args.output, portal) {
        let file = planning::plan_file(&context, portal, lines);
        let path = context.options.path(path);
        debouches_store::replace_file(&path, file.to_text().as_bytes())?;
    }
    Ok(match (args.exit_code, pending, waits) {
        (true, true, _) => PENDING,
        (true, false, true) => Fault::Data.exit_code(),
        _ => 0,
    })
}

/// Says on standard error what nobody was asked, so that silence is not taken for news.
pub(super) fn report_not_asked(global: &Global, selection: &Selection<'_>) {
    if let (false, Some(text)) = (global.quiet, planning::not_asked(selection)) {
        output::eprint(&format!("{text}\n"));
    }
}

/// The plan of all datasets.
fn text(lines: &[PlanLine]) -> String {
    let several = lines.iter().any(|line| line.portal != lines[0].portal);
    let mut out = String::new();
    for line in lines {
        let version = line.release.as_deref().map_or_else(
            || no_version(line).to_owned(),
            |version| format!(" {version}"),
        );
        let on = if several {
            format!(" on {}", line.portal)
        } else {
            String::new()
        };
        let writes = line
            .planned
            .as_ref()
            .map(|planned| planned.writes.as_slice())
            .unwrap_or_default();
        let bucket = line
            .planned
            .as_ref()
            .and_then(|planned| planned.bucket.as_ref());
        if let Some((obstacle, _)) = &line.obstacle {
            let _ = writeln!(
                out,
                "{}{version}{on}: cannot be published\n  {obstacle}",
                line.dataset
            );
        } else if writes.is_empty()
            && bucket.is_none()
            && line.files.is_empty()
            && line.notes.is_empty()
        {
            let what = if line.waits.is_some() {
                "stays as it is"
            } else {
                "nothing to publish"
            };
            let _ = writeln!(out, "{}{version}{on}: {what}", line.dataset);
        } else {
            let _ = writeln!(
                out,
                "{}{version}{on}: {} writes",
                line.dataset,
                writes.len() + line.files.len()
            );
        }
        for file in bucket
            .map(|bucket| bucket.files.as_slice())
            .unwrap_or_default()
        {
            let _ = writeln!(
                out,
                "  put {} in the bucket: {} bytes, not there",
                file.path, file.bytes
            );
        }
        if let Some(pointer) = bucket.and_then(|bucket| bucket.pointer.as_ref()) {
            let _ = writeln!(out, "  point {} to version {}", pointer.path, pointer.to);
        }
        for write in writes {
            let _ = writeln!(out, "  {write}: {}", write.reason);
            write
                .changes
                .iter()
                .for_each(|change| difference(&mut out, change));
        }
        for write in &line.files {
            let _ = writeln!(out, "  write {}: {}", write.path, write.reason);
        }
        for path in &line.left_out {
            let _ = writeln!(
                out,
                "  left out: {path}, whose extension the portal does not accept"
            );
        }
        for kept in &line.hands {
            let _ = writeln!(out, "  kept: {kept}");
        }
        if let Some(waits) = &line.waits {
            let waits = waits.strip_prefix("waits ").unwrap_or(waits);
            let _ = writeln!(out, "  waits: {waits}");
        }
        for note in &line.notes {
            let _ = writeln!(out, "  note: {note}");
        }
    }
    out
}

/// What stands in the place of a version: the index of a site has none.
fn no_version(line: &PlanLine) -> &'static str {
    if line.notes.is_empty() && line.waits.is_none() {
        ""
    } else {
        " no release"
    }
}

/// What a field shows, and what it will show.
fn difference(out: &mut String, change: &Difference) {
    let Difference {
        field,
        actual,
        wanted,
    } = change;
    if !actual.contains('\n')
        && !wanted.contains('\n')
        && actual.chars().count().max(wanted.chars().count()) <= LONG
    {
        let shown = |text: &str| {
            if text.is_empty() {
                "nothing".to_owned()
            } else {
                format!("“{text}”")
            }
        };
        let _ = writeln!(out, "      {field}: {} → {}", shown(actual), shown(wanted));
        return;
    }
    let _ = writeln!(out, "      {field}:");
    let diff = TextDiff::from_lines(actual.trim(), wanted.trim());
    for group in diff.grouped_ops(1) {
        for change in group
            .iter()
            .flat_map(|operation| diff.iter_changes(operation))
        {
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            let _ = writeln!(out, "      {sign} {}", change.value().trim_end());
        }
    }
}
