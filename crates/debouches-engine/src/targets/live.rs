//! The profile of the release that is live on the portal of the run.
//!
//! It is looked for where it is cheapest: the release that the newest receipt names, its CSV when it kept no profile, and
//! the files of the portal itself when the state has lost both.

use anyhow::Context as _;
use debouches_http::FileRequest;
use debouches_model::{ArtefactKey, Stage};
use debouches_publish::last_receipt;
use debouches_release::{PROFILE_FILE, ReleaseProfile, TableProfile, profile, read_published};
use debouches_store::Artefact;

use super::portal::connection::connect;
use super::site::Catalogue;
use crate::blocking::blocking;
use crate::config::{DatasetConfig, PortalKind};
use crate::context::Context;
use crate::releases::latest;

/// Largest published file that is downloaded to be profiled.
const LARGEST: u64 = 4 << 30;

/// A release that is live, as it is known here.
pub struct Live {
    /// Its version.
    pub version: String,
    /// Figures of its slices.
    pub profile: ReleaseProfile,
}

/// The live release of a dataset on the first portal of the profile; none when it was never published there, or when that
/// cannot be asked (`--offline`).
///
/// # Errors
/// Fails when the portal cannot be asked, or when what it shows cannot be read.
pub async fn live(context: &Context, dataset: &DatasetConfig) -> anyhow::Result<Option<Live>> {
    let Some(portal) = context.pipeline.portal() else {
        return Ok(None);
    };
    let receipt = last_receipt(&context.store, dataset.id(), portal.id.as_str()).await?;
    if let Some(receipt) = receipt {
        let key = ArtefactKey::new(Stage::Package, dataset.id(), receipt.version);
        if let Some(release) = context.store.find(&key).await?
            && let Some(profile) = of_release(context, dataset, &release).await?
        {
            return Ok(Some(Live {
                version: receipt.version.to_string(),
                profile,
            }));
        }
    }
    match &portal.kind {
        PortalKind::Practice { folder } if !folder.join("portal.json").is_file() => {
            return Ok(None);
        }
        PortalKind::Practice { .. } => {}
        PortalKind::Static(settings) => {
            return of_catalogue(
                context,
                dataset,
                &Catalogue::open(context, portal, settings)?,
            )
            .await;
        }
        PortalKind::Udata { .. } if context.options.offline => {
            tracing::warn!(
                "{}: offline, hence not compared with what portal {} shows",
                dataset.id(),
                portal.id
            );
            return Ok(None);
        }
        PortalKind::Udata { .. } => {}
    }
    let connection = connect(context, portal)
        .await
        .context("cannot ask the portal which release is live")?;
    let observed = debouches_publish::live(
        &connection.portal,
        connection.organization(),
        dataset.id(),
        None,
    )
    .await;
    let profiled = match observed {
        Ok(Some(release)) => of_portal(context, dataset, &release).await.map(Some),
        Ok(None) => Ok(None),
        Err(error) => Err(error.into()),
    };
    connection.close().await;
    profiled
}

/// The last release of a dataset that was made here, published or not.
///
/// # Errors
/// Fails when the state cannot be read.
pub async fn last_made(context: &Context, dataset: &DatasetConfig) -> anyhow::Result<Option<Live>> {
    let Some(release) = latest(context, dataset.id().as_str()).await? else {
        return Ok(None);
    };
    let version = release.key().id.clone();
    let profile = of_release(context, dataset, &release).await?;
    Ok(profile.map(|profile| Live { version, profile }))
}

/// Reads the CSV files of the version that a static catalogue leads to, and profiles them.
async fn of_catalogue(
    context: &Context,
    dataset: &DatasetConfig,
    catalogue: &Catalogue<'_>,
) -> anyhow::Result<Option<Live>> {
    let record = catalogue.record(dataset.id()).await?;
    let Some(latest) = record.as_ref().and_then(|record| record.latest()) else {
        return Ok(None);
    };
    let mut tables = Vec::new();
    for spec in &dataset.tables {
        let path = format!("{}/{}/{}.csv", dataset.id(), latest.version, spec.id);
        let Some(file) = catalogue.shelf().open_file(&path).await? else {
            continue;
        };
        tables.push(of_csv(spec, file, context.jobs()).await?);
    }
    Ok(Some(Live {
        version: latest.version.to_string(),
        profile: ReleaseProfile::of(tables),
    }))
}

async fn of_release(
    context: &Context,
    dataset: &DatasetConfig,
    release: &Artefact,
) -> anyhow::Result<Option<ReleaseProfile>> {
    if release.manifest().file(PROFILE_FILE).is_some() {
        return Ok(Some(ReleaseProfile::read(
            &release.read(PROFILE_FILE).await?,
        )?));
    }
    let mut tables = Vec::new();
    for spec in &dataset.tables {
        let path = format!("{}.csv", spec.id);
        if release.manifest().file(&path).is_none() {
            continue;
        }
        let (file, jobs) = (release.open_file(&path).await?.into_file(), context.jobs());
        tables.push(of_csv(spec, file, jobs).await?);
    }
    Ok((!tables.is_empty()).then(|| ReleaseProfile::of(tables)))
}

async fn of_csv(
    spec: &'static debouches_model::spec::TableSpec,
    body: impl std::io::Read + Send + 'static,
    jobs: usize,
) -> anyhow::Result<TableProfile> {
    blocking(move || {
        let table = read_published(spec, body, jobs)
            .with_context(|| format!("cannot read the published {}", spec.id))?;
        profile(spec, &table, jobs)
            .with_context(|| format!("cannot profile the published {}", spec.id))
    })
    .await
}

/// Downloads the CSV files of the live release and profiles them.
async fn of_portal(
    context: &Context,
    dataset: &DatasetConfig,
    release: &debouches_publish::Live,
) -> anyhow::Result<Live> {
    let client = context.client(context.pipeline.client_options())?;
    let mut tables = Vec::new();
    for spec in &dataset.tables {
        let path = format!("{}.csv", spec.id);
        let Some(file) = release.files.iter().find(|file| file.path == path) else {
            continue;
        };
        let request = FileRequest::new(
            file.url
                .parse()
                .with_context(|| format!("the portal gives {} for {path}", file.url))?,
            LARGEST,
        );
        let mut body: Vec<u8> = Vec::new();
        client
            .download(&request, &mut body, &mut |_, _| {})
            .await
            .with_context(|| format!("cannot read the live {path}"))?;
        tables.push(of_csv(spec, std::io::Cursor::new(body), context.jobs()).await?);
    }
    let version = release
        .version
        .map_or_else(|| "?".to_owned(), |version| version.to_string());
    Ok(Live {
        version,
        profile: ReleaseProfile::of(tables),
    })
}
