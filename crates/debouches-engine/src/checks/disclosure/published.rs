//! Everything published of a table, in whatever dataset: what readers saw of each release, retracted ones included.

use std::collections::BTreeMap;
use std::path::Path;

use debouches_disclosure::{Facts, Published};
use debouches_model::spec::TableSpec;
use debouches_model::{ArtefactKey, Fault, InputRef, Sha256, Stage, Version};
use debouches_release::{EarlierRelease, RECORD_FILE, ReleaseRecord, SUMS_FILE};
use debouches_store::Artefact;

use super::counts::{Candidate, counts_of};
use crate::blocking::blocking;
use crate::context::Context;
use crate::failure::Decided;
use crate::released::{Layout, facts as facts_of};
use crate::retraction::DISCLOSURE_FILE;
use crate::stages::target::{load_private, load_table};

/// A release of the state, or what a purge left of it: its counts, which readers have seen.
struct Release {
    name: EarlierRelease,
    artefact: Artefact,
}

/// The releases that were there before one is decided, the oldest first: everything that its readers may have seen.
///
/// The bytes of a release depend on them, hence its record names them: a release made again is judged beside the same ones.
#[derive(Default)]
pub struct Earlier(Vec<Release>);

/// What was published of a table.
#[derive(Default)]
pub(super) struct Past {
    /// Its releases, the oldest first.
    pub(super) releases: Vec<Published>,
    /// The counts that the last of them was made from, those that it hides included; none when the state has lost them.
    pub(super) truth: Option<Facts>,
    /// The dataset of the last of them, and what it says of the disclosure of its tables.
    pub(super) last: Option<(String, serde_json::Value)>,
}

impl Earlier {
    /// Every release of the state that shows counts, whatever the dataset, retracted ones included.
    ///
    /// # Errors
    /// Fails when the state cannot be read.
    pub async fn of_state(context: &Context) -> anyhow::Result<Self> {
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
                if let Some(artefact) = context.store.find(&key).await?
                    && shows_counts(context, &artefact)
                {
                    let name = EarlierRelease {
                        dataset: subject.clone(),
                        version,
                        sums: sums_of(&artefact),
                    };
                    out.push(Release { name, artefact });
                }
            }
        }
        let mut dated = Vec::new();
        for release in out {
            let moment = release.artefact.manifest().created_at;
            dated.push((moment, rank(&release.artefact).await, release));
        }
        // Within one second, the later one has read more of the others; the name decides where that is not known.
        dated.sort_by(|one, other| {
            (one.0, one.1, &one.2.name).cmp(&(other.0, other.1, &other.2.name))
        });
        Ok(Self(
            dated.into_iter().map(|(_, _, release)| release).collect(),
        ))
    }

    /// Those of some names that the state still has: after a lost state, what is live is compared with what they give.
    ///
    /// # Errors
    /// Fails when the state cannot be read.
    pub async fn still_there(context: &Context, names: &[EarlierRelease]) -> anyhow::Result<Self> {
        let mut out = Vec::new();
        for name in names {
            if let Some(artefact) = find(context, name).await? {
                out.push(Release {
                    name: name.clone(),
                    artefact,
                });
            }
        }
        Ok(Self(out))
    }

    /// Their names, the oldest first.
    #[must_use]
    pub fn names(&self) -> Vec<EarlierRelease> {
        self.0.iter().map(|release| release.name.clone()).collect()
    }

    /// What was published of some tables. Fails closed: a release that cannot be read is a refusal.
    ///
    /// # Errors
    /// Fails when a release cannot be opened, or when one of the tables cannot be read as it is told today.
    pub(super) async fn of_tables(
        &self,
        context: &Context,
        specs: &[&'static TableSpec],
    ) -> anyhow::Result<Vec<Past>> {
        let mut out: Vec<Past> = specs.iter().map(|_| Past::default()).collect();
        for (at, Release { name, artefact }) in (0_u64..).zip(&self.0) {
            let disclosure = disclosure_of(artefact).await;
            for (spec, past) in specs.iter().zip(&mut out) {
                if let Some((mut facts, truth)) = read(context, artefact, spec).await? {
                    facts.complementary = is_complementary(&disclosure);
                    past.releases.push(Published {
                        version: format!("{} {}", name.dataset, name.version),
                        at,
                        facts,
                    });
                    past.truth = truth;
                    past.last = Some((name.dataset.clone(), document_of(&disclosure, spec)));
                }
            }
        }
        Ok(out)
    }
}

/// A release of the state, a purged one included.
///
/// # Errors
/// Fails when the state cannot be read.
pub async fn find(context: &Context, name: &EarlierRelease) -> anyhow::Result<Option<Artefact>> {
    let key = ArtefactKey::new(Stage::Package, &name.dataset, name.version);
    if let Some(artefact) = context.store.find(&key).await? {
        return Ok(Some(artefact));
    }
    let key = ArtefactKey::rejected(Stage::Package, &name.dataset, name.version);
    Ok(context.store.find(&key).await?)
}

/// The digest of the sums of a release.
pub fn sums_of(release: &Artefact) -> Option<Sha256> {
    Some(release.manifest().file(SUMS_FILE)?.sha256)
}

/// How many releases were there before one, by its own record; none when it has no record.
async fn rank(release: &Artefact) -> usize {
    if release.manifest().file(RECORD_FILE).is_none() {
        return 0;
    }
    let bytes = release.read(RECORD_FILE).await.unwrap_or_default();
    let record = ReleaseRecord::read(&bytes);
    record.map_or(0, |record| record.facts.published_before.len())
}

/// True when a release holds a table whose counts are judged.
fn shows_counts(context: &Context, release: &Artefact) -> bool {
    let mut specs = context.pipeline.domain.tables.iter();
    specs.any(|spec| {
        super::is_judged(spec)
            && release
                .manifest()
                .file(&format!("{}.csv", spec.id))
                .is_some()
    })
}

/// A table of a release, and the counts that it was made from; none when the release does not have it.
async fn read(
    context: &Context,
    release: &Artefact,
    spec: &'static TableSpec,
) -> anyhow::Result<Option<(Facts, Option<Facts>)>> {
    let path = format!("{}.csv", spec.id);
    if release.manifest().file(&path).is_none() {
        return Ok(None);
    }
    let Some(layout) = Layout::of(spec) else {
        return Ok(None);
    };
    let layout = layout.of_release();
    let file = release.open_file(&path).await?.into_file();
    let (location, jobs) = (release.location(&path), context.jobs());
    let facts =
        blocking(move || facts_of::of_body(file, Path::new(&location), &layout, jobs)).await;
    match facts {
        Ok(mut facts) => {
            let truth = truth(context, release, spec).await?;
            if let Some(truth) = &truth {
                facts.reveal(truth);
            }
            Ok(Some((facts, truth)))
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
    blocking(move || Ok(counts_of(&layout, &candidate).ok())).await
}

/// What a release says of the disclosure of a table.
fn document_of(disclosure: &serde_json::Value, spec: &TableSpec) -> serde_json::Value {
    let mut tables = disclosure["tables"].as_array().into_iter().flatten();
    let document = tables.find(|table| table["table"] == spec.id.as_str());
    document.cloned().unwrap_or_default()
}

/// The `disclosure.json` of a release; null when it has none.
async fn disclosure_of(release: &Artefact) -> serde_json::Value {
    if release.manifest().file(DISCLOSURE_FILE).is_none() {
        return serde_json::Value::Null;
    }
    let bytes = release.read(DISCLOSURE_FILE).await.unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

/// True when a release tells that larger counts may be suppressed beside the small ones.
fn is_complementary(disclosure: &serde_json::Value) -> bool {
    disclosure["tables"]
        .as_array()
        .is_some_and(|tables| tables.iter().any(|table| table["complementary"] == true))
}
