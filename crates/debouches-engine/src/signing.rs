//! The signature of a release, when the configuration asks for one.

use debouches_model::{Fault, Version};
use debouches_release::{SIGNATURE_FILE, SigningKey, TextFile};

use crate::config::{DatasetConfig, Pipeline, Signature};
use crate::context::Context;
use crate::failure::{Decided, Usage};
use crate::key;

/// The key that signs the releases of this run; none when they are not signed.
///
/// # Errors
/// Fails when the key cannot be read, or is not that of the configuration.
pub fn signer(context: &Context) -> anyhow::Result<Option<SigningKey>> {
    let configured = context.pipeline.signature.as_ref();
    configured
        .map(|signature| signing_key(&context.pipeline, signature))
        .transpose()
}

/// The signature file of a release, from its texts.
pub fn signed(
    key: &SigningKey,
    dataset: &DatasetConfig,
    version: Version,
    texts: &[TextFile],
) -> Option<TextFile> {
    let sums = texts.iter().find(|file| file.path == "SHA256SUMS")?;
    Some(TextFile {
        path: SIGNATURE_FILE.to_owned(),
        media_type: "text/plain".to_owned(),
        text: key.sign(sums.text.as_bytes(), dataset.id(), version),
    })
}

/// Reads the key that signs, and compares it with the public key that reusers are told.
///
/// # Errors
/// Fails when the key cannot be read, or is not that of the configuration.
pub fn signing_key(pipeline: &Pipeline, signature: &Signature) -> anyhow::Result<SigningKey> {
    let secret = key::read("signing releases", "a key", &signature.key, &pipeline.base)?;
    let location = key::shown(&signature.key, &pipeline.base);
    let refuse = |what: String| Decided {
        message: format!("the key in {location} cannot sign: {what}"),
        fault: Fault::Permission,
    };
    let key = SigningKey::read(secret.reveal()).map_err(|error| refuse(error.to_string()))?;
    if key.public() != signature.public_key {
        let message = format!(
            "the key in {location} is not that of `public_key` in [signature], which is {}",
            key.public()
        );
        return Err(Usage(message).into());
    }
    Ok(key)
}
