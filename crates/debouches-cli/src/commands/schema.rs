//! `debouches schema NAME`: the JSON Schema of what the program writes, and of what people write for it.

use debouches_insertion::Domain;
use debouches_model::Report;

use crate::args::SchemaName;
use crate::output;

pub(crate) fn schema(name: SchemaName) -> u8 {
    match name {
        SchemaName::Coverage => output::print(debouches_engine::coverage::SCHEMA),
        SchemaName::Diff => output::print(debouches_release::DIFF_SCHEMA),
        SchemaName::Report => output::print(&format!("{:#}\n", Report::schema())),
        // The names that they complete are those of the program, whatever a folder adds.
        SchemaName::Shape => output::print(&format!("{:#}\n", Domain::embedded().shape_schema())),
        SchemaName::Table => output::print(&format!("{:#}\n", Domain::embedded().table_schema())),
    }
    0
}
