//! Walks the body: the list of records or the records line by line, each record, each cell.

use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use super::Position;
use crate::raw::PassedOver;
use crate::{Progress, RawBuilder, ReadOptions, TableError};

/// Why the records cannot be read.
pub(super) enum Failure {
    Table(TableError),
    Json(serde_json::Error),
}

/// Members that hold a record one level below, as APIs of portals wrap it.
const WRAPPERS: [&str; 3] = ["fields", "properties", "record"];
/// Levels of wrapping that are unwrapped.
const DEEPEST: u8 = 3;
/// Members that tell how many records there are in all.
const TOTALS: [&str; 6] = [
    "total_count",
    "nhits",
    "totalCount",
    "numberMatched",
    "total",
    "totalElements",
];
/// Members that tell the address of the page that follows.
const NEXT_PAGES: [&str; 3] = ["next", "next_page", "nextPage"];
/// Lists beside the records that are no records.
const LISTS_ASIDE: [&str; 5] = ["links", "facets", "facet_groups", "parameters", "errors"];
/// Members with which an API says that it failed.
const ERRORS: [&str; 7] = [
    "error",
    "errors",
    "message",
    "error_description",
    "detail",
    "errorcode",
    "error_code",
];
/// Characters of the message of an API that are shown.
const SHOWN: usize = 160;

/// Reads every record of the body, and what is told beside them.
pub(super) fn records<'de, R: serde_json::de::Read<'de>>(
    parser: &mut serde_json::Deserializer<R>,
    options: ReadOptions<'_>,
    at: &Position,
    progress: &mut Progress<'_>,
) -> Result<(RawBuilder, PassedOver), Failure> {
    let mut reading = Reading {
        table: RawBuilder::new(options.limits),
        options,
        at,
        failure: None,
        has_list: false,
        has_empty_list: false,
        beside: Vec::new(),
        progress,
    };
    let parsed = read_values(parser, &mut reading);
    match (reading.failure, parsed) {
        (Some(failure), _) => Err(Failure::Table(failure)),
        (None, Err(error)) => Err(Failure::Json(error)),
        (None, Ok(())) => {
            let passed_over = beside(&reading.beside);
            Ok((reading.table, passed_over))
        }
    }
}

/// One value with a list of records in it, or one record after the other.
fn read_values<'de, R: serde_json::de::Read<'de>>(
    parser: &mut serde_json::Deserializer<R>,
    reading: &mut Reading<'_, '_>,
) -> Result<(), serde_json::Error> {
    let line = reading.at.line.get();
    Body(reading).deserialize(&mut *parser)?;
    if reading.has_list || reading.has_empty_list {
        return parser.end();
    }
    let end = parser.end();
    if end.as_ref().is_err_and(serde_json::Error::is_io) {
        return end;
    }
    let first = std::mem::take(&mut reading.beside);
    let knows = |(heading, _): &(String, String)| reading.options.headings.knows(heading);
    if !first.iter().any(knows) {
        return Err(serde_json::Error::custom(no_records(&first)));
    }
    reading.begin(line)?;
    reading.add(first)?;
    let mut more = end.is_err();
    while more {
        reading.at.record.set(0);
        Record(reading).deserialize(&mut *parser)?;
        let end = parser.end();
        if end.as_ref().is_err_and(serde_json::Error::is_io) {
            return end;
        }
        more = end.is_err();
    }
    Ok(())
}

fn no_records(members: &[(String, String)]) -> String {
    let named = |name: &str| {
        members
            .iter()
            .find(|(heading, text)| heading == name && !text.is_empty())
    };
    let named: Vec<&str> = ERRORS
        .iter()
        .filter_map(|name| named(name).map(|(_, text)| text.as_str()))
        .collect();
    if named.is_empty() {
        return "no member is a list of records".to_owned();
    }
    let text: String = named.join(", ").chars().take(SHOWN).collect();
    format!("the source answered with an error instead of records: {text}")
}

/// What the members beside the records tell of them.
fn beside(members: &[(String, String)]) -> PassedOver {
    let text = |name: &&str| members.iter().find(|(heading, _)| heading == *name);
    let announced = TOTALS
        .iter()
        .filter_map(|name| text(name)?.1.parse().ok())
        .max();
    let has_next_page = NEXT_PAGES
        .iter()
        .filter_map(text)
        .any(|(_, address)| !address.is_empty());
    PassedOver {
        announced,
        has_next_page,
        ..PassedOver::default()
    }
}

struct Reading<'a, 'p> {
    table: RawBuilder,
    options: ReadOptions<'a>,
    at: &'a Position,
    failure: Option<TableError>,
    has_list: bool,
    has_empty_list: bool,
    /// Scalars of the object that is the body: about the records, or the first record itself.
    beside: Vec<(String, String)>,
    progress: &'a mut Progress<'p>,
}

impl Reading<'_, '_> {
    /// Keeps an error of the table aside, since the parser has only errors of its own.
    fn keep<T, E: serde::de::Error>(&mut self, result: Result<T, TableError>) -> Result<T, E> {
        result.map_err(|failure| {
            self.failure = Some(failure);
            E::custom("")
        })
    }

    fn begin<E: serde::de::Error>(&mut self, line: u64) -> Result<(), E> {
        let begun = self.table.record(u32::try_from(line).unwrap_or(u32::MAX));
        self.keep(begun)?;
        (self.progress)(self.at.total.get());
        Ok(())
    }

    fn add<E: serde::de::Error>(&mut self, cells: Vec<(String, String)>) -> Result<(), E> {
        for (heading, value) in cells {
            if self.options.headings.knows(&heading) {
                let given = self.table.cell(&heading, &value);
                self.keep(given)?.map_err(E::custom)?;
            } else {
                let dropped = self.table.drop_cell(&heading, !value.is_empty());
                self.keep(dropped)?;
            }
        }
        Ok(())
    }
}

/// The body: a list of records, an object with such a list, or the first of several records.
struct Body<'r, 'a, 'p>(&'r mut Reading<'a, 'p>);

impl<'de> DeserializeSeed<'de> for Body<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Body<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut records: A) -> Result<(), A::Error> {
        self.0.has_list = true;
        loop {
            self.0.at.record.set(0);
            if records.next_element_seed(Record(self.0))?.is_none() {
                return Ok(());
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(heading) = members.next_key::<String>()? {
            let heading = heading.trim();
            if LISTS_ASIDE.contains(&heading) && !self.0.options.headings.knows(heading) {
                members.next_value::<IgnoredAny>()?;
                continue;
            }
            match members.next_value_seed(Member(self.0))? {
                Content::Nothing => {}
                Content::Text(text) => self.0.beside.push((heading.to_owned(), text)),
                Content::Record(cells) if WRAPPERS.contains(&heading) => {
                    self.0.beside = cells;
                    while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                    return Ok(());
                }
                Content::Record(_) => {}
            }
            if self.0.beside.len() > self.0.options.limits.columns {
                let over = TableError::OverLimit {
                    line: self.0.at.line.get(),
                    what: "the number of columns",
                    limit: self.0.options.limits.columns as u64,
                };
                return self.0.keep(Err(over));
            }
        }
        Ok(())
    }
}

/// What a member of the body tells.
enum Content {
    Nothing,
    Text(String),
    Record(Vec<(String, String)>),
}

/// A member of the body: the list of records, or something beside it.
struct Member<'r, 'a, 'p>(&'r mut Reading<'a, 'p>);

impl<'de> DeserializeSeed<'de> for Member<'_, '_, '_> {
    type Value = Content;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Content, D::Error> {
        deserializer.deserialize_any(self)
    }
}

macro_rules! scalars_as_text {
    ($value:ty, $wrap:expr) => {
        fn visit_str<E>(self, text: &str) -> Result<$value, E> {
            Ok($wrap(text.to_owned()))
        }

        fn visit_string<E>(self, text: String) -> Result<$value, E> {
            Ok($wrap(text))
        }

        fn visit_bool<E>(self, value: bool) -> Result<$value, E> {
            Ok($wrap(value.to_string()))
        }

        fn visit_i64<E>(self, value: i64) -> Result<$value, E> {
            Ok($wrap(value.to_string()))
        }

        fn visit_u64<E>(self, value: u64) -> Result<$value, E> {
            Ok($wrap(value.to_string()))
        }

        fn visit_f64<E>(self, value: f64) -> Result<$value, E> {
            Ok($wrap(value.to_string()))
        }

        fn visit_unit<E>(self) -> Result<$value, E> {
            Ok($wrap(String::new()))
        }
    };
}

impl<'de> Visitor<'de> for Member<'_, '_, '_> {
    type Value = Content;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Content, A::Error> {
        let mut joined: Vec<String> = Vec::new();
        let mut records = 0_u64;
        loop {
            self.0.at.record.set(0);
            let element = Element {
                reading: self.0,
                has_list: records > 0,
            };
            match elements.next_element_seed(element)? {
                None => break,
                Some(None) => records += 1,
                Some(Some(text)) if joined.len() < self.0.options.limits.columns => {
                    joined.push(text)
                }
                Some(Some(_)) => {}
            }
            if records > 0 && !joined.is_empty() {
                return Err(A::Error::custom("a list mixes records with something else"));
            }
        }
        if joined.is_empty() {
            self.0.has_empty_list |= records == 0;
            Ok(Content::Nothing)
        } else {
            Ok(Content::Text(joined.join(",")))
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Content, A::Error> {
        Wrapped {
            reading: self.0,
            depth: 1,
        }
        .visit_map(members)
        .map(Content::Record)
    }

    scalars_as_text!(Content, Content::Text);
}

/// An element of a list of the body: a record, or a scalar that is returned.
struct Element<'r, 'a, 'p> {
    reading: &'r mut Reading<'a, 'p>,
    /// True when a record of this very list came before.
    has_list: bool,
}

impl<'de> DeserializeSeed<'de> for Element<'_, '_, '_> {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Option<String>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Element<'_, '_, '_> {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Option<String>, A::Error> {
        if self.reading.has_list && !self.has_list {
            return Err(A::Error::custom("two members are lists"));
        }
        self.reading.has_list = true;
        Record(self.reading).visit_map(members).map(|()| None)
    }

    scalars_as_text!(Option<String>, Some);
}

/// A record: each of its members is a cell.
struct Record<'r, 'a, 'p>(&'r mut Reading<'a, 'p>);

impl<'de> DeserializeSeed<'de> for Record<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Record<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<(), A::Error> {
        let line = self.0.at.line.get();
        self.0.begin(line)?;
        let wrapped = Wrapped {
            reading: self.0,
            depth: 0,
        };
        let cells = wrapped.visit_map(members)?;
        self.0.add(cells)
    }
}

/// The cells of a record, or those of the record that it wraps.
struct Wrapped<'r, 'a, 'p> {
    reading: &'r mut Reading<'a, 'p>,
    depth: u8,
}

impl Wrapped<'_, '_, '_> {
    fn visit_map<'de, A: MapAccess<'de>>(
        self,
        mut members: A,
    ) -> Result<Vec<(String, String)>, A::Error> {
        let Self { reading, depth } = self;
        let (mut cells, mut inner) = (Vec::new(), None);
        while let Some(heading) = members.next_key::<String>()? {
            let heading = heading.trim();
            let is_known = reading.options.headings.knows(heading);
            let is_wrapper = WRAPPERS.contains(&heading) && depth < DEEPEST;
            if !is_wrapper && depth > 0 && inner.is_some() {
                members.next_value::<IgnoredAny>()?;
                continue;
            }
            let cell = CellSeed {
                reading,
                depth: depth + 1,
                opens: is_wrapper,
                is_known,
            };
            match members.next_value_seed(cell)? {
                Content::Nothing => cells.push((heading.to_owned(), String::new())),
                Content::Text(text) => cells.push((heading.to_owned(), text)),
                Content::Record(wrapped) => inner = Some(wrapped),
            }
            if cells.len() > reading.options.limits.columns {
                let over = TableError::OverLimit {
                    line: reading.at.line.get(),
                    what: "the number of columns",
                    limit: reading.options.limits.columns as u64,
                };
                return reading.keep(Err(over));
            }
        }
        Ok(inner.unwrap_or(cells))
    }
}

/// A cell of a record, or the record that it wraps.
struct CellSeed<'r, 'a, 'p> {
    reading: &'r mut Reading<'a, 'p>,
    depth: u8,
    opens: bool,
    is_known: bool,
}

impl<'de> DeserializeSeed<'de> for CellSeed<'_, '_, '_> {
    type Value = Content;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Content, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for CellSeed<'_, '_, '_> {
    type Value = Content;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, or a list of them")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Content, A::Error> {
        if self.opens {
            let wrapped = Wrapped {
                reading: self.reading,
                depth: self.depth,
            };
            return wrapped.visit_map(members).map(Content::Record);
        }
        if self.is_known {
            return Err(A::Error::invalid_type(serde::de::Unexpected::Map, &self));
        }
        // Nobody looks for it: a position on a map, for instance.
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Content::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Content, A::Error> {
        if !self.is_known {
            while values.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Content::Nothing);
        }
        let mut joined = Vec::new();
        while let Some(value) = values.next_element_seed(Scalar)? {
            joined.push(value);
        }
        Ok(Content::Text(joined.join(",")))
    }

    scalars_as_text!(Content, Content::Text);
}

/// A text or a number.
struct Scalar;

impl<'de> DeserializeSeed<'de> for Scalar {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Scalar {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a number")
    }

    scalars_as_text!(String, |text| text);
}
