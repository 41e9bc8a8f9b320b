//! Rebuilding the release that is live, after the state was lost.
//!
//! The tables are made again from their sources; the texts, which tell the history of versions, are read back from the
//! portal and compared with their digests. When all of it together has the digest that the portal is marked with, it is
//! the release that is live, byte for byte.

use std::collections::BTreeMap;

use anyhow::Context as _;
use debouches_http::{Client, Request, Url};
use debouches_model::{Sha256, Version};
use debouches_publish::{Live, LiveFile};
use debouches_release::{
    EarlierRelease, Outline, PreviousChangelogs, RECORD_FILE, ReleaseFacts, ReleaseRecord,
    SIGNATURE_FILE, TextFile,
};
use debouches_store::Lock;

use super::connection::Connection;
use crate::checks::disclosure::Earlier;
use crate::config::DatasetConfig;
use crate::context::Context;
use crate::failure::Usage;
use crate::stages::package::{Candidate, ingredients};
use crate::summary::Outcome;

pub(crate) async fn restore(
    context: &Context,
    connection: &Connection<'_>,
    dataset: &DatasetConfig,
    live: &Live,
    lock: &Lock,
) -> anyhow::Result<(Outcome, String)> {
    let (Some(version), Some(digest)) = (live.version, &live.release) else {
        return Ok((
            Outcome::Kept,
            format!(
                "{} has our mark and no version: it cannot be taken back",
                live.id
            ),
        ));
    };
    let (now, tables) = ingredients(context, dataset).await.map_err(|error| match error.downcast::<Usage>() {
        Ok(Usage(missing)) => Usage(format!(
            "version {version} is live as {} and can be taken back once its tables are made again: run `debouches run --to enrich {}` first ({missing})",
            live.id,
            dataset.id()
        ))
        .into(),
        Err(error) => error,
    })?;
    let names = recorded(context, live).await?;
    let earlier = Earlier::still_there(context, &names).await?;
    let candidate = Candidate::build(context, dataset, &tables, earlier).await?;
    // What it changed, and what people decided, only the release itself tells: those texts are read back.
    let described = candidate.describe(&Outline {
        version,
        facts: ReleaseFacts::default(),
        changelogs: PreviousChangelogs::default(),
    });
    let paths = described
        .texts
        .iter()
        .map(|text| text.path.as_str())
        .chain([SIGNATURE_FILE]);
    let mut texts = read_texts(context, live, paths).await?;
    let mut rebuilt = described.texts;
    for file in &mut rebuilt {
        if let Some(recorded) = texts.remove(&file.path) {
            file.text = recorded;
        }
    }
    if let (Some(_), Some(text)) = (&context.pipeline.signature, texts.remove(SIGNATURE_FILE)) {
        rebuilt.push(TextFile {
            path: SIGNATURE_FILE.to_owned(),
            media_type: "text/plain".to_owned(),
            text,
        });
    }
    let release = candidate
        .commit(context, version, &rebuilt, |manifest| {
            manifest.ingredients = now;
            manifest.inputs = tables
                .iter()
                .map(|table| table.manifest().as_input())
                .collect();
            manifest.release = Some(described.notice);
        })
        .await?;
    if &release.manifest().identity().to_string() != digest {
        context.store.discard(release.key(), lock).await?;
        return Ok((Outcome::Kept, differs(version, live)));
    }
    let target = connection.target(Some(dataset));
    connection
        .publication(context, &release, &target)
        .adopt(lock)
        .await?;
    let detail = format!(
        "version {version} was rebuilt: it is what is live as {}, byte for byte",
        live.id
    );
    Ok((Outcome::Made, detail))
}

/// The releases beside which the one that is live was judged, by its own record.
async fn recorded(context: &Context, live: &Live) -> anyhow::Result<Vec<EarlierRelease>> {
    let mut texts = read_texts(context, live, [RECORD_FILE].into_iter()).await?;
    Ok(match texts.remove(RECORD_FILE) {
        Some(text) => ReleaseRecord::read(text.as_bytes())?.facts.published_before,
        None => Vec::new(),
    })
}

fn differs(version: Version, live: &Live) -> String {
    format!(
        "version {version} is live as {}, and the sources give something else now: it cannot be rebuilt; bring the state back, or publish over it with `--force`",
        live.id
    )
}

/// The texts of the release as the portal has them, each compared with the digest that it is marked with.
async fn read_texts<'a>(
    context: &Context,
    live: &Live,
    paths: impl Iterator<Item = &'a str>,
) -> anyhow::Result<BTreeMap<String, String>> {
    // No key: these are public files, possibly on another host.
    let client = context.client(context.pipeline.client_options())?;
    let mut texts = BTreeMap::new();
    for path in paths {
        let Some(file) = live.files.iter().find(|file| file.path == path) else {
            continue;
        };
        texts.insert(path.to_owned(), read_text(&client, file).await?);
    }
    Ok(texts)
}

async fn read_text(client: &Client, file: &LiveFile) -> anyhow::Result<String> {
    let url: Url = file
        .url
        .parse()
        .with_context(|| format!("the portal gives no address for {}", file.path))?;
    let answer = client
        .send(&Request::get(url))
        .await
        .with_context(|| format!("cannot read {} back", file.path))?;
    anyhow::ensure!(
        answer.status() == 200,
        "cannot read {} back: answered {}",
        file.path,
        answer.status()
    );
    let actual = Sha256::of(answer.body()).to_string();
    let marked = file.sha256.as_deref().unwrap_or_default();
    anyhow::ensure!(
        actual == marked,
        "{} was altered on the portal: marked {marked}, found {actual}",
        file.path
    );
    String::from_utf8(answer.body().to_vec())
        .with_context(|| format!("{} is not text on the portal", file.path))
}
