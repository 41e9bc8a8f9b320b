//! `debouches portal serve`: the practice portal with its web page.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context as _;
use debouches_portal::PortalOptions;

use crate::args::Global;
use crate::config::PortalKind;
use crate::output;
use crate::session::load_pipeline;

pub(crate) async fn serve(global: &Global, port: u16) -> anyhow::Result<u8> {
    let pipeline = load_pipeline(global)?;
    let folder = match pipeline.portal.map(|portal| portal.kind) {
        Some(PortalKind::Practice { folder }) => folder,
        Some(PortalKind::Udata { .. }) | None => pipeline.base.join("state/portal"),
    };
    let mut options = PortalOptions::new(folder);
    options.address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let server = debouches_portal::start(options).await.context("cannot start the practice portal")?;
    output::print(&format!("practice portal on {}/ (stop with Ctrl-C)\n", server.base_url()));
    tokio::signal::ctrl_c().await.context("cannot wait for an interruption")?;
    server.shutdown().await.context("the practice portal did not stop cleanly")?;
    Ok(0)
}
