//! What a site holds, as it wrote it: `site.json`, and one file of digests for each part.

use std::collections::BTreeMap;

use anyhow::Context as _;
use debouches_model::{DatasetId, Sha256, Version};
use debouches_site::address;
use debouches_store::Shelf;
use serde::{Deserialize, Serialize};

/// Where the digests are.
pub(crate) const FOLDER: &str = "empreintes";

/// Characters of a digest that are kept: enough to tell two pages apart.
const KEPT: usize = 32;

/// `site.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SiteRecord {
    /// Format number of this structure.
    pub format: u32,
    /// Digest of all that the site was made of.
    pub ingredients: String,
    /// The releases that it quotes.
    pub releases: Vec<Quoted>,
    /// Retracted releases that left the pinned states, `dataset@version`.
    pub retracted: Vec<String>,
    /// Digest of each file of digests.
    pub shards: BTreeMap<String, String>,
    /// Number of files.
    pub files: usize,
}

/// A release that is quoted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Quoted {
    /// The dataset.
    pub dataset: DatasetId,
    /// Its version.
    pub version: Version,
    /// Digest of all its files.
    pub release: String,
}

/// Paths and digests of a part. A path that ends with a slash is a folder, with the digest of what its files are made of.
pub(crate) type Shard = BTreeMap<String, String>;

impl SiteRecord {
    /// The format number written today.
    pub(crate) const FORMAT: u32 = 1;

    /// Reads that of a site; none when there is no site yet.
    pub(crate) async fn read(shelf: &Shelf) -> anyhow::Result<Option<Self>> {
        let bytes = shelf.pointer(address::SITE).await?.bytes;
        let read = bytes
            .map(|bytes| serde_json::from_slice(&bytes))
            .transpose();
        read.with_context(|| format!("cannot read {} of {}", address::SITE, shelf.display()))
    }

    /// Reads every part. Of a part that is not as it was written, the paths are known and no digest is trusted.
    pub(crate) async fn shards(&self, shelf: &Shelf) -> anyhow::Result<BTreeMap<String, Shard>> {
        let mut shards = BTreeMap::new();
        for (name, digest) in &self.shards {
            let Some(bytes) = shelf.pointer(&address::shard(name)).await?.bytes else {
                continue;
            };
            let Ok(mut shard) = serde_json::from_slice::<Shard>(&bytes) else {
                continue;
            };
            if Sha256::of(&bytes).to_string() != *digest {
                shard.values_mut().for_each(String::clear);
            }
            shards.insert(name.clone(), shard);
        }
        Ok(shards)
    }
}

/// Whether a path of a part is a file.
pub(crate) fn is_file(path: &str) -> bool {
    !path.ends_with('/')
}

/// The digest of a file.
pub(crate) fn digest(text: &str) -> String {
    let mut digest = Sha256::of(text.as_bytes()).to_string();
    digest.truncate(KEPT);
    digest
}

/// A structure as it is written.
pub(crate) fn text(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).expect("our own structures are written as JSON") + "\n"
}
