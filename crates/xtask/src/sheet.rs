//! Delimited text as the producers write it: `;`, quotes only where they are needed.

use std::fmt;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// How lines end.
#[derive(Debug, Clone, Copy)]
pub(crate) enum LineEnd {
    Lf,
    CrLf,
}

/// A file being written.
#[derive(Debug)]
pub(crate) struct Sheet {
    bytes: Vec<u8>,
    line_end: &'static [u8],
    width: usize,
    next_line: u64,
    rows: usize,
}

impl Sheet {
    /// A sheet with the heading of the producer, byte for byte; `heading` may end with a line feed.
    pub(crate) fn new(heading: &str, line_end: LineEnd) -> Self {
        let heading = heading.trim_end_matches('\n');
        let line_end: &[u8] = match line_end {
            LineEnd::Lf => b"\n",
            LineEnd::CrLf => b"\r\n",
        };
        let mut sheet = Self {
            bytes: Vec::new(),
            line_end,
            width: heading.split(';').count(),
            next_line: 2,
            rows: 0,
        };
        sheet.bytes.extend_from_slice(heading.as_bytes());
        sheet.bytes.extend_from_slice(line_end);
        sheet
    }

    /// Puts the UTF-8 mark at the head of the file.
    pub(crate) fn with_bom(mut self) -> Self {
        self.bytes.splice(..0, BOM.iter().copied());
        self
    }

    /// Writes a row and gives the line where it begins, from 1, heading included.
    pub(crate) fn row<C: AsRef<str>>(&mut self, cells: &[C]) -> u64 {
        assert_eq!(cells.len(), self.width, "a row is as wide as its heading");
        let begins = self.next_line;
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                self.bytes.push(b';');
            }
            self.cell(cell.as_ref());
        }
        self.bytes.extend_from_slice(self.line_end);
        self.next_line += 1;
        self.rows += 1;
        begins
    }

    /// Writes a row whose cells are already as the producer writes them.
    pub(crate) fn row_as_written<C: AsRef<str>>(&mut self, cells: &[C]) {
        assert_eq!(cells.len(), self.width, "a row is as wide as its heading");
        let line: Vec<&str> = cells.iter().map(AsRef::as_ref).collect();
        self.bytes.extend_from_slice(line.join(";").as_bytes());
        self.bytes.extend_from_slice(self.line_end);
        self.next_line += 1;
        self.rows += 1;
    }

    fn cell(&mut self, cell: &str) {
        self.next_line += cell.bytes().filter(|byte| *byte == b'\n').count() as u64;
        if cell.contains([';', '"', '\n', '\r']) {
            self.bytes
                .extend_from_slice(format!("\"{}\"", cell.replace('"', "\"\"")).as_bytes());
        } else {
            self.bytes.extend_from_slice(cell.as_bytes());
        }
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// A row by column heading: what is not set stays empty, and a wrong heading is a mistake found at once.
pub(crate) fn cells_by_heading(heading: &str, set: &[(&str, &dyn fmt::Display)]) -> Vec<String> {
    let names: Vec<&str> = heading.trim_end_matches('\n').split(';').collect();
    let mut cells = vec![String::new(); names.len()];
    for (name, value) in set {
        let index = names
            .iter()
            .position(|heading| heading == name)
            .unwrap_or_else(|| panic!("no column is headed `{name}`"));
        cells[index] = value.to_string();
    }
    cells
}

/// UTF-8 to Windows-1252, for texts whose characters are all in Latin-1.
pub(crate) fn windows_1252(utf8: &str) -> Vec<u8> {
    utf8.chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap_or_else(|_| panic!("`{c}` is not in Latin-1")))
        .collect()
}

/// UTF-8 to Mac Roman, for the letters that our lists use.
pub(crate) fn mac_roman(utf8: &str) -> Vec<u8> {
    let byte = |c: char| match c {
        'À' => 0xCB,
        'É' => 0x83,
        'à' => 0x88,
        'ç' => 0x8D,
        'é' => 0x8E,
        'è' => 0x8F,
        'ê' => 0x90,
        'î' => 0x94,
        'ô' => 0x99,
        'ù' => 0x9D,
        'œ' => 0xCF,
        _ if c.is_ascii() => u8::try_from(u32::from(c)).expect("ASCII"),
        _ => panic!("`{c}` has no place in this list of letters"),
    };
    utf8.chars().map(byte).collect()
}

/// The rows of one of our own lists (crates/xtask/data, code lists): `;`, no quotes, a heading.
pub(crate) fn list_rows(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines().skip(1).map(|line| line.split(';').collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_after_a_line_break_in_a_cell_knows_its_line() {
        let mut sheet = Sheet::new("a;b\n", LineEnd::CrLf).with_bom();
        assert_eq!(sheet.row(&["1", "x\ny"]), 2);
        assert_eq!(sheet.row(&["2", "say \"z\"; twice"]), 4);
        assert_eq!(
            sheet.into_bytes(),
            b"\xef\xbb\xbfa;b\r\n1;\"x\ny\"\r\n2;\"say \"\"z\"\"; twice\"\r\n"
        );
    }
}
