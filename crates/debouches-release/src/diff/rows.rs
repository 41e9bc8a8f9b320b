//! Every change, one line each, as a table: kept only when somebody asks for it.

use debouches_table::{Column, Table, TableError, TextColumn, as_text};

use super::sides::Sides;

/// Changes of all the tables: whole rows that came or went, and cells.
#[derive(Debug, Default)]
pub struct ChangedRows {
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    table: String,
    change: &'static str,
    key: String,
    column: Option<String>,
    before: Option<String>,
    after: Option<String>,
}

impl ChangedRows {
    pub(super) fn every_row(&mut self, table: &str, sides: &Sides<'_>) {
        let line = |change, key| Line {
            table: table.to_owned(),
            change,
            key,
            column: None,
            before: None,
            after: None,
        };
        self.lines.extend(
            sides
                .rows
                .removed
                .iter()
                .map(|row| line("removed", sides.key_before(*row))),
        );
        self.lines.extend(
            sides
                .rows
                .added
                .iter()
                .map(|row| line("added", sides.key_after(*row))),
        );
    }

    pub(super) fn cells(
        &mut self,
        table: &str,
        sides: &Sides<'_>,
        column: &str,
        before: &Column,
        after: &Column,
        changed: &[u32],
    ) {
        let (before, after) = (as_text(before), as_text(after));
        let line = |index: &u32| {
            let (a, b) = sides.rows.pairs[*index as usize];
            Line {
                table: table.to_owned(),
                change: "changed",
                key: sides.key_after(b),
                column: Some(column.to_owned()),
                before: before.get(a as usize).map(str::to_owned),
                after: after.get(b as usize).map(str::to_owned),
            }
        };
        self.lines.extend(changed.iter().map(line));
    }

    /// The changes as a table of text columns: `table`, `change`, `key`, `column`, `before`, `after`.
    ///
    /// # Errors
    /// Never in practice: the columns have one length.
    pub fn into_table(self) -> Result<Table, TableError> {
        let mut table = Table::new(self.lines.len());
        let mut set = |name: &str, cell: &dyn Fn(&Line) -> Option<String>| {
            let entries: Vec<u32> = (0_u32..).take(self.lines.len()).collect();
            table.set(
                name,
                Column::Text(TextColumn::from_entries(
                    self.lines.iter().map(cell),
                    &entries,
                )),
            )
        };
        set("table", &|line| Some(line.table.clone()))?;
        set("change", &|line| Some(line.change.to_owned()))?;
        set("key", &|line| Some(line.key.clone()))?;
        set("column", &|line| line.column.clone())?;
        set("before", &|line| line.before.clone())?;
        set("after", &|line| line.after.clone())?;
        Ok(table)
    }
}
