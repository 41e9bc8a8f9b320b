//! What the site is made of: the newest release of each dataset that is not retracted, and the replies of establishments.

use std::borrow::Cow;
use std::collections::BTreeMap;

use anyhow::Context as _;
use debouches_model::{ArtefactKey, Decree, Sha256, Stage, Version};
use debouches_site::content::{ContentInput, Reply, TextColumn, Wanted};
use debouches_store::Artefact;
use debouches_table::{Column, ParquetFile};

use super::digests::Quoted;
use crate::context::Context;
use crate::failure::Usage;

/// Moves when the same releases must give other pages.
const FORMAT: u32 = 1;

/// Replies of establishments, beside the configuration.
const REPLIES: &str = "reponses.csv";

/// The releases to quote, with what else decides the bytes of pages.
pub(crate) struct Ingredients {
    pub releases: Vec<(Quoted, Artefact)>,
    pub replies: Vec<Reply>,
    /// Retracted releases and why, by `dataset@version`.
    pub retracted: BTreeMap<String, String>,
    pub digest: String,
}

impl Ingredients {
    /// Finds the releases. `identity` is what the portal itself puts in pages.
    pub(crate) async fn find(context: &Context, identity: &str) -> anyhow::Result<Self> {
        let register = context.retracted().await?;
        let mut releases = Vec::new();
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
            let newest = versions.filter(|version| !gone.contains(version)).max();
            let Some(version) = newest else { continue };
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
        for (release, reason) in &retracted {
            all.push_str(&format!("{release} {reason}\n"));
        }
        Ok(Self {
            releases,
            replies: read_replies(&text)
                .map_err(|error| Usage(format!("{}: {error}", replies.display())))?,
            retracted,
            digest: Sha256::of(all.as_bytes()).to_string(),
        })
    }

    /// Reads the tables that pages quote, column by column.
    pub(crate) async fn read(&self) -> anyhow::Result<ContentInput> {
        let mut input = ContentInput::with_replies(self.replies.clone());
        for (quoted, artefact) in &self.releases {
            let package = artefact.read("datapackage.json").await?;
            let package = String::from_utf8_lossy(&package);
            for wanted in Wanted::read(&package)? {
                let path = wanted.csv.replace(".csv", ".parquet");
                let file = artefact.open_file(&path).await?.into_file();
                let file = ParquetFile::open(file)
                    .with_context(|| format!("cannot read {path} of {}", artefact.key()))?;
                let mut columns = Vec::with_capacity(wanted.columns.len());
                for name in &wanted.columns {
                    columns.push(texts(&file.column(name)?));
                }
                input.push(&quoted.dataset, quoted.version, &wanted, columns);
            }
        }
        Ok(input)
    }
}

/// A column as its CSV writes it.
fn texts(column: &Column) -> TextColumn {
    match column {
        Column::Text(texts) | Column::List(texts) => {
            TextColumn::from_texts(texts.iter().map(|text| text.map(Cow::Borrowed)))
        }
        Column::Integer(numbers) => TextColumn::from_texts(
            numbers
                .iter()
                .map(|number| number.map(|number| Cow::Owned(number.to_string()))),
        ),
        // As the writer of CSV: a decimal keeps its point.
        Column::Decimal(numbers) => TextColumn::from_texts(
            numbers
                .iter()
                .map(|number| number.map(|number| Cow::Owned(format!("{number:?}")))),
        ),
        Column::Status(statuses) => TextColumn::from_texts(
            statuses
                .iter()
                .map(|status| Some(Cow::Borrowed(status.as_str()))),
        ),
    }
}

fn read_replies(text: &str) -> Result<Vec<Reply>, csv::Error> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    reader.deserialize().collect()
}
