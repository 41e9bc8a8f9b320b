//! Sources to snapshots, and `pipeline.lock`.

use std::collections::BTreeMap;
use std::sync::Arc;

use debouches_fetch::{
    Access, Fetched, Fetcher, Mode, Outcome as Reading, Pinning, Place, SourceRequest,
};
use debouches_http::{Client, Secret};
use debouches_model::Stage;

use crate::config::Source;
use crate::context::Context;
use crate::selection::{Outcome, Selection, Step, Summary};

pub async fn run(
    context: &Context,
    selection: &Selection<'_>,
    summary: &mut Summary,
) -> anyhow::Result<()> {
    let requests: Vec<SourceRequest> = selection
        .sources
        .iter()
        .map(|source| source.request.clone())
        .collect();
    let known = context.sources().clone();
    let results = fetcher(context, secrets(&requests))?
        .fetch(&requests, &known)
        .await;
    let mut lock_file = known;
    for (source, result) in selection.sources.iter().zip(results) {
        match result {
            Ok(fetched) => {
                lock_file.note(&fetched);
                summary.push(told(source, &fetched));
            }
            Err(error) => summary.push(Step::failed(Stage::Fetch, source.id(), &error.into())),
        }
    }
    context.write_lock_file(lock_file)
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
        client: Some(Client::new(context.pipeline.client_options())?),
        aws: context.aws.clone(),
        secrets,
        clock: Arc::clone(&context.clock),
        tool: context.tool.clone(),
        observer: Arc::clone(&context.observer),
        mode,
        jobs: context.jobs().max(4),
    })
}

/// The users and passwords that these sources name, as far as the environment has them.
fn secrets(requests: &[SourceRequest]) -> BTreeMap<String, Secret> {
    let names = requests.iter().filter_map(|request| match &request.place {
        Place::InserjeunesApi(api) => Some([api.username_env.clone(), api.password_env.clone()]),
        Place::File(_) | Place::Object(_) | Place::Http(_) | Place::Ods(_) => None,
    });
    names
        .flatten()
        .filter_map(|name| {
            std::env::var(&name)
                .ok()
                .map(|value| (name, Secret::new(&value)))
        })
        .collect()
}

fn told(source: &Source, fetched: &Fetched) -> Step {
    let size = fetched.entry.size;
    let short = fetched.entry.sha256.short();
    let (outcome, detail) = match fetched.outcome {
        Reading::New => (Outcome::Made, format!("new, {size} bytes, sha256 {short}…")),
        Reading::Changed => (
            Outcome::Made,
            format!("changed, {size} bytes, sha256 {short}…"),
        ),
        Reading::Unchanged => (Outcome::Kept, format!("unchanged, sha256 {short}…")),
        Reading::Offline => (Outcome::Kept, format!("offline, snapshot sha256 {short}…")),
    };
    Step::new(Stage::Fetch, source.id(), outcome, detail)
}
