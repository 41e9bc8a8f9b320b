//! Which subjects a run is about.

use debouches_model::spec::{TableKind, TableSpec};

use crate::checks::disclosure::linked;
use crate::checks::disclosure::repeated::repeats;
use crate::config::{DatasetConfig, Pipeline, Source};
use crate::failure::Usage;
use crate::graph::Graph;

/// What a command is about: sources, tables, datasets, in the order of the configuration.
#[derive(Clone)]
pub struct Selection<'a> {
    /// Sources to fetch and validate.
    pub sources: Vec<&'a Source>,
    /// Tables of these sources, and derived ones.
    pub tables: Vec<&'static TableSpec>,
    /// Datasets to package and publish.
    pub datasets: Vec<&'a DatasetConfig>,
    /// Datasets to package and not to publish: those whose rows the others hold in another form are judged first.
    pub judged: Vec<&'a DatasetConfig>,
}

impl<'a> Selection<'a> {
    /// Everything that the named subjects need; everything at all when none is named.
    ///
    /// # Errors
    /// Fails when a subject is unknown, or when nothing is selected.
    pub fn of(pipeline: &'a Pipeline, subjects: &[String]) -> anyhow::Result<Self> {
        let graph = Graph::of(pipeline);
        let mut wanted: Vec<&'static TableSpec> = Vec::new();
        let mut datasets: Vec<&'a DatasetConfig> = Vec::new();
        if subjects.is_empty() {
            datasets = pipeline.datasets.iter().collect();
            wanted = pipeline.sources.iter().map(|source| source.spec).collect();
        }
        for subject in subjects {
            if let Some(dataset) = pipeline
                .datasets
                .iter()
                .find(|dataset| dataset.id().as_str() == subject)
            {
                datasets.push(dataset);
                wanted.extend(&dataset.tables);
            } else if let Some(source) = pipeline.sources.iter().find(|source| {
                source.id().as_str() == subject || source.spec.id.as_str() == subject
            }) {
                wanted.push(source.spec);
                let of_table = |dataset: &&DatasetConfig| {
                    dataset.tables.iter().any(|spec| spec.id == source.spec.id)
                };
                datasets.extend(pipeline.datasets.iter().filter(of_table));
            } else if let Some(spec) = graph
                .derived()
                .into_iter()
                .find(|spec| spec.id.as_str() == subject)
            {
                wanted.push(spec);
                let of_table =
                    |dataset: &&DatasetConfig| dataset.tables.iter().any(|item| item.id == spec.id);
                datasets.extend(pipeline.datasets.iter().filter(of_table));
            } else {
                return Err(Usage(unknown(pipeline, subject)).into());
            }
        }
        // What repeats the figures of another dataset needs its release, and is never published before it.
        let copied: Vec<&'a DatasetConfig> = datasets
            .iter()
            .flat_map(|dataset| {
                dataset.tables.iter().flat_map(|spec| {
                    let repeated = repeats(spec).iter().map(|repeat| &repeat.table);
                    let copied = linked::gated(pipeline.domain.tables, spec);
                    copied
                        .map(|copies| &copies.table)
                        .into_iter()
                        .chain(repeated)
                })
            })
            .filter_map(|table| linked::publisher(pipeline, table))
            .collect();
        datasets.extend(copied);
        let judged = upstream(graph, &datasets);
        // A dataset is made of all its tables, and a table needs its nomenclatures.
        wanted.extend(
            datasets
                .iter()
                .chain(&judged)
                .flat_map(|dataset| dataset.tables.iter().copied()),
        );
        let mut needed: Vec<&'static TableSpec> = wanted;
        let mut next = 0;
        while let Some(spec) = needed.get(next).copied() {
            next += 1;
            for read in graph.reads(spec) {
                if !needed.iter().any(|known| known.id == read.id) {
                    needed.push(read);
                }
            }
        }
        let is_wanted = |spec: &TableSpec| needed.iter().any(|known| known.id == spec.id);
        let sources: Vec<&Source> = pipeline
            .sources
            .iter()
            .filter(|source| is_wanted(source.spec))
            .collect();
        let derived = graph.derived().into_iter().filter(|spec| is_wanted(spec));
        let tables = first_of_each_table(&sources)
            .map(|source| source.spec)
            .chain(derived)
            .collect();
        let of_config = |wanted: &[&DatasetConfig]| -> Vec<&'a DatasetConfig> {
            let is_wanted =
                |item: &&DatasetConfig| wanted.iter().any(|other| other.id() == item.id());
            pipeline.datasets.iter().filter(is_wanted).collect()
        };
        // What reads each other can be in no order: told before anything is done.
        graph.in_order(&of_config(&datasets))?;
        let selection = Self {
            sources,
            tables,
            datasets: of_config(&datasets),
            judged: of_config(&judged),
        };
        if selection.tables.is_empty() {
            let why = if pipeline.left_out.is_empty() {
                "no source is configured".to_owned()
            } else {
                pipeline.left_out.join("; ")
            };
            return Err(Usage(format!(
                "nothing to do in profile `{}`: {why}",
                pipeline.profile
            ))
            .into());
        }
        Ok(selection)
    }

    /// One source of each table: a table that several sources fill is checked once.
    pub fn validated(&self) -> impl Iterator<Item = &'a Source> + '_ {
        first_of_each_table(&self.sources)
    }

    /// The tables that `enrich` works on: those that are published, and nomenclatures whose codes refer to others.
    pub fn enriched(&self) -> impl Iterator<Item = &'static TableSpec> + '_ {
        self.tables
            .iter()
            .copied()
            .filter(|spec| spec.kind == TableKind::Indicators || !spec.foreign_keys.is_empty())
    }
}

/// The first source of each table, in the order of the sources.
fn first_of_each_table<'a, 's>(
    sources: &'s [&'a Source],
) -> impl Iterator<Item = &'a Source> + use<'a, 's> {
    sources.iter().enumerate().filter_map(|(index, source)| {
        let is_filled = sources[..index]
            .iter()
            .any(|other| other.spec.id == source.spec.id);
        (!is_filled).then_some(*source)
    })
}

/// The datasets that these read, and those that these read in turn, without those already there.
fn upstream<'a>(graph: Graph<'a>, datasets: &[&'a DatasetConfig]) -> Vec<&'a DatasetConfig> {
    let mut upstream: Vec<&'a DatasetConfig> = Vec::new();
    let mut waiting = datasets.to_vec();
    while let Some(dataset) = waiting.pop() {
        for needed in graph.upstream(dataset) {
            let is_known = datasets
                .iter()
                .chain(&upstream)
                .any(|known| known.id() == needed.id());
            if !is_known {
                upstream.push(needed);
                waiting.push(needed);
            }
        }
    }
    upstream
}

fn unknown(pipeline: &Pipeline, subject: &str) -> String {
    let sources = pipeline
        .sources
        .iter()
        .flat_map(|source| [source.id().as_str(), source.spec.id.as_str()]);
    let derived = Graph::of(pipeline).derived();
    let derived = derived.iter().map(|spec| spec.id.as_str());
    let known: std::collections::BTreeSet<&str> = sources
        .chain(derived)
        .chain(
            pipeline
                .datasets
                .iter()
                .map(|dataset| dataset.id().as_str()),
        )
        .collect();
    let left_out = pipeline
        .left_out
        .iter()
        .find(|text| text.contains(&format!("`{subject}`")));
    match left_out {
        Some(reason) => format!(
            "`{subject}` is not in profile `{}`: {reason}",
            pipeline.profile
        ),
        None => {
            format!(
                "`{subject}` is no source, table or dataset (known: {})",
                known.into_iter().collect::<Vec<_>>().join(", ")
            )
        }
    }
}
