//! Everything that we keep or serve: the state, each portal, each static site.
//!
//! What is altered, missing, foreign or older than what was published is named, file by file; nothing is written.

use std::collections::BTreeSet;
use std::path::Path;

use debouches_model::{ArtefactKey, DatasetId, MANIFEST_FILE, Stage};
use debouches_publish::{all_receipts, last_receipt};
use debouches_store::{Artefact, MARKER_FILE};

use super::{Signature, Verified};
use crate::config::{PortalKind, StaticSite};
use crate::context::Context;
use crate::failure::one_line;
use crate::folder;
use crate::operations::record::RunRecord;
use crate::targets::site::Catalogue;

/// Names in the folder of a state that no stage has.
const OTHERS: [&str; 6] = ["rejected", "runs", "withdrawn", "tmp", "lock", MARKER_FILE];

/// The subject of the witnesses of the register, beside those of the configuration.
const REGISTER: &str = "register";

/// Walks the state: every artefact and receipt, the register, what is not ours.
pub(super) async fn state(context: &Context) -> anyhow::Result<Verified> {
    let mut verified = Verified {
        name: format!("state {}", context.store.root_display()),
        files: 0,
        signature: Signature::No,
        problems: Vec::new(),
        notes: Vec::new(),
    };
    if let Err(error) = context.retracted().await {
        verified.problems.push(one_line(&error));
    }
    for key in keys(context).await? {
        match context.store.find(&key).await {
            Ok(Some(artefact)) => of_artefact(&artefact, &mut verified).await?,
            Ok(None) => {}
            Err(error) => verified.problems.push(one_line(&error.into())),
        }
    }
    journals(context, &mut verified).await?;
    missing(context, &mut verified).await?;
    foreign(context, &mut verified)?;
    Ok(verified)
}

/// The keys of all artefacts, refused ones included.
async fn keys(context: &Context) -> anyhow::Result<Vec<ArtefactKey>> {
    let pipeline = &context.pipeline;
    let mut named: BTreeSet<String> = BTreeSet::from([REGISTER.to_owned()]);
    named.extend(pipeline.datasets.iter().map(|item| item.id().to_string()));
    named.extend(pipeline.sources.iter().map(|item| item.id().to_string()));
    let tables = pipeline.datasets.iter().flat_map(|item| &item.tables);
    named.extend(tables.map(|spec| spec.id.to_string()));
    named.extend(pipeline.sources.iter().map(|item| item.spec.id.to_string()));
    let mut keys = Vec::new();
    for stage in Stage::ALL {
        let mut subjects = named.clone();
        for subject in context.store.subjects(stage).await? {
            keys.extend(context.store.list(stage, &subject).await?);
            subjects.insert(subject);
        }
        for subject in subjects {
            keys.extend(context.store.list_rejected(stage, &subject).await?);
        }
    }
    Ok(keys)
}

async fn of_artefact(artefact: &Artefact, verified: &mut Verified) -> anyhow::Result<()> {
    match artefact.verify().await {
        Ok(()) => verified.files += artefact.manifest().files.len(),
        Err(error) => verified.problems.push(one_line(&error.into())),
    }
    let location = artefact.location("");
    let root = Path::new(&location);
    if root.is_dir() {
        for path in folder::files(root)? {
            let is_ours = artefact.manifest().file(&path).is_some()
                || [MANIFEST_FILE, "journal.jsonl"].contains(&path.as_str());
            if !is_ours {
                verified
                    .problems
                    .push(format!("{}/{path}: foreign", artefact.key()));
            }
        }
    }
    Ok(())
}

/// The lines that are added and never rewritten: each must be what its writer writes. A line that another run was writing when it
/// died is not there.
async fn journals(context: &Context, verified: &mut Verified) -> anyhow::Result<()> {
    for (line, number) in context.store.runs().await?.iter().zip(1_usize..) {
        if serde_json::from_str::<RunRecord>(line).is_err() {
            verified
                .problems
                .push(format!("runs: record {number} is altered"));
        }
    }
    verified.files += 1;
    for key in keys(context).await? {
        let is_line = match key.stage {
            Stage::Package => is_fingerprint,
            Stage::Publish => is_json,
            Stage::Fetch | Stage::Validate | Stage::Enrich => continue,
        };
        // An artefact that cannot be opened was named already.
        let Ok(Some(lines)) = context.store.journal_lines(&key).await else {
            continue;
        };
        verified.files += 1;
        for (line, number) in lines.iter().zip(1_usize..) {
            if !is_line(line) {
                verified
                    .problems
                    .push(format!("{key}/journal.jsonl: line {number} is altered"));
            }
        }
    }
    Ok(())
}

/// The journal of a release: other ingredients that give the same bytes.
fn is_fingerprint(line: &str) -> bool {
    line.len() == 32 && line.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The journal of a publication: one write a line.
fn is_json(line: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(line).is_ok()
}

/// Releases that a receipt names and that are not there.
async fn missing(context: &Context, verified: &mut Verified) -> anyhow::Result<()> {
    // An altered receipt was named with the other artefacts.
    let Ok(receipts) = all_receipts(&context.store).await else {
        return Ok(());
    };
    for (key, receipt) in receipts {
        let dataset: DatasetId = key.subject.parse()?;
        let release = ArtefactKey::new(Stage::Package, &dataset, receipt.version);
        let is_retracted = match context.retracted().await {
            Ok(retracted) => retracted.mentions(&dataset, receipt.version),
            Err(_) => false,
        };
        // A release that cannot be read was named already.
        let is_there = !matches!(context.store.find(&release).await, Ok(None));
        if !is_there && !is_retracted {
            verified.problems.push(format!(
                "{release}: missing, published on {}",
                receipt.portal
            ));
        }
    }
    Ok(())
}

/// What is in the folder of the state and is nothing of ours.
fn foreign(context: &Context, verified: &mut Verified) -> anyhow::Result<()> {
    let root = context.pipeline.base.join(&context.pipeline.state);
    if !root.is_dir() {
        return Ok(());
    }
    let portals = context.pipeline.portals.iter().filter_map(|portal| {
        let location = match &portal.kind {
            PortalKind::Practice { folder } => folder.clone(),
            PortalKind::Static(site) => context.pipeline.base.join(&site.location),
            PortalKind::Udata { .. } => return None,
        };
        let inside = location.strip_prefix(&root).ok()?;
        Some(
            inside
                .components()
                .next()?
                .as_os_str()
                .to_string_lossy()
                .into_owned(),
        )
    });
    let known: BTreeSet<String> = Stage::ALL
        .iter()
        .map(|stage| stage.as_str().to_owned())
        .chain(OTHERS.iter().map(|name| (*name).to_owned()))
        .chain(portals)
        .collect();
    for entry in std::fs::read_dir(&root)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !known.contains(&name) {
            verified.problems.push(format!("{name}: foreign"));
        }
    }
    Ok(())
}

/// Walks a static site: every file of every version, then the pages that lead to them.
pub(super) async fn site(
    context: &Context,
    catalogue: &Catalogue<'_>,
    settings: &StaticSite,
) -> anyhow::Result<Verified> {
    let mut verified = Verified {
        name: format!("site {}", catalogue.shelf().display()),
        files: 0,
        signature: Signature::No,
        problems: Vec::new(),
        notes: Vec::new(),
    };
    for dataset in &context.pipeline.datasets {
        let id = dataset.id();
        let record = match catalogue.record(id).await {
            Ok(Some(record)) => record,
            Ok(None) => continue,
            Err(error) => {
                verified.problems.push(one_line(&error));
                continue;
            }
        };
        for entry in record.versions.iter().filter(|entry| entry.is_there()) {
            let inside = format!("{id}/{}", entry.version);
            for file in &entry.files {
                let path = format!("{inside}/{}", file.path);
                match catalogue.shelf().digest(&path).await? {
                    Some(actual) if actual == file.sha256 => verified.files += 1,
                    Some(_) => verified.problems.push(format!("{path}: altered")),
                    None => verified.problems.push(format!("{path}: missing")),
                }
            }
            let root = context.pipeline.base.join(&settings.location).join(&inside);
            if !settings.is_remote() && root.is_dir() {
                for path in folder::files(&root)? {
                    if entry.files.iter().all(|file| file.path != path) {
                        verified.problems.push(format!("{inside}/{path}: foreign"));
                    }
                }
            }
        }
        let receipt = last_receipt(&context.store, id, catalogue.name()).await;
        if let (Ok(Some(receipt)), Some(latest)) = (receipt, record.latest())
            && let Some(older) = older(context, id, latest.version, receipt.version).await?
        {
            verified.problems.push(older);
        }
        match catalogue.pending(dataset).await {
            Ok(pending) => {
                let differs = pending
                    .writes()
                    .into_iter()
                    .map(|write| format!("{id}: {}: {}", write.path, write.reason));
                verified.problems.extend(differs);
            }
            Err(error) => verified.problems.push(one_line(&error)),
        }
    }
    match catalogue.index_writes(&[]).await {
        Ok(writes) => {
            let differs = writes
                .into_iter()
                .map(|write| format!("{}: {}", write.path, write.reason));
            verified.problems.extend(differs);
        }
        Err(error) => verified.problems.push(one_line(&error)),
    }
    Ok(verified)
}

/// What is wrong with showing a version when a later one was published there; nothing when that one was retracted.
pub(super) async fn older(
    context: &Context,
    dataset: &DatasetId,
    shown: debouches_model::Version,
    published: debouches_model::Version,
) -> anyhow::Result<Option<String>> {
    let is_retracted = context
        .retracted()
        .await?
        .find(dataset, published)
        .is_some();
    Ok((shown < published && !is_retracted).then(|| {
        format!("{dataset}: version {shown} is served, older than {published}, which was published there")
    }))
}
