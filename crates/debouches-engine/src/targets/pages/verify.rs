//! Reads a site back: every number stands in a release, every link leads somewhere, every file is as it was written.

use std::collections::{BTreeMap, BTreeSet};

use debouches_site::content::Content;
use debouches_site::{Releases, Site};
use debouches_store::Shelf;

use super::digests::{SiteRecord, digest, is_file};
use super::input::Ingredients;
use crate::context::Context;
use crate::failure::Usage;

/// Problems told; a site that is wrong everywhere needs no more.
const MOST: usize = 50;

/// What a check read.
#[derive(Debug, Clone, Default)]
pub struct Verified {
    /// Files read.
    pub files: usize,
    /// Figures looked for in releases.
    pub figures: usize,
    /// Pinned states of releases that are not the newest: their digest is checked, not their figures.
    pub pinned: usize,
    /// Links followed.
    pub links: usize,
    /// What is wrong.
    pub problems: Vec<String>,
}

/// Checks the site of a shelf.
///
/// # Errors
/// Fails when the pages cannot be read.
pub async fn verify(context: &Context, shelf: &Shelf, site: &Site) -> anyhow::Result<Verified> {
    let Some(record) = SiteRecord::read(shelf).await? else {
        return Err(Usage(format!(
            "{} holds no site: `debouches site build` makes it",
            shelf.display()
        ))
        .into());
    };
    let ingredients = Ingredients::find(context, shelf, "").await?;
    let mut verified = Verified::default();
    let quoted: Vec<_> = ingredients
        .releases
        .iter()
        .map(|(quoted, _)| quoted.clone())
        .collect();
    if quoted != record.releases {
        verified.problems.push(
            "the site quotes other releases than the newest: `debouches site build`".to_owned(),
        );
    }
    let content = Content::new(ingredients.read(context, shelf).await?.0);
    let releases = Releases::new(&content);
    let mut links: BTreeMap<(String, Option<String>), String> = BTreeMap::new();
    let mut anchors: BTreeSet<(String, String)> = BTreeSet::new();
    let mut paths: BTreeSet<String> = BTreeSet::new();
    let current = newest_states(&content, site);
    for shard in record.shards(shelf).await?.into_values() {
        for (path, expected) in shard.into_iter().filter(|(path, _)| is_file(path)) {
            let bytes = shelf.pointer(&path).await?.bytes;
            let Some(text) = bytes.and_then(|bytes| String::from_utf8(bytes).ok()) else {
                verified.problems.push(format!("{path} is not there"));
                continue;
            };
            if digest(&text) != expected {
                verified
                    .problems
                    .push(format!("{path} is not as it was written"));
            }
            verified.files += 1;
            let is_old = path.contains("/v/")
                && !path.ends_with("historique.json")
                && !current.contains(&path);
            let check = match path.rsplit('.').next() {
                _ if is_old => {
                    verified.pinned += 1;
                    debouches_site::PageCheck::default()
                }
                Some("html" | "svg") => releases.page(&path, &text),
                Some("json") if path.ends_with("donnees.json") || path.contains("/v/") => {
                    releases.document(&path, &text)
                }
                Some("csv") => releases.csv(&path, &text),
                _ => debouches_site::PageCheck::default(),
            };
            verified.figures += check.figures;
            verified.problems.extend(check.problems);
            for link in check.links {
                links.entry(link).or_insert_with(|| path.clone());
            }
            anchors.extend(
                check
                    .anchors
                    .into_iter()
                    .map(|anchor| (path.clone(), anchor)),
            );
            paths.insert(path);
        }
    }
    verified.links = links.len();
    for ((target, fragment), from) in links {
        let is_ours = paths.contains(&target);
        if !is_ours && shelf.size(&target).await?.is_none() {
            verified
                .problems
                .push(format!("{from}: {target} leads nowhere"));
        }
        if let Some(fragment) =
            fragment.filter(|fragment| is_ours && target.ends_with(".html") && !fragment.is_empty())
            && !anchors.contains(&(target.clone(), fragment.clone()))
        {
            verified
                .problems
                .push(format!("{from}: {target} has no anchor {fragment}"));
        }
    }
    verified.problems.sort();
    if verified.problems.len() > MOST {
        let others = verified.problems.len() - MOST;
        verified.problems.truncate(MOST);
        verified.problems.push(format!("and {others} more"));
    }
    Ok(verified)
}

/// The pinned files of the newest states, whose figures stand in the newest releases.
fn newest_states(content: &Content, site: &Site) -> BTreeSet<String> {
    let publication = debouches_site::Publication::new(site, content);
    let states = content
        .establishments()
        .filter_map(|uai| publication.establishment(uai));
    states
        .flat_map(|one| one.pinned)
        .map(|file| file.path)
        .collect()
}
