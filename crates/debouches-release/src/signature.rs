//! The signature of `SHA256SUMS`, in the form of minisign.
//!
//! Ed25519 over `BLAKE2b`, as minisign does by default. Nothing is drawn at random and the trusted comment names the
//! release and not the day, so that one key gives one signature to one release. Keys are read without password: a key
//! that a timer uses is guarded by the place that holds it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use blake2::{Blake2b512, Digest as _};
use debouches_model::{DatasetId, Version};
use minisign_verify::{PublicKey, Signature};
use ring::signature::{Ed25519KeyPair, KeyPair as _};

/// Name of the signature, beside `SHA256SUMS`.
pub const SIGNATURE_FILE: &str = "SHA256SUMS.minisig";

/// Where the parts of a secret key begin: algorithm, derivation, checksum, salt, two limits; then these.
const KEY_ID: usize = 54;
const SEED: usize = 62;
const POINT: usize = 94;
/// Length of a secret key.
const KEY_LENGTH: usize = 158;

/// A key or a signature that cannot be used. It never tells what it read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Not a secret key of minisign.
    #[error("this is not a secret key of minisign")]
    NotASecretKey,
    /// A secret key behind a password.
    #[error("this secret key has a password: make one without it, `minisign -G -W`")]
    Password,
    /// Not a public key of minisign.
    #[error("this is not a public key of minisign")]
    NotAPublicKey,
    /// Not a signature of minisign.
    #[error("this is not a signature of minisign")]
    NotASignature,
    /// The signature is not of these bytes, or not by this key.
    #[error("the signature is not of these bytes by this key")]
    Wrong,
}

/// A key that signs. It has no `Debug` and no `Display`.
pub struct SigningKey {
    id: [u8; 8],
    pair: Ed25519KeyPair,
}

impl SigningKey {
    /// Reads a secret key of minisign: the file, or its last line alone.
    ///
    /// # Errors
    /// When it is none, when its two halves disagree, or when it has a password.
    pub fn read(text: &str) -> Result<Self, SignatureError> {
        let line = last_line(text).ok_or(SignatureError::NotASecretKey)?;
        let bytes = BASE64
            .decode(line)
            .map_err(|_| SignatureError::NotASecretKey)?;
        if bytes.len() != KEY_LENGTH || &bytes[..2] != b"Ed" {
            return Err(SignatureError::NotASecretKey);
        }
        if bytes[2..4] != [0, 0] {
            return Err(SignatureError::Password);
        }
        let id = bytes[KEY_ID..SEED]
            .try_into()
            .map_err(|_| SignatureError::NotASecretKey)?;
        let pair = Ed25519KeyPair::from_seed_and_public_key(
            &bytes[SEED..POINT],
            &bytes[POINT..POINT + 32],
        );
        Ok(Self {
            id,
            pair: pair.map_err(|_| SignatureError::NotASecretKey)?,
        })
    }

    /// The public key, as `minisign -P` takes it.
    #[must_use]
    pub fn public(&self) -> String {
        BASE64.encode([b"Ed".as_slice(), &self.id, self.pair.public_key().as_ref()].concat())
    }

    /// The signature file of the sums of a release.
    #[must_use]
    pub fn sign(&self, sums: &[u8], dataset: &DatasetId, version: Version) -> String {
        let signature = self.pair.sign(&Blake2b512::digest(sums));
        let comment = signed_comment(dataset, version);
        let global = self
            .pair
            .sign(&[signature.as_ref(), comment.as_bytes()].concat());
        let signed = BASE64.encode([b"ED".as_slice(), &self.id, signature.as_ref()].concat());
        let global = BASE64.encode(global.as_ref());
        format!(
            "untrusted comment: signature of SHA256SUMS\n{signed}\ntrusted comment: {comment}\n{global}\n"
        )
    }
}

/// The trusted comment of the signature of a release: it names it, so that one release does not pass for another.
#[must_use]
pub fn signed_comment(dataset: &DatasetId, version: Version) -> String {
    format!("{dataset} {version}, SHA256SUMS")
}

/// Reads a public key of minisign: the file, or its last line alone; gives that line.
///
/// # Errors
/// When it is none.
pub fn public_key(text: &str) -> Result<String, SignatureError> {
    let line = last_line(text).ok_or(SignatureError::NotAPublicKey)?;
    PublicKey::from_base64(line)
        .map(|_| line.to_owned())
        .map_err(|_| SignatureError::NotAPublicKey)
}

/// Checks the signature of the sums; gives its trusted comment, which names the release.
///
/// # Errors
/// When the key or the signature cannot be read, or when they do not agree with the sums.
pub fn check_signature(
    public: &str,
    sums: &[u8],
    signature: &str,
) -> Result<String, SignatureError> {
    let line = last_line(public).ok_or(SignatureError::NotAPublicKey)?;
    let key = PublicKey::from_base64(line).map_err(|_| SignatureError::NotAPublicKey)?;
    let signature = Signature::decode(signature).map_err(|_| SignatureError::NotASignature)?;
    key.verify(sums, &signature, false)
        .map_err(|_| SignatureError::Wrong)?;
    Ok(signature.trusted_comment().to_owned())
}

fn last_line(text: &str) -> Option<&str> {
    text.lines().map(str::trim).rfind(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key made for this test, written as `minisign -G -W` writes it.
    fn key(seed: u8) -> String {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
        let mut bytes = [
            b"Ed\0\0B2".as_slice(),
            &[0; 48],
            &[seed; 8],
            &[seed; 32],
            pair.public_key().as_ref(),
        ]
        .concat();
        bytes.resize(KEY_LENGTH, 0);
        format!(
            "untrusted comment: minisign secret key\n{}\n",
            BASE64.encode(bytes)
        )
    }

    fn signed(seed: u8, sums: &[u8]) -> (String, String) {
        let key = SigningKey::read(&key(seed)).unwrap();
        (
            key.public(),
            key.sign(sums, &"d".parse().unwrap(), Version::FIRST),
        )
    }

    #[test]
    fn a_release_has_one_signature_by_one_key() {
        let (public, signature) = signed(7, b"sums");
        assert_eq!(signed(7, b"sums").1, signature);
        assert_eq!(
            check_signature(&public, b"sums", &signature).unwrap(),
            "d 1.0.0, SHA256SUMS"
        );
        assert_eq!(
            public_key(&format!("untrusted comment: x\n{public}\n")).unwrap(),
            public
        );
    }

    #[test]
    fn another_byte_another_key_and_another_comment_are_refused() {
        let (public, signature) = signed(7, b"sums");
        assert_eq!(
            check_signature(&public, b"sumz", &signature),
            Err(SignatureError::Wrong)
        );
        assert_eq!(
            check_signature(&signed(8, b"sums").0, b"sums", &signature),
            Err(SignatureError::Wrong)
        );
        let other = signature.replace("d 1.0.0", "d 9.0.0");
        assert_eq!(
            check_signature(&public, b"sums", &other),
            Err(SignatureError::Wrong)
        );
        assert_eq!(
            check_signature(&public, b"sums", "nothing"),
            Err(SignatureError::NotASignature)
        );
        assert_eq!(
            check_signature("nothing", b"sums", &signature),
            Err(SignatureError::NotAPublicKey)
        );
    }

    #[test]
    fn keys_with_a_password_and_broken_keys_are_refused_with_a_reason() {
        let mut bytes = BASE64.decode(last_line(&key(7)).unwrap()).unwrap();
        bytes[2..4].copy_from_slice(b"Sc");
        assert_eq!(
            SigningKey::read(&BASE64.encode(&bytes)).err(),
            Some(SignatureError::Password)
        );
        bytes[2..4].copy_from_slice(&[0, 0]);
        bytes[POINT] ^= 1;
        assert_eq!(
            SigningKey::read(&BASE64.encode(&bytes)).err(),
            Some(SignatureError::NotASecretKey)
        );
        assert_eq!(
            SigningKey::read("RWQ").err(),
            Some(SignatureError::NotASecretKey)
        );
        assert_eq!(
            SigningKey::read("").err(),
            Some(SignatureError::NotASecretKey)
        );
    }
}
