//! Reads a TOML file as a type, and says everything that is wrong with it at once.
//!
//! The JSON Schema of the type is what the file is checked against: the same schema completes it in an editor.

use std::ops::Range;

use schemars::{JsonSchema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::mistake::{Mistake, Mistakes};

/// A file that was read, and where its words stand.
pub struct Typed<'a, T> {
    /// What it holds.
    pub content: T,
    text: &'a str,
    root: Spanned<DeTable<'a>>,
}

impl<'a, T: DeserializeOwned + JsonSchema> Typed<'a, T> {
    /// Reads a file.
    ///
    /// # Errors
    /// When the text is not TOML, or does not follow the schema of the type: with every mistake.
    pub fn read(text: &'a str) -> Result<Self, Mistakes> {
        let line = |range: Option<Range<usize>>| range.map(|range| line_of(text, range.start));
        let (root, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            let mistakes = errors
                .iter()
                .map(|error| Mistake::new(error.message()).on_line(line(error.span())));
            return Err(Mistakes::new(mistakes.collect()));
        }
        let schema = schema_of::<T>();
        let mut checker = Checker {
            text,
            schema: &schema,
            mistakes: Vec::new(),
        };
        checker.table(&schema, root.get_ref(), &root.span(), "the file");
        if !checker.mistakes.is_empty() {
            return Err(Mistakes::new(checker.mistakes));
        }
        match toml::from_str(text) {
            Ok(content) => Ok(Self {
                content,
                text,
                root,
            }),
            // What a schema cannot say, a name that is not one for instance.
            Err(error) => Err(Mistakes::new(vec![
                Mistake::new(error.message()).on_line(line(error.span())),
            ])),
        }
    }

    /// The line on which a word stands, under that key of the file when it is there.
    #[must_use]
    pub fn line_of(&self, key: &str, word: &str) -> Option<usize> {
        let table = self.root.get_ref();
        let under = table
            .iter()
            .filter(|(name, _)| name.get_ref() == key)
            .find_map(|(_, value)| find(value, word));
        under
            .or_else(|| table.values().find_map(|value| find(value, word)))
            .map(|range| line_of(self.text, range.start))
    }
}

/// The JSON Schema of a type.
#[must_use]
pub fn schema_of<T: JsonSchema>() -> Value {
    SchemaGenerator::default()
        .into_root_schema_for::<T>()
        .to_value()
}

/// The line of an offset, counted from one.
fn line_of(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or(text);
    before.bytes().filter(|byte| *byte == b'\n').count() + 1
}

/// Where a text or a key is the word; a text with `{h}` is when a horizon in its place makes it so.
fn find(value: &Spanned<DeValue<'_>>, word: &str) -> Option<Range<usize>> {
    match value.get_ref() {
        DeValue::String(text) => is_word(text, word).then(|| value.span()),
        DeValue::Array(items) => items.iter().find_map(|item| find(item, word)),
        DeValue::Table(table) => table.iter().find_map(|(key, value)| {
            if is_word(key.get_ref(), word) {
                Some(key.span())
            } else {
                find(value, word)
            }
        }),
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {
            None
        }
    }
}

fn is_word(typed: &str, word: &str) -> bool {
    match typed.split_once("{h}") {
        Some((before, after)) => word
            .strip_prefix(before)
            .and_then(|rest| rest.strip_suffix(after))
            .is_some_and(|horizon| horizon.bytes().all(|byte| byte.is_ascii_digit())),
        None => typed == word,
    }
}

/// Walks a file along the schema of its type.
struct Checker<'a> {
    text: &'a str,
    schema: &'a Value,
    mistakes: Vec<Mistake>,
}

impl<'a> Checker<'a> {
    fn push(&mut self, at: &Range<usize>, mistake: Mistake) {
        let line = line_of(self.text, at.start);
        self.mistakes.push(mistake.on_line(Some(line)));
    }

    /// The schema behind references, and behind the `null` of what may be absent.
    fn resolve(&self, schema: &'a Value) -> &'a Value {
        if let Some(name) = schema["$ref"]
            .as_str()
            .and_then(|path| path.rsplit('/').next())
        {
            return self.resolve(&self.schema["$defs"][name]);
        }
        let is_null = |schema: &&Value| schema["type"] == "null";
        match schema["anyOf"].as_array() {
            Some(choices) => choices
                .iter()
                .find(|choice| !is_null(choice))
                .map_or(schema, |choice| self.resolve(choice)),
            None => schema,
        }
    }

    fn value(&mut self, schema: &'a Value, value: &Spanned<DeValue<'_>>, name: &str) {
        let schema = self.resolve(schema);
        let at = value.span();
        if let Some(known) = choices(schema) {
            match value.get_ref() {
                DeValue::String(text) if known.contains(&text.as_ref()) => {}
                DeValue::String(text) => {
                    let mistake = Mistake::new(format!("{name} is `{text}`"));
                    self.push(&at, mistake.among(text, known));
                }
                other => {
                    let mistake = format!("{name} is {}", type_of(other));
                    self.push(&at, Mistake::new(mistake).among("", known));
                }
            }
            return;
        }
        let expected = types(schema);
        let fits = |wanted: &str| expected.is_empty() || expected.contains(&wanted);
        let is_expected = match value.get_ref() {
            DeValue::String(_) | DeValue::Datetime(_) => fits("string"),
            DeValue::Integer(_) => fits("integer") || fits("number"),
            DeValue::Float(_) => fits("number"),
            DeValue::Boolean(_) => fits("boolean"),
            DeValue::Array(_) => fits("array"),
            DeValue::Table(_) => fits("object"),
        };
        if !is_expected {
            let wanted: Vec<&str> = expected.iter().map(|kind| in_words(kind)).collect();
            let mut mistake = Mistake::new(format!("{name} is {}", type_of(value.get_ref())));
            mistake.expected = Some(wanted.join(" or "));
            self.push(&at, mistake);
            return;
        }
        match value.get_ref() {
            DeValue::Array(items) => {
                let of_items = &schema["items"];
                if of_items.is_object() {
                    for item in items.iter() {
                        self.value(of_items, item, name);
                    }
                }
            }
            DeValue::Table(table) => self.table(schema, table, &at, name),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => {}
        }
    }

    fn table(&mut self, schema: &'a Value, table: &DeTable<'_>, at: &Range<usize>, name: &str) {
        static NONE: Value = Value::Null;
        let schema = self.resolve(schema);
        let properties = schema["properties"].as_object();
        let known = || properties.iter().flat_map(|map| map.keys());
        let others = schema.get("additionalProperties").unwrap_or(&NONE);
        let mut unknown = Vec::new();
        for (key, value) in table.iter() {
            let typed = key.get_ref().as_ref();
            match properties.and_then(|map| map.get(typed)) {
                Some(of_key) => self.value(of_key, value, &format!("`{typed}`")),
                None if others.is_object() => self.value(others, value, &format!("`{typed}`")),
                None if *others == Value::Bool(false) => {
                    unknown.push(typed.to_owned());
                    let mistake = Mistake::new(format!("{name} has no key `{typed}`"));
                    self.push(
                        &key.span(),
                        mistake.among(typed, known().map(String::as_str)),
                    );
                }
                None => {}
            }
        }
        for required in schema["required"].as_array().into_iter().flatten() {
            let Some(required) = required.as_str() else {
                continue;
            };
            let is_there = table.keys().any(|key| key.get_ref() == required);
            // A key that is misspelled is not missing too.
            let is_misspelled = unknown.iter().any(|typed| {
                crate::mistake::closest(typed, known().map(String::as_str)) == Some(required)
            });
            if !is_there && !is_misspelled {
                let mut mistake = Mistake::new(format!("{name} lacks a key"));
                mistake.expected = Some(format!("`{required}`"));
                self.push(at, mistake);
            }
        }
    }
}

/// The only texts that a schema allows, when it names them.
fn choices(schema: &Value) -> Option<Vec<&str>> {
    if let Some(values) = schema["enum"].as_array() {
        return values.iter().map(Value::as_str).collect();
    }
    let variants = schema["oneOf"].as_array()?;
    let mut known = Vec::new();
    for variant in variants {
        match (variant["const"].as_str(), variant["enum"].as_array()) {
            (Some(text), _) => known.push(text),
            (None, Some(values)) => known.extend(values.iter().filter_map(Value::as_str)),
            (None, None) => return None,
        }
    }
    Some(known)
}

/// The types that a schema allows; any when empty.
fn types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(all) => all
            .iter()
            .filter_map(Value::as_str)
            .filter(|kind| *kind != "null")
            .collect(),
        _ => Vec::new(),
    }
}

fn in_words(kind: &str) -> &str {
    match kind {
        "string" => "a text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "a section",
        other => other,
    }
}

fn type_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a section",
    }
}
