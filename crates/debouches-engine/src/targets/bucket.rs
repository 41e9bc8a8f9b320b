//! Files of a release in a bucket: `<dataset>/<version>/<file>`, never overwritten, and `<dataset>/latest.json`, the
//! pointer that moves last.

use debouches_model::{DatasetId, Fault, Sha256, Version, Withdrawals};
use debouches_publish::{PlannedBucket, PlannedDataset, PlannedFile, PlannedPointer, bucket_path};
use debouches_site::Latest;
use debouches_store::{Artefact, Placed, Pointer, Shelf};

use crate::config::Hosting;
use crate::context::Context;
use crate::failure::Decided;

/// How often the pointer is read again when somebody else moved it meanwhile.
const TRIES: u32 = 3;

/// What would be put in the bucket.
///
/// # Errors
/// Fails when the bucket cannot be asked or written.
pub async fn planned(
    context: &Context,
    hosting: &Hosting,
    release: &Artefact,
) -> anyhow::Result<PlannedBucket> {
    let shelf = Shelf::open(&hosting.bucket, &context.aws)?;
    let latest = wanted(hosting, release)?;
    let mut files = Vec::new();
    for file in &release.manifest().files {
        let path = bucket_path(&latest.dataset, latest.version, &file.path);
        // Other bytes of another size are an error of the publication, which reads what is there.
        if shelf.size(&path).await? != Some(file.bytes) {
            files.push(PlannedFile {
                path,
                bytes: file.bytes,
                sha256: file.sha256,
            });
        }
    }
    let retracted = context.retracted().await?;
    // The files of a withdrawn release stay, and nothing leads to them.
    let pointer = match retracted.find(&latest.dataset, latest.version) {
        Some(_) => None,
        None => {
            let path = pointer_path(&latest.dataset);
            let there = shelf.pointer(&path).await?;
            let force = context.options.force;
            refuse_newer(&there, &latest, |version| {
                force || retracted.find(&latest.dataset, version).is_some()
            })?;
            let moves = there.bytes.as_deref() != Some(latest.to_text().as_bytes());
            let from = there.bytes.as_deref().map(Sha256::of);
            moves.then_some(PlannedPointer {
                path,
                from,
                to: latest.version,
            })
        }
    };
    Ok(PlannedBucket {
        bucket: shelf.display().to_owned(),
        files,
        pointer,
    })
}

fn pointer_path(dataset: &DatasetId) -> String {
    format!("{dataset}/latest.json")
}

/// Puts the files, reads them back, then moves the pointer. With a plan, what it does not name is refused.
///
/// # Errors
/// Fails when the bucket cannot be asked or written.
pub async fn host(
    context: &Context,
    hosting: &Hosting,
    release: &Artefact,
    plan: Option<&PlannedDataset>,
) -> anyhow::Result<()> {
    let shelf = Shelf::open(&hosting.bucket, &context.aws)?;
    let latest = wanted(hosting, release)?;
    if let Some(plan) = plan
        && !planned(context, hosting, release)
            .await?
            .is_within(plan.bucket.as_ref())
    {
        let message = format!(
            "the bucket of dataset {} is not what the plan was made from: make another with `debouches plan -o`",
            latest.dataset
        );
        return Err(Decided {
            message,
            fault: Fault::Operator,
        }
        .into());
    }
    let mut written = 0;
    for file in &release.manifest().files {
        let verified = release.open_file(&file.path).await?;
        let path = bucket_path(&latest.dataset, latest.version, &file.path);
        if shelf
            .put_once(&path, verified.into_file(), file.sha256, &file.media_type)
            .await?
            == Placed::Written
        {
            written += 1;
        }
    }
    let retracted = context.retracted().await?;
    // The files of a withdrawn release stay, and nothing leads to them.
    let moved = match retracted.find(&latest.dataset, latest.version) {
        Some(_) => unpoint(&shelf, &latest.dataset, latest.version).await?,
        None => point(&shelf, &latest, context.options.force, retracted).await?,
    };
    if written > 0 || moved {
        let pointer = if moved { ", latest.json moved" } else { "" };
        tracing::info!(
            "{} {}: {written} files put in {}{pointer}",
            latest.dataset,
            latest.version,
            shelf.display()
        );
    }
    Ok(())
}

/// Removes the files of a release, and the pointer when it leads to it.
///
/// # Errors
/// Fails when the bucket cannot be asked or written.
pub async fn remove(
    context: &Context,
    hosting: &Hosting,
    release: &Artefact,
) -> anyhow::Result<()> {
    let shelf = Shelf::open(&hosting.bucket, &context.aws)?;
    let latest = wanted(hosting, release)?;
    unpoint(&shelf, &latest.dataset, latest.version).await?;
    let mut removed = 0;
    for file in &latest.files {
        removed += usize::from(
            shelf
                .remove(&bucket_path(&latest.dataset, latest.version, &file.path))
                .await?,
        );
    }
    tracing::info!(
        "{} {}: {removed} files removed from {}",
        latest.dataset,
        latest.version,
        shelf.display()
    );
    Ok(())
}

/// Removes the pointer when it leads to that version; says whether it did.
async fn unpoint(shelf: &Shelf, dataset: &DatasetId, version: Version) -> anyhow::Result<bool> {
    let path = pointer_path(dataset);
    let there = shelf.pointer(&path).await?;
    let leads = there
        .bytes
        .as_deref()
        .and_then(|bytes| serde_json::from_slice::<Latest>(bytes).ok());
    if leads.is_none_or(|leads| leads.version != version) {
        return Ok(false);
    }
    Ok(shelf.remove(&path).await?)
}

fn wanted(hosting: &Hosting, release: &Artefact) -> anyhow::Result<Latest> {
    let manifest = release.manifest();
    let notice = manifest
        .release
        .as_ref()
        .ok_or_else(|| anyhow::anyhow!("{} is not a release", release.key()))?;
    let base = format!(
        "{}/{}",
        hosting.public_url,
        bucket_path(&notice.dataset, notice.version, "")
    );
    let base = base.trim_end_matches('/');
    Ok(Latest::to(
        &notice.dataset,
        notice.version,
        manifest.identity().to_string(),
        base,
        &manifest.files,
    ))
}

/// Moves the pointer from what was read; somebody who moved it meanwhile is looked at, never overwritten.
async fn point(
    shelf: &Shelf,
    latest: &Latest,
    force: bool,
    retracted: &Withdrawals,
) -> anyhow::Result<bool> {
    let path = pointer_path(&latest.dataset);
    let bytes = latest.to_text().into_bytes();
    for _ in 0..TRIES {
        let there = shelf.pointer(&path).await?;
        if there.bytes.as_deref() == Some(bytes.as_slice()) {
            return Ok(false);
        }
        refuse_newer(&there, latest, |version| {
            force || retracted.find(&latest.dataset, version).is_some()
        })?;
        if shelf
            .move_pointer(&path, &there, &bytes, "application/json")
            .await?
        {
            return Ok(true);
        }
    }
    let message = format!(
        "{path} in {} is moved by somebody else at the same time",
        shelf.display()
    );
    Err(Decided {
        message,
        fault: Fault::Incomplete,
    }
    .into())
}

fn refuse_newer(
    there: &Pointer,
    latest: &Latest,
    may_go_back: impl Fn(Version) -> bool,
) -> anyhow::Result<()> {
    let Some(bytes) = &there.bytes else {
        return Ok(());
    };
    match serde_json::from_slice::<Latest>(bytes) {
        Ok(there) if there.version > latest.version && !may_go_back(there.version) => {
            let Latest {
                dataset, version, ..
            } = latest;
            let message = format!(
                "latest.json of dataset {dataset} points to version {}, newer than {version}: use `--force` to go back",
                there.version
            );
            Err(Decided {
                message,
                fault: Fault::Operator,
            }
            .into())
        }
        Ok(_) => Ok(()),
        Err(error) => {
            let message = format!(
                "latest.json of dataset {} is not ours: {error}",
                latest.dataset
            );
            Err(Decided {
                message,
                fault: Fault::Integrity,
            }
            .into())
        }
    }
}
