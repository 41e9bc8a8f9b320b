//! What additions and derivations know beside the tables that they read.

use debouches_model::spec::{TableSpec, Tables};

use crate::code_lists::CodeLists;

/// Table specifications and code lists. They live as long as the program.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Knowledge {
    pub(crate) tables: &'static Tables,
    pub(crate) codes: &'static CodeLists,
}

impl Knowledge {
    /// Tables whose figures answer for a training or an establishment, in the order of names.
    pub(crate) fn figure_tables(self) -> impl Iterator<Item = &'static TableSpec> {
        self.tables.iter().filter(|spec| spec.figures)
    }
}
