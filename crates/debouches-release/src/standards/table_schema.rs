//! Table Schema with the French conventions: the root keys that schema.data.gouv.fr asks for.

use serde_json::{Value, json};

use super::Model;
use crate::datapackage::{contributors, schema};
use crate::prepare::PreparedTable;

pub(super) fn json(model: &Model<'_>, table: &PreparedTable<'_>) -> Value {
    let mut schema = schema(table);
    let root = json!({
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "name": table.spec.id.as_str().replace('_', "-"),
        "title": table.title,
        "description": table.spec.description.trim(),
        "homepage": table.spec.homepage,
        "version": model.version.to_string(),
        "contributors": contributors(std::slice::from_ref(table)),
        "resources": [{ "title": format!("{}.csv", table.spec.id), "path": format!("{}.csv", table.spec.id) }],
    });
    if let (Some(schema), Value::Object(root)) = (schema.as_object_mut(), root) {
        schema.extend(root.into_iter().filter(|(_, value)| !value.is_null()));
    }
    schema
}
