//! The register of retracted releases, one line a decision: `withdrawn/register`.
//!
//! Each line begins with a seal, the digest of the seal before it and of the decision: a line that was altered, taken out
//! or moved is told from the others. That the last lines are all there is for witnesses to say ([`RegisterMark`]).

use std::io::Read as _;

use debouches_model::{RegisterMark, Sha256};

use crate::backend::Backend;
use crate::{Journal, Lock, Store, StoreError};

const FOLDER: &str = "withdrawn";
const FILE: &str = "register";

/// Largest register, in bytes.
const LARGEST: u64 = 64 << 20;

/// The decisions of a register whose seals are right.
#[derive(Debug, Clone, Default)]
pub struct Register {
    decisions: Vec<String>,
    seals: Vec<Sha256>,
}

impl Register {
    fn read(bytes: &[u8]) -> Result<Self, String> {
        let mut register = Self::default();
        for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let number = index + 1;
            let line = line
                .strip_suffix(b"\n")
                .ok_or_else(|| format!("line {number} was cut short"))?;
            let line =
                std::str::from_utf8(line).map_err(|_| format!("line {number} is no text"))?;
            let (seal, decision) = line
                .split_once(' ')
                .ok_or_else(|| format!("line {number} has no seal"))?;
            let expected = register.seal(decision);
            if seal != expected.to_string() {
                return Err(format!("line {number} was altered, moved or taken out"));
            }
            register.seals.push(expected);
            register.decisions.push(decision.to_owned());
        }
        Ok(register)
    }

    /// The seal of a decision that would follow.
    fn seal(&self, decision: &str) -> Sha256 {
        let before = self.seals.last().map(ToString::to_string);
        Sha256::of(format!("{} {decision}", before.unwrap_or_default()).as_bytes())
    }

    /// The decisions, the oldest first.
    #[must_use]
    pub fn decisions(&self) -> &[String] {
        &self.decisions
    }

    /// What it holds now; none when it is empty.
    #[must_use]
    pub fn mark(&self) -> Option<RegisterMark> {
        Some(RegisterMark {
            count: self.seals.len() as u64,
            seal: *self.seals.last()?,
        })
    }

    /// Whether it holds at least what it held when that mark was made.
    #[must_use]
    pub fn holds(&self, mark: &RegisterMark) -> bool {
        let last = mark
            .count
            .checked_sub(1)
            .and_then(|last| usize::try_from(last).ok());
        last.and_then(|last| self.seals.get(last)) == Some(&mark.seal)
    }
}

impl Store {
    /// Adds a decision to the register, durable on return. Returns what the register holds then.
    ///
    /// # Errors
    /// When the lock is not that of this state, when the register was altered, or when the line cannot be written.
    pub async fn note_retraction(
        &self,
        decision: &str,
        lock: &Lock,
    ) -> Result<RegisterMark, StoreError> {
        lock.check(&self.root_display())?;
        let register = self.register().await?;
        let seal = register.seal(decision);
        Journal::open_at(self.backend(), FOLDER, FILE)
            .await?
            .append(&format!("{seal} {decision}"))
            .await?;
        Ok(RegisterMark {
            count: register.seals.len() as u64 + 1,
            seal,
        })
    }

    /// Reads the register; an absent one is empty.
    ///
    /// # Errors
    /// [`StoreError::Register`] when a line was cut, altered, moved or taken out; when it cannot be read.
    pub async fn register(&self) -> Result<Register, StoreError> {
        let bytes = match self.backend() {
            Backend::Objects(objects) => objects.get(&format!("{FOLDER}/{FILE}")).await?,
            Backend::Folder(folder) => match folder.root().walk(FOLDER)? {
                None => None,
                Some(dir) => match dir.open_file(FILE)? {
                    None => None,
                    Some(file) => {
                        let mut bytes = Vec::new();
                        file.take(LARGEST)
                            .read_to_end(&mut bytes)
                            .map_err(|error| StoreError::io("read", dir.at(FILE), error))?;
                        Some(bytes)
                    }
                },
            },
        };
        Register::read(&bytes.unwrap_or_default()).map_err(|reason| StoreError::Register {
            state: self.root_display(),
            reason,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_altered_cut_or_shortened_register_is_told() {
        let mut text = String::new();
        let mut register = Register::default();
        for decision in ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"] {
            text += &format!("{} {decision}\n", register.seal(decision));
            register = Register::read(text.as_bytes()).unwrap();
        }
        let mark = register.mark().unwrap();
        assert!(register.holds(&mark));
        for at in 0..text.len() {
            let mut altered = text.clone().into_bytes();
            altered[at] ^= 1;
            assert!(Register::read(&altered).is_err(), "flip at {at}");
            let shorter = Register::read(&text.as_bytes()[..at]);
            assert!(
                shorter.is_err() || !shorter.is_ok_and(|shorter| shorter.holds(&mark)),
                "cut at {at}"
            );
        }
    }
}
