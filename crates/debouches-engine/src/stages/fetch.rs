//! Sources to snapshots, and `pipeline.lock`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use debouches_fetch::{
    Access, FetchError, Fetched, Fetcher, LockFile, Mode, Outcome as Reading, Pinning, Probe,
    SourceRequest,
};
use debouches_http::Secret;
use debouches_model::{Ingredients, SourceId, Stage as StageName};
use debouches_store::Lock;

use super::runner::{Done, Observed, Stage, Worked};
use crate::config::Source;
use crate::context::Context;
use crate::selection::Selection;
use crate::summary::{Outcome, Step};

/// The time that all sources have together: a night ends.
const PATIENCE: Duration = Duration::from_secs(3 * 3600);

/// The stage that brings the bytes of sources.
///
/// Sources are asked all at once, before the first is observed; their snapshots are in the state then, and what a commit adds is
/// their line of the lock file.
pub struct Fetch {
    received: Mutex<BTreeMap<SourceId, Result<Fetched, FetchError>>>,
    lock_file: Mutex<LockFile>,
}

impl Fetch {
    /// Asks every source of a selection.
    ///
    /// # Errors
    /// Fails when no source can be asked at all.
    pub async fn of(context: &Context, selection: &Selection<'_>) -> anyhow::Result<Self> {
        let requests: Vec<SourceRequest> = selection
            .sources
            .iter()
            .map(|source| source.request.clone())
            .collect();
        let lock_file = context.sources().clone();
        let results = fetcher(context, secrets(&requests))?
            .fetch(&requests, &lock_file)
            .await;
        let received = requests
            .into_iter()
            .map(|request| request.id)
            .zip(results)
            .collect();
        Ok(Self {
            received: Mutex::new(received),
            lock_file: Mutex::new(lock_file),
        })
    }

    /// The lock file with what was committed.
    pub fn into_lock_file(self) -> LockFile {
        self.lock_file
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, fetched: &Fetched) {
        self.lock_file
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .note(fetched);
    }
}

impl<'a> Stage for &'a Fetch {
    const NAME: StageName = StageName::Fetch;
    type Subject = &'a Source;
    type Inputs = Fetched;
    type Output = ();

    fn name(&self, source: &'a Source) -> String {
        source.id().to_string()
    }

    async fn observe(&self, source: &'a Source) -> anyhow::Result<Observed<Fetched>> {
        let received = self
            .received
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(source.id());
        let fetched =
            received.ok_or_else(|| anyhow::anyhow!("source {} was not asked", source.id()))??;
        Ok(Observed {
            ingredients: Ingredients::new().with("body", fetched.entry.sha256),
            lineage: Vec::new(),
            inputs: fetched,
        })
    }

    async fn settled(
        &self,
        source: &'a Source,
        observed: &Observed<Fetched>,
        _lock: &Lock,
    ) -> anyhow::Result<Option<Done>> {
        let fetched = &observed.inputs;
        let short = fetched.entry.sha256.short();
        let detail = match fetched.outcome {
            Reading::New | Reading::Changed => return Ok(None),
            Reading::Unchanged => format!("unchanged, sha256 {short}…"),
            Reading::Offline => format!("offline, snapshot sha256 {short}…"),
        };
        // What people call the delivery may have changed.
        self.note(fetched);
        let step = Step::new(StageName::Fetch, source.id(), Outcome::Kept, detail);
        Ok(Some(step.into()))
    }

    async fn work(
        &self,
        _source: &'a Source,
        _observed: &Observed<Fetched>,
        _lock: &Lock,
    ) -> anyhow::Result<Worked<()>> {
        Ok(Worked::Output(()))
    }

    async fn commit(
        &self,
        source: &'a Source,
        observed: Observed<Fetched>,
        (): (),
    ) -> anyhow::Result<Done> {
        let fetched = &observed.inputs;
        self.note(fetched);
        let word = if fetched.outcome == Reading::New {
            "new"
        } else {
            "changed"
        };
        let (size, short) = (fetched.entry.size, fetched.entry.sha256.short());
        let detail = format!("{word}, {size} bytes, sha256 {short}…");
        Ok(Step::new(StageName::Fetch, source.id(), Outcome::Made, detail).into())
    }
}

/// What each source of the profile answers, without reading all of it.
///
/// # Errors
/// Fails when no client can be made.
pub async fn probe(
    context: &Context,
) -> anyhow::Result<Vec<(SourceId, Result<Probe, FetchError>)>> {
    let requests: Vec<SourceRequest> = (context.pipeline.sources.iter())
        .map(|source| source.request.clone())
        .collect();
    let probes = fetcher(context, secrets(&requests))?.probe(&requests).await;
    let ids = requests.into_iter().map(|request| request.id);
    Ok(ids.zip(probes).collect())
}

fn fetcher(context: &Context, secrets: BTreeMap<String, Secret>) -> anyhow::Result<Fetcher> {
    let options = &context.options;
    let mode = Mode {
        access: if options.offline {
            Access::Offline
        } else {
            Access::Online
        },
        pinning: if options.locked {
            Pinning::Locked
        } else {
            Pinning::Free
        },
        refresh: options.force,
    };
    Ok(Fetcher {
        store: context.store.clone(),
        client: Some(context.client(context.pipeline.client_options())?),
        aws: context.aws.clone(),
        secrets,
        clock: Arc::clone(&context.clock),
        tool: context.tool.clone(),
        observer: Arc::clone(&context.observer),
        mode,
        jobs: context.jobs().max(4),
        patience: PATIENCE,
    })
}

/// The users and passwords that these sources name, as far as the environment has them.
fn secrets(requests: &[SourceRequest]) -> BTreeMap<String, Secret> {
    let names = requests.iter().map(|request| request.location.variables());
    names
        .flatten()
        .filter_map(|name| {
            std::env::var(&name)
                .ok()
                .map(|value| (name, Secret::new(&value)))
        })
        .collect()
}
