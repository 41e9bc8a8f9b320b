//! `debouches findings`: what was found wrong in a source, a table or a dataset, and where the files are.

use debouches_engine::findings::{ListedFinding, SubjectFindings, findings as of_subjects};
use debouches_engine::selection::Selection;
use debouches_engine::status::refused_fetches;
use debouches_model::{Lang, escape};
use serde_json::json;

use crate::args::{FindingsArgs, Global};
use crate::output;
use crate::session;

/// Characters of a refusal at most.
const DETAIL: usize = 400;

pub(crate) async fn findings(global: &Global, args: &FindingsArgs) -> anyhow::Result<u8> {
    let context = session::open_to_read(global).await?;
    let all = of_subjects(&context, &args.subjects.subjects).await?;
    let selection = Selection::of(&context.pipeline, &args.subjects.subjects)?;
    let fetches = refused_fetches(&context, &selection).await?;
    if global.json {
        output::print_json(&json!({ "schema_version": 1, "fetch": fetches, "subjects": all }));
        return Ok(0);
    }
    for line in &fetches {
        let (subject, state) = (&line.subject, line.state.as_str());
        output::print(&format!(
            "fetch {subject}: {state} {}; what follows is of what was received before\n",
            escape::line(&line.detail, DETAIL)
        ));
    }
    let lang = context.options.lang;
    let texts: Vec<String> = all
        .iter()
        .map(|subject| text(subject, args.most, lang))
        .collect();
    if texts.is_empty() {
        output::print("nothing was made of the present inputs yet: `debouches status`\n");
    } else {
        output::print(&texts.join("\n"));
    }
    Ok(0)
}

/// The rules with their counts, the first findings, and the files.
fn text(subject: &SubjectFindings, most: usize, lang: Lang) -> String {
    let state = if subject.refused {
        "refused"
    } else {
        "accepted"
    };
    let rows = subject.report.rows;
    let mut out = format!("{} {}: {state}", subject.stage, subject.subject);
    if rows.received > 0 {
        out += &format!(
            ", {} rows received, {} set aside",
            rows.received, rows.refused
        );
    }
    out.push('\n');
    if let Some(cause) = subject.report.notes.get("cause") {
        out += &format!("  {cause}\n");
    }
    for tally in &subject.report.rules {
        let code = tally.rule.as_str();
        let listed: Vec<&ListedFinding> = subject
            .findings
            .iter()
            .filter(|finding| finding.code == code)
            .collect();
        let decides = if tally.exceeded { ", refuses" } else { "" };
        out += &format!(
            "  {code} ({}{decides}): {}, {} in the files\n",
            tally.severity.as_str(),
            tally.findings,
            listed.len()
        );
        for finding in listed.iter().take(most) {
            let message = match lang {
                Lang::Fr => &finding.message_fr,
                Lang::En => &finding.message_en,
            };
            let line = if finding.line.is_empty() {
                String::new()
            } else {
                format!("line {}: ", finding.line)
            };
            out += &format!("    {line}{message}\n");
        }
        if listed.len() > most {
            out += &format!("    and {} more in the files\n", listed.len() - most);
        }
    }
    if subject.report.rules.is_empty() {
        out += "  no finding\n";
    }
    out += &format!("  table: {}\n  page:  {}\n", subject.csv, subject.page);
    for rows in &subject.rows {
        out += &format!("  rows set aside: {rows}\n");
    }
    out
}
