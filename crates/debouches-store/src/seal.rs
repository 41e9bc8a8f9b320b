//! The manifest as a file: JSON whose second line is the digest of all the other lines.
//!
//! Files are guarded by the digests in the manifest; the manifest itself needs its own, or a flipped bit in an
//! ingredient or a date would go unseen. The seal is over the text, so that a field unknown to this version keeps it valid.

use debouches_model::{ArtefactKey, Manifest, Sha256};

use crate::StoreError;

/// The text of `manifest.json`.
pub(crate) fn write(manifest: &Manifest) -> Vec<u8> {
    let mut json = serde_json::to_string_pretty(manifest)
        .expect("a manifest is made of text, numbers and dates");
    json.push('\n');
    let body = json
        .strip_prefix("{\n")
        .expect("a pretty object begins with a brace and a line end");
    format!("{{\n{}{body}", line(Sha256::of(json.as_bytes()))).into_bytes()
}

fn line(seal: Sha256) -> String {
    format!("  \"seal\": \"{seal}\",\n")
}

/// True when the text of a `manifest.json` is the one that was written.
#[must_use]
pub fn is_sealed(text: &str) -> bool {
    let split = text
        .strip_prefix("{\n")
        .and_then(|rest| rest.split_once('\n'));
    split.is_some_and(|(first, body)| {
        format!("{first}\n") == line(Sha256::of(format!("{{\n{body}").as_bytes()))
    })
}

/// Reads `manifest.json`, and checks its seal, its format and that it speaks of `key`.
pub(crate) fn read(key: &ArtefactKey, bytes: &[u8]) -> Result<Manifest, StoreError> {
    let refuse = |reason: &str| StoreError::Manifest {
        key: key.clone().into(),
        reason: reason.to_owned(),
    };
    let text = std::str::from_utf8(bytes).map_err(|_| refuse("is not text"))?;
    let rest = text
        .strip_prefix("{\n")
        .ok_or_else(|| refuse("is not sealed"))?;
    let (first, body) = rest
        .split_once('\n')
        .ok_or_else(|| refuse("is not sealed"))?;
    if format!("{first}\n") != line(Sha256::of(format!("{{\n{body}").as_bytes())) {
        return Err(refuse("was altered after it was written"));
    }
    let format = serde_json::from_str::<Head>(text)
        .map_err(|error| refuse(&format!("cannot be read: {error}")))?
        .format;
    if format > Manifest::FORMAT {
        return Err(StoreError::Format {
            key: key.clone().into(),
            format,
        });
    }
    let manifest: Manifest =
        serde_json::from_str(text).map_err(|error| refuse(&format!("cannot be read: {error}")))?;
    if manifest.stage != key.stage || manifest.subject != key.subject || manifest.id != key.id {
        return Err(refuse("speaks of another artefact"));
    }
    for file in &manifest.files {
        crate::name::check_file(&file.path)?;
    }
    Ok(manifest)
}

#[derive(serde::Deserialize)]
struct Head {
    format: u32,
}

#[cfg(test)]
mod tests {
    use debouches_model::{Clock as _, Stage, SystemClock, Tool};

    use super::*;

    #[test]
    fn every_flipped_bit_of_a_manifest_is_seen() {
        let key = ArtefactKey::new(Stage::Fetch, "ij", "abc");
        let tool = Tool {
            version: "0.1.0".into(),
            commit: "unknown".into(),
        };
        let bytes = write(&Manifest::new(&key, tool, SystemClock.now()));
        assert!(read(&key, &bytes).is_ok());
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut flipped = bytes.clone();
                flipped[at] ^= 1 << bit;
                assert!(read(&key, &flipped).is_err(), "bit {bit} of byte {at}");
            }
        }
        assert!(read(&ArtefactKey::new(Stage::Fetch, "ij", "abd"), &bytes).is_err());
    }
}
