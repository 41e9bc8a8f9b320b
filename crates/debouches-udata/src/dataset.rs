//! A dataset as the portal shows it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{DatasetText, Resource, extras};

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
        Some(Self { start: day(start)?, end: end.and_then(day) })
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
        self.texts_agree(text) && self.swallowed(text).is_empty()
    }

    /// The owner is not compared: the portal never changes it by an update, and a transfer is a person's decision.
    fn texts_agree(&self, text: &DatasetText) -> bool {
        self.title.trim() == text.title.trim()
            && extras::same_text(&self.description, &text.description)
            && extras::same_text(self.description_short.as_deref().unwrap_or_default(), &text.description_short)
    }

    /// The fields that this API is known to drop or rewrite with a success, and that differ.
    pub(crate) fn swallowed(&self, text: &DatasetText) -> Vec<String> {
        let (start, end) = text.temporal_coverage;
        let coverage = Coverage { start: start.to_string(), end: Some(end.to_string()) };
        let zones = |zones: &[String]| zones.iter().cloned().collect::<BTreeSet<_>>();
        let granularity = Some(text.spatial_granularity.as_str()).filter(|granularity| !granularity.is_empty());
        [
            ("license", self.license.as_ref() == Some(&text.license)),
            ("frequency", self.frequency.as_ref() == Some(&text.frequency)),
            ("tags", self.tags == text.slugs()),
            ("temporal_coverage", self.temporal_coverage.as_ref() == Some(&coverage)),
            ("spatial.zones", zones(&self.spatial_zones) == zones(&text.spatial_zones)),
            ("spatial.granularity", granularity.is_none() || self.spatial_granularity.as_deref() == granularity),
            ("private", self.private == text.private),
            ("extras", extras::agree(&self.extras, &text.extras)),
        ]
        .into_iter()
        .filter(|(_, same)| !same)
        .map(|(field, _)| field.to_owned())
        .collect()
    }
}
