//! Bodies of datasets and resources, read with the portal's indulgence.

mod dataset;
mod resource;

use axum::http::HeaderMap;
use serde_json::{Map, Value, json};

pub(crate) use dataset::{Purpose, fill_dataset};
pub(crate) use resource::{fill_resource, new_link};

use crate::model::Extras;
use crate::refusal::Refusal;

/// A JSON object, or the refusal of the portal. `otherwise` is said when the body does not claim to be JSON.
pub(crate) fn object(
    headers: &HeaderMap,
    body: &[u8],
    otherwise: Refusal,
) -> Result<Map<String, Value>, Refusal> {
    match json(headers, body, otherwise)? {
        Value::Object(object) => Ok(object),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(Refusal::bad("The request body must be a JSON object"))
        }
    }
}

/// Any JSON.
pub(crate) fn json(headers: &HeaderMap, body: &[u8], otherwise: Refusal) -> Result<Value, Refusal> {
    let claimed = headers
        .get("content-type")
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/json"));
    if !claimed {
        return Err(otherwise);
    }
    serde_json::from_slice(body).map_err(|_| {
        Refusal::bad("The browser (or proxy) sent a request that this server could not understand.")
    })
}

/// What creations answer to a body that is not JSON.
pub(crate) fn not_json() -> Refusal {
    Refusal::Fields(Map::from_iter([(
        "Content-Type".to_owned(),
        json!("expecting application/json"),
    )]))
}

/// The fields that a form refuses, all at once.
#[derive(Default)]
pub(crate) struct Complaints(Map<String, Value>);

impl Complaints {
    fn add(&mut self, field: &str, text: impl Into<String>) {
        self.0.insert(field.to_owned(), json!([text.into()]));
    }

    fn nest(&mut self, field: &str, name: &str, text: impl Into<String>) {
        self.0
            .insert(field.to_owned(), json!({name: [text.into()]}));
    }

    fn settle(self) -> Result<(), Refusal> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Refusal::Fields(self.0))
        }
    }

    /// A text that cannot be empty: kept when left out of an update.
    fn required(&mut self, body: &Map<String, Value>, name: &str, most: usize, kept: &mut String) {
        match body.get(name).map(Value::as_str) {
            None if !kept.is_empty() => {}
            Some(Some(text)) if !text.is_empty() => {
                if text.chars().count() > most {
                    self.add(
                        name,
                        format!("Field cannot be longer than {most} characters."),
                    );
                }
                *kept = text.to_owned();
            }
            None | Some(_) => self.add(name, "This field is required."),
        }
    }

    /// A text that may be cleared.
    fn optional(
        &mut self,
        body: &Map<String, Value>,
        name: &str,
        most: usize,
        kept: &mut Option<String>,
    ) {
        let Some(value) = body.get(name) else { return };
        let text = value.as_str().filter(|text| !text.is_empty());
        if text.is_some_and(|text| text.chars().count() > most) {
            self.add(
                name,
                format!("Field cannot be longer than {most} characters."),
            );
        }
        *kept = text.map(str::to_owned);
    }

    /// Free fields: replaced as a whole, but for those of the platform, which stay as they are without a word.
    fn extras(&mut self, body: &Map<String, Value>, reserved: fn(&str) -> bool, kept: &mut Extras) {
        let Some(Value::Object(sent)) = body.get("extras") else {
            return;
        };
        if sent.keys().any(|name| name.starts_with('$')) {
            self.add("extras", "Extras keys cannot start with $");
        }
        kept.retain(|name, _| reserved(name));
        kept.extend(
            sent.iter()
                .filter(|(name, _)| !reserved(name))
                .map(|(name, value)| (name.clone(), value.clone())),
        );
    }
}

/// Free fields of a dataset that services of the platform own.
pub(crate) fn reserved_for_dataset(name: &str) -> bool {
    name.starts_with("transport:") || name.starts_with("recommendations") || name == "dcat"
}

/// Free fields of a resource that services of the platform own.
pub(crate) fn reserved_for_resource(name: &str) -> bool {
    ["analysis:", "check:", "csv-export:", "validation-report:"]
        .iter()
        .any(|start| name.starts_with(start))
        || name == "dcat"
}
