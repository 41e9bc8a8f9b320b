//! Renders the site and writes what differs from what it holds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::NaiveDate;
use debouches_site::content::{Content, Uai};
use debouches_site::{File, History, Inputs, PinnedState, Publication, Site, Unit, address};
use debouches_store::{PageBytes, Shelf};
use tokio::runtime::Handle;

use super::digests::{FOLDER, Shard, SiteRecord, digest, is_file, text};
use super::input::Ingredients;
use super::unfinished::Unfinished;
use crate::context::Context;

/// What a build did.
#[derive(Debug, Clone, Default)]
pub struct Built {
    /// Files of the site.
    pub files: usize,
    /// Bytes rendered.
    pub bytes: u64,
    /// Files written.
    pub written: usize,
    /// False when the releases did not move: nothing was rendered.
    pub rendered: bool,
}

/// Builds the site of a shelf.
///
/// # Errors
/// Fails when the releases cannot be read, or when a page cannot be written.
pub async fn build(context: &Context, shelf: &Shelf, site: &Site) -> anyhow::Result<Built> {
    let identity = format!(
        "{:?} {} {} {}",
        site.url, site.title, site.contact, site.has_theme
    );
    let ingredients = Ingredients::find(context, shelf, &identity).await?;
    let previous = SiteRecord::read(shelf).await?.unwrap_or_default();
    if previous.ingredients == ingredients.digest && !context.options.force {
        return Ok(Built {
            files: previous.files,
            ..Built::default()
        });
    }
    let mut shards = previous.shards(shelf).await?;
    let mut unfinished = Unfinished::read(shelf).await?;
    if !unfinished.spares(&ingredients.digest) {
        let digests = shards.values_mut().flat_map(BTreeMap::values_mut);
        digests.for_each(String::clear);
    }
    let (mut input, dates) = ingredients.read(context, shelf).await?;
    for path in shards.values().flat_map(BTreeMap::keys) {
        let mut parts = path.split('/');
        match (parts.next(), parts.next()) {
            (Some("etablissement"), Some(uai)) => input.known.extend(Uai::new(uai)),
            (Some("formation"), Some(code)) if !code.contains(['.', '_']) => {
                input.known_trainings.insert(code.to_owned());
            }
            _ => {}
        }
    }
    let content = Content::new(input);
    let publication = Publication::new(site, &content);
    let fresh: BTreeMap<&String, &String> = ingredients
        .retracted
        .iter()
        .filter(|(release, _)| !previous.retracted.contains(release))
        .collect();
    let work = Work {
        publication: &publication,
        shelf,
        shards: &shards,
        retracted: &ingredients.retracted,
        looks_back: !fresh.is_empty(),
        today: context.clock.now().date_naive(),
        tool: format!("{} {}", context.tool.version, context.tool.commit),
        handle: Handle::current(),
        made: Mutex::new(BTreeMap::new()),
        bytes: AtomicUsize::new(0),
        written: AtomicUsize::new(0),
    };
    unfinished.begin(shelf, &ingredients.digest).await?;
    let units = publication.units();
    let (home, rest) = units
        .split_last()
        .map_or((None, &units[..]), |(home, rest)| (Some(home), rest));
    let jobs = context.jobs().max(1);
    tokio::task::block_in_place(|| work.all(rest, jobs))?;
    work.stale(site).await?;
    shelf.write_pages(FOLDER, dates).await?;
    shelf.settle().await?;
    // Only now what leads to the pages.
    if let Some(home) = home {
        tokio::task::block_in_place(|| work.unit(home))?;
    }
    let (bytes, written) = (
        work.bytes.load(Ordering::Relaxed),
        work.written.load(Ordering::Relaxed),
    );
    let made = work.made.into_inner().unwrap_or_default();
    let record = SiteRecord {
        format: SiteRecord::FORMAT,
        ingredients: ingredients.digest.clone(),
        releases: ingredients
            .releases
            .iter()
            .map(|(quoted, _)| quoted.clone())
            .collect(),
        retracted: ingredients.retracted.keys().cloned().collect(),
        files: made
            .values()
            .flat_map(BTreeMap::keys)
            .filter(|path| is_file(path))
            .count(),
        shards: write_shards(shelf, &made, &previous).await?,
    };
    let files = record.files;
    let from = shelf.pointer(address::SITE).await?;
    shelf
        .move_pointer(
            address::SITE,
            &from,
            text(&record).as_bytes(),
            "application/json",
        )
        .await?;
    unfinished.end(shelf).await?;
    Ok(Built {
        files,
        bytes: bytes as u64,
        written,
        rendered: true,
    })
}

async fn write_shards(
    shelf: &Shelf,
    made: &BTreeMap<String, Shard>,
    previous: &SiteRecord,
) -> anyhow::Result<BTreeMap<String, String>> {
    let mut digests = BTreeMap::new();
    let mut pages = Vec::new();
    for (name, shard) in made {
        let text = text(shard);
        let digest = debouches_model::Sha256::of(text.as_bytes()).to_string();
        if previous.shards.get(name) != Some(&digest) {
            pages.push(PageBytes {
                name: format!("{name}.json"),
                media_type: "application/json",
                bytes: text.into_bytes(),
            });
        }
        digests.insert(name.clone(), digest);
    }
    shelf.write_pages(FOLDER, pages).await?;
    shelf.settle().await?;
    Ok(digests)
}

/// The work shared by threads.
struct Work<'a> {
    publication: &'a Publication<'a>,
    shelf: &'a Shelf,
    shards: &'a BTreeMap<String, Shard>,
    retracted: &'a BTreeMap<String, String>,
    /// True when a release was retracted since: every history is read again.
    looks_back: bool,
    today: NaiveDate,
    /// Another program may render the same inputs otherwise.
    tool: String,
    handle: Handle,
    made: Mutex<BTreeMap<String, Shard>>,
    bytes: AtomicUsize,
    written: AtomicUsize,
}

impl Work<'_> {
    /// Renders and writes every part, on several threads.
    fn all(&self, units: &[Unit], jobs: usize) -> anyhow::Result<()> {
        let next = AtomicUsize::new(0);
        let turn = || -> anyhow::Result<()> {
            while let Some(unit) = units.get(next.fetch_add(1, Ordering::Relaxed)) {
                self.unit(unit)?;
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..jobs).map(|_| scope.spawn(turn)).collect();
            let ends = threads.into_iter().map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            });
            ends.collect::<anyhow::Result<()>>()
        })
    }

    fn known(&self, shard: &str, path: &str) -> Option<&str> {
        self.shards.get(shard)?.get(path).map(String::as_str)
    }

    fn unit(&self, unit: &Unit) -> anyhow::Result<()> {
        let shard = unit.shard();
        let inputs = self.publication.inputs(unit);
        let made_of = inputs
            .as_ref()
            .map(|inputs| (inputs, digest(&format!("{} {}", self.tool, inputs.digest))));
        if let Some((inputs, digest)) = &made_of
            && let Some(kept) = self.kept(&shard, inputs, digest)
        {
            self.note(&shard, kept);
            return Ok(());
        }
        match unit {
            Unit::Establishment(uai) => self.establishment(&shard, *uai)?,
            _ => self.write(&shard, self.publication.files(unit))?,
        }
        if let Some((inputs, digest)) = made_of {
            self.note(&shard, Shard::from([(inputs.folder.clone(), digest)]));
        }
        Ok(())
    }

    /// The files of a part that is made of the same as last time; none when it is to be rendered.
    fn kept(&self, shard: &str, inputs: &Inputs, digest: &str) -> Option<Shard> {
        if self.looks_back || self.known(shard, &inputs.folder) != Some(digest) {
            return None;
        }
        let shard = self.shards.get(shard)?;
        let files = shard.range(inputs.folder.clone()..);
        let files = files.take_while(|(path, _)| path.starts_with(&inputs.folder));
        let others = inputs.others.iter();
        let others: Option<Vec<_>> = others.map(|path| shard.get_key_value(path)).collect();
        let all: Shard = files
            .chain(others?)
            .map(|(path, digest)| (path.clone(), digest.clone()))
            .collect();
        all.values().all(|digest| !digest.is_empty()).then_some(all)
    }

    fn note(&self, shard: &str, noted: Shard) {
        let mut made = self
            .made
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        made.entry(shard.to_owned()).or_default().extend(noted);
    }

    fn establishment(&self, shard: &str, uai: Uai) -> anyhow::Result<()> {
        let Some(one) = self.publication.establishment(uai) else {
            return Ok(());
        };
        let mut files = one.files;
        let json = address::establishment_json(&uai);
        let figures = files
            .iter()
            .find(|file| file.path == json)
            .map(|file| digest(&file.text));
        let is_same = self.known(shard, &json) == figures.as_deref();
        let folder = format!("{}/v/", address::establishment(&uai));
        // What no digest tells any more is read again below.
        let known = self.shards.get(shard).into_iter();
        let mut kept: Shard = known
            .flat_map(|shard| shard.range(folder.clone()..))
            .take_while(|(path, _)| path.starts_with(&folder))
            .filter(|(_, digest)| !digest.is_empty())
            .map(|(path, digest)| (path.clone(), digest.clone()))
            .collect();
        if !is_same || self.looks_back {
            let bytes = self
                .handle
                .block_on(self.shelf.pointer(&address::history(&uai)))?
                .bytes;
            let before = bytes.map(|bytes| History::read(&bytes)).transpose()?;
            let mut history = before
                .clone()
                .unwrap_or_else(|| History::empty(uai.as_str()));
            let is_lost = |file: &File| self.known(shard, &file.path) == Some("");
            if one.pinned.iter().any(is_lost) {
                files.extend(one.pinned.iter().cloned());
            }
            self.pin(uai, one.state, one.pinned, &mut history, &mut files);
            if before.as_ref() != Some(&history) {
                files.push(self.publication.history(uai, &history));
            }
            self.notice(uai, &history, &files, &mut kept)?;
        }
        for file in &files {
            kept.remove(&file.path);
        }
        self.write(shard, files)?;
        self.note(shard, kept);
        Ok(())
    }

    /// Notes the files of pinned states that are there and that no digest tells: the file of digests was lost.
    fn notice(
        &self,
        uai: Uai,
        history: &History,
        files: &[File],
        kept: &mut Shard,
    ) -> anyhow::Result<()> {
        let states = history.states.iter();
        let pinned = states.flat_map(|state| {
            let digest = &state.digest;
            [
                address::pinned_page(&uai, digest),
                address::pinned_json(&uai, digest),
            ]
        });
        for path in pinned.chain([address::history(&uai)]) {
            if kept.contains_key(&path) || files.iter().any(|file| file.path == path) {
                continue;
            }
            let bytes = self.handle.block_on(self.shelf.pointer(&path))?.bytes;
            if let Some(text) = bytes.and_then(|bytes| String::from_utf8(bytes).ok()) {
                kept.insert(path, digest(&text));
            }
        }
        Ok(())
    }

    /// Puts the state of today first, and empties those that quote retracted releases.
    fn pin(
        &self,
        uai: Uai,
        state: Option<PinnedState>,
        pinned: Vec<File>,
        history: &mut History,
        files: &mut Vec<File>,
    ) {
        for state in history.retract(|release| self.retracted.get(release).cloned()) {
            files.extend(self.publication.emptied(uai, &state));
        }
        let Some(mut state) = state else { return };
        let known = history
            .states
            .iter()
            .find(|other| other.digest == state.digest);
        // A state comes back with its first day; its bytes are there already.
        let is_new = known.is_none_or(|known| known.retracted.is_some());
        state.since = known.map_or(self.today, |known| known.since);
        if history.push(state) && is_new {
            files.extend(pinned);
        }
    }

    /// Writes the files that differ, folder by folder, and notes them all.
    fn write(&self, shard: &str, files: Vec<File>) -> anyhow::Result<()> {
        let mut folders: BTreeMap<String, Vec<PageBytes>> = BTreeMap::new();
        let mut noted = Shard::new();
        for file in files {
            let digest = digest(&file.text);
            self.bytes.fetch_add(file.text.len(), Ordering::Relaxed);
            if self.known(shard, &file.path) != Some(digest.as_str()) {
                let (folder, name) = split(&file.path);
                folders.entry(folder).or_default().push(PageBytes {
                    name,
                    media_type: file.media_type,
                    bytes: file.text.into_bytes(),
                });
            }
            noted.insert(file.path, digest);
        }
        for (folder, pages) in folders {
            self.written.fetch_add(pages.len(), Ordering::Relaxed);
            self.shelf.write_pages_here(&self.handle, &folder, pages)?;
        }
        self.note(shard, noted);
        Ok(())
    }

    /// What stood at an address that the releases do not fill any more says so: no link dies.
    async fn stale(&self, site: &Site) -> anyhow::Result<()> {
        let made: BTreeSet<String> = {
            let made = self
                .made
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            made.values().flat_map(BTreeMap::keys).cloned().collect()
        };
        for (name, shard) in self.shards {
            let gone = shard
                .keys()
                .filter(|path| is_file(path) && !made.contains(*path) && *path != address::HOME);
            let files: Vec<File> = gone
                .filter_map(|path| {
                    let uai = path
                        .strip_prefix("etablissement/")
                        .and_then(|rest| Uai::new(rest.get(..8)?));
                    let picture = uai.and_then(|uai| self.publication.stale(uai, path));
                    picture.or_else(|| debouches_site::retired_file(site, path))
                })
                .collect();
            tokio::task::block_in_place(|| self.write(name, files))?;
        }
        Ok(())
    }
}

fn split(path: &str) -> (String, String) {
    match path.rsplit_once('/') {
        Some((folder, name)) => (folder.to_owned(), name.to_owned()),
        None => (String::new(), path.to_owned()),
    }
}
