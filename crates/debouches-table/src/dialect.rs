//! How the cells of a delimited file are separated.

/// How cells are separated. Quotes are `"`, doubled inside; lines end with LF, CRLF or CR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// Separator of cells.
    pub separator: u8,
}

impl Dialect {
    /// The separator most frequent in the first line, outside quotes, among `;`, `,`, `|` and tab.
    pub(crate) fn sniff(head: &[u8]) -> Self {
        let mut counts = [(b';', 0), (b',', 0), (b'|', 0), (b'\t', 0)];
        let mut quoted = false;
        for &byte in head {
            match byte {
                b'"' => quoted = !quoted,
                b'\n' | b'\r' if !quoted => break,
                _ if quoted => {}
                _ => counts
                    .iter_mut()
                    .filter(|(separator, _)| *separator == byte)
                    .for_each(|(_, count)| *count += 1),
            }
        }
        // The first of equals wins, hence the reversal: `max_by_key` keeps the last.
        let (separator, _) = counts
            .into_iter()
            .rev()
            .max_by_key(|(_, count)| *count)
            .unwrap_or((b';', 0));
        Self { separator }
    }
}
