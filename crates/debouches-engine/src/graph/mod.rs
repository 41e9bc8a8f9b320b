//! The dependency graph of a profile: sources → tables → derived tables → datasets → portals.
//!
//! There is one: what is selected, in which order datasets are packaged, which of them wait for another, what `why` and `status`
//! tell of it, and what `graph` draws are all read here.

mod draw;

use std::collections::BTreeSet;

use debouches_model::spec::TableSpec;
use serde::Serialize;

use crate::config::{DatasetConfig, Pipeline};
use crate::failure::Usage;

pub use draw::{mermaid, svg};

/// The dependencies of a profile.
#[derive(Debug, Clone, Copy)]
pub struct Graph<'a> {
    pipeline: &'a Pipeline,
}

/// What a node of the graph is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeKind {
    /// Bytes of a producer.
    Source,
    /// A table that is received.
    Table,
    /// A table that is made of others.
    Derived,
    /// What is released.
    Dataset,
    /// Where it is published.
    Portal,
}

impl NodeKind {
    /// Every kind, in the direction of the edges.
    pub const ALL: [Self; 5] = [
        Self::Source,
        Self::Table,
        Self::Derived,
        Self::Dataset,
        Self::Portal,
    ];
}

/// A source, a table, a dataset or a portal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Its identifier.
    pub id: String,
}

impl Node {
    fn new(kind: NodeKind, id: impl ToString) -> Self {
        Self {
            kind,
            id: id.to_string(),
        }
    }

    fn table(spec: &TableSpec) -> Self {
        let kind = if spec.derived.is_some() {
            NodeKind::Derived
        } else {
            NodeKind::Table
        };
        Self::new(kind, &spec.id)
    }
}

/// How a node depends on another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Link {
    /// It is made of it.
    Made,
    /// It looks codes up in it.
    Codes,
}

/// A dependency.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Edge {
    /// What is needed.
    pub from: Node,
    /// What needs it.
    pub to: Node,
    /// How.
    pub link: Link,
}

impl<'a> Graph<'a> {
    /// The graph of a profile.
    #[must_use]
    pub fn of(pipeline: &'a Pipeline) -> Self {
        Self { pipeline }
    }

    /// The tables that a table reads: those that it is made of, and nomenclatures. Those without source take no part.
    #[must_use]
    pub fn reads(&self, spec: &TableSpec) -> Vec<&'static TableSpec> {
        let tables = self.pipeline.domain.tables;
        let references = self.pipeline.domain.registry.references_of(spec);
        let has_source =
            |spec: &&TableSpec| self.pipeline.sources.iter().any(|s| s.spec.id == spec.id);
        references
            .into_iter()
            .filter_map(|(name, _)| tables.named(name))
            .filter(has_source)
            .collect()
    }

    /// The derived tables that a dataset publishes, once each.
    #[must_use]
    pub fn derived(&self) -> Vec<&'static TableSpec> {
        let mut derived: Vec<&'static TableSpec> = Vec::new();
        for spec in self
            .pipeline
            .datasets
            .iter()
            .flat_map(|dataset| dataset.tables.iter().copied())
        {
            if spec.derived.is_some() && !derived.iter().any(|known| known.id == spec.id) {
                derived.push(spec);
            }
        }
        derived.sort_by(|a, b| a.id.cmp(&b.id));
        derived
    }

    /// The datasets whose rows a dataset holds in another form: they publish a table that one of its tables reads.
    ///
    /// What is refused there must not leave here.
    #[must_use]
    pub fn upstream(&self, dataset: &DatasetConfig) -> Vec<&'a DatasetConfig> {
        let read: BTreeSet<&str> = dataset
            .tables
            .iter()
            .flat_map(|spec| self.reads(spec))
            .map(|spec| spec.id.as_str())
            .collect();
        let publishes = |other: &&DatasetConfig| {
            other
                .tables
                .iter()
                .any(|spec| read.contains(spec.id.as_str()))
        };
        self.pipeline
            .datasets
            .iter()
            .filter(|other| other.id() != dataset.id())
            .filter(publishes)
            .collect()
    }

    /// These datasets, each behind those that it reads; else in the order given.
    ///
    /// # Errors
    /// Fails when two of them read each other: neither could be judged first.
    pub fn in_order(
        &self,
        datasets: &[&'a DatasetConfig],
    ) -> Result<Vec<&'a DatasetConfig>, Usage> {
        let mut waiting = datasets.to_vec();
        let mut ordered: Vec<&'a DatasetConfig> = Vec::new();
        while !waiting.is_empty() {
            let is_free = |dataset: &&'a DatasetConfig| {
                let upstream = self.upstream(dataset);
                !upstream
                    .iter()
                    .any(|needed| waiting.iter().any(|other| other.id() == needed.id()))
            };
            let Some(free) = waiting.iter().position(is_free) else {
                let names: Vec<&str> = waiting.iter().map(|item| item.id().as_str()).collect();
                return Err(Usage(format!(
                    "datasets {} read the tables of each other: publish these tables in one dataset",
                    names.join(", ")
                )));
            };
            ordered.push(waiting.remove(free));
        }
        Ok(ordered)
    }

    /// Every node and every edge, those of one kind in the order of the configuration.
    #[must_use]
    pub fn edges(&self) -> Vec<Edge> {
        let edge = |from: Node, to: Node, link| Edge { from, to, link };
        let mut edges = Vec::new();
        for source in &self.pipeline.sources {
            let from = Node::new(NodeKind::Source, source.id());
            edges.push(edge(from, Node::table(source.spec), Link::Made));
        }
        let received = self.pipeline.sources.iter().map(|source| source.spec);
        for spec in received.chain(self.derived()) {
            let made_of = spec.derived.iter().flat_map(|derived| {
                let tables = derived.from.iter().chain(&derived.optional);
                tables.map(|table| table.as_str())
            });
            let made_of: BTreeSet<&str> = made_of.collect();
            for read in self.reads(spec) {
                let link = if made_of.contains(read.id.as_str()) {
                    Link::Made
                } else {
                    Link::Codes
                };
                edges.push(edge(Node::table(read), Node::table(spec), link));
            }
        }
        for dataset in &self.pipeline.datasets {
            let node = Node::new(NodeKind::Dataset, dataset.id());
            for spec in &dataset.tables {
                edges.push(edge(Node::table(spec), node.clone(), Link::Made));
            }
            for portal in &self.pipeline.portals {
                let portal = Node::new(NodeKind::Portal, &portal.id);
                edges.push(edge(node.clone(), portal, Link::Made));
            }
        }
        edges
    }

    /// The edges that lead to these nodes; all of them when none is named.
    ///
    /// # Errors
    /// Fails when a name is in no node.
    pub fn edges_to(&self, names: &[String]) -> Result<Vec<Edge>, Usage> {
        let edges = self.edges();
        if names.is_empty() {
            return Ok(edges);
        }
        let is_known = |name: &&String| {
            edges
                .iter()
                .any(|edge| edge.from.id == **name || edge.to.id == **name)
        };
        if let Some(unknown) = names.iter().find(|name| !is_known(name)) {
            return Err(Usage(format!(
                "`{unknown}` is no source, table, dataset or portal of profile `{}`",
                self.pipeline.profile
            )));
        }
        let mut wanted: BTreeSet<&Node> = edges
            .iter()
            .flat_map(|edge| [&edge.from, &edge.to])
            .filter(|node| names.contains(&node.id))
            .collect();
        loop {
            let more: Vec<&Node> = edges
                .iter()
                .filter(|edge| wanted.contains(&edge.to) && !wanted.contains(&edge.from))
                .map(|edge| &edge.from)
                .collect();
            if more.is_empty() {
                break;
            }
            wanted.extend(more);
        }
        let kept: Vec<Edge> = edges
            .iter()
            .filter(|edge| wanted.contains(&edge.to))
            .cloned()
            .collect();
        Ok(kept)
    }
}
