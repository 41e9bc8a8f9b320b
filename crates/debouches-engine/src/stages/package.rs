//! Tagged tables to a release.

use std::collections::BTreeMap;

use anyhow::Context as _;
use debouches_model::{
    ArtefactKey, Change, Fault, Ingredients, Lang, Manifest, Sha256, Stage, Text, Version,
};
use debouches_release::{
    Decision, FORMAT, Former, Part, PreparedTable, RECORD_FILE, ReleaseProfile, ReleaseRecord,
    Side, SideTable, SourceNote, TableShape, VersionRule, WrittenFile, describe, diff_sentences,
    media_type, prepare, write_forms,
};
use debouches_store::{Artefact, Lock, Spooled};
use debouches_table::ParquetFile;

use super::enrich;
use super::target::{Known, blocking, load_table};
use crate::checks::disclosure::{self, linked};
use crate::checks::drift;
use crate::config::{DatasetConfig, Protection};
use crate::context::Context;
use crate::failure::{Decided, Usage};
use crate::released::sidecar;
use crate::retraction::{made_again, newest, past, same_content, sentences, withdrawn};
use crate::selection::{DatasetLine, Outcome, Selection, Step, Summary};
use crate::signing::{signed, signer};

pub async fn run(context: &Context, selection: &Selection<'_>, lock: &Lock, summary: &mut Summary) {
    // What repeats the figures of another dataset waits for its release.
    let (waiting, own): (Vec<&DatasetConfig>, Vec<_>) =
        selection.datasets.iter().copied().partition(|dataset| {
            dataset
                .tables
                .iter()
                .any(|spec| linked::gated(spec).is_some())
        });
    for dataset in own.into_iter().chain(waiting) {
        let blocked = dataset
            .tables
            .iter()
            .find(|spec| !summary.passed(Stage::Enrich, spec.id.as_str()));
        if let Some(spec) = blocked {
            let detail = format!(
                "table {} did not get here: what is published stays as it is",
                spec.id
            );
            summary.push(Step::skipped(Stage::Package, dataset.id(), detail));
            continue;
        }
        let copied = dataset
            .tables
            .iter()
            .filter_map(|spec| linked::publisher(&context.pipeline, linked::gated(spec)?))
            .filter(|copied| copied.id() != dataset.id());
        if let Some(copied) = copied
            .into_iter()
            .find(|copied| !summary.passed(Stage::Package, copied.id().as_str()))
        {
            let detail = format!(
                "dataset {} was not packaged, and its secrecy is followed here",
                copied.id()
            );
            summary.push(Step::skipped(Stage::Package, dataset.id(), detail));
            continue;
        }
        match one(context, dataset, lock).await {
            Ok((step, release)) => {
                summary.push(step);
                summary.datasets.extend(release.as_ref().map(dataset_line));
            }
            Err(error) => summary.push(Step::failed(Stage::Package, dataset.id(), &error)),
        }
    }
    let order = |line: &DatasetLine| {
        selection
            .datasets
            .iter()
            .position(|dataset| dataset.id().as_str() == line.dataset)
    };
    summary.datasets.sort_by_key(order);
}

/// The newest release of a dataset, withdrawn ones left aside.
pub async fn latest(context: &Context, dataset: &str) -> anyhow::Result<Option<Artefact>> {
    let withdrawn = context.withdrawn().await?;
    let id = dataset.parse()?;
    let keys = context.store.list(Stage::Package, dataset).await?;
    let versions = keys
        .into_iter()
        .filter_map(|key| Some((key.id.parse::<Version>().ok()?, key)));
    let newest = versions
        .filter(|(version, _)| withdrawn.find(&id, *version).is_none())
        .max_by_key(|(version, _)| *version);
    match newest {
        Some((_, key)) => Ok(context.store.find(&key).await?),
        None => Ok(None),
    }
}

fn dataset_line(release: &Artefact) -> DatasetLine {
    let files = &release.manifest().files;
    let tables = files
        .iter()
        .filter_map(|file| Some((file.path.strip_suffix(".csv")?.to_owned(), file.rows?)));
    // A CSV by région is not a table.
    let tables = tables.filter(|(table, _)| !table.contains('.'));
    DatasetLine {
        dataset: release.key().subject.clone(),
        version: release.key().id.parse().unwrap_or(Version::FIRST),
        rows: tables.collect(),
        folder: release.location(""),
        address: None,
    }
}

/// True when the release is what these ingredients give: they made it, or a later run found the same content in theirs.
pub async fn is_current(
    context: &Context,
    release: &Artefact,
    ingredients: &Ingredients,
) -> anyhow::Result<bool> {
    if release.manifest().ingredients == *ingredients {
        return Ok(true);
    }
    let equivalent = context
        .store
        .journal_lines(release.key())
        .await?
        .unwrap_or_default();
    Ok(equivalent
        .iter()
        .any(|line| line == ingredients.fingerprint().as_str()))
}

/// Removes a release whose bytes were altered, so that `--force` makes it again under the same version.
async fn discard_if_altered(
    context: &Context,
    release: Option<Artefact>,
    lock: &Lock,
) -> anyhow::Result<Option<Artefact>> {
    let Some(release) = release else {
        return Ok(None);
    };
    match release.verify().await {
        Ok(()) => Ok(Some(release)),
        Err(error) if error.fault() == debouches_model::Fault::Integrity => {
            tracing::warn!("release {} is made again: {error}", release.key());
            context.store.discard(release.key(), lock).await?;
            latest(context, &release.key().subject).await
        }
        Err(error) => Err(error.into()),
    }
}

/// What decides the bytes of a release, but its version.
pub async fn ingredients(
    context: &Context,
    dataset: &DatasetConfig,
) -> anyhow::Result<(Ingredients, Vec<Artefact>)> {
    let notice = &dataset.notice;
    let texts = format!("{notice:?}");
    let mut ingredients = Ingredients::new()
        .with("texts", Sha256::of(texts.as_bytes()))
        .with("format", FORMAT);
    ingredients = ingredients.with("secrecy", format!("{:?}", dataset.secrecy));
    if dataset.protection != Protection::default() {
        ingredients = ingredients.with("protection", format!("{:?}", dataset.protection));
    }
    let mut tables = Vec::new();
    for spec in &dataset.tables {
        let target = enrich::target(context, spec).await?;
        let artefact = match target.look(context).await? {
            Known::Made(artefact) => artefact,
            Known::Refused(_) => {
                let message = format!(
                    "table {} was refused by enrich: see `debouches status {}`",
                    spec.id, spec.id
                );
                return Err(Decided {
                    message,
                    fault: debouches_model::Fault::Data,
                }
                .into());
            }
            Known::Nothing => {
                let table = &spec.id;
                return Err(Usage(format!(
                    "table {table} is not enriched in its present form: run `debouches enrich {table}`"
                ))
                .into());
            }
        };
        ingredients = ingredients
            .with(
                format!("table.{}", spec.id),
                enrich::table_digest(&artefact)?,
            )
            .with(format!("specification.{}", spec.id), spec.digest);
        if let Some((name, digest)) = linked::ingredient(context, spec).await? {
            ingredients = ingredients.with(name, digest);
        }
        tables.push(artefact);
    }
    Ok((ingredients, tables))
}

async fn one(
    context: &Context,
    dataset: &DatasetConfig,
    lock: &Lock,
) -> anyhow::Result<(Step, Option<Artefact>)> {
    let (ingredients, tables) = ingredients(context, dataset).await?;
    let mut last = latest(context, dataset.id().as_str()).await?;
    if context.options.force {
        last = discard_if_altered(context, last, lock).await?;
    } else if let Some(release) = &last
        && is_current(context, release, &ingredients).await?
    {
        let detail = format!("version {}, unchanged", release.key().id);
        return Ok((
            Step::new(Stage::Package, dataset.id(), Outcome::Kept, detail),
            Some(release.clone()),
        ));
    }
    let withdrawn = withdrawn(context, dataset.id()).await?;
    if let Some(former) = made_again(context, &withdrawn, &ingredients).await? {
        return Ok((
            Step::new(Stage::Package, dataset.id(), Outcome::Kept, former.told()),
            last,
        ));
    }
    let signer = signer(context)?;
    let written = write_tables(context, dataset, &tables).await?;
    let files: Vec<WrittenFile> = written
        .iter()
        .flat_map(|data| data.files.iter().map(|(file, _)| file.clone()))
        .collect();
    let (prepared, data): (Vec<PreparedTable<'_>>, Vec<_>) = written
        .into_iter()
        .map(|data| (data.table, data.files))
        .unzip();
    let candidate = ReleaseRecord::of(&dataset.notice, &prepared, &files);
    let record = match &last {
        Some(release) => Some(ReleaseRecord::read(&release.read(RECORD_FILE).await?)?),
        None => None,
    };
    if let Some(former) = same_content(&withdrawn, &candidate) {
        return Ok((
            Step::new(Stage::Package, dataset.id(), Outcome::Kept, former.told()),
            last,
        ));
    }
    let rule = VersionRule {
        last: record.as_ref(),
    };
    let (version, change, reasons) = match rule.decide(&candidate) {
        Decision::Unchanged(version) => {
            let release = last.context("an unchanged release exists")?;
            if !is_current(context, &release, &ingredients).await? {
                context
                    .store
                    .journal(release.key())
                    .await?
                    .append(ingredients.fingerprint().as_str())
                    .await?;
            }
            let detail = format!("version {version}, same content");
            return Ok((
                Step::new(Stage::Package, dataset.id(), Outcome::Kept, detail),
                Some(release),
            ));
        }
        Decision::New {
            version,
            change,
            reasons,
        } => past(&withdrawn, &candidate, (version, change, reasons)),
    };
    let profile = ReleaseProfile::of(prepared.iter().map(|table| table.profile.clone()).collect());
    let ruling = drift::rule(context, dataset, &profile).await?;
    let inputs: Vec<_> = tables
        .iter()
        .map(|table| table.manifest().as_input())
        .collect();
    if ruling.is_refused() {
        return Ok((
            ruling
                .refuse(context, dataset, &ingredients, inputs)
                .await?,
            None,
        ));
    }
    let version = chosen(context, &rule, (version, change), newest(&withdrawn))?;
    let mut reasons = match &last {
        Some(release) => told_changes(release, &prepared, &data, reasons).await?,
        None => reasons,
    };
    reasons.splice(0..0, breaking(context, &rule, &candidate)?);
    let told = match &last {
        Some(release) => changelog(release, "CHANGELOG.md").await?,
        None => None,
    };
    reasons.extend(sentences(&withdrawn, told.as_deref()));
    reasons.extend(notices(dataset, record.as_ref()));
    reasons.extend(ruling.reasons());
    let former = match &last {
        Some(release) => Former {
            french: changelog(release, "CHANGELOG.md").await?,
            english: changelog(release, "CHANGELOG.en.md").await?,
        },
        None => Former::default(),
    };
    let described = describe(
        &dataset.notice,
        version,
        &reasons,
        &prepared,
        &files,
        &former,
    );
    let key = ArtefactKey::new(Stage::Package, dataset.id(), version);
    let draft = context.store.draft(key.clone())?;
    for files in data {
        for (file, spooled) in files {
            draft.take(spooled, &file.path, media_type(&file.path), file.rows)?;
        }
    }
    let signature = signer.and_then(|key| signed(&key, dataset, version, &described.texts));
    for text in described.texts.iter().chain(&signature) {
        draft.write(&text.path, &text.media_type, text.text.as_bytes())?;
    }
    let mut manifest = Manifest::new(&key, context.tool.clone(), context.clock.now());
    manifest.ingredients = ingredients;
    manifest.inputs = inputs;
    manifest.waivers = ruling.waivers();
    manifest.release = Some(described.notice);
    let release = draft.commit(manifest).await?;
    let lang = context.options.lang;
    let told: Vec<&str> = reasons
        .iter()
        .take(3)
        .map(|reason| reason.get(lang))
        .collect();
    let detail = format!("version {version}: {}", told.join(" "));
    Ok((
        Step::new(Stage::Package, dataset.id(), Outcome::Made, detail),
        Some(release),
    ))
}

/// The version: that of the rule, or the one chosen by hand when it says at least as much.
fn chosen(
    context: &Context,
    rule: &VersionRule<'_>,
    (ruled, change): (Version, Option<Change>),
    withdrawn: Option<Version>,
) -> anyhow::Result<Version> {
    match context.options.release.as_version {
        None => Ok(ruled),
        Some(chosen) if chosen == ruled => Ok(chosen),
        Some(chosen) if withdrawn.is_some_and(|withdrawn| chosen <= withdrawn) => {
            Err(Usage(format!(
                "version {chosen} does not follow the withdrawn releases: the rule gives {ruled}"
            ))
            .into())
        }
        Some(chosen) if rule.allows(chosen, change) => Ok(chosen),
        Some(chosen) => {
            let message =
                format!("version {chosen} contradicts what changed: the rule gives {ruled}");
            Err(Usage(message).into())
        }
    }
}

/// The reason of a change that breaks reusers without notice; refused when nobody gave one.
fn breaking(
    context: &Context,
    rule: &VersionRule<'_>,
    candidate: &ReleaseRecord,
) -> anyhow::Result<Option<Text>> {
    let broken = rule.unannounced(candidate);
    let listed = |lang: Lang| {
        broken
            .iter()
            .map(|text| text.get(lang))
            .collect::<Vec<_>>()
            .join(", ")
    };
    match &context.options.release.breaking {
        _ if broken.is_empty() => Ok(None),
        Some(reason) => Ok(Some(Text {
            fr: format!("Rupture sans préavis ({}) : {reason}", listed(Lang::Fr)),
            en: format!("Break without notice ({}): {reason}", listed(Lang::En)),
        })),
        None => {
            let message = format!(
                "this would break reusers without notice: {}; announce it in a release first (`deprecated` of the dataset), or give the reason with `--breaking`",
                listed(Lang::En)
            );
            Err(Decided {
                message,
                fault: Fault::Data,
            }
            .into())
        }
    }
}

/// The columns whose removal is announced for the first time.
pub fn notices(dataset: &DatasetConfig, last: Option<&ReleaseRecord>) -> Vec<Text> {
    let newly = |notice: &&debouches_release::Deprecation| {
        last.is_none_or(|last| !last.deprecated.contains(notice))
    };
    let told = |notice: &debouches_release::Deprecation| Text {
        fr: format!(
            "Préavis : la colonne `{}` sera retirée. {}",
            notice.column, notice.reason
        ),
        en: format!(
            "Notice: column `{}` will be removed. {}",
            notice.column, notice.reason
        ),
    };
    dataset
        .notice
        .deprecated
        .iter()
        .filter(newly)
        .map(told)
        .collect()
}

pub async fn changelog(release: &Artefact, path: &str) -> anyhow::Result<Option<String>> {
    if release.manifest().file(path).is_none() {
        return Ok(None);
    }
    let bytes = release.read(path).await?;
    Ok(Some(String::from_utf8(bytes).with_context(|| {
        format!("the former {path} is not text")
    })?))
}

/// What changed since the last release, told from a comparison of the rows; the reasons of the rule when it finds nothing.
pub async fn told_changes(
    last: &Artefact,
    prepared: &[PreparedTable<'_>],
    data: &[Vec<(WrittenFile, Spooled)>],
    reasons: Vec<Text>,
) -> anyhow::Result<Vec<Text>> {
    let before = sidecar::of_release(last).await?;
    let mut tables = Vec::new();
    for (table, files) in prepared.iter().zip(data) {
        let shape = TableShape::of(table.spec.id.as_str(), &table.spec.key, &table.columns);
        let Some((_, spooled)) = files.iter().find(|(file, _)| file.path == shape.parquet) else {
            continue;
        };
        let file = ParquetFile::open(spooled.open()?)?;
        tables.push(SideTable { shape, file });
    }
    let after = Side {
        name: "candidate".to_owned(),
        tables,
    };
    let report = blocking(move || Ok(debouches_release::diff(&before, &after, 0.0, None)?)).await?;
    let told = diff_sentences(&report);
    Ok(if told.is_empty() { reasons } else { told })
}

/// A table whose CSV and Parquet are on the disk, without a name yet.
pub struct WrittenData {
    pub table: PreparedTable<'static>,
    pub files: Vec<(WrittenFile, Spooled)>,
}

/// Writes all the tables of a dataset.
pub async fn write_tables(
    context: &Context,
    dataset: &DatasetConfig,
    tables: &[Artefact],
) -> anyhow::Result<Vec<WrittenData>> {
    let mut written: Vec<Option<WrittenData>> = tables.iter().map(|_| None).collect();
    // What repeats the figures of another table of the dataset waits for it.
    let waits = |family: &Vec<usize>| {
        family
            .iter()
            .any(|place| linked::gated(dataset.tables[*place]).is_some())
    };
    let mut families = disclosure::families(dataset);
    families.sort_by_key(waits);
    for family in families {
        let mut candidates = Vec::new();
        for place in &family {
            let spec = dataset.tables[*place];
            let beside = linked::gated(spec)
                .and_then(|copies| released_beside(&written, &copies.table))
                .map(Spooled::open)
                .transpose()?;
            let table = load_table(context, &tables[*place]).await?;
            let table = linked::followed(context, spec, table, beside).await?;
            candidates.push(disclosure::Candidate { spec, table });
        }
        let judged = disclosure::guarded(context, dataset, candidates).await?;
        for (place, (candidate, secrecy)) in family.into_iter().zip(judged) {
            let sources = source_notes(context, &tables[place]).await?;
            let disclosure::Candidate { spec, table } = candidate;
            let part = Part {
                spec,
                table,
                dataset: dataset.notice.clone(),
                sources,
                secrecy,
            };
            written[place] = Some(write_data(context, part).await?);
        }
    }
    Ok(written.into_iter().flatten().collect())
}

/// The CSV of a table of the dataset that is written already.
fn released_beside<'a>(
    written: &'a [Option<WrittenData>],
    table: &debouches_model::TableId,
) -> Option<&'a Spooled> {
    let data = written
        .iter()
        .flatten()
        .find(|data| data.table.spec.id == *table)?;
    let path = format!("{table}.csv");
    data.files
        .iter()
        .find(|(file, _)| file.path == path)
        .map(|(_, spooled)| spooled)
}

async fn write_data(context: &Context, part: Part<'static>) -> anyhow::Result<WrittenData> {
    let (mut csv, mut parquet) = (context.store.spool()?, context.store.spool()?);
    let jobs = context.jobs();
    let (id, forms, store) = (
        part.spec.id.clone(),
        part.dataset.forms.clone(),
        context.store.clone(),
    );
    blocking(move || {
        let table = prepare(part, &mut csv, &mut parquet, jobs)?;
        let mut files = Vec::new();
        for (extension, spool) in [("csv", csv), ("parquet", parquet)] {
            let spooled = spool.finish()?;
            files.push(written(format!("{id}.{extension}"), table.rows, spooled));
        }
        let csv = files.first().map(|(_, spooled)| spooled);
        let open = || {
            csv.map(Spooled::open)
                .transpose()
                .map_err(std::io::Error::other)?
                .ok_or(std::io::ErrorKind::NotFound.into())
        };
        let further = write_forms(&forms, &table, &open, &mut || {
            store.spool().map_err(std::io::Error::other)
        })?;
        for form in further {
            files.push(written(form.path, form.rows, form.out.finish()?));
        }
        Ok(WrittenData { table, files })
    })
    .await
}

fn written(path: String, rows: u64, spooled: Spooled) -> (WrittenFile, Spooled) {
    (
        WrittenFile {
            path,
            bytes: spooled.bytes(),
            sha256: spooled.sha256(),
            rows: Some(rows),
        },
        spooled,
    )
}

/// The sources that a table comes from: a walk through manifests, down to the snapshots.
async fn source_notes(context: &Context, table: &Artefact) -> anyhow::Result<Vec<SourceNote>> {
    let mut notes: BTreeMap<String, SourceNote> = BTreeMap::new();
    let mut waiting = table.manifest().inputs.clone();
    while let Some(input) = waiting.pop() {
        let key = ArtefactKey::new(input.stage, &input.subject, &input.id);
        let artefact = context
            .store
            .find(&key)
            .await?
            .with_context(|| format!("{key} is gone from the state"))?;
        if input.stage == Stage::Fetch {
            let source = context
                .pipeline
                .sources
                .iter()
                .find(|source| source.id().as_str() == input.subject);
            let body = debouches_fetch::body_of(&artefact);
            let note = SourceNote {
                id: input.subject.clone(),
                producer: source
                    .map(|source| source.spec.producer.clone())
                    .unwrap_or_default(),
                address: artefact
                    .manifest()
                    .origin
                    .as_ref()
                    .map(|origin| public_address(&origin.url))
                    .unwrap_or_default(),
                sha256: body.sha256,
                version: source.and_then(|source| source.request.version.clone()),
            };
            notes.insert(input.subject, note);
        } else {
            waiting.extend(artefact.manifest().inputs.clone());
        }
    }
    Ok(notes.into_values().collect())
}

/// An address that means something to a reuser: of a file or an object of ours, its name only.
fn public_address(url: &str) -> String {
    let is_public = url.starts_with("https://") || url.starts_with("http://");
    if is_public {
        url.to_owned()
    } else {
        url.rsplit('/').next().unwrap_or_default().to_owned()
    }
}
