//! A dataset as the portal shows it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{DatasetText, Difference, Resource, extras};

/// A dataset.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Identifier, which does not change.
    pub id: String,
    /// End of its address, which follows the title.
    pub slug: String,
    /// Address of its page.
    pub page: Option<String>,
    /// Title.
    pub title: String,
    /// Description, in Markdown.
    pub description: String,
    /// One sentence.
    pub description_short: Option<String>,
    /// Identifier of the licence.
    pub license: Option<String>,
    /// Frequency term.
    pub frequency: Option<String>,
    /// Keywords, as reduced by the portal.
    pub tags: BTreeSet<String>,
    /// Period that the data speak of.
    pub temporal_coverage: Option<Coverage>,
    /// Identifiers of the zones.
    pub spatial_zones: Vec<String>,
    /// Spatial granularity.
    pub spatial_granularity: Option<String>,
    /// Identifiers of its contact points.
    pub contact_points: Vec<String>,
    /// Whether only members see it.
    pub private: bool,
    /// Free values, ours and those of the platform.
    pub extras: BTreeMap<String, Value>,
    /// Quality, from 0 to 1.
    pub quality_score: Option<f64>,
    /// Whether the key may edit it and its resources.
    pub can_edit: bool,
    /// Identifier of the organization; none when it belongs to an account.
    pub organization: Option<String>,
    /// When it was created, by the clock of the portal; a creation tells it more precisely than later reads.
    pub created_at: String,
    /// Whether it is deleted, though still there for members.
    pub deleted: bool,
    /// Whether it is archived.
    pub archived: bool,
    /// Resources, in the order in which they are shown.
    pub resources: Vec<Resource>,
}

/// A period, in days written `YYYY-MM-DD`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// First day.
    pub start: String,
    /// Last day; none when the period is open.
    pub end: Option<String>,
}

impl Coverage {
    /// Keeps the days: some versions of the portal write an hour after them.
    pub(crate) fn read(start: String, end: Option<String>) -> Option<Self> {
        let day = |text: String| text.get(..10).map(str::to_owned);
        Some(Self {
            start: day(start)?,
            end: end.and_then(day),
        })
    }
}

impl Dataset {
    /// The value of an extra that is text.
    #[must_use]
    pub fn extra(&self, key: &str) -> Option<&str> {
        self.extras.get(key)?.as_str()
    }

    /// Whether the portal shows what the text says: keywords compared as the portal reduces them, spaces around texts
    /// and the extras of others left aside.
    #[must_use]
    pub fn agrees_with(&self, text: &DatasetText) -> bool {
        self.differences(text).is_empty()
    }

    /// Field by field, what the portal shows and what the text says, where they differ.
    ///
    /// The owner is not compared: the portal never changes it by an update, and a transfer is a person's decision.
    #[must_use]
    pub fn differences(&self, text: &DatasetText) -> Vec<Difference> {
        let short = self.description_short.as_deref().unwrap_or_default();
        let mut all = vec![
            Difference::text("title", &self.title, &text.title),
            Difference::text("description", &self.description, &text.description),
            Difference::text("description_short", short, &text.description_short),
        ];
        all.extend(self.silent(text));
        all.into_iter().flatten().collect()
    }

    /// The fields that this API is known to drop or rewrite with a success, and that differ.
    pub(crate) fn swallowed(&self, text: &DatasetText) -> Vec<String> {
        self.silent(text)
            .into_iter()
            .flatten()
            .map(|difference| difference.field)
            .collect()
    }

    fn silent(&self, text: &DatasetText) -> Vec<Option<Difference>> {
        let (start, end) = text.temporal_coverage;
        let list = |items: &mut dyn Iterator<Item = &String>| {
            items
                .map(String::as_str)
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect::<Vec<_>>()
                .join(", ")
        };
        let shown = self.temporal_coverage.as_ref().map(|coverage| {
            format!(
                "{} – {}",
                coverage.start,
                coverage.end.as_deref().unwrap_or("…")
            )
        });
        let granularity =
            Some(text.spatial_granularity.as_str()).filter(|granularity| !granularity.is_empty());
        let actual_granularity = self.spatial_granularity.as_deref().unwrap_or_default();
        let contacts = (!text.contact_points.is_empty()).then(|| {
            let wanted = list(&mut text.contact_points.iter());
            Difference::value(
                "contact_points",
                &list(&mut self.contact_points.iter()),
                &wanted,
            )
        });
        vec![
            Difference::value(
                "license",
                self.license.as_deref().unwrap_or_default(),
                &text.license,
            ),
            Difference::value(
                "frequency",
                self.frequency.as_deref().unwrap_or_default(),
                &text.frequency,
            ),
            Difference::value(
                "tags",
                &list(&mut self.tags.iter()),
                &list(&mut text.slugs().iter()),
            ),
            Difference::value(
                "temporal_coverage",
                &shown.unwrap_or_default(),
                &format!("{start} – {end}"),
            ),
            Difference::value(
                "spatial.zones",
                &list(&mut self.spatial_zones.iter()),
                &list(&mut text.spatial_zones.iter()),
            ),
            granularity.and_then(|wanted| {
                Difference::value("spatial.granularity", actual_granularity, wanted)
            }),
            contacts.flatten(),
            Difference::value(
                "private",
                &self.private.to_string(),
                &text.private.to_string(),
            ),
            extras::difference(&self.extras, &text.extras),
        ]
    }
}
