//! The establishment API of InserSup: `n *` is the count of two promotions cumulated, `n **` that of a single one too small
//! for its rates; decimals have a comma; the school year is `2020-2021`.

use debouches_validate::{Arrangement, Sheet};

/// The arrangement of the establishment API of InserSup.
pub(crate) struct InsersupApi;

impl Arrangement for InsersupApi {
    fn name(&self) -> &'static str {
        "insersup-api"
    }

    fn arrange(&self, sheet: &mut Sheet) {
        settle(sheet);
    }
}

/// Moves the marks behind counts to `flag`, and makes `promo` of the school year and of the mark.
fn settle(sheet: &mut Sheet) {
    let rows = sheet.rows();
    let mut marks = vec![""; rows];
    for (_, column) in sheet.columns_mut() {
        let matches: Vec<&'static str> = column.values.iter().map(|value| mark(value)).collect();
        if matches.iter().any(|mark| !mark.is_empty()) {
            for (row, key) in column.keys.iter().enumerate() {
                // The cumul wins: it is what the year of the row depends on.
                let here = matches[*key as usize];
                if here == "*" || marks[row].is_empty() {
                    marks[row] = here;
                }
            }
        }
        column
            .values
            .iter_mut()
            .for_each(|value| *value = plain(value));
    }
    let promo: Vec<String> = match sheet.column("promo") {
        Some(years) => (0..rows)
            .map(|row| promotion(years.value(row), marks[row]))
            .collect(),
        None => Vec::new(),
    };
    sheet.set("promo", promo.into_iter());
    sheet.set("flag", marks.into_iter().map(str::to_owned));
}

/// The mark behind a count.
fn mark(value: &str) -> &'static str {
    let text = value.trim_end();
    let is_count = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match (text.strip_suffix("**"), text.strip_suffix('*')) {
        (Some(count), _) if is_count(count.trim()) => "**",
        (None, Some(count)) if is_count(count.trim()) => "*",
        _ => "",
    }
}

/// A value without its mark, with a decimal point.
fn plain(value: &str) -> String {
    let text = if mark(value).is_empty() {
        value
    } else {
        value.trim_end_matches(['*', ' '])
    };
    match text.split_once(',') {
        Some((total, decimals)) if is_decimal(total) && is_decimal(decimals) => {
            format!("{total}.{decimals}")
        }
        _ => text.to_owned(),
    }
}

fn is_decimal(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `2020-2021` is the promotion of 2021; with one mark, those of 2020 and 2021 cumulated.
fn promotion(year: &str, mark: &str) -> String {
    match year.trim().split_once('-') {
        Some((first, last)) if mark == "*" => format!("{first},{last}"),
        Some((_, last)) => last.to_owned(),
        None => year.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_reported_apart_from_counts_and_text() {
        assert_eq!(
            (mark("130 *"), mark("12 **"), mark("12"), mark("MASTER *")),
            ("*", "**", "", "")
        );
        assert_eq!(
            (
                plain("130 *"),
                plain("54,6"),
                plain("na"),
                plain("SCIENCES, ARTS")
            ),
            (
                "130".into(),
                "54.6".into(),
                "na".into(),
                "SCIENCES, ARTS".into()
            )
        );
        assert_eq!(
            (
                promotion("2020-2021", ""),
                promotion("2020-2021", "*"),
                promotion("2020-2021", "**")
            ),
            ("2021".into(), "2020,2021".into(), "2021".into())
        );
    }
}
