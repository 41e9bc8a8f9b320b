//! `debouches schema NAME`: the JSON Schema of what the program writes.

use debouches_model::Report;

use crate::args::SchemaName;
use crate::output;

pub(crate) fn schema(name: SchemaName) -> u8 {
    let schema = match name {
        SchemaName::Report => Report::schema(),
    };
    output::print(&format!("{schema:#}\n"));
    0
}
