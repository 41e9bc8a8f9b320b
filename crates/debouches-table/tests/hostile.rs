//! Hostile bodies: whatever the bytes, a reader gives a sound table or an error, and never stops the program.
//!
//! `DEBOUCHES_CASES` says how many bodies each test tries; each case has its own seed, which a failure shows.
#![expect(clippy::unwrap_used, reason = "a failure is the message")]

use debouches_table::{RawTable, ReadLimits, TableError, read_csv, read_json};

const USUAL_CASES: u64 = 2_000;

fn cases() -> u64 {
    std::env::var("DEBOUCHES_CASES").map_or(USUAL_CASES, |count| count.parse().unwrap())
}

/// Numbers from a seed (splitmix64).
struct Seeded(u64);

impl Seeded {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }
}

const LIMITS: ReadLimits = ReadLimits {
    row_bytes: 1 << 16,
    cell_bytes: 64,
    columns: 4096,
    cells: 400,
    ragged_rows: 8,
    memory: 1 << 20,
};

/// Pieces that readers have trouble with, put together at random, then bytes changed at random.
fn body(pieces: &[&[u8]], seed: u64) -> Vec<u8> {
    let mut random = Seeded(seed);
    let mut body = Vec::new();
    for _ in 0..random.below(60) {
        body.extend_from_slice(pieces[random.below(pieces.len())]);
    }
    for _ in 0..random.below(4) {
        if !body.is_empty() {
            let at = random.below(body.len());
            body[at] = u8::try_from(random.below(256)).unwrap();
        }
    }
    if random.below(5) == 0 {
        body.truncate(random.below(body.len() + 1));
    }
    body
}

/// What every table must be, whatever it was read from.
fn check(read: Result<RawTable, TableError>, seed: u64) {
    let Ok(table) = read else { return };
    assert_eq!(table.width(), table.header.len(), "seed {seed}");
    for place in 0..table.width() {
        let column = table.column(place);
        assert_eq!(
            column.keys().count(),
            table.rows(),
            "seed {seed}, column {place}"
        );
        assert!(
            column
                .keys()
                .all(|key| (key as usize) < column.values().len()),
            "seed {seed}, column {place}"
        );
    }
    assert!(table.lines.is_sorted(), "seed {seed}: {:?}", table.lines);
    if table.is_unread {
        assert_eq!(table.rows(), 0, "seed {seed}");
    }
    assert!(
        table.rows() as u64 * table.width() as u64 <= LIMITS.cells,
        "seed {seed}"
    );
}

#[test]
fn delimited_text_of_any_kind_gives_a_sound_table_or_an_error() {
    let pieces: &[&[u8]] = &[
        b"a;b;c\n",
        b"1;2;3\n",
        b"x",
        b";",
        b",",
        b"|",
        b"\t",
        b"\"",
        b"\"\"",
        b"\n",
        b"\r\n",
        b"\r",
        b"nd",
        b"sep=;\n",
        b"\xFF\xFE",
        b"\x1A",
        b";;;\n",
        b"30.0",
        b" ",
        b"\xEF\xBB\xBF",
        b"\xE9",
        b"\x8E",
        "é".as_bytes(),
        b"=1+1",
        b"\"x\ny\";",
        b"\0",
        b"{",
        b"<html>",
        b"0010856A;",
        b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        b";;;;;;;;;;;;;;;;;;;;;;;;;",
    ];
    for seed in 0..cases() {
        let body = body(pieces, seed);
        check(read_csv(body.as_slice(), LIMITS, 2, &mut |_| {}), seed);
    }
}

#[test]
fn json_of_any_kind_gives_a_sound_table_or_an_error() {
    let pieces: &[&[u8]] = &[
        b"[",
        b"]",
        b"{",
        b"}",
        b",",
        b":",
        b"\"a\":1",
        b"\"a\"",
        b"{\"a\":\"x\"},",
        b"{\"b\":[1,\"2\"]},",
        b"null",
        b"NaN",
        b"{\"a\":1}\n{\"a\":2}\n",
        b"{\"fields\":{\"a\":1}}",
        b"\"total_count\":9,",
        b"true",
        b"1e999",
        b"-0",
        b"\"results\":[",
        b"\n",
        b"\\u0000",
        b"\\ud800",
        b"\xE9",
        b"\"",
        b"{\"a\":{}}",
        b"[[[[[[[[",
        b"86.67",
        b"[{\"a\":1},{\"b\":2}]",
        b"{\"results\":[{\"a\":1}]}",
    ];
    for seed in 0..cases() {
        let body = body(pieces, seed);
        check(read_json(body.as_slice(), LIMITS, &mut |_| {}), seed);
    }
}
