//! `debouches check`: configuration, specifications, code lists, secrets present. Writes nothing, asks nobody.

use debouches_insertion::FileKind;
use serde_json::json;

use crate::args::Global;
use crate::output;
use crate::session;
use debouches_engine::config::PortalKind;
use debouches_engine::context::load_pipeline;
use debouches_engine::failure::Usage;

/// What a file of the domain is.
fn one_of(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Table => "table",
        FileKind::Shape => "shape",
        FileKind::CodeList => "code list",
    }
}

pub(crate) async fn check(global: &Global) -> anyhow::Result<u8> {
    let pipeline = load_pipeline(&session::options(global))?;
    let mut lines = vec![
        format!(
            "configuration {}: profile `{}`",
            pipeline.file.display(),
            pipeline.profile
        ),
        format!(
            "{} sources, {} datasets, {} table specifications",
            pipeline.sources.len(),
            pipeline.datasets.len(),
            pipeline.domain.tables.len()
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
            let mode = format!("{:?}", dataset.secrecy).to_lowercase();
            lines.push(format!(
                "secrecy of {} ({mode}): {}",
                spec.id,
                policy.sentence()
            ));
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
            PortalKind::Static(site) => format!("portal {id}: static catalogue in {}", site.place),
            PortalKind::Udata { url, key, .. } => {
                debouches_engine::key::read(
                    &format!("portal {id}"),
                    "an API key",
                    key,
                    &pipeline.base,
                )?;
                format!(
                    "portal {id}: {url}, key present in {}",
                    debouches_engine::key::shown(key, &pipeline.base)
                )
            }
        });
    }
    lines.push(match &pipeline.signature {
        Some(signature) => {
            debouches_engine::signing::signing_key(&pipeline, signature)?;
            let place = debouches_engine::key::shown(&signature.key, &pipeline.base);
            format!(
                "signature: public key {}, its secret key present in {place}",
                signature.public_key
            )
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
