//! `debouches schema NAME`: the JSON Schema of what the program writes.

use debouches_model::Report;

use crate::args::SchemaName;
use crate::output;

pub(crate) fn schema(name: SchemaName) -> u8 {
    match name {
        SchemaName::Coverage => output::print(debouches_engine::coverage::SCHEMA),
        SchemaName::Diff => output::print(debouches_release::DIFF_SCHEMA),
        SchemaName::Report => output::print(&format!("{:#}\n", Report::schema())),
    }
    0
}
