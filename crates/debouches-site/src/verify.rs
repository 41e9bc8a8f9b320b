//! Reads pages as anybody may, and looks for every number of theirs in the releases.

use std::collections::{BTreeMap, HashMap};

use crate::content::{Cell, Content, Row};

/// What a page holds.
#[derive(Debug, Default)]
pub struct PageCheck {
    /// Figures that were looked for in a release.
    pub figures: usize,
    /// What is wrong.
    pub problems: Vec<String>,
    /// Addresses of the site that it leads to, with their fragment.
    pub links: Vec<(String, Option<String>)>,
    /// Where links may arrive in it.
    pub anchors: Vec<String>,
}

/// Percentages that explain and quote nothing.
const WORDS: [&str; 3] = ["0", "95", "100"];

/// The rows of all tables by reference, to look figures up.
#[derive(Debug)]
pub struct Releases<'a> {
    content: &'a Content,
    rows: HashMap<String, (usize, usize)>,
}

impl<'a> Releases<'a> {
    /// Indexes the rows.
    #[must_use]
    pub fn new(content: &'a Content) -> Self {
        let mut rows = HashMap::new();
        for (index, table) in content.tables.iter().enumerate() {
            for row in 0..table.rows {
                rows.insert(Row { table, row }.reference(), (index, row));
            }
        }
        Self { content, rows }
    }

    fn row(&self, reference: &str) -> Option<Row<'a>> {
        let (table, row) = self.rows.get(reference)?;
        Some(Row {
            table: &self.content.tables[*table],
            row: *row,
        })
    }

    /// The released cell of a reference and a column.
    fn cell(&self, reference: &str, column: &str) -> Option<Cell<'a>> {
        Some(self.row(reference)?.column(column)?.cell)
    }

    /// Checks a page or a picture.
    #[must_use]
    pub fn page(&self, path: &str, text: &str) -> PageCheck {
        let mut check = PageCheck::default();
        let mut reference = String::new();
        let mut shown_here = std::collections::BTreeSet::new();
        // A description repeats figures of the same page or picture: looked at once all of them are known.
        let mut repeated: Vec<String> = Vec::new();
        for (tag, after) in tags(text) {
            let attributes = attributes(tag);
            if let Some(row) = attributes.get("data-r") {
                reference = row.clone();
            }
            repeated.extend(attributes.get("aria-label").cloned());
            if let Some(id) = attributes.get("id") {
                check.anchors.push(id.clone());
            }
            for name in ["href", "src"] {
                if let Some(address) = attributes.get(name) {
                    check.links.extend(resolve(path, address));
                }
            }
            if let Some(column) = attributes.get("data-c") {
                let value = attributes
                    .get("value")
                    .or_else(|| attributes.get("data-v"))
                    .cloned()
                    .unwrap_or_default();
                let method = attributes.get("data-calc").map(String::as_str);
                check.figures += 1;
                if let Err(problem) = self.figure(&reference, column, &value, method) {
                    check.problems.push(format!("{path}: {problem}"));
                }
                let shown = value.strip_suffix(".0").unwrap_or(&value).replace('.', ",");
                let written: String = after
                    .chars()
                    .filter(|letter| letter.is_ascii_digit() || *letter == ',')
                    .collect();
                shown_here.insert(shown.clone());
                if written != shown.replace(['-', '−'], "") {
                    check
                        .problems
                        .push(format!("{path}: shows `{after}` for {value}"));
                }
                continue;
            }
            // Outside of figures, a percentage explains; any other one comes from nowhere.
            let is_style = tag.starts_with("style") || tag.starts_with("script");
            if tag.starts_with("desc") {
                repeated.push(after.to_owned());
                continue;
            }
            if !is_style {
                foreign(path, after, &mut check.problems);
            }
        }
        for text in repeated {
            for digits in percentages(&text).filter(|digits| !shown_here.contains(digits)) {
                check
                    .problems
                    .push(format!("{path}: {digits} % is described and not shown"));
            }
        }
        check
    }

    fn figure(
        &self,
        reference: &str,
        column: &str,
        value: &str,
        method: Option<&str>,
    ) -> Result<(), String> {
        let row = self
            .row(reference)
            .ok_or_else(|| format!("no released row `{reference}`"))?;
        let cell = |column: &str| self.cell(reference, column);
        match (method, cell(column)) {
            (None, Some(Cell::Value(released))) if released == value => Ok(()),
            (None, Some(Cell::Value(released))) => Err(format!(
                "{column} of `{reference}` is {released}, not {value}"
            )),
            (None, Some(Cell::Reason(status))) => Err(format!(
                "{column} of `{reference}` is shown, and released as {status:?}"
            )),
            // Computed before the release: a column that is no measure.
            (None, None) if row.table.named(row.row, column) == value => Ok(()),
            (None, None) => Err(format!(
                "no column {column} with {value} in {}",
                row.table.name
            )),
            (Some(method), _) => Err(format!("{method}: nothing is computed on a page")),
        }
    }

    /// Checks a JSON document of the site.
    #[must_use]
    pub fn document(&self, path: &str, text: &str) -> PageCheck {
        let mut check = PageCheck::default();
        match serde_json::from_str::<serde_json::Value>(text) {
            Ok(value) => {
                let sources = value["sources"].as_array().cloned().unwrap_or_default();
                self.walk(path, &value, &sources, &mut check);
            }
            Err(error) => check.problems.push(format!("{path}: {error}")),
        }
        check
    }

    fn walk(
        &self,
        path: &str,
        value: &serde_json::Value,
        sources: &[serde_json::Value],
        check: &mut PageCheck,
    ) {
        if let Some(figures) = value.get("chiffres").and_then(serde_json::Value::as_object) {
            let table = value["source"]
                .as_u64()
                .and_then(|index| sources.get(usize::try_from(index).ok()?))
                .and_then(|source| source["table"].as_str())
                .unwrap_or_default();
            let reference = self.reference(table, &value["cle"]);
            for (column, cell) in figures {
                check.figures += 1;
                let released = self.cell(&reference, column);
                let is_same = match released {
                    Some(Cell::Value(released)) => {
                        cell.get("statut").is_none()
                            && cell["valeur"].as_f64() == released.parse().ok()
                    }
                    Some(Cell::Reason(status)) => {
                        cell.get("valeur").is_none() && cell["statut"] == status.as_str()
                    }
                    None => false,
                };
                if !is_same {
                    check.problems.push(format!(
                        "{path}: {column} of `{reference}` is {cell}, released as {released:?}"
                    ));
                }
            }
        }
        let children: Vec<&serde_json::Value> = match value {
            serde_json::Value::Array(items) => items.iter().collect(),
            serde_json::Value::Object(map) => map.values().collect(),
            _ => Vec::new(),
        };
        for child in children {
            self.walk(path, child, sources, check);
        }
    }

    fn reference(&self, table: &str, key: &serde_json::Value) -> String {
        let names = self
            .content
            .table(table)
            .map(|table| table.key.clone())
            .unwrap_or_default();
        let values = names
            .iter()
            .map(|name| key[name].as_str().unwrap_or_default());
        std::iter::once(table)
            .chain(values)
            .collect::<Vec<_>>()
            .join("|")
    }

    /// Checks the figures of an establishment as CSV.
    #[must_use]
    pub fn csv(&self, path: &str, text: &str) -> PageCheck {
        let mut check = PageCheck::default();
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(b';')
            .from_reader(text.as_bytes());
        for record in reader.records() {
            let Ok(record) = record else {
                check.problems.push(format!("{path}: not CSV"));
                return check;
            };
            let field = |index: usize| record.get(index).unwrap_or_default();
            let key = field(3)
                .split('|')
                .map(|pair| pair.split_once('=').map_or("", |(_, value)| value));
            let reference = std::iter::once(field(2))
                .chain(key)
                .collect::<Vec<_>>()
                .join("|");
            check.figures += 1;
            let (value, status) = (field(11), field(12));
            let is_same = match self.cell(&reference, field(10)) {
                Some(Cell::Value(released)) => released == value,
                Some(Cell::Reason(reason)) => value.is_empty() && status == reason.as_str(),
                None => false,
            };
            if !is_same {
                check.problems.push(format!(
                    "{path}: {} of `{reference}` is `{value}` ({status})",
                    field(10)
                ));
            }
        }
        check
    }
}

/// The tags of a text, each with the text that follows it.
fn tags(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split('<')
        .skip(1)
        .filter_map(|part| part.split_once('>'))
}

/// The attributes of a tag, unescaped. Ours are always between double quotes.
fn attributes(tag: &str) -> BTreeMap<&str, String> {
    let mut attributes = BTreeMap::new();
    let mut rest = tag;
    while let Some((before, after)) = rest.split_once("=\"") {
        let name = before.rsplit(' ').next().unwrap_or_default();
        let Some((value, next)) = after.split_once('"') else {
            break;
        };
        attributes.insert(name, unescape(value));
        rest = next;
    }
    attributes
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

/// A percentage that is in no figure.
fn foreign(path: &str, text: &str, problems: &mut Vec<String>) {
    for digits in percentages(text) {
        problems.push(format!("{path}: {digits} % is in no figure"));
    }
}

/// The percentages of a text, but those that explain.
fn percentages(text: &str) -> impl Iterator<Item = String> {
    text.match_indices('%').filter_map(|(index, _)| {
        let before = text[..index].trim_end_matches(['\u{a0}', '\u{202f}', ' ']);
        let digits = before
            .chars()
            .rev()
            .take_while(|letter| letter.is_ascii_digit() || *letter == ',');
        let digits: String = digits.collect::<Vec<_>>().into_iter().rev().collect();
        (!digits.is_empty() && !WORDS.contains(&digits.as_str())).then_some(digits)
    })
}

/// Where a relative address leads, from the root of the site; none when it leaves the site.
fn resolve(path: &str, address: &str) -> Option<(String, Option<String>)> {
    if address.contains("://") || address.starts_with("mailto:") || address.starts_with("data:") {
        return None;
    }
    let (target, fragment) = match address.split_once('#') {
        Some((target, fragment)) => (target, Some(fragment.to_owned())),
        None => (address, None),
    };
    if target.is_empty() {
        return Some((path.to_owned(), fragment));
    }
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            ".." => {
                parts.pop();
            }
            "." | "" => {}
            other => parts.push(other),
        }
    }
    Some((parts.join("/"), fragment))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_from_the_page() {
        let at =
            |address| resolve("etablissement/0010856A/v/x.html", address).map(|(path, _)| path);
        assert_eq!(
            at("../index.html#a").as_deref(),
            Some("etablissement/0010856A/index.html")
        );
        assert_eq!(at("https://exemple.fr"), None);
    }

    #[test]
    fn a_percentage_from_nowhere_is_seen() {
        let mut problems = Vec::new();
        foreign(
            "p",
            "un intervalle à 95\u{a0}% va de 41,5\u{a0}%",
            &mut problems,
        );
        assert_eq!(problems, ["p: 41,5 % is in no figure"]);
    }
}
