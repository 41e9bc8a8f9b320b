//! Reaching a portal, and what it accepts.

use std::time::Duration;

use anyhow::Context as _;
use debouches_http::Secret;
use debouches_model::{Fault, Withdrawals};
use debouches_portal::{PortalOptions, RunningPortal};
use debouches_publish::{
    Applied, Pending, Publication, RETRACTIONS_EXTRA, Target, account_obstacles, obstacles,
};
use debouches_store::{Access, Artefact};
use debouches_udata::{Portal as PortalClient, Terms};

use crate::config::{DatasetConfig, Portal, PortalKind};
use crate::context::Context;
use crate::failure::{Decided, Usage};
use crate::key;
use crate::retraction::register;

/// A portal that answers, and the server behind it when it is ours.
pub struct Connection<'a> {
    /// The portal as it is configured.
    pub configured: &'a Portal,
    /// Its API.
    pub portal: PortalClient,
    /// What it accepts.
    pub terms: Terms,
    organization: Option<String>,
    contact_points: Vec<String>,
    server: Option<RunningPortal>,
    withdrawals: Withdrawals,
}

/// Address of the page of a dataset of the practice portal, for people: it is served on demand.
const PRACTICE_HINT: &str = "debouches portal serve";

/// How long a `portal serve` may keep a run waiting when nothing else was asked: long enough for somebody to stop it.
const PORTAL_WAIT: Duration = Duration::from_secs(5);

/// Requests per second to a portal: the rate spares those who serve others. Our own machine serves us.
const RATE: f64 = 20.0;
const LOCAL_RATE: f64 = 1000.0;

/// Reaches a portal and asks what it accepts; starts the practice portal when that is it.
///
/// # Errors
/// Fails when the portal does not answer, or refuses the account or the release.
pub async fn connect<'a>(
    context: &Context,
    configured: &'a Portal,
) -> anyhow::Result<Connection<'a>> {
    let (server, base, key, organization) = reach(context, configured).await?;
    let mut options = context.pipeline.client_options();
    let local = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"]
        .iter()
        .any(|host| base.starts_with(host));
    options.policy.requests_per_second = if local { LOCAL_RATE } else { RATE };
    if let Some(timeout) = configured.timeout {
        options.policy.answer = timeout;
        options.policy.idle = timeout;
    }
    let portal = PortalClient::new(&base, Some(key), context.client(options)?)?;
    let decide = |error: debouches_udata::UdataError| {
        anyhow::Error::new(error).context(format!("cannot use portal {}", configured.id))
    };
    // The key is tried before anything else: a wrong one is told at once, whatever there is to do.
    let me = portal.me().await.map_err(decide)?;
    let terms = portal.terms().await.map_err(decide)?;
    let contact_points = configured.contact_points.clone();
    let withdrawals = context.retracted().await?.clone();
    let mut connection = Connection {
        configured,
        portal,
        terms,
        organization,
        contact_points,
        server,
        withdrawals,
    };
    let bare = connection.target(None);
    if let Some(obstacle) = account_obstacles(&me, &bare).first() {
        let message = format!("portal {}: {}", configured.id, obstacle.what);
        return Err(Decided {
            message,
            fault: obstacle.fault,
        }
        .into());
    }
    connection.know_contact().await.map_err(decide)?;
    Ok(connection)
}

impl Connection<'_> {
    /// What the portal shows of a dataset now.
    ///
    /// # Errors
    /// Fails when the portal does not answer, or refuses the account or the release.
    pub async fn live(
        &self,
        dataset: &debouches_model::DatasetId,
    ) -> anyhow::Result<Option<debouches_publish::Live>> {
        Ok(
            debouches_publish::live(&self.portal, self.organization.as_deref(), dataset, None)
                .await?,
        )
    }

    /// Its name in the configuration.
    pub fn name(&self) -> &str {
        self.configured.id.as_str()
    }

    /// The organization that owns the datasets.
    pub fn organization(&self) -> Option<&str> {
        self.organization.as_deref()
    }

    /// Whether the portal is the embedded one.
    pub fn is_practice(&self) -> bool {
        self.server.is_some()
    }

    /// What the portal wants of a dataset.
    pub fn target(&self, dataset: Option<&DatasetConfig>) -> Target {
        let schemas = dataset
            .map(|dataset| dataset.schemas.iter())
            .into_iter()
            .flatten();
        Target {
            organization: self.organization.clone(),
            extensions: self.terms.extensions.clone(),
            contact_points: self.contact_points.clone(),
            schemas: schemas
                .map(|(table, schema)| (format!("{table}.csv"), schema.clone()))
                .collect(),
            bucket: dataset
                .and_then(|dataset| dataset.hosting.as_ref())
                .map(|hosting| hosting.public_url.clone()),
            withdrawals: dataset
                .iter()
                .flat_map(|dataset| self.withdrawals.of(dataset.id()))
                .cloned()
                .collect(),
            retractions: dataset
                .and_then(|dataset| register::kept(&self.withdrawals, dataset.id())),
            register: self.withdrawals.mark().cloned(),
            bare: false,
            retracts: false,
        }
    }

    /// A publication of a release on this portal.
    pub fn publication<'b>(
        &'b self,
        context: &'b Context,
        release: &'b Artefact,
        target: &'b Target,
    ) -> Publication<'b> {
        Publication {
            release,
            portal: &self.portal,
            name: self.name(),
            target,
            store: &context.store,
            clock: context.clock.as_ref(),
            tool: &context.tool,
            observer: context.observer.as_ref(),
            run: &context.run,
            may_be_rebuilt: self.is_practice(),
            may_go_back: context.options.force,
        }
    }

    /// What would be written; fails with all that stands in the way, told at once.
    ///
    /// # Errors
    /// Fails when the portal does not answer, or refuses the account or the release.
    pub async fn pending(
        &self,
        context: &Context,
        release: &Artefact,
        target: &Target,
    ) -> anyhow::Result<Pending> {
        let pending = self.publication(context, release, target).pending().await?;
        let actual = pending.observed.dataset.as_ref();
        if let Some(kept) = actual.and_then(|actual| actual.extra(RETRACTIONS_EXTRA))
            && let Some(unknown) = register::unknown(&self.withdrawals, kept)?.first()
        {
            let message = format!(
                "portal {} remembers that {} {} was retracted, and the register of the state does not: \
                 run `debouches portal adopt` first",
                self.name(),
                unknown.dataset,
                unknown.version
            );
            return Err(Decided {
                message,
                fault: Fault::Integrity,
            }
            .into());
        }
        let obstacles_met =
            obstacles(&self.portal, &self.terms, target, &pending.desired, actual).await?;
        let Some(first) = obstacles_met.first() else {
            return Ok(pending);
        };
        let permission = obstacles_met
            .iter()
            .any(|obstacle| obstacle.fault == Fault::Permission);
        let fault = if permission {
            Fault::Permission
        } else {
            first.fault
        };
        let sentences = obstacles_met
            .iter()
            .map(|obstacle| obstacle.what.as_str())
            .collect::<Vec<_>>()
            .join("; ");
        let message = format!(
            "portal {} would not take dataset {}: {sentences}",
            self.name(),
            pending.desired.dataset
        );
        Err(Decided { message, fault }.into())
    }

    /// Keeps what was published; a portal of others does so by itself.
    ///
    /// # Errors
    /// Fails when the practice portal cannot write its folder.
    pub async fn settle(&self) -> anyhow::Result<()> {
        match &self.server {
            Some(server) => server
                .flush()
                .await
                .context("the practice portal cannot keep what was published"),
            None => Ok(()),
        }
    }

    /// The address of a dataset, for people.
    pub fn address(&self, applied: &Applied) -> String {
        match (&self.server, &applied.page) {
            // The port of this run is gone with it: the page is told by its path.
            (Some(server), Some(page)) => format!(
                "{} ({PRACTICE_HINT})",
                page.trim_start_matches(&server.base_url())
            ),
            (None, Some(page)) => page.clone(),
            (_, None) => format!("{}/datasets/{}/", self.portal.base(), applied.receipt.id),
        }
    }

    /// Leaves the portal; stops the practice portal.
    pub async fn close(self) {
        if let Some(server) = self.server
            && let Err(error) = server.shutdown().await
        {
            tracing::warn!("the practice portal did not stop cleanly: {error}");
        }
    }

    /// The contact point of the configuration, if it is on the portal already; it is made at the first publication.
    async fn know_contact(&mut self) -> Result<(), debouches_udata::UdataError> {
        let (Some((name, email)), Some(organization)) =
            (&self.configured.contact, &self.organization)
        else {
            return Ok(());
        };
        let known = self.portal.contact_points(organization).await?;
        let same = known
            .into_iter()
            .find(|known| &known.name == name && known.email.as_ref() == Some(email));
        self.contact_points.extend(same.map(|contact| contact.id));
        Ok(())
    }

    /// Makes the contact point of the configuration when the portal does not have it.
    ///
    /// # Errors
    /// Fails when the portal does not answer, or refuses the account or the release.
    pub async fn ensure_contact(&mut self) -> anyhow::Result<()> {
        let (Some((name, email)), Some(organization)) =
            (&self.configured.contact, &self.organization)
        else {
            return Ok(());
        };
        if self.contact_points.len() == self.configured.contact_points.len() {
            let made = self
                .portal
                .ensure_contact(organization, name, email)
                .await?;
            self.contact_points.push(made.id);
        }
        Ok(())
    }
}

type Reached = (Option<RunningPortal>, String, Secret, Option<String>);

async fn reach(context: &Context, configured: &Portal) -> anyhow::Result<Reached> {
    match &configured.kind {
        PortalKind::Practice { folder } => {
            let access = match context.options.access {
                Access::ReadWrite => debouches_portal::Access::ReadWrite,
                Access::ReadOnly => debouches_portal::Access::ReadOnly,
            };
            let server = debouches_portal::start(PortalOptions {
                access,
                wait: context.options.wait_lock.unwrap_or(PORTAL_WAIT),
                ..PortalOptions::new(folder)
            })
            .await
            .context("cannot start the practice portal")?;
            let (base, key) = (server.base_url(), Secret::new(server.api_key()));
            let organization = Some(server.organization().to_owned());
            Ok((Some(server), base, key, organization))
        }
        PortalKind::Static(_) => Err(Usage(format!(
            "portal {} is a static catalogue: it is not asked, but read",
            configured.id
        ))
        .into()),
        PortalKind::Udata {
            url,
            key,
            organization,
        } => {
            let key = key::read(
                &format!("portal {}", configured.id),
                "an API key",
                key,
                &context.pipeline.base,
            )?;
            Ok((None, url.clone(), key, organization.clone()))
        }
    }
}
