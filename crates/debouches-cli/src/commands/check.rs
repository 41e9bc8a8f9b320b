//! `debouches check`: configuration, specifications, code lists, secrets present. Writes nothing; asks nobody, unless
//! `--online` asks every address.

use debouches_insertion::FileKind;
use serde_json::json;

use crate::args::Global;
use crate::output;
use crate::session;
use debouches_engine::Context;
use debouches_engine::config::{Doubts, KeyLocation, PortalKind};
use debouches_engine::context::load_pipeline;
use debouches_engine::failure::{Usage, one_line};
use debouches_fetch::{FetchError, Probe};
use debouches_model::{Fault, SourceId, counted_en, escape};

/// What a file of the domain is.
fn one_of(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Table => "table",
        FileKind::Shape => "shape",
        FileKind::CodeList => "code list",
        FileKind::Universe => "universe",
    }
}

/// Characters of a first line in the table.
const SHOWN: usize = 40;

/// What one address answered, for the table and for JSON.
struct Row {
    source: String,
    status: String,
    header: &'static str,
    probe: Probe,
    fault: Option<Fault>,
}

impl Row {
    fn of(source: &SourceId, answer: Result<Probe, FetchError>) -> Self {
        let (status, header, probe, fault) = match answer {
            Ok(probe) if probe.is_page => (
                "a web page, not data".to_owned(),
                "–",
                probe,
                Some(Fault::Operator),
            ),
            Ok(probe) => match probe.headings.clone() {
                None => ("ok".to_owned(), "–", probe, None),
                Some(Ok(())) => ("ok".to_owned(), "known", probe, None),
                Some(Err(problem)) => (problem, "unknown", probe, Some(Fault::Data)),
            },
            Err(error) => {
                let fault = error.fault();
                let error = anyhow::Error::from(error);
                (one_line(&error), "–", Probe::default(), Some(fault))
            }
        };
        Self {
            source: source.to_string(),
            status,
            header,
            probe,
            fault,
        }
    }

    fn cells(&self) -> Vec<String> {
        let text = |cell: &Option<String>, longest| {
            cell.as_ref()
                .map_or_else(|| "–".to_owned(), |cell| escape::line(cell, longest))
        };
        let status = match self.fault {
            None => "ok",
            Some(Fault::Outage) => "out of reach",
            Some(Fault::Data) => "unknown header",
            Some(_) => "wrong",
        };
        vec![
            self.source.clone(),
            status.to_owned(),
            text(&self.probe.media_type, 30),
            self.header.to_owned(),
            text(&self.probe.size, 30),
            text(&self.probe.date, 32),
            text(&self.probe.first_line, SHOWN),
        ]
    }

    fn json(&self) -> serde_json::Value {
        json!({
            "source": self.source,
            "ok": self.fault.is_none(),
            "status": self.status,
            "media_type": self.probe.media_type,
            "header": self.header,
            "size": self.probe.size,
            "date": self.probe.date,
            "first_line": self.probe.first_line,
        })
    }
}

/// Asks every address of the profile. The exit code is that of the worst answer: what a person must correct comes before
/// what passes by itself.
async fn probe(global: &Global, context: &Context) -> anyhow::Result<u8> {
    let answers = debouches_engine::stages::fetch::probe(context).await?;
    let rows: Vec<Row> = answers
        .into_iter()
        .map(|(source, answer)| Row::of(&source, answer))
        .collect();
    if global.json {
        let rows: Vec<_> = rows.iter().map(Row::json).collect();
        output::print_json(&json!({ "schema_version": 1, "sources": rows }));
    } else {
        let header = [
            "source",
            "status",
            "type",
            "header",
            "size",
            "date",
            "first line",
        ];
        let cells: Vec<Vec<String>> = rows.iter().map(Row::cells).collect();
        output::print(&output::table(&header, &cells));
        for row in rows.iter().filter(|row| row.fault.is_some()) {
            output::eprint(&format!("{}: {}\n", row.source, row.status));
        }
    }
    let codes = rows
        .iter()
        .filter_map(|row| row.fault)
        .map(Fault::exit_code);
    let worst = codes.min_by_key(|code| match code {
        1 => 0,
        4 => 1,
        2 => 2,
        3 => 3,
        _ => 4,
    });
    Ok(worst.unwrap_or(0))
}

fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

/// What is missing of a key that a variable of the environment will hold: whoever checks the file need not have it.
fn absent<T>(read: anyhow::Result<T>, key: &KeyLocation) -> anyhow::Result<Option<String>> {
    let KeyLocation::Variable(name) = key else {
        return read.map(|_| None);
    };
    if is_set(name) || is_set(&format!("{name}_FILE")) {
        return read.map(|_| None);
    }
    Ok(read.err().map(|error| one_line(&error)))
}

pub(crate) async fn check(global: &Global, online: bool) -> anyhow::Result<u8> {
    let pipeline = load_pipeline(&session::options(global))?;
    let mut lines = vec![
        format!(
            "configuration {}: profile `{}`",
            pipeline.file.display(),
            pipeline.profile
        ),
        format!(
            "{}, {}, {}",
            counted_en(pipeline.sources.len() as u64, "source", "sources"),
            counted_en(pipeline.datasets.len() as u64, "dataset", "datasets"),
            counted_en(
                pipeline.domain.tables.len() as u64,
                "table specification",
                "table specifications"
            )
        ),
        format!(
            "code lists: sha256 {}…",
            pipeline.domain.codes_digest().short()
        ),
    ];
    for (kind, name, path) in pipeline.domain.from_folder() {
        lines.push(format!("{} `{name}` from {path}", one_of(kind)));
    }
    for (dataset, spec) in pipeline
        .datasets
        .iter()
        .flat_map(|dataset| dataset.tables.iter().map(move |spec| (dataset, spec)))
    {
        if let Some(policy) = spec
            .secrecy_policy()
            .map(|policy| dataset.protection.applied_to(policy))
        {
            let strict = dataset.secrecy == Some(debouches_disclosure::Mode::Strict)
                || policy.inherits.is_none();
            let mode = if strict { "strict" } else { "inherit" };
            lines.push(format!(
                "disclosure control of {} ({mode}): {}",
                spec.id,
                policy.sentence()
            ));
            let weakened = debouches_model::spec::weakened(&policy);
            lines.extend(
                weakened
                    .iter()
                    .map(|item| format!("  {} : {item}", spec.id)),
            );
            lines.extend(
                dataset
                    .protection
                    .weakened()
                    .map(|item| format!("  {} : {item}", spec.id)),
            );
        }
    }
    let mut missing = Vec::new();
    for source in &pipeline.sources {
        if let Some(path) = source.request.location.local_path()
            && !path.exists()
        {
            missing.push(format!(
                "source `{}`: {} does not exist",
                source.id(),
                path.display()
            ));
        }
    }
    let doubts = Doubts::of(&pipeline, &is_set);
    missing.extend(doubts.problems);
    lines.extend((doubts.warnings.iter()).map(|warning| format!("warning: {warning}")));
    if let Some(proxies) = pipeline.http.proxy.describe() {
        lines.push(format!("proxy: {proxies}"));
    }
    if !missing.is_empty() {
        return Err(Usage(missing.join("\n  ")).into());
    }
    if pipeline.portals.is_empty() {
        lines.push("no portal in this profile".to_owned());
    }
    for portal in &pipeline.portals {
        let id = &portal.id;
        lines.push(match &portal.kind {
            PortalKind::Practice { folder } => {
                format!("portal {id}: practice portal in {}", folder.display())
            }
            PortalKind::Static(site) => {
                format!("portal {id}: static catalogue in {}", site.location)
            }
            PortalKind::Udata { url, key, .. } => {
                let read = debouches_engine::key::read(
                    &format!("portal {id}"),
                    "an API key",
                    key,
                    &pipeline.base,
                );
                match absent(read, key)? {
                    Some(absent) => format!("warning: {absent}"),
                    None => format!(
                        "portal {id}: {url}, key present in {}",
                        debouches_engine::key::shown(key, &pipeline.base)
                    ),
                }
            }
        });
    }
    lines.push(match &pipeline.signature {
        Some(signature) => {
            let read = debouches_engine::signing::signing_key(&pipeline, signature);
            match absent(read, &signature.key)? {
                Some(absent) => format!("warning: {absent}"),
                None => format!(
                    "signature: public key {}, its secret key present in {}",
                    signature.public_key,
                    debouches_engine::key::shown(&signature.key, &pipeline.base)
                ),
            }
        }
        None => "signature: releases are not signed".to_owned(),
    });
    lines.extend(
        pipeline
            .left_out
            .iter()
            .map(|reason| format!("left out: {reason}")),
    );
    let context = session::open(global).await?;
    if online {
        return probe(global, &context).await;
    }
    lines.push(format!("state: {}", context.store.root_display()));
    if global.json {
        output::print(
            &(json!({ "schema_version": 1, "ok": true, "checks": lines }).to_string() + "\n"),
        );
    } else if !global.quiet {
        output::print(&(lines.join("\n") + "\n"));
    }
    Ok(0)
}
