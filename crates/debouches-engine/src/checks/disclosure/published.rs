//! Everything published of a table, in whatever dataset: what readers saw of each release, retracted ones included.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, Utc};
use debouches_disclosure::{Facts, Published};
use debouches_model::spec::TableSpec;
use debouches_model::{ArtefactKey, Fault, InputRef, Stage, Version};
use debouches_store::Artefact;

use super::counts::{Candidate, counts_of};
use crate::blocking::blocking;
use crate::context::Context;
use crate::failure::Decided;
use crate::released::{Layout, facts as facts_of};
use crate::stages::target::{load_private, load_table};

/// When a release was made: its moment, then its name where a clock stood still.
type Moment = (DateTime<Utc>, String, Version);

/// A release of the state, or what a purge left of it: its counts, which readers have seen.
struct Release {
    moment: Moment,
    artefact: Artefact,
}

/// Every release of every dataset, the oldest first.
async fn releases(context: &Context) -> anyhow::Result<Vec<Release>> {
    let mut subjects = context.store.subjects(Stage::Package).await?;
    let configured = context.pipeline.datasets.iter();
    subjects.extend(configured.map(|dataset| dataset.id().to_string()));
    subjects.sort();
    subjects.dedup();
    let mut out = Vec::new();
    for subject in subjects {
        let kept = context.store.list(Stage::Package, &subject).await?;
        let purged = context
            .store
            .list_rejected(Stage::Package, &subject)
            .await?;
        // A purge that was stopped midway has left both: once is enough.
        let mut keys: BTreeMap<Version, ArtefactKey> = BTreeMap::new();
        for key in kept.into_iter().chain(purged) {
            if let Ok(version) = key.id.parse() {
                keys.entry(version).or_insert(key);
            }
        }
        for (version, key) in keys {
            if let Some(artefact) = context.store.find(&key).await? {
                let moment = (artefact.manifest().created_at, subject.clone(), version);
                out.push(Release { moment, artefact });
            }
        }
    }
    out.sort_by(|one, other| one.moment.cmp(&other.moment));
    Ok(out)
}

/// What was published of some tables, the oldest release first. Fails closed: a release that cannot be read is a refusal.
///
/// # Errors
/// Fails when a release cannot be opened, or when one of the tables cannot be read as it is told today.
pub(super) async fn published(
    context: &Context,
    specs: &[&'static TableSpec],
) -> anyhow::Result<Vec<Vec<Published>>> {
    let mut out = vec![Vec::new(); specs.len()];
    for (at, release) in (0_u64..).zip(releases(context).await?) {
        for (spec, published) in specs.iter().zip(&mut out) {
            if let Some(facts) = read(context, &release.artefact, spec).await? {
                published.push(Published {
                    version: format!("{} {}", release.moment.1, release.moment.2),
                    at,
                    facts,
                });
            }
        }
    }
    Ok(out)
}

/// A table of a release; none when the release does not have it.
async fn read(
    context: &Context,
    release: &Artefact,
    spec: &'static TableSpec,
) -> anyhow::Result<Option<Facts>> {
    let path = format!("{}.csv", spec.id);
    if release.manifest().file(&path).is_none() {
        return Ok(None);
    }
    let Some(layout) = Layout::of(spec) else {
        return Ok(None);
    };
    let layout = layout.of_release();
    let complementary = is_complementary(release).await;
    let file = release.open_file(&path).await?.into_file();
    let (location, jobs) = (release.location(&path), context.jobs());
    let facts =
        blocking(move || facts_of::of_body(file, Path::new(&location), &layout, jobs)).await;
    match facts {
        Ok(mut facts) => {
            facts.complementary = complementary;
            if let Some(truth) = truth(context, release, spec).await? {
                facts.tell(&truth);
            }
            Ok(Some(facts))
        }
        Err(error) => Err(Decided {
            message: format!(
                "table {} of release {} cannot be read as it is told today, and nothing can be judged beside it: {error:#}",
                spec.id,
                release.key()
            ),
            fault: Fault::Data,
        }
        .into()),
    }
}

/// The counts that a release was made from, those that it hides included; none when the state does not have them any more.
async fn truth(
    context: &Context,
    release: &Artefact,
    spec: &'static TableSpec,
) -> anyhow::Result<Option<Facts>> {
    let is_table =
        |input: &&InputRef| input.stage == Stage::Enrich && input.subject == spec.id.as_str();
    let Some(input) = release.manifest().inputs.iter().find(is_table) else {
        return Ok(None);
    };
    let key = ArtefactKey {
        stage: Stage::Enrich,
        subject: input.subject.clone(),
        id: input.id.clone(),
        rejected: false,
    };
    let (Some(enriched), Some(layout)) = (context.store.find(&key).await?, Layout::of(spec)) else {
        return Ok(None);
    };
    let candidate = Candidate {
        spec,
        table: load_table(&context.bench(), &enriched).await?,
        private: load_private(&enriched).await?,
    };
    // A table of another specification than today's tells nothing: what it hid is then completed.
    Ok(blocking(move || Ok(counts_of(&layout, &candidate).ok())).await?)
}

/// True when a release tells that larger counts may be suppressed beside the small ones.
async fn is_complementary(release: &Artefact) -> bool {
    if release.manifest().file("disclosure.json").is_none() {
        return false;
    }
    let bytes = release.read("disclosure.json").await.unwrap_or_default();
    let document: serde_json::Value = serde_json::from_slice(&bytes).unwrap_or_default();
    document["tables"]
        .as_array()
        .is_some_and(|tables| tables.iter().any(|table| table["complementary"] == true))
}
