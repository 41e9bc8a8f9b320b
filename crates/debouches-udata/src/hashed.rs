//! A source whose SHA-1 is computed while it is sent.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use debouches_http::Source;
use sha1::{Digest as _, Sha1};
use tokio::io::{AsyncRead, ReadBuf};

type Reader = Box<dyn AsyncRead + Send + Unpin>;
type Slot = Arc<Mutex<Option<String>>>;

/// The source, and what was last read of it to its end.
pub(crate) struct Hashed {
    source: Arc<dyn Source>,
    sha1: Slot,
}

impl Hashed {
    pub(crate) fn new(source: Arc<dyn Source>) -> Self {
        Self {
            source,
            sha1: Slot::default(),
        }
    }

    /// The SHA-1 of the last whole reading, in lower-case hexadecimal.
    pub(crate) fn sha1(&self) -> Option<String> {
        self.sha1
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Source for Hashed {
    fn length(&self) -> u64 {
        self.source.length()
    }

    fn open(&self) -> Pin<Box<dyn Future<Output = io::Result<Reader>> + Send + '_>> {
        Box::pin(async move {
            let inner = self.source.open().await?;
            Ok(Box::new(Hashing {
                inner,
                hasher: Sha1::new(),
                sha1: Arc::clone(&self.sha1),
            }) as Reader)
        })
    }
}

struct Hashing {
    inner: Reader,
    hasher: Sha1,
    sha1: Slot,
}

impl AsyncRead for Hashing {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let (before, room) = (buffer.filled().len(), buffer.remaining());
        ready!(Pin::new(&mut self.inner).poll_read(context, buffer))?;
        let read = &buffer.filled()[before..];
        self.hasher.update(read);
        if read.is_empty() && room > 0 {
            let sha1 = hex::encode(self.hasher.clone().finalize());
            *self.sha1.lock().unwrap_or_else(PoisonError::into_inner) = Some(sha1);
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use debouches_http::BytesSource;
    use tokio::io::AsyncReadExt as _;

    #[tokio::test]
    async fn the_digest_is_that_of_a_whole_reading() {
        let hashed = Hashed::new(Arc::new(BytesSource("abc".into())));
        let mut reader = hashed.open().await.unwrap();
        reader.read_u8().await.unwrap();
        assert_eq!(hashed.sha1(), None);
        let mut text = String::new();
        hashed
            .open()
            .await
            .unwrap()
            .read_to_string(&mut text)
            .await
            .unwrap();
        assert_eq!(
            hashed.sha1().as_deref(),
            Some("a9993e364706816aba3e25717850c26c9cd0d89d")
        );
    }
}
