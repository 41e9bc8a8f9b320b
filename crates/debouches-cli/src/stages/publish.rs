//! Releases to the portal of the profile.

use anyhow::Context as _;
use debouches_http::{Client, ClientOptions, Secret};
use debouches_model::{Fault, Stage};
use debouches_portal::{PortalOptions, RunningPortal};
use debouches_publish::{Applied, Pending, Publication, Target};
use debouches_store::{Artefact, Lock};
use debouches_udata::Portal as PortalClient;

use super::package::latest;
use crate::config::{Portal, PortalKind};
use crate::engine::{Outcome, Selection, Step, Summary};
use crate::failure::{Decided, Usage};
use crate::session::Session;

/// A portal that answers, and the server behind it when it is ours.
pub(crate) struct Connection {
    pub(crate) portal: PortalClient,
    pub(crate) name: String,
    pub(crate) target: Target,
    server: Option<RunningPortal>,
}

/// Address of the page of a dataset of the practice portal, for people: it is served on demand.
const PRACTICE_HINT: &str = "debouches portal serve";

pub(crate) async fn run(session: &Session, selection: &Selection<'_>, lock: &Lock, summary: &mut Summary) {
    let mut releases = Vec::new();
    for dataset in &selection.datasets {
        if !summary.passed(Stage::Package, dataset.id().as_str()) {
            summary.push(Step::skipped(Stage::Publish, dataset.id(), "not packaged: what is published stays as it is"));
            continue;
        }
        match latest(session, dataset.id().as_str()).await {
            Ok(Some(release)) => releases.push(release),
            Ok(None) => {
                let error = Usage(format!("dataset {0} has no release: run `debouches package {0}`", dataset.id())).into();
                summary.push(Step::failed(Stage::Publish, dataset.id(), &error));
            }
            Err(error) => summary.push(Step::failed(Stage::Publish, dataset.id(), &error)),
        }
    }
    if releases.is_empty() {
        return;
    }
    let connection = match connect(session).await {
        Ok(connection) => connection,
        Err(error) => {
            for release in &releases {
                summary.push(Step::failed(Stage::Publish, &release.key().subject, &error));
            }
            return;
        }
    };
    for release in &releases {
        let step = one(session, &connection, release, lock, summary).await;
        summary.push(step);
    }
    connection.close().await;
}

async fn one(session: &Session, connection: &Connection, release: &Artefact, lock: &Lock, summary: &mut Summary) -> Step {
    let subject = release.key().subject.clone();
    let publication = connection.publication(session, release);
    match publication.publish(lock).await {
        Ok(applied) => {
            let address = connection.address(&applied);
            if let Some(line) = summary.datasets.iter_mut().find(|line| line.dataset == subject) {
                line.address = Some(address.clone());
            }
            for path in &applied.left_out {
                tracing::warn!("{path} was left out: portal {} does not accept its extension", connection.name);
            }
            told(&subject, &applied, &address)
        }
        Err(error) => Step::failed(Stage::Publish, subject, &error.into()),
    }
}

fn told(subject: &str, applied: &Applied, address: &str) -> Step {
    let quality = applied.quality.map(|score| format!(", quality {:.0} %", score * 100.0)).unwrap_or_default();
    if applied.writes.is_empty() {
        let detail = format!("version {} is there already{quality}: {address}", applied.receipt.version);
        return Step::new(Stage::Publish, subject, Outcome::Kept, detail);
    }
    let detail = format!("version {}, {} writes{quality}: {address}", applied.receipt.version, applied.writes.len());
    Step::new(Stage::Publish, subject, Outcome::Made, detail)
}

impl Connection {
    pub(crate) fn publication<'a>(&'a self, session: &'a Session, release: &'a Artefact) -> Publication<'a> {
        Publication {
            release,
            portal: &self.portal,
            name: &self.name,
            target: &self.target,
            store: &session.store,
            clock: session.clock.as_ref(),
            tool: &session.tool,
            observer: session.observer.as_ref(),
        }
    }

    pub(crate) async fn pending(&self, session: &Session, release: &Artefact) -> anyhow::Result<Pending> {
        Ok(self.publication(session, release).pending().await?)
    }

    fn address(&self, applied: &Applied) -> String {
        match (&self.server, &applied.page) {
            // The port of this run is gone with it: the page is told by its path.
            (Some(server), Some(page)) => format!("{} ({PRACTICE_HINT})", page.trim_start_matches(&server.base_url())),
            (None, Some(page)) => page.clone(),
            (_, None) => format!("{}/datasets/{}/", self.portal.base(), applied.receipt.id),
        }
    }

    pub(crate) async fn close(self) {
        if let Some(server) = self.server
            && let Err(error) = server.shutdown().await
        {
            tracing::warn!("the practice portal did not stop cleanly: {error}");
        }
    }
}

/// Reaches the portal of the profile and asks what it accepts; starts the practice portal when that is it.
pub(crate) async fn connect(session: &Session) -> anyhow::Result<Connection> {
    let Some(configured) = &session.pipeline.portal else {
        return Err(Usage(format!("profile `{}` has no portal", session.pipeline.profile)).into());
    };
    let (server, base, key, organization) = reach(configured).await?;
    let mut options = ClientOptions::new(&session.pipeline.contact);
    // The rate spares producers; a portal is ours to use, and the practice one is this very process.
    options.policy.requests_per_second = if server.is_some() { 1000.0 } else { 20.0 };
    let http = Client::new(options)?;
    let portal = PortalClient::new(&base, Some(key), http)?;
    let decide =
        |error: debouches_udata::UdataError| anyhow::Error::new(error).context(format!("cannot use portal {}", configured.id));
    // The key is tried before anything else: a wrong one is told at once, whatever there is to do.
    portal.me().await.map_err(decide)?;
    let extensions = portal.extensions().await.map_err(decide)?;
    let licences = portal.licences().await.map_err(decide)?;
    for dataset in &session.pipeline.datasets {
        if !licences.contains(&dataset.notice.licence) {
            let message = format!(
                "portal {} does not know licence `{}` of dataset {}",
                configured.id,
                dataset.notice.licence,
                dataset.id()
            );
            return Err(Decided { message, fault: Fault::Operator }.into());
        }
    }
    let target = Target { organization, extensions };
    Ok(Connection { portal, name: configured.id.to_string(), target, server })
}

type Reached = (Option<RunningPortal>, String, Secret, Option<String>);

async fn reach(configured: &Portal) -> anyhow::Result<Reached> {
    match &configured.kind {
        PortalKind::Practice { folder } => {
            let server =
                debouches_portal::start(PortalOptions::new(folder)).await.context("cannot start the practice portal")?;
            let (base, key) = (server.base_url(), Secret::new(server.api_key()));
            let organization = Some(server.organization().to_owned());
            Ok((Some(server), base, key, organization))
        }
        PortalKind::Udata { url, key_variable, organization } => {
            let key = std::env::var(key_variable).ok().filter(|key| !key.trim().is_empty());
            let missing = || Decided {
                message: format!("portal {} needs an API key in the environment variable {key_variable}", configured.id),
                fault: Fault::Permission,
            };
            Ok((None, url.clone(), Secret::new(&key.ok_or_else(missing)?), organization.clone()))
        }
    }
}
