//! A fixed piece of work, so that machines can be compared: a stage is so many times that work.

use std::io::{self, Write as _};
use std::process::Command;

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::measure::Usage;

/// Name in the file of ratios; another work, or the same one optimised otherwise, has another name.
pub(super) const NAME: &str = if cfg!(debug_assertions) {
    "64 MiB of numbers deflated by zlib-rs at level 6, optimisation level of the dev profile"
} else {
    "64 MiB of numbers deflated by zlib-rs at level 6, optimisation level of the release profile"
};
/// The hidden chore that does it.
pub(crate) const CHORE: &str = "yardstick";
const BLOCKS: usize = 64;
const BLOCK: usize = 1 << 20;

/// The cost of the work, done by a process of its own and measured like a stage.
pub(super) fn measure() -> Result<Usage> {
    let program = std::env::current_exe().context("cannot tell which program this is")?;
    Usage::of(Command::new(program).arg(CHORE))
}

/// Does the work: bytes, branches and memory, as reading a CSV does.
/// Hashing would tell whether the processor has instructions for SHA-256.
pub(crate) fn work() -> Result<()> {
    let block = numbers();
    let mut encoder = DeflateEncoder::new(io::sink(), Compression::new(6));
    for _ in 0..BLOCKS {
        encoder.write_all(&block)?;
    }
    encoder.finish()?;
    Ok(())
}

/// Cells of up to three digits: always the same.
fn numbers() -> Vec<u8> {
    let mut block = Vec::with_capacity(BLOCK + 4);
    // Xorshift of 64 bits (Marsaglia, 2003), from any number but zero.
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    while block.len() < BLOCK {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        block.extend_from_slice((state % 1000).to_string().as_bytes());
        block.push(b';');
    }
    block.truncate(BLOCK);
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_do_not_change() {
        let numbers = numbers();
        assert_eq!(numbers.len(), BLOCK);
        assert!(numbers.iter().all(|byte| b"0123456789;".contains(byte)));
    }
}
