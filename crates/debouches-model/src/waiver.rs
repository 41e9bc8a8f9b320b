//! A waiver: a named, dated exception to the drift check. It expires by itself.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{DatasetId, RuleCode};

/// Somebody's decision that a slice may move more than its budget, until a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// The rule of the drift check.
    pub rule: RuleCode,
    /// The slice, as the refusal names it: `région=Corse`, or the value alone; `*` for every slice of the rule.
    pub slice: String,
    /// The dataset; every dataset when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset: Option<DatasetId>,
    /// Why, in French: it is published in the changelog.
    pub reason: String,
    /// Who decided.
    pub by: String,
    /// When it was decided.
    pub on: NaiveDate,
    /// Last day on which it holds.
    pub until: NaiveDate,
}

impl Waiver {
    /// True on the days when it holds.
    #[must_use]
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.on <= day && day <= self.until
    }

    /// True when it is about that slice of that dataset, whatever the day. Case does not matter.
    #[must_use]
    pub fn covers(&self, rule: RuleCode, dataset: &DatasetId, slice: &str) -> bool {
        let item = self.slice.to_lowercase();
        let slice = slice.to_lowercase();
        let value = slice
            .split_once('=')
            .map_or(slice.as_str(), |(_, value)| value);
        self.rule == rule
            && self.dataset.as_ref().is_none_or(|item| item == dataset)
            && (item == "*" || item == slice || item == value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiver(slice: &str) -> Waiver {
        Waiver {
            rule: RuleCode::DriftRows,
            slice: slice.to_owned(),
            dataset: None,
            reason: "Fusion".to_owned(),
            by: "A. B.".to_owned(),
            on: "2026-11-01".parse().unwrap(),
            until: "2026-11-30".parse().unwrap(),
        }
    }

    #[test]
    fn it_holds_until_its_last_day_and_expires_by_itself() {
        let waiver = waiver("*");
        let holds = |day: &str| waiver.holds_on(day.parse().unwrap());
        assert_eq!(
            [
                holds("2026-10-31"),
                holds("2026-11-01"),
                holds("2026-11-30"),
                holds("2026-12-01")
            ],
            [false, true, true, false]
        );
    }

    #[test]
    fn it_covers_its_slice_by_name_or_by_value() {
        let dataset = "d".parse().unwrap();
        let covers =
            |item: &str, slice: &str| waiver(item).covers(RuleCode::DriftRows, &dataset, slice);
        assert!(
            covers("région=Corse", "région=Corse")
                && covers("corse", "région=Corse")
                && covers("*", "ensemble")
        );
        assert!(!covers("région=Bretagne", "région=Corse"));
        assert!(!waiver("*").covers(RuleCode::DriftKeys, &dataset, "ensemble"));
    }
}
