//! The body of a 400, of which this API has four shapes.

use serde_json::Value;

/// Longest piece of the portal's text that goes into one of our messages, in characters.
const LONGEST: usize = 200;

/// The fields that a refusal names, and what it says.
pub(crate) fn refusal(body: &[u8]) -> (Vec<String>, Vec<String>) {
    let (mut fields, mut said) = (Vec::new(), Vec::new());
    // A body that is no JSON comes from a proxy and says nothing of fields.
    let body: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    if let Some(Value::Object(errors)) = body.get("errors") {
        errors
            .iter()
            .for_each(|(name, value)| collect(name, value, &mut fields, &mut said));
    }
    for key in ["error", "message"] {
        if let Some(text) = body.get(key).and_then(Value::as_str) {
            said.push(short(text));
        }
    }
    said.retain(|text| !text.is_empty());
    said.truncate(5);
    fields.truncate(50);
    (fields, said)
}

fn collect(name: &str, value: &Value, fields: &mut Vec<String>, said: &mut Vec<String>) {
    match value {
        Value::Object(inner) if !inner.is_empty() => {
            inner
                .iter()
                .for_each(|(key, value)| collect(&format!("{name}.{key}"), value, fields, said));
        }
        Value::Array(texts) => {
            fields.push(short(name));
            said.extend(texts.iter().filter_map(Value::as_str).map(short));
        }
        Value::String(text) => {
            fields.push(short(name));
            said.push(short(text));
        }
        Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {
            fields.push(short(name))
        }
    }
}

/// One line of bounded length: it goes into logs.
fn short(text: &str) -> String {
    text.chars()
        .take(LONGEST)
        .map(|char| if char.is_control() { ' ' } else { char })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_of_refusal_is_read() {
        let read = |text: &str| {
            let (fields, said) = refusal(text.as_bytes());
            (fields.join(" "), said.join(" | "))
        };
        let pair = |fields: &str, said: &str| (fields.to_owned(), said.to_owned());
        assert_eq!(
            read(r#"{"errors":{"tags":["Tag \"ab\""],"title":["no","nay"]}}"#),
            pair("tags title", "Tag \"ab\" | no | nay")
        );
        assert_eq!(
            read(r#"{"errors":{"spatial":{"zones":["Unknown"]}}}"#),
            pair("spatial.zones", "Unknown")
        );
        assert_eq!(
            read(r#"{"errors":{"acronym":"long"},"message":"a\nb"}"#),
            pair("acronym", "long | a b")
        );
        assert_eq!(
            read(r#"{"success":false,"error":"Missing file","message":""}"#),
            pair("", "Missing file")
        );
        assert_eq!(read("<html>"), pair("", ""));
    }
}
