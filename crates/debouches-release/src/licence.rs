//! Licences by their full name.

use serde_json::{Value, json};

/// The licences of the portal that this project knows by their full name.
pub(crate) fn licence(id: &str) -> Value {
    match id {
        "lov2" => json!({
            "name": "etalab-2.0",
            "title": "Licence Ouverte / Open Licence version 2.0",
            "path": "https://www.etalab.gouv.fr/licence-ouverte-open-licence",
        }),
        other => json!({ "name": other }),
    }
}
