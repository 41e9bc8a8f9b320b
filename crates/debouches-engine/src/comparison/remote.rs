//! Releases that are elsewhere: at an address, or live on the portal.

use std::fs::File;

use anyhow::Context as _;
use debouches_http::{Client, FileRequest, Url};
use debouches_release::{Side, SideTable};
use debouches_table::ParquetFile;

use crate::Context;
use crate::config::PortalKind;
use crate::context::Setup;
use crate::failure::Usage;
use crate::released::sidecar::shapes;
use crate::targets::portal::connection::{Connection, connect};
use crate::targets::site::Catalogue;

/// Largest file that is read from an address.
const LARGEST: u64 = 8 << 30;

/// The release whose folder is at that address.
pub(super) async fn side(setup: &Setup, address: &str) -> anyhow::Result<Side> {
    let context = setup.open().await?;
    let base = Url::parse(&format!("{}/", address.trim_end_matches('/')))
        .map_err(|error| Usage(format!("{address}: {error}")))?;
    let at = |path: &str| {
        base.join(path)
            .with_context(|| format!("cannot join {path} to {address}"))
    };
    let client = client(&context)?;
    let mut text = Vec::new();
    client
        .download(
            &FileRequest::new(at("datapackage.json")?, crate::folder::LARGEST_LIST),
            &mut text,
            &mut |_, _| {},
        )
        .await?;
    let mut tables = Vec::new();
    for shape in shapes(&String::from_utf8_lossy(&text))? {
        let file = download(&client, at(&shape.parquet)?).await?;
        tables.push(SideTable {
            shape,
            file: ParquetFile::open(file)?,
        });
    }
    Ok(Side {
        name: address.to_owned(),
        tables,
    })
}

/// What the first portal of the profile serves now, whatever the state thinks of it.
pub(super) async fn live(context: &Context, dataset: &str) -> anyhow::Result<Side> {
    let Some(configured) = context.pipeline.portals.first() else {
        return Err(Usage(format!(
            "profile `{}` has no portal",
            context.pipeline.profile
        ))
        .into());
    };
    if let PortalKind::Static(settings) = &configured.kind {
        return of_catalogue(&Catalogue::open(context, configured, settings)?, dataset).await;
    }
    let connection = connect(context, configured).await?;
    let existing = of_portal(context, &connection, dataset).await;
    connection.close().await;
    existing
}

/// The version that a static catalogue leads to.
async fn of_catalogue(catalogue: &Catalogue<'_>, dataset: &str) -> anyhow::Result<Side> {
    let id = dataset.parse().map_err(|error| Usage(format!("{error}")))?;
    let record = catalogue.record(&id).await?;
    let latest = record.as_ref().and_then(|record| record.latest());
    let Some(latest) = latest else {
        return Err(Usage(format!(
            "{} shows no dataset {dataset} of ours",
            catalogue.shelf().display()
        ))
        .into());
    };
    let open = async |path: &str| {
        let path = format!("{dataset}/{}/{path}", latest.version);
        let file = catalogue.shelf().open_file(&path).await?;
        file.ok_or_else(|| {
            anyhow::Error::from(Usage(format!(
                "{} has no {path}",
                catalogue.shelf().display()
            )))
        })
    };
    let text = std::io::read_to_string(open("datapackage.json").await?)?;
    let mut tables = Vec::new();
    for shape in shapes(&text)? {
        let file = ParquetFile::open(open(&shape.parquet).await?)?;
        tables.push(SideTable { shape, file });
    }
    Ok(Side {
        name: format!("{dataset} live ({})", latest.version),
        tables,
    })
}

async fn of_portal(
    context: &Context,
    connection: &Connection<'_>,
    dataset: &str,
) -> anyhow::Result<Side> {
    let id = dataset.parse().map_err(|error| Usage(format!("{error}")))?;
    let Some(live) = connection.live(&id).await? else {
        return Err(Usage(format!(
            "portal {} shows no dataset {dataset} of ours",
            connection.configured.id
        ))
        .into());
    };
    let client = client(context)?;
    let address = |path: &str| {
        let existing = live.files.iter().find(|file| file.path == path);
        let existing = existing.ok_or_else(|| {
            Usage(format!(
                "portal {} serves no {path}",
                connection.configured.id
            ))
        })?;
        Ok::<_, anyhow::Error>(Url::parse(&existing.url)?)
    };
    let mut text = Vec::new();
    client
        .download(
            &FileRequest::new(address("datapackage.json")?, LARGEST),
            &mut text,
            &mut |_, _| {},
        )
        .await?;
    let mut tables = Vec::new();
    for shape in shapes(&String::from_utf8_lossy(&text))? {
        let file = download(&client, address(&shape.parquet)?).await?;
        tables.push(SideTable {
            shape,
            file: ParquetFile::open(file)?,
        });
    }
    let version = live.version.map_or_else(
        || "unknown version".to_owned(),
        |version| version.to_string(),
    );
    Ok(Side {
        name: format!("{dataset} live ({version})"),
        tables,
    })
}

fn client(context: &Context) -> anyhow::Result<Client> {
    let mut options = context.pipeline.client_options();
    options.policy.requests_per_second = 20.0;
    Ok(Client::new(options)?)
}

async fn download(client: &Client, url: Url) -> anyhow::Result<File> {
    let mut file = tempfile::tempfile().context("cannot make a temporary file")?;
    client
        .download(&FileRequest::new(url, LARGEST), &mut file, &mut |_, _| {})
        .await?;
    Ok(file)
}
