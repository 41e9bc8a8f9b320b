//! What the sources are expected to publish, and whether it has come.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use debouches_model::Text;

use crate::config::{Awaited, DatasetConfig, Expected, Source};
use crate::context::Context;
use crate::stages::target::{Known, Target, load_report};
use crate::stages::validate;

/// What is here of a source.
pub struct Seen {
    /// The day on which its present bytes were first received.
    pub received: Option<NaiveDate>,
    /// Its vintages, as the table spells them.
    pub vintages: Vec<String>,
}

/// Figures that have not come.
pub struct Coming {
    /// Last day on which they are not late.
    pub by: NaiveDate,
    /// What they are.
    pub what: Text,
}

impl Seen {
    /// What is here of a source; `target` is its checked table, when it can be told.
    ///
    /// # Errors
    /// Fails when the state cannot be read.
    pub async fn of(
        context: &Context,
        source: &Source,
        target: Option<&Target>,
    ) -> anyhow::Result<Self> {
        let received = context
            .sources()
            .sources
            .get(source.id())
            .map(|entry| entry.accessed.date_naive());
        let mut notes = BTreeMap::new();
        if let Some(target) = target {
            match target.find(&context.store).await? {
                Known::Made(artefact) | Known::Refused(artefact) => {
                    notes = load_report(&artefact).await?.notes
                }
                Known::Nothing => {}
            }
        }
        let vintages = notes
            .get("vintages")
            .map(String::as_str)
            .unwrap_or_default();
        let vintages = vintages
            .split(" | ")
            .filter(|vintage| !vintage.is_empty())
            .map(str::to_owned)
            .collect();
        Ok(Self { received, vintages })
    }

    /// Whether what was expected has come.
    pub fn has(&self, expected: &Expected) -> bool {
        match &expected.what {
            Awaited::Vintage(vintage) => self.vintages.contains(vintage),
            Awaited::DeliverySince(since) => self.received.is_some_and(|day| day >= *since),
        }
    }
}

impl Expected {
    /// What is expected, for readers.
    pub fn description(&self) -> Text {
        match &self.what {
            Awaited::Vintage(vintage) => Text {
                fr: format!("millésime « {vintage} »"),
                en: format!("vintage “{vintage}”"),
            },
            Awaited::DeliverySince(_) => Text {
                fr: "nouvelle livraison du producteur".to_owned(),
                en: "a new delivery of the producer".to_owned(),
            },
        }
    }
}

/// What the tables of a dataset wait for, the nearest first.
///
/// # Errors
/// Fails when the state cannot be read.
pub async fn awaited(context: &Context, dataset: &DatasetConfig) -> anyhow::Result<Vec<Coming>> {
    let mut coming = Vec::new();
    for source in context
        .pipeline
        .sources
        .iter()
        .filter(|source| dataset.tables.iter().any(|spec| spec.id == source.spec.id))
    {
        if source.expected.is_empty() {
            continue;
        }
        let target = validate::target(context, source)
            .await
            .ok()
            .map(|(target, _)| target);
        let seen = Seen::of(context, source, target.as_ref()).await?;
        let missing = source
            .expected
            .iter()
            .filter(|expected| !seen.has(expected));
        coming.extend(missing.map(|expected| Coming {
            by: expected.by,
            what: expected.description(),
        }));
    }
    coming.sort_by_key(|coming| coming.by);
    Ok(coming)
}
