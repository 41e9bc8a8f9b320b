//! Walks the body: the list of records, each record, each cell. Nothing deeper is accepted.

use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Unexpected,
    Visitor,
};

use super::Position;
use crate::{Progress, RawBuilder, ReadLimits, TableError};

/// Why the records cannot be read.
pub(super) enum Failure {
    Table(TableError),
    Json(serde_json::Error),
}

/// Reads every record of the body.
pub(super) fn records<'de, R: serde_json::de::Read<'de>>(
    parser: &mut serde_json::Deserializer<R>,
    limits: ReadLimits,
    at: &Position,
    progress: &mut Progress<'_>,
) -> Result<RawBuilder, Failure> {
    let mut reading = Reading {
        table: RawBuilder::new(limits),
        at,
        failure: None,
        found: false,
        progress,
    };
    let parsed = Seed(&mut reading, Level::Body)
        .deserialize(&mut *parser)
        .and_then(|()| parser.end());
    match (reading.failure, parsed) {
        (Some(failure), _) => Err(Failure::Table(failure)),
        (None, Err(error)) => Err(Failure::Json(error)),
        (None, Ok(())) => Ok(reading.table),
    }
}

struct Reading<'a, 'p> {
    table: RawBuilder,
    at: &'a Position,
    failure: Option<TableError>,
    found: bool,
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
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Body,
    /// What stands in an object that is the body: the list of records, or something beside it.
    Member,
    Record,
}

struct Seed<'r, 'a, 'p>(&'r mut Reading<'a, 'p>, Level);

impl<'de> DeserializeSeed<'de> for Seed<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Seed<'_, '_, '_> {
    /// A scalar: something beside the list of records, or a mistake.
    fn scalar<E: serde::de::Error>(self, found: Unexpected<'_>) -> Result<(), E> {
        if self.1 == Level::Member {
            Ok(())
        } else {
            Err(E::invalid_type(found, &self))
        }
    }
}

impl<'de> Visitor<'de> for Seed<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.1 {
            Level::Body | Level::Member => "a list of records",
            Level::Record => "a record",
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut records: A) -> Result<(), A::Error> {
        if self.1 == Level::Record {
            return Err(A::Error::invalid_type(Unexpected::Seq, &self));
        }
        if self.0.found {
            return Err(A::Error::custom("two members are lists"));
        }
        self.0.found = true;
        loop {
            self.0.at.record.set(0);
            if records
                .next_element_seed(Seed(self.0, Level::Record))?
                .is_none()
            {
                return Ok(());
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        match self.1 {
            Level::Body => {
                while members.next_key::<String>()?.is_some() {
                    members.next_value_seed(Seed(self.0, Level::Member))?;
                }
                if self.0.found {
                    Ok(())
                } else {
                    Err(A::Error::custom("no member is a list of records"))
                }
            }
            Level::Member => {
                while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(())
            }
            Level::Record => {
                let line = u32::try_from(self.0.at.line.get()).unwrap_or(u32::MAX);
                let begun = self.0.table.record(line);
                self.0.keep(begun)?;
                (self.0.progress)(self.0.at.total.get());
                while let Some(heading) = members.next_key::<String>()? {
                    let value = members.next_value_seed(CellText { nested: false })?;
                    let given = self.0.table.cell(heading.trim(), &value);
                    self.0.keep(given)?.map_err(A::Error::custom)?;
                }
                Ok(())
            }
        }
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        self.scalar(Unexpected::Bool(value))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        self.scalar(Unexpected::Signed(value))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        self.scalar(Unexpected::Unsigned(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        self.scalar(Unexpected::Float(value))
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<(), E> {
        self.scalar(Unexpected::Other("text"))
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.scalar(Unexpected::Unit)
    }
}

/// The text of a cell.
struct CellText {
    nested: bool,
}

impl<'de> DeserializeSeed<'de> for CellText {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for CellText {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.nested {
            "a text or a number"
        } else {
            "a text, a number, or a list of them"
        })
    }

    fn visit_str<E>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_string<E>(self, text: String) -> Result<String, E> {
        Ok(text)
    }

    fn visit_bool<E>(self, value: bool) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_i64<E>(self, value: i64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_u64<E>(self, value: u64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_f64<E>(self, value: f64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_unit<E>(self) -> Result<String, E> {
        Ok(String::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<String, A::Error> {
        if self.nested {
            return Err(A::Error::invalid_type(Unexpected::Seq, &self));
        }
        let mut joined = Vec::new();
        while let Some(value) = values.next_element_seed(Self { nested: true })? {
            joined.push(value);
        }
        Ok(joined.join(","))
    }
}
