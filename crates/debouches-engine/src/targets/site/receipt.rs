//! The receipt of a publication in a catalogue, as any portal leaves one.

use debouches_model::{ArtefactKey, Manifest, Stage};
use debouches_publish::{Receipt, ReceiptResource};
use debouches_site::DatasetRecord;
use debouches_store::{Artefact, Lock};

use super::Catalogue;

/// Keeps the receipt of the version that readers are led to, when it is this release.
pub(crate) async fn keep(
    catalogue: &Catalogue<'_>,
    record: &DatasetRecord,
    release: &Artefact,
    lock: &Lock,
) -> anyhow::Result<()> {
    let id = &record.dataset;
    let Some(latest) = record
        .latest()
        .filter(|latest| latest.version.to_string() == release.key().id)
    else {
        return Ok(());
    };
    let base = catalogue
        .site
        .url
        .as_deref()
        .unwrap_or(catalogue.shelf.display())
        .trim_end_matches('/');
    let resource = |file: &debouches_model::FileEntry| ReceiptResource {
        path: file.path.clone(),
        id: format!("{id}/{}/{}", latest.version, file.path),
        sha1: String::new(),
        sha256: file.sha256.to_string(),
        bytes: file.bytes,
        url: format!("{base}/{id}/{}/{}", latest.version, file.path),
        latest: None,
    };
    let receipt = Receipt {
        format: Receipt::FORMAT,
        portal: catalogue.name().to_owned(),
        id: id.to_string(),
        version: latest.version,
        release: latest.release.clone(),
        page: Some(catalogue.address(id)),
        published: None,
        resources: latest.files.iter().map(resource).collect(),
        register: catalogue.context.retracted().await?.mark().cloned(),
        organization: None,
        order: Vec::new(),
        archived: false,
    };
    let context = catalogue.context;
    let key = ArtefactKey::new(
        Stage::Publish,
        id,
        format!("{}/{}", latest.version, catalogue.name()),
    );
    let manifest = Manifest::new(&key, context.tool.clone(), context.clock.now());
    Ok(receipt
        .keep(&context.store, lock, release, manifest)
        .await?)
}
