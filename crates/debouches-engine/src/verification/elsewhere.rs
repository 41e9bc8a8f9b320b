//! A release that is at an address or live on the portal, brought to a temporary folder.

use std::fs::File;
use std::path::Path;

use crate::config::HttpSettings;
use anyhow::Context as _;
use debouches_http::{Client, ClientOptions, FileRequest, HttpErrorKind, Url};
use debouches_model::{ArtefactKey, DatasetId, Stage};
use debouches_publish::{LiveFile, last_receipt};
use debouches_release::SIGNATURE_FILE;
use debouches_store::Artefact;

use super::Gathered;
use super::everything::older;
use super::sums::{SUMS_FILE, is_plain, of_manifest, of_sums};
use crate::Context;
use crate::config::{Portal, PortalKind};
use crate::context::Setup;
use crate::failure::Usage;
use crate::folder::LARGEST_LIST;
use crate::targets::portal::connection::{Connection, connect};
use crate::targets::site::Catalogue;

/// Largest file that is read.
const LARGEST: u64 = 8 << 30;

/// The release whose folder is at that address, through its `SHA256SUMS`. No configuration is needed.
pub(super) async fn at_address(setup: &Setup, address: &str) -> anyhow::Result<Gathered> {
    let base = Url::parse(&format!("{}/", address.trim_end_matches('/')))
        .map_err(|error| Usage(format!("{address}: {error}")))?;
    let options = match setup.pipeline() {
        Ok(pipeline) => pipeline.client_options(),
        Err(_) => HttpSettings::from_environment()?.client_options("verification"),
    };
    let client = client(options)?;
    let temporary = tempfile::tempdir().context("cannot make a temporary folder")?;
    let folder = temporary.path().to_path_buf();
    let at = |path: &str| {
        base.join(path)
            .with_context(|| format!("cannot join {path} to {address}"))
    };
    if !bring_list(&client, at(SUMS_FILE)?, &folder, SUMS_FILE).await? {
        return Err(Usage(format!(
            "{address} has no {SUMS_FILE}: it is not the folder of a release"
        ))
        .into());
    }
    bring_list(&client, at(SIGNATURE_FILE)?, &folder, SIGNATURE_FILE).await?;
    let mut gathered = Gathered::in_folder(address.to_owned(), folder);
    gathered.expected = of_sums(temporary.path())?;
    for (path, _) in gathered.expected.keys() {
        // What is not there is told when the files are compared.
        bring(&client, at(path)?, temporary.path(), path).await?;
    }
    gathered.notes.push(format!(
        "an address cannot be listed: a file that {SUMS_FILE} does not name is not seen"
    ));
    gathered.temporary = Some(temporary);
    Ok(gathered)
}

/// What each portal of the profile serves of a dataset, with what the release of that version in the state says.
pub(super) async fn live(context: &Context, dataset: &str) -> anyhow::Result<Vec<Gathered>> {
    let id: DatasetId = dataset.parse().map_err(|error| Usage(format!("{error}")))?;
    let mut all = Vec::new();
    for portal in &context.pipeline.portals {
        all.extend(live_on(context, portal, &id).await?);
    }
    if all.is_empty() {
        let profile = &context.pipeline.profile;
        let message = match context.pipeline.portals.is_empty() {
            true => format!("profile `{profile}` has no portal"),
            false => format!(
                "profile `{profile}` shows no dataset {id} on its portals, and published none"
            ),
        };
        return Err(Usage(message).into());
    }
    Ok(all)
}

/// What a portal serves of a dataset; none when it shows nothing and nothing was published there.
pub(super) async fn live_on(
    context: &Context,
    portal: &Portal,
    id: &DatasetId,
) -> anyhow::Result<Option<Gathered>> {
    // What was purged is served by nobody: its receipt does not say that something should be there.
    let retracted = context.retracted().await?;
    let last = last_receipt(&context.store, id, portal.id.as_str()).await?;
    let is_retracted = last
        .as_ref()
        .is_some_and(|receipt| retracted.find(id, receipt.version).is_some());
    let receipt = last.filter(|_| !is_retracted);
    let nothing = || match is_retracted {
        true => bare(format!("{id}@live on {}", portal.id)).map(Some),
        false => Ok(None),
    };
    let mut gathered = if let PortalKind::Static(settings) = &portal.kind {
        let catalogue = Catalogue::open(context, portal, settings)?;
        match of_catalogue(context, &catalogue, id).await {
            Err(error) if error.is::<Usage>() && receipt.is_none() => return nothing(),
            Err(error) if error.is::<Usage>() => gone(format!("{error}"))?,
            gathered => gathered?,
        }
    } else {
        let connection = connect(context, portal).await?;
        let shown = of_portal(context, &connection, id).await;
        connection.close().await;
        match shown {
            Err(error) if error.is::<Usage>() && receipt.is_none() => return nothing(),
            gathered => gathered?,
        }
    };
    if let (Some(receipt), Some((_, Some(version)))) = (receipt, &gathered.asked)
        && let Some(older) = older(context, id, *version, receipt.version).await?
    {
        gathered.problems.push(older);
    }
    Ok(Some(gathered))
}

/// A place that shows nothing any more of what was published there.
fn gone(what: String) -> anyhow::Result<Gathered> {
    let temporary = tempfile::tempdir().context("cannot make a temporary folder")?;
    let mut gathered = Gathered::in_folder(what.clone(), temporary.path().to_path_buf());
    gathered.problems.push(what);
    gathered.temporary = Some(temporary);
    Ok(gathered)
}

/// A page that shows no file, as it should: every release of its dataset is retracted.
fn bare(name: String) -> anyhow::Result<Gathered> {
    let temporary = tempfile::tempdir().context("cannot make a temporary folder")?;
    let mut gathered = Gathered::in_folder(name, temporary.path().to_path_buf());
    gathered.is_bare = true;
    gathered
        .notes
        .push("no file is shown, as it should: every release is retracted".to_owned());
    gathered.temporary = Some(temporary);
    Ok(gathered)
}

/// The version that a static catalogue leads to, with what the release of that version in the state says.
async fn of_catalogue(
    context: &Context,
    catalogue: &Catalogue<'_>,
    dataset: &DatasetId,
) -> anyhow::Result<Gathered> {
    let location = catalogue.shelf().display();
    let record = catalogue.record(dataset).await?;
    let Some(latest) = record.as_ref().and_then(|record| record.latest()) else {
        return Err(Usage(format!(
            "{location} leads to no release of dataset {dataset}"
        ))
        .into());
    };
    let temporary = tempfile::tempdir().context("cannot make a temporary folder")?;
    let mut gathered = Gathered::in_folder(
        format!("{dataset}@live in {location} ({})", latest.version),
        temporary.path().to_path_buf(),
    );
    gathered.asked = Some((dataset.clone(), Some(latest.version)));
    for entry in &latest.files {
        // What is not there is told when the files are compared.
        let Some(mut file) = catalogue
            .shelf()
            .open_file(&format!("{dataset}/{}/{}", latest.version, entry.path))
            .await?
        else {
            continue;
        };
        let to = temporary.path().join(&entry.path);
        if let Some(parent) = to.parent() {
            std::fs::create_dir_all(parent)
                .with_context(|| format!("cannot make {}", parent.display()))?;
        }
        let copied = File::create(&to).and_then(|mut to| std::io::copy(&mut file, &mut to));
        copied.with_context(|| format!("cannot write {}", to.display()))?;
    }
    let shown = |path: &str| latest.files.iter().any(|file| file.path == path);
    match context
        .store
        .find(&ArtefactKey::new(Stage::Package, dataset, latest.version))
        .await?
    {
        Some(release) => {
            gathered.expected.extend(
                of_manifest(release.manifest())
                    .into_iter()
                    .filter(|((path, _), _)| shown(path)),
            );
        }
        None => {
            gathered.expected.extend(of_sums(temporary.path())?);
            gathered.notes.push(format!(
                "version {} is not in the state: compared with the {SUMS_FILE} of the catalogue itself",
                latest.version
            ));
        }
    }
    gathered.temporary = Some(temporary);
    Ok(gathered)
}

async fn of_portal(
    context: &Context,
    connection: &Connection<'_>,
    dataset: &DatasetId,
) -> anyhow::Result<Gathered> {
    let portal = connection.name();
    let temporary = tempfile::tempdir().context("cannot make a temporary folder")?;
    let mut gathered = Gathered::in_folder(
        format!("{dataset}@live on {portal}"),
        temporary.path().to_path_buf(),
    );
    let Some(live) = connection.live(dataset).await? else {
        let retracted = context.retracted().await?;
        let receipt = last_receipt(&context.store, dataset, portal)
            .await?
            .filter(|receipt| retracted.find(dataset, receipt.version).is_none());
        let Some(receipt) = receipt else {
            return Err(
                Usage(format!("portal {portal} shows no dataset {dataset} of ours, and nothing was published there")).into()
            );
        };
        gathered.problems.push(format!(
            "the portal shows it no more: version {} was published as {}",
            receipt.version, receipt.id
        ));
        gathered.temporary = Some(temporary);
        return Ok(gathered);
    };
    if let Some(version) = live.version
        && context.retracted().await?.is_purged(dataset, version)
    {
        let mut gathered = bare(format!("{dataset}@live on {portal} ({version})"))?;
        if !live.files.is_empty() {
            let paths: Vec<&str> = live.files.iter().map(|file| file.path.as_str()).collect();
            let shown = paths.join(", ");
            gathered.notes.clear();
            gathered.problems.push(format!(
                "version {version} was purged, and its page still shows files: {shown}"
            ));
        }
        return Ok(gathered);
    }
    let client = client(context.pipeline.client_options())?;
    for LiveFile { path, url, .. } in &live.files {
        if !is_plain(path) {
            gathered
                .problems
                .push(format!("{path}: no file of a release has such a name"));
            continue;
        }
        let url = Url::parse(url).with_context(|| format!("the portal gives {url} for {path}"))?;
        bring(&client, url, temporary.path(), path).await?;
    }
    let release = match live.version {
        Some(version) => {
            context
                .store
                .find(&ArtefactKey::new(Stage::Package, dataset, version))
                .await?
        }
        None => None,
    };
    let version = live.version.map_or_else(
        || "without version".to_owned(),
        |version| version.to_string(),
    );
    gathered.name = format!("{dataset}@live on {portal} ({version})");
    gathered.asked = Some((dataset.clone(), live.version));
    // A portal shows no file whose extension it does not accept.
    gathered.is_without_signature = live.files.iter().all(|file| file.path != SIGNATURE_FILE)
        && !connection.terms.extensions.contains("minisig");
    match release {
        Some(release) => {
            let published = published(context, connection, &release);
            let item = of_manifest(release.manifest())
                .into_iter()
                .filter(|((path, _), _)| published.contains(path));
            gathered.expected.extend(item);
            if live
                .release
                .as_ref()
                .is_some_and(|mark| *mark != release.manifest().identity().to_string())
            {
                gathered.problems.push(
                    "the dataset is marked as another release than that of the state".to_owned(),
                );
            }
        }
        None if !temporary.path().join(SUMS_FILE).is_file() => {
            gathered.problems.push(format!(
                "version {version} is not in the state and the portal shows no {SUMS_FILE}: nothing tells what its files should be"
            ));
        }
        None => {
            // What documents a release is not always shown: only what is shown can be compared.
            let shown = |path: &str| live.files.iter().any(|file| file.path == path);
            let listed = of_sums(temporary.path())?;
            gathered
                .expected
                .extend(listed.into_iter().filter(|((path, _), _)| shown(path)));
            gathered
                .notes
                .push(format!("version {version} is not in the state: compared with the {SUMS_FILE} of the portal itself"));
        }
    }
    gathered.temporary = Some(temporary);
    Ok(gathered)
}

/// The files of a release that the portal should show.
fn published(context: &Context, connection: &Connection<'_>, release: &Artefact) -> Vec<String> {
    let subject = release.key().subject.as_str();
    let configured = context
        .pipeline
        .datasets
        .iter()
        .find(|dataset| dataset.id().as_str() == subject);
    let is_hosted = configured.is_some_and(|dataset| dataset.hosting.is_some());
    let is_taken = |name: &str| {
        is_hosted
            || name
                .rsplit_once('.')
                .is_some_and(|(_, extension)| connection.terms.extensions.contains(extension))
    };
    let resources = release
        .manifest()
        .release
        .iter()
        .flat_map(|notice| &notice.resources);
    resources
        .filter(|resource| is_taken(&resource.upload_name))
        .map(|resource| resource.path.clone())
        .collect()
}

fn client(mut options: ClientOptions) -> anyhow::Result<Client> {
    options.policy.requests_per_second = 20.0;
    Ok(Client::new(options)?)
}

/// Brings a file; false when it is not there.
async fn bring(client: &Client, url: Url, folder: &Path, path: &str) -> anyhow::Result<bool> {
    bring_at_most(client, FileRequest::new(url, LARGEST), folder, path).await
}

/// Brings a list of files, which is small; false when it is not there.
async fn bring_list(client: &Client, url: Url, folder: &Path, path: &str) -> anyhow::Result<bool> {
    bring_at_most(client, FileRequest::new(url, LARGEST_LIST), folder, path).await
}

async fn bring_at_most(
    client: &Client,
    request: FileRequest,
    folder: &Path,
    path: &str,
) -> anyhow::Result<bool> {
    let to = folder.join(path);
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent)
            .with_context(|| format!("cannot make {}", parent.display()))?;
    }
    let mut file = File::create(&to).with_context(|| format!("cannot write {}", to.display()))?;
    match client.download(&request, &mut file, &mut |_, _| {}).await {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.kind, HttpErrorKind::NotFound | HttpErrorKind::Gone) => {
            drop(file);
            std::fs::remove_file(&to).with_context(|| format!("cannot remove {}", to.display()))?;
            Ok(false)
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {path}")),
    }
}
