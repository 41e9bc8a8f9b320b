//! `debouches portal`: the practice portal with its web page, and what is live taken as ours.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context as _;
use debouches_model::DatasetId;
use debouches_portal::PortalOptions;
use debouches_store::Lock;

use crate::args::{Global, Subjects};
use crate::output;
use crate::session;
use debouches_engine::Context;
use debouches_engine::config::PortalKind;
use debouches_engine::operations;
use debouches_engine::selection::Selection;
use debouches_engine::summary::Summary;
use debouches_engine::targets::portal::adopt;
use debouches_engine::targets::portal::connection::{Connection, connect};
use debouches_engine::targets::site::Catalogue;

pub(crate) async fn serve(global: &Global, port: u16) -> anyhow::Result<u8> {
    // Its folder is in that of the state by default: the state is made first, with its marker.
    let context = session::open(global).await?;
    let pipeline = &context.pipeline;
    let practice = pipeline
        .portals
        .iter()
        .find_map(|portal| match &portal.kind {
            PortalKind::Practice { folder } => Some(folder.clone()),
            PortalKind::Static(_) | PortalKind::Udata { .. } => None,
        });
    let folder = practice.unwrap_or_else(|| pipeline.base.join("state/portal"));
    let mut options = PortalOptions::new(folder);
    options.wait = context.options.wait_lock.unwrap_or_default();
    options.address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let server = debouches_portal::start(options)
        .await
        .context("cannot start the practice portal")?;
    output::print(&format!(
        "practice portal on {}/ (stop with Ctrl-C)\n",
        server.base_url()
    ));
    interrupted()
        .await
        .context("cannot wait for an interruption")?;
    server
        .shutdown()
        .await
        .context("the practice portal did not stop cleanly")?;
    Ok(0)
}

/// Waits for Ctrl-C, or for the signal of whoever supervises us.
async fn interrupted() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut ended = signal(SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        _ = ended.recv() => Ok(()),
    }
}

/// What a lost state forgot of retracted releases is taken back from the pages before anything else. Returns the datasets whose
/// retractions it had forgotten.
async fn take_in_retractions(
    context: &Context,
    subjects: &Subjects,
    lock: &Lock,
) -> anyhow::Result<BTreeSet<DatasetId>> {
    let mut forgotten = BTreeSet::new();
    let selection = Selection::of(&context.pipeline, &subjects.subjects)?;
    for portal in &context.pipeline.portals {
        let keeper = match &portal.kind {
            PortalKind::Static(settings) => {
                Keeper::Site(Catalogue::open(context, portal, settings)?)
            }
            PortalKind::Practice { .. } | PortalKind::Udata { .. } => {
                Keeper::Portal(connect(context, portal).await?)
            }
        };
        for dataset in &selection.datasets {
            let taken = match &keeper {
                Keeper::Site(site) => site.take_in_retractions(dataset.id(), lock).await?,
                Keeper::Portal(portal) => {
                    adopt::take_in_retractions(context, portal, dataset, lock).await?
                }
            };
            if taken > 0 {
                forgotten.insert(dataset.id().clone());
                tracing::warn!(
                    "{}: {taken} retractions taken back from portal {}",
                    dataset.id(),
                    portal.id
                );
            }
        }
        if let Keeper::Portal(connection) = keeper {
            connection.close().await;
        }
    }
    Ok(forgotten)
}

/// Who keeps a copy of the register for its readers.
enum Keeper<'a> {
    Site(Catalogue<'a>),
    Portal(Connection<'a>),
}

pub(crate) async fn adopt(global: &Global, subjects: &Subjects) -> anyhow::Result<u8> {
    let context = session::open(global).await?;
    let lock = operations::begin(&context, "debouches portal adopt").await?;
    let forgotten = take_in_retractions(&context, subjects, &lock).await?;
    // The register may have grown: read it again.
    let context = session::open(global).await?;
    let selection = Selection::of(&context.pipeline, &subjects.subjects)?;
    for dataset in &selection.datasets {
        if forgotten.contains(dataset.id()) {
            adopt::forget_made_in_ignorance(&context, dataset, &lock).await?;
        }
    }
    let mut summary = Summary::default();
    // A static catalogue keeps its own record of what was published: no receipt of it has to be taken back.
    for portal in context
        .pipeline
        .portals
        .iter()
        .filter(|portal| !matches!(portal.kind, PortalKind::Static(_)))
    {
        let connection = connect(&context, portal).await?;
        for dataset in &selection.datasets {
            summary.push(adopt::adopt(&context, &connection, dataset, &lock).await);
        }
        connection.close().await;
    }
    let exit = summary.exit_code();
    output::print_summary(global, &context, &summary, exit);
    Ok(exit)
}
