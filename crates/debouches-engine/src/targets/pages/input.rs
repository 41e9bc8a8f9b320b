//! What the site is made of: the newest release of each dataset that is not retracted, and the replies of establishments.

use std::collections::BTreeMap;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use debouches_model::{ArtefactKey, DatasetId, Decree, Sha256, Stage, Version};
use debouches_site::content::{ContentInput, Reply, Wanted};
use debouches_site::{DatasetRecord, record_path};
use debouches_store::{Artefact, PageBytes, Shelf};

use super::columns::descriptor;
use super::dates::History;
use super::digests::Quoted;
use crate::context::Context;
use crate::failure::Usage;

/// Moves when the same releases must give other pages.
const FORMAT: u32 = 2;

/// Replies of establishments, beside the configuration.
const REPLIES: &str = "reponses.csv";

/// The releases to quote, with what else decides the bytes of pages.
pub(crate) struct Ingredients {
    pub releases: Vec<(Quoted, Artefact)>,
    /// The other versions of each dataset that are not retracted, the oldest first.
    earlier: BTreeMap<DatasetId, Vec<Version>>,
    /// The day on which each release was published, as the site says it.
    published: BTreeMap<(DatasetId, Version), DateTime<Utc>>,
    pub replies: Vec<Reply>,
    /// Retracted releases and why, by `dataset@version`.
    pub retracted: BTreeMap<String, String>,
    pub digest: String,
}

impl Ingredients {
    /// Finds the releases. `identity` is what the portal itself puts in pages.
    pub(crate) async fn find(
        context: &Context,
        shelf: &Shelf,
        identity: &str,
    ) -> anyhow::Result<Self> {
        let register = context.retracted().await?;
        let (mut releases, mut earlier) = (Vec::new(), BTreeMap::new());
        let mut published = BTreeMap::new();
        let mut retracted = BTreeMap::new();
        for dataset in &context.pipeline.datasets {
            let id = dataset.id();
            let mut gone = Vec::new();
            for entry in register.of(id) {
                let reason = match entry.decision {
                    Decree::Purge => format!("Retiré, base légale\u{a0}: {}", entry.reason),
                    _ => format!("Retiré\u{a0}: {}", entry.reason),
                };
                gone.push(entry.version);
                retracted.insert(format!("{id}@{}", entry.version), reason);
            }
            let keys = context.store.list(Stage::Package, id.as_str()).await?;
            let versions = keys.iter().filter_map(|key| key.id.parse::<Version>().ok());
            let mut versions: Vec<Version> =
                versions.filter(|version| !gone.contains(version)).collect();
            versions.sort_unstable();
            let Some(version) = versions.pop() else {
                continue;
            };
            let key = ArtefactKey::new(Stage::Package, id, version);
            let Some(artefact) = context.store.find(&key).await? else {
                continue;
            };
            let quoted = Quoted {
                dataset: id.clone(),
                version,
                release: artefact.manifest().identity().to_string(),
            };
            releases.push((quoted, artefact));
            earlier.insert(id.clone(), versions);
            if let Some(bytes) = shelf.pointer(&record_path(id)).await?.bytes {
                let record = DatasetRecord::read(&bytes)?;
                let days = record.versions.iter();
                published.extend(days.map(|one| ((id.clone(), one.version), one.published)));
            }
        }
        let replies = context.pipeline.base.join(REPLIES);
        let text = match std::fs::read_to_string(&replies) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                return Err(Usage(format!("cannot read {}: {error}", replies.display())).into());
            }
        };
        let mut all = format!(
            "{FORMAT}\n{} {}\n{identity}\n{text}\n",
            context.tool.version, context.tool.commit
        );
        for (quoted, _) in &releases {
            all.push_str(&format!(
                "{}@{} {}\n",
                quoted.dataset, quoted.version, quoted.release
            ));
        }
        for (id, versions) in &earlier {
            for version in versions {
                all.push_str(&format!("{id}@{version}\n"));
            }
        }
        for ((id, version), day) in &published {
            all.push_str(&format!("{id}@{version} {day}\n"));
        }
        for (release, reason) in &retracted {
            all.push_str(&format!("{release} {reason}\n"));
        }
        Ok(Self {
            releases,
            earlier,
            published,
            replies: read_replies(&text)
                .map_err(|error| Usage(format!("{}: {error}", replies.display())))?,
            retracted,
            digest: Sha256::of(all.as_bytes()).to_string(),
        })
    }

    /// Reads the tables that pages quote, column by column; also the files of dates that moved.
    pub(crate) async fn read(
        &self,
        context: &Context,
        shelf: &Shelf,
    ) -> anyhow::Result<(ContentInput, Vec<PageBytes>)> {
        let mut input = ContentInput::with_replies(self.replies.clone());
        input.published = self.published.clone();
        let mut pages = Vec::new();
        for (quoted, artefact) in &self.releases {
            let mut releases = Vec::new();
            for version in self.earlier.get(&quoted.dataset).into_iter().flatten() {
                let key = ArtefactKey::new(Stage::Package, &quoted.dataset, *version);
                let earlier = context.store.find(&key).await?;
                releases.extend(earlier.map(|artefact| (*version, artefact)));
            }
            releases.push((quoted.version, artefact.clone()));
            let history = History {
                releases: &releases,
                shelf,
            };
            for wanted in Wanted::read(&descriptor(artefact).await?)? {
                let dated = history.date(&wanted).await;
                let (columns, page) = dated.with_context(|| {
                    format!("cannot read {} of {}", wanted.table, artefact.key())
                })?;
                input.push(&quoted.dataset, quoted.version, &wanted, columns);
                pages.extend(page);
            }
        }
        Ok((input, pages))
    }
}

fn read_replies(text: &str) -> Result<Vec<Reply>, csv::Error> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    reader.deserialize().collect()
}
