//! Files of a release in a bucket: `<dataset>/<version>/<file>`, never overwritten, and `<dataset>/latest.json`, the
//! pointer that moves last.

use debouches_model::{DatasetId, Fault, Sha256, Version};
use debouches_publish::{PlannedBucket, PlannedDataset, PlannedFile, PlannedPointer, bucket_path};
use debouches_store::{Artefact, Placed, Pointer, Shelf};
use serde::{Deserialize, Serialize};

use crate::config::Hosting;
use crate::failure::Decided;
use crate::session::Session;

/// How often the pointer is read again when somebody else moved it meanwhile.
const TRIES: u32 = 3;

/// What `latest.json` says.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Latest {
    format: u32,
    dataset: DatasetId,
    version: Version,
    /// Digest of all the files of the release.
    release: String,
    files: Vec<LatestFile>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct LatestFile {
    path: String,
    url: String,
    bytes: u64,
    sha256: String,
}

/// What would be put in the bucket.
pub(crate) async fn planned(session: &Session, hosting: &Hosting, release: &Artefact) -> anyhow::Result<PlannedBucket> {
    let shelf = Shelf::open(&hosting.bucket, &session.aws)?;
    let latest = wanted(hosting, release)?;
    let mut files = Vec::new();
    for file in &release.manifest().files {
        let path = bucket_path(&latest.dataset, latest.version, &file.path);
        // Other bytes of another size are an error of the publication, which reads what is there.
        if shelf.size(&path).await? != Some(file.bytes) {
            files.push(PlannedFile { path, bytes: file.bytes, sha256: file.sha256 });
        }
    }
    let path = pointer_path(&latest.dataset);
    let there = shelf.pointer(&path).await?;
    refuse_newer(&there, &latest, session.global.force)?;
    let moves = there.bytes.as_deref() != Some(serde_json::to_vec_pretty(&latest)?.as_slice());
    let from = there.bytes.as_deref().map(Sha256::of);
    let pointer = moves.then_some(PlannedPointer { path, from, to: latest.version });
    Ok(PlannedBucket { bucket: shelf.display().to_owned(), files, pointer })
}

fn pointer_path(dataset: &DatasetId) -> String {
    format!("{dataset}/latest.json")
}

/// Puts the files, reads them back, then moves the pointer. With a plan, what it does not name is refused.
pub(super) async fn host(
    session: &Session,
    hosting: &Hosting,
    release: &Artefact,
    plan: Option<&PlannedDataset>,
) -> anyhow::Result<()> {
    let shelf = Shelf::open(&hosting.bucket, &session.aws)?;
    let latest = wanted(hosting, release)?;
    if let Some(plan) = plan
        && !planned(session, hosting, release).await?.is_within(plan.bucket.as_ref())
    {
        let message = format!(
            "the bucket of dataset {} is not what the plan was made from: make another with `debouches plan -o`",
            latest.dataset
        );
        return Err(Decided { message, fault: Fault::Operator }.into());
    }
    let mut written = 0;
    for file in &release.manifest().files {
        let verified = release.open_file(&file.path).await?;
        let path = bucket_path(&latest.dataset, latest.version, &file.path);
        if shelf.place(&path, verified.into_file(), file.sha256, &file.media_type).await? == Placed::Written {
            written += 1;
        }
    }
    let moved = point(&shelf, &latest, session.global.force).await?;
    if written > 0 || moved {
        let pointer = if moved { ", latest.json points to it" } else { "" };
        tracing::info!("{} {}: {written} files put in {}{pointer}", latest.dataset, latest.version, shelf.display());
    }
    Ok(())
}

fn wanted(hosting: &Hosting, release: &Artefact) -> anyhow::Result<Latest> {
    let manifest = release.manifest();
    let notice = manifest.release.as_ref().ok_or_else(|| anyhow::anyhow!("{} is not a release", release.key()))?;
    let files = manifest.files.iter().map(|file| LatestFile {
        path: file.path.clone(),
        url: format!("{}/{}", hosting.public_url, bucket_path(&notice.dataset, notice.version, &file.path)),
        bytes: file.bytes,
        sha256: file.sha256.to_string(),
    });
    Ok(Latest {
        format: 1,
        dataset: notice.dataset.clone(),
        version: notice.version,
        release: manifest.identity().to_string(),
        files: files.collect(),
    })
}

/// Moves the pointer from what was read; somebody who moved it meanwhile is looked at, never overwritten.
async fn point(shelf: &Shelf, latest: &Latest, may_go_back: bool) -> anyhow::Result<bool> {
    let path = pointer_path(&latest.dataset);
    let bytes = serde_json::to_vec_pretty(latest)?;
    for _ in 0..TRIES {
        let there = shelf.pointer(&path).await?;
        if there.bytes.as_deref() == Some(bytes.as_slice()) {
            return Ok(false);
        }
        refuse_newer(&there, latest, may_go_back)?;
        if shelf.move_pointer(&path, &there, &bytes).await? {
            return Ok(true);
        }
    }
    let message = format!("{path} in {} is moved by somebody else at the same time", shelf.display());
    Err(Decided { message, fault: Fault::Incomplete }.into())
}

fn refuse_newer(there: &Pointer, latest: &Latest, may_go_back: bool) -> anyhow::Result<()> {
    let Some(bytes) = &there.bytes else { return Ok(()) };
    match serde_json::from_slice::<Latest>(bytes) {
        Ok(there) if there.version > latest.version && !may_go_back => {
            let Latest { dataset, version, .. } = latest;
            let message = format!(
                "latest.json of dataset {dataset} points to version {}, newer than {version}: use `--force` to go back",
                there.version
            );
            Err(Decided { message, fault: Fault::Operator }.into())
        }
        Ok(_) => Ok(()),
        Err(error) => {
            let message = format!("latest.json of dataset {} is not ours: {error}", latest.dataset);
            Err(Decided { message, fault: Fault::Integrity }.into())
        }
    }
}
