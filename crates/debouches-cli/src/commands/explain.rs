//! `debouches explain CODE`: what a rule demands, or what an exit code means.

use debouches_model::{Finding, Lang, RuleCode, RuleEntry};
use serde_json::json;

use crate::args::{ExplainArgs, Global};
use crate::output;
use debouches_engine::failure::Usage;

/// Exit codes, for people: meaning, and what cron does.
const EXIT_CODES: [(u8, [&str; 2]); 10] = [
    (
        0,
        [
            "fait, ou rien à faire ; cron se tait",
            "done, or nothing to do; cron stays quiet",
        ],
    ),
    (
        1,
        [
            "notre faute ; appeler quelqu'un",
            "our failure; page someone",
        ],
    ),
    (
        2,
        [
            "appel ou configuration ; corriger l'appel",
            "usage or configuration; fix the call",
        ],
    ),
    (
        3,
        [
            "données refusées ; une personne décide, ce qui est publié reste",
            "data refused; a person decides, what is live stays",
        ],
    ),
    (
        4,
        [
            "authentification ou droits ; changer la clé",
            "authentication or permission; rotate the key",
        ],
    ),
    (
        5,
        [
            "verrou tenu ; le prochain passage suffira",
            "lock held; the next tick will do",
        ],
    ),
    (
        6,
        [
            "publication incomplète ; `debouches publish` la reprend",
            "publication incomplete; `debouches publish` resumes it",
        ],
    ),
    (
        7,
        ["octets altérés ; incident", "integrity mismatch; incident"],
    ),
    (
        10,
        [
            "changements en attente (`plan --exit-code`)",
            "changes pending (`plan --exit-code`)",
        ],
    ),
    (
        75,
        [
            "panne après plusieurs essais ; réessayer plus tard",
            "outage after retries; the timer retries",
        ],
    ),
];

pub(crate) fn explain(global: &Global, args: &ExplainArgs) -> anyhow::Result<u8> {
    let lang: Lang = global.lang.into();
    let Some(code) = &args.code else {
        let entries: Vec<RuleEntry> = RuleCode::ALL.iter().map(|rule| rule.entry()).collect();
        list(global, &entries, lang);
        return Ok(0);
    };
    if let Some((number, texts)) = EXIT_CODES
        .iter()
        .find(|(number, _)| number.to_string() == *code)
    {
        let meaning = texts[lang as usize];
        if global.json {
            output::print(
                &(json!({ "schema_version": 1, "exit_code": number, "meaning": meaning })
                    .to_string()
                    + "\n"),
            );
        } else {
            output::print(&format!("exit {number}: {meaning}\n"));
        }
        return Ok(0);
    }
    let rule: RuleCode = code.parse().map_err(|_| Usage(unknown(code)))?;
    let entry = rule.entry();
    if global.json {
        output::print(
            &(json!({ "schema_version": 1, "rule": document(&entry, lang) }).to_string() + "\n"),
        );
    } else {
        output::print(&format!(
            "{rule} ({}, {})\n  {}\n  {}\n  → {}\n",
            entry.stage,
            entry.severity.as_str(),
            entry.title(lang),
            Finding::blank_sentence(rule, lang),
            entry.remedy(lang)
        ));
    }
    Ok(0)
}

fn document(entry: &RuleEntry, lang: Lang) -> serde_json::Value {
    json!({
        "code": entry.rule,
        "stage": entry.stage,
        "severity": entry.severity,
        "title": entry.title(lang),
        "sentence": entry.sentence(lang),
        "remedy": entry.remedy(lang),
    })
}

fn list(global: &Global, entries: &[RuleEntry], lang: Lang) {
    if global.json {
        let rules: Vec<_> = entries.iter().map(|entry| document(entry, lang)).collect();
        output::print(&(json!({ "schema_version": 1, "rules": rules }).to_string() + "\n"));
        return;
    }
    let rows: Vec<Vec<String>> = entries
        .iter()
        .map(|entry| {
            vec![
                entry.rule.to_string(),
                entry.stage.to_string(),
                entry.severity.as_str().to_owned(),
                entry.title(lang).to_owned(),
            ]
        })
        .collect();
    output::print(&output::table(
        &["code", "stage", "severity", "rule"],
        &rows,
    ));
}

fn unknown(code: &str) -> String {
    let near = RuleCode::ALL
        .iter()
        .find(|rule| rule.as_str().contains(code) || code.contains(rule.as_str()));
    let hint = near
        .map(|rule| format!(" (did you mean `{rule}`?)"))
        .unwrap_or_default();
    format!("no rule and no exit code is called `{code}`{hint}; `debouches explain` lists them")
}
