//! Sending a file in parts, then asking for it to be put together.
//!
//! The parts are seen by nobody, and the portal drops them as soon as it has put them together: asking twice for the
//! same assembly cannot make a second resource. That is why every new file goes this way, small ones too.

use std::sync::Arc;
use std::time::Duration;

use debouches_http::{Method, Multipart, Repeat, Slice, Url};

use crate::call::{Call, time_to_store};
use crate::wire::ResourceWire;
use crate::{Portal, Resource, UdataError, Upload};

/// Size of a part of a large file, in bytes: one part is lost at most when a connection breaks.
const PART: u64 = 16 << 20;

/// One sending of one file: its name on the portal until it is put together, and how it is cut.
///
/// A part whose answer was lost cannot be sent again (the portal answers 500): the whole file is sent anew under another
/// name. The portal forgets parts after a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Name of the sending, never used twice.
    pub uuid: String,
    /// How many parts, at least two: the portal takes a single part for a plain upload.
    pub parts: u32,
}

/// Where a file goes.
#[derive(Debug, Clone, Copy)]
pub struct Destination<'a> {
    /// Identifier of the dataset.
    pub dataset: &'a str,
    /// The resource whose file is replaced; none for a new one.
    pub resource: Option<&'a str>,
}

impl Transfer {
    /// A new sending of that many bytes; none when they are too few to be cut.
    #[must_use]
    pub fn new(bytes: u64) -> Option<Self> {
        if bytes < 2 {
            return None;
        }
        let parts = u32::try_from(bytes.div_ceil(PART))
            .unwrap_or(u32::MAX)
            .max(2);
        let random = rand::random::<u128>();
        let hex = format!("{random:032x}");
        let uuid = format!(
            "{}-{}-{}-{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[12..16],
            &hex[16..20],
            &hex[20..]
        );
        Some(Self { uuid, parts })
    }

    /// Offset and length of a part. Together they cover the file exactly.
    fn cut(&self, bytes: u64, index: u32) -> (u64, u64) {
        let each = bytes.div_ceil(u64::from(self.parts));
        let offset = (each * u64::from(index)).min(bytes);
        (offset, each.min(bytes - offset))
    }
}

impl Portal {
    /// Sends all the parts in order; `sent` is told of the bytes that are there. Nothing is seen of them yet.
    ///
    /// # Errors
    /// [`UdataError::Uncertain`] when the answer of a part was lost: begin anew with another [`Transfer`], it is safe.
    pub async fn send_parts(
        &self,
        to: Destination<'_>,
        file: &Upload,
        transfer: &Transfer,
        sent: &(dyn Fn(u64) + Sync),
    ) -> Result<(), UdataError> {
        for index in 0..transfer.parts {
            let (offset, length) = transfer.cut(file.bytes, index);
            let slice = Slice {
                source: Arc::clone(&file.source),
                offset,
                length,
            };
            let form = self
                .form(file, transfer)
                .text("partindex", index)
                .text("chunksize", length)
                .file("file", &file.name, &file.media_type, Arc::new(slice));
            let doing = format!(
                "send part {} of {} of `{}`",
                index + 1,
                transfer.parts,
                file.name
            );
            let call = Call::new(doing, Method::Post, Repeat::Never, self.url_of(to)?)
                .body(form.into_body());
            call.send(self).await?;
            sent(offset + length);
        }
        Ok(())
    }

    /// Asks for the parts to be put together: a new resource, or another file for a resource, whose title becomes the
    /// name of the file. Asking again for the same transfer makes nothing twice.
    ///
    /// # Errors
    /// [`UdataError::Uncertain`] when the answer is lost or is a 500, which is also what a second request gets: look for
    /// the file. [`UdataError::Altered`] when the portal holds other bytes.
    pub async fn assemble(
        &self,
        to: Destination<'_>,
        file: &Upload,
        transfer: &Transfer,
    ) -> Result<Resource, UdataError> {
        let doing = format!("put `{}` together in dataset {}", file.name, to.dataset);
        let form = self.form(file, transfer);
        let call =
            Call::new(doing, Method::Post, Repeat::Never, self.url_of(to)?).storing(file.bytes);
        let done = call.body(form.into_body()).send(self).await?;
        let resource = Resource::from(done.read::<ResourceWire>()?);
        file.compare(done.doing(), resource)
    }

    fn form(&self, file: &Upload, transfer: &Transfer) -> Multipart {
        Multipart::new()
            .text("uuid", &transfer.uuid)
            .text("filename", &file.name)
            .text("totalparts", transfer.parts)
            .text("totalfilesize", file.bytes)
    }

    fn url_of(&self, to: Destination<'_>) -> Result<Url, UdataError> {
        match to.resource {
            None => self.at.join(&["datasets", to.dataset, "upload"]),
            Some(resource) => {
                self.at
                    .join(&["datasets", to.dataset, "resources", resource, "upload"])
            }
        }
    }
}

impl Upload {
    /// How long a portal may still be storing the file after a lost answer.
    #[must_use]
    pub fn time_to_store(&self) -> Duration {
        time_to_store(self.bytes)
    }

    /// The resource, when the portal holds the bytes that were meant.
    pub(crate) fn compare(
        &self,
        doing: String,
        resource: Resource,
    ) -> Result<Resource, UdataError> {
        let count = |bytes: u64| format!("{bytes} bytes");
        let expected = self.sha1.to_ascii_lowercase();
        let stored = resource
            .sha1
            .clone()
            .unwrap_or_else(|| "no SHA-1".to_owned());
        let pairs = [
            (expected, stored),
            (
                count(self.bytes),
                count(resource.filesize.unwrap_or(self.bytes)),
            ),
        ];
        match pairs
            .into_iter()
            .find(|(expected, actual)| expected != actual)
        {
            None => Ok(resource),
            Some((expected, actual)) => Err(UdataError::Altered {
                doing,
                expected,
                actual,
                resource: Some(resource.id),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_the_file_exactly_and_are_never_alone() {
        assert_eq!(Transfer::new(0), None);
        assert_eq!(Transfer::new(1), None);
        for bytes in [
            2,
            3,
            5,
            PART - 1,
            PART,
            2 * PART,
            2 * PART + 1,
            130 * PART + 7,
        ] {
            let transfer = Transfer::new(bytes).unwrap();
            assert!(transfer.parts >= 2);
            let mut end = 0;
            for index in 0..transfer.parts {
                let (offset, length) = transfer.cut(bytes, index);
                assert!(
                    offset == end && length > 0 && length <= PART,
                    "{bytes} {index}"
                );
                end += length;
            }
            assert_eq!(end, bytes);
        }
        assert_ne!(Transfer::new(9), Transfer::new(9), "a name is used once");
    }
}
