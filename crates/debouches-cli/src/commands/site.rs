//! `debouches site`: the public site, built, served on loopback, and read back.

use std::time::Instant;

use anyhow::Context as _;
use debouches_engine::Context;
use debouches_engine::config::{Portal, PortalKind, StaticSite};
use debouches_engine::failure::Usage;
use debouches_engine::operations::{self, Ending};
use debouches_engine::selection::Selection;
use debouches_engine::stages;
use debouches_engine::summary::Summary;
use debouches_engine::targets::pages;
use debouches_engine::targets::site::Catalogue;
use debouches_model::{Fault, Stage};
use serde_json::json;

use crate::args::{Global, SiteArgs, SiteCommand};
use crate::output;
use crate::session;

pub(crate) async fn site(global: &Global, command: &SiteCommand) -> anyhow::Result<u8> {
    match command {
        SiteCommand::Build(args) => build(global, args).await,
        SiteCommand::Serve { site, port } => serve(global, site, *port).await,
        SiteCommand::Verify(args) => verify(global, args).await,
    }
}

/// Publishes to the static portal alone: the datasets, then the pages, then what leads to them.
async fn build(global: &Global, args: &SiteArgs) -> anyhow::Result<u8> {
    let mut context = session::open(global).await?;
    let portal = chosen(&context, args)?;
    context.pipeline.portals = vec![portal];
    let selection = Selection::of(&context.pipeline, &[])?;
    let command = "debouches site build";
    let lock = operations::begin(&context, command).await?;
    let started = Instant::now();
    let mut summary = Summary::default();
    stages::run(Stage::Publish, &context, &selection, &lock, &mut summary).await?;
    let exit = summary.exit_code();
    let ending = Ending {
        command,
        started,
        summary: &summary,
        error: None,
        exit,
    };
    let attention = operations::close(&context, lock, &ending).await;
    summary.attention = attention;
    output::print_summary(global, &context, &summary, exit);
    Ok(exit)
}

async fn serve(global: &Global, args: &SiteArgs, port: u16) -> anyhow::Result<u8> {
    let context = session::open(global).await?;
    let portal = chosen(&context, args)?;
    let PortalKind::Static(StaticSite { location, .. }) = &portal.kind else {
        return Err(Usage(format!("portal {} is no static site", portal.id)).into());
    };
    if location.contains("://") {
        return Err(Usage(format!(
            "{location} is not a folder of this machine: a bucket serves itself"
        ))
        .into());
    }
    let folder = context.pipeline.base.join(location);
    if !folder.join("index.html").is_file() {
        return Err(Usage(format!(
            "{} holds no site: `debouches site build` makes it",
            folder.display()
        ))
        .into());
    }
    let server = pages::serve(&folder, port).await?;
    output::print(&format!("http://{}/ (stop with Ctrl-C)\n", server.address));
    tokio::select! {
        ended = server.run() => ended.context("the server stopped")?,
        interrupted = tokio::signal::ctrl_c() => interrupted.context("cannot wait for an interruption")?,
    }
    Ok(0)
}

async fn verify(global: &Global, args: &SiteArgs) -> anyhow::Result<u8> {
    let context = session::open(global).await?;
    let portal = chosen(&context, args)?;
    let PortalKind::Static(settings) = &portal.kind else {
        return Err(Usage(format!("portal {} is no static site", portal.id)).into());
    };
    let catalogue = Catalogue::open(&context, &portal, settings)?;
    let verified = pages::verify(&context, catalogue.shelf(), catalogue.site()).await?;
    if global.json {
        output::print_json(&json!({
            "schema_version": 1,
            "files": verified.files,
            "figures": verified.figures,
            "pinned": verified.pinned,
            "links": verified.links,
            "problems": verified.problems,
        }));
    } else {
        output::print(&format!(
            "{} files read, {} figures looked for in the releases, {} links followed, {} pinned states of earlier releases\n",
            verified.files, verified.figures, verified.links, verified.pinned
        ));
        for problem in &verified.problems {
            output::print(&format!("  {problem}\n"));
        }
        if verified.problems.is_empty() {
            output::print("every figure stands in a release; every link leads somewhere\n");
        }
    }
    let is_right = verified.problems.is_empty();
    Ok(if is_right {
        0
    } else {
        Fault::Integrity.exit_code()
    })
}

/// The static portal that is meant, put elsewhere when a folder is given.
fn chosen(context: &Context, args: &SiteArgs) -> anyhow::Result<Portal> {
    let statics = context
        .pipeline
        .portals
        .iter()
        .filter(|portal| matches!(portal.kind, PortalKind::Static(_)));
    let mut meant: Vec<&Portal> = statics
        .filter(|portal| {
            args.portal
                .as_ref()
                .is_none_or(|id| portal.id.as_str() == id)
        })
        .collect();
    let portal = match (meant.pop(), meant.is_empty()) {
        (Some(portal), true) => portal,
        (None, _) => {
            return Err(Usage(format!(
                "profile `{}` has no such static portal: `[portal.site]`, `kind = \"static\"`, `pages = true`",
                context.pipeline.profile
            ))
            .into());
        }
        (Some(_), false) => {
            return Err(
                Usage("several static portals: say which with --portal ID".to_owned()).into(),
            );
        }
    };
    let mut portal = portal.clone();
    if let PortalKind::Static(settings) = &mut portal.kind {
        if let Some(folder) = &args.to {
            settings.location = context.options.path(folder).display().to_string();
            settings.pages = true;
        }
        if !settings.pages {
            return Err(Usage(format!(
                "portal `{}` has no pages: add `pages = true` to it",
                portal.id
            ))
            .into());
        }
    }
    Ok(portal)
}
