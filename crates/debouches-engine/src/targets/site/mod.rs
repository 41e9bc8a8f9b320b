//! Releases to a static catalogue: every release under its version, then what leads to it, the index last.
//!
//! Nothing is remembered but in the catalogue itself: a publication that stopped is completed by the next one, and the
//! former index stays right until then, since nothing that it leads to is taken away.

mod pending;
mod receipt;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use debouches_model::{DatasetId, Fault, Sha256, Stage};
use debouches_publish::PlannedDataset;
use debouches_site::{DatasetRecord, Lineage, LineageRow, Site, record_path};
use debouches_store::{Artefact, Lock, Shelf};

use crate::config::{DatasetConfig, Portal, StaticSite};
use crate::context::Context;
use crate::failure::{self, Decided};
use crate::graph::{Edge, Graph, Link, Node, NodeKind, svg};
use crate::retraction::note;
use crate::summary::{Outcome, Step, Summary};
use crate::targets::pages;

pub use pending::Write;

/// What each dataset is made of, as its page shows it.
fn lineages(context: &Context) -> anyhow::Result<BTreeMap<DatasetId, Lineage>> {
    let graph = Graph::of(&context.pipeline);
    let datasets = context.pipeline.datasets.iter();
    datasets
        .map(|dataset| {
            let edges = graph.edges_to(&[dataset.id().to_string()])?;
            let edges: Vec<Edge> = edges
                .into_iter()
                .filter(|edge| edge.to.kind != NodeKind::Portal)
                .collect();
            Ok((dataset.id().clone(), lineage(&edges)))
        })
        .collect()
}

fn lineage(edges: &[Edge]) -> Lineage {
    let nodes: BTreeSet<&Node> = edges
        .iter()
        .flat_map(|edge| [&edge.from, &edge.to])
        .collect();
    let needed = |node: &Node, link: Link| {
        let edges = edges
            .iter()
            .filter(|edge| edge.to == *node && edge.link == link);
        edges.map(|edge| edge.from.id.clone()).collect()
    };
    let row = |node: &&Node| LineageRow {
        name: node.id.clone(),
        nature: match node.kind {
            NodeKind::Source => "fichier d’un producteur",
            NodeKind::Table => "table reçue",
            NodeKind::Derived => "table dérivée",
            NodeKind::Dataset => "jeu de données",
            NodeKind::Portal => "portail",
        },
        made_of: needed(node, Link::Made),
        codes: needed(node, Link::Codes),
    };
    Lineage {
        picture: svg(edges, &BTreeMap::new()),
        // The dataset first; a file of a producer needs nothing, and is named where it is read.
        rows: nodes
            .iter()
            .rev()
            .filter(|node| node.kind != NodeKind::Source)
            .map(row)
            .collect(),
    }
}

/// How often a publication begins again because somebody else moved what it had read.
const TRIES: u32 = 3;

/// A static catalogue, open.
pub struct Catalogue<'a> {
    context: &'a Context,
    portal: &'a Portal,
    shelf: Shelf,
    site: Site,
}

impl<'a> Catalogue<'a> {
    /// Opens the catalogue; nothing is asked of it yet.
    ///
    /// # Errors
    /// Fails when the address of the site is wrong, or when its record cannot be read.
    pub fn open(
        context: &'a Context,
        portal: &'a Portal,
        settings: &StaticSite,
    ) -> anyhow::Result<Self> {
        let shelf = Shelf::open_in(&settings.location, &context.pipeline.base, &context.aws)
            .with_context(|| format!("cannot use portal {}", portal.id))?;
        let site = Site {
            title: settings.title.clone(),
            url: settings.public_url.clone(),
            contact: context.pipeline.contact.clone(),
            has_pages: settings.pages,
            has_theme: settings.theme,
            lineages: lineages(context)?,
        };
        Ok(Self {
            context,
            portal,
            shelf,
            site,
        })
    }

    /// Takes into the register the decisions that the catalogue keeps of a dataset and the register lacks. Returns how many.
    ///
    /// # Errors
    /// Fails when the record cannot be read, what it keeps is no list of decisions, or the state cannot be written.
    pub async fn take_in_retractions(
        &self,
        dataset: &DatasetId,
        lock: &Lock,
    ) -> anyhow::Result<usize> {
        let record = self.record(dataset).await?;
        match record.and_then(|record| record.retractions) {
            Some(kept) => note::take_in(self.context, &kept, lock).await,
            None => Ok(0),
        }
    }

    /// What the catalogue knows of a dataset; none when it has never been there.
    ///
    /// # Errors
    /// Fails when the address of the site is wrong, or when its record cannot be read.
    pub async fn record(&self, dataset: &DatasetId) -> anyhow::Result<Option<DatasetRecord>> {
        let there = self.shelf.pointer(&record_path(dataset)).await?;
        let read = there.bytes.as_deref().map(DatasetRecord::read).transpose();
        read.with_context(|| {
            format!(
                "cannot read {} of {}",
                record_path(dataset),
                self.shelf.display()
            )
        })
    }

    /// What its pages carry of it.
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// A digest of what a plan about a dataset depends on: what the site knows of it.
    ///
    /// # Errors
    /// When the site cannot be read.
    pub async fn observed(&self, dataset: &DatasetId) -> anyhow::Result<Sha256> {
        let there = self.shelf.pointer(&record_path(dataset)).await?;
        Ok(Sha256::of(&there.bytes.unwrap_or_default()))
    }

    /// Refuses a plan that is not about this release or not about what is there now; what is written already is no
    /// difference.
    ///
    /// # Errors
    /// [`Decided`] when something moved, or when the site cannot be read.
    pub async fn check_plan(
        &self,
        dataset: &DatasetConfig,
        release: &Artefact,
        planned: &PlannedDataset,
    ) -> anyhow::Result<()> {
        let moved = |why: &str| {
            let message = format!(
                "dataset {} cannot be published by this plan: {why}; make the plan again",
                dataset.id()
            );
            anyhow::Error::from(Decided {
                message,
                fault: Fault::Operator,
            })
        };
        if planned.release != release.manifest().identity() {
            return Err(moved("the release is another one"));
        }
        let writes = self.pending(dataset).await?.writes();
        let is_planned = |path: &String| planned.site.contains(path);
        if writes.iter().any(|write| !is_planned(&write.path)) {
            return Err(moved("it needs other writes now"));
        }
        // Begun and stopped, the record may be written already: then what is left is within the plan.
        let is_begun = writes.len() < planned.site.len();
        if !is_begun && planned.observed != self.observed(dataset.id()).await? {
            return Err(moved("the site changed since"));
        }
        Ok(())
    }

    /// Where the files are.
    pub fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    /// The address of the page of a dataset, for people.
    pub fn address(&self, dataset: &DatasetId) -> String {
        let base = self.site.url.as_deref().unwrap_or(self.shelf.display());
        format!("{}/{dataset}/index.html", base.trim_end_matches('/'))
    }

    fn index_address(&self) -> String {
        let base = self.site.url.as_deref().unwrap_or(self.shelf.display());
        format!("{}/index.html", base.trim_end_matches('/'))
    }

    /// The name of the portal.
    pub fn name(&self) -> &str {
        self.portal.id.as_str()
    }
}

/// Publishes releases; the index is written when all of them got there.
pub async fn publish(
    catalogue: &Catalogue<'_>,
    datasets: &[(&DatasetConfig, &Artefact)],
    lock: &Lock,
    summary: &mut Summary,
) {
    let (mut all_there, mut written) = (true, 0);
    for (dataset, release) in datasets {
        let step = match one(catalogue, dataset, release, lock, &mut written).await {
            Ok(step) => step,
            Err(error) => {
                all_there = false;
                Step::failed(Stage::Publish, dataset.id(), &error)
            }
        };
        let subject = dataset.id().as_str();
        if let Some(line) = summary
            .datasets
            .iter_mut()
            .find(|line| line.dataset == subject && line.address.is_none())
        {
            line.address = Some(catalogue.address(dataset.id()));
        }
        summary.push(step);
    }
    if !all_there {
        let detail = "the index is not written: a dataset did not get there".to_owned();
        summary.push(Step::skipped(Stage::Publish, catalogue.name(), detail));
        return;
    }
    if catalogue.site.has_pages {
        summary.push(
            match pages::build(catalogue.context, &catalogue.shelf, &catalogue.site).await {
                Ok(built) => pages_step(catalogue, &built),
                Err(error) => {
                    let error = after(written, catalogue.name(), error);
                    summary.push(Step::failed(Stage::Publish, catalogue.name(), &error));
                    return;
                }
            },
        );
    }
    let step = match index(catalogue, written).await {
        Ok(step) => {
            summary.catalogues.push(catalogue.index_address());
            step
        }
        Err(error) => Step::failed(Stage::Publish, catalogue.name(), &error),
    };
    summary.push(step);
}

async fn one(
    catalogue: &Catalogue<'_>,
    dataset: &DatasetConfig,
    release: &Artefact,
    lock: &Lock,
    all: &mut usize,
) -> anyhow::Result<Step> {
    let mut written = 0;
    for _ in 0..TRIES {
        let pending = catalogue
            .pending(dataset)
            .await
            .map_err(|error| after(written, dataset.id().as_str(), error))?;
        let done = catalogue.write(&pending, &mut written).await;
        if done.map_err(|error| after(written, dataset.id().as_str(), error))? {
            receipt::keep(catalogue, &pending.record, release, lock).await?;
            *all += written;
            return Ok(publication_step(
                catalogue,
                dataset.id(),
                &pending.record,
                written,
            ));
        }
    }
    Err(moved(catalogue, dataset.id().as_str()))
}

fn publication_step(
    catalogue: &Catalogue<'_>,
    dataset: &DatasetId,
    record: &DatasetRecord,
    written: usize,
) -> Step {
    let several = catalogue.context.pipeline.portals.len() > 1;
    let portal = if several {
        format!("{}: ", catalogue.name())
    } else {
        String::new()
    };
    let version = match record.latest() {
        Some(latest) => format!("version {}", latest.version),
        None => "no version to use".to_owned(),
    };
    let address = catalogue.address(dataset);
    if written == 0 {
        let detail = format!("{portal}{version} is there already: {address}");
        return Step::new(Stage::Publish, dataset, Outcome::Kept, detail);
    }
    let detail = format!("{portal}{version}, {written} writes: {address}");
    Step::new(Stage::Publish, dataset, Outcome::Made, detail)
}

fn pages_step(catalogue: &Catalogue<'_>, built: &pages::Built) -> Step {
    let (subject, files) = (catalogue.name(), built.files);
    if built.written == 0 {
        let detail = format!("{files} pages and files are up to date");
        return Step::new(Stage::Publish, subject, Outcome::Kept, detail);
    }
    let detail = format!("{files} pages and files, {} written", built.written);
    Step::new(Stage::Publish, subject, Outcome::Made, detail)
}

/// Writes the index; `before` counts what this run wrote already.
async fn index(catalogue: &Catalogue<'_>, before: usize) -> anyhow::Result<Step> {
    let mut written = 0;
    let subject = catalogue.name();
    for _ in 0..TRIES {
        let writes = catalogue
            .pending_index(&[])
            .await
            .map_err(|error| after(before + written, subject, error))?;
        let done = catalogue.move_all(&writes, &mut written).await;
        if done.map_err(|error| after(before + written, subject, error))? {
            let address = catalogue.index_address();
            return Ok(match written {
                0 => Step::new(
                    Stage::Publish,
                    subject,
                    Outcome::Kept,
                    format!("the index is up to date: {address}"),
                ),
                _ => Step::new(
                    Stage::Publish,
                    subject,
                    Outcome::Made,
                    format!("index, {written} writes: {address}"),
                ),
            });
        }
    }
    Err(moved(catalogue, subject))
}

/// An error met when writes of this run were done: whatever stopped us, the next run completes them.
fn after(written: usize, subject: &str, error: anyhow::Error) -> anyhow::Error {
    match failure::fault_of(&error) {
        Fault::Outage | Fault::Operator | Fault::Ours if written > 0 => {
            let message = format!(
                "{subject} is published in part ({written} writes): {}",
                failure::one_line(&error)
            );
            Decided {
                message,
                fault: Fault::Incomplete,
            }
            .into()
        }
        _ => error,
    }
}

fn moved(catalogue: &Catalogue<'_>, subject: &str) -> anyhow::Error {
    let message = format!(
        "{subject} in {} is written by somebody else at the same time",
        catalogue.shelf.display()
    );
    Decided {
        message,
        fault: Fault::Incomplete,
    }
    .into()
}
