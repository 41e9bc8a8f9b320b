//! Periods as the portal understands them.

use chrono::{Datelike as _, NaiveDate};
use serde_json::Value;

use crate::model::Coverage;

/// A period from `{"start", "end"}` or `"start - end"`; nothing when a date cannot be read.
///
/// A missing month or day is today's, and a reversed pair is swapped: so does the portal.
pub(crate) fn parse(value: &Value, today: NaiveDate) -> Option<Coverage> {
    let (start, end) = match value {
        Value::String(text) => text
            .split_once(" - ")
            .map(|(start, end)| (start.to_owned(), Some(end.to_owned())))?,
        Value::Object(fields) => {
            let end = fields.get("end").filter(|end| !end.is_null());
            (
                fields.get("start")?.as_str()?.to_owned(),
                end.map(|end| end.as_str().map(str::to_owned))
                    .map_or(Some(None), |end| end.map(Some))?,
            )
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => return None,
    };
    let start = date(&start, today)?;
    let end = end.map_or(Some(None), |end| date(&end, today).map(Some))?;
    Some(match end {
        Some(end) if end < start => Coverage {
            start: end,
            end: Some(start),
        },
        end => Coverage { start, end },
    })
}

fn date(text: &str, today: NaiveDate) -> Option<NaiveDate> {
    // An instant is accepted for its day.
    let mut parts = text.split('T').next()?.trim().split('-');
    let year = parts.next().filter(|year| year.len() == 4)?.parse().ok()?;
    let month = parts.next().map_or(Ok(today.month()), str::parse).ok()?;
    let day = parts.next().map_or(Ok(today.day()), str::parse).ok()?;
    NaiveDate::from_ymd_opt(year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_year_takes_the_day_of_today_and_a_reversed_pair_is_swapped() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
        let text = |value| {
            parse(&value, today).map(|existing| {
                (
                    existing.start.to_string(),
                    existing.end.map(|end| end.to_string()),
                )
            })
        };
        let pair = |start: &str, end: &str| Some((start.to_owned(), Some(end.to_owned())));
        assert_eq!(
            text(json!({"start": "2021", "end": "2023"})),
            pair("2021-11-23", "2023-11-23")
        );
        assert_eq!(
            text(json!("2023-01-02 - 2021-01-02")),
            pair("2021-01-02", "2023-01-02")
        );
        assert_eq!(
            text(json!({"start": "2021-01-01", "end": null})),
            Some(("2021-01-01".to_owned(), None))
        );
        assert_eq!(text(json!({"start": "nonsense"})), None);
        assert_eq!(text(json!({"start": "2021-13-01"})), None);
    }
}
