//! What is sent: nothing, bytes, or a stream whose length is known and which can be opened again.

use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, stream};
use tokio::io::{AsyncRead, AsyncReadExt as _};

use crate::stall::Sending;

/// Something to read, without holding it in memory.
pub type Reader = Box<dyn AsyncRead + Send + Unpin>;

/// Bytes that can be read from the start as often as needed: each attempt opens them anew.
pub trait Source: Send + Sync {
    /// Exact number of bytes.
    fn length(&self) -> u64;
    /// Opens the bytes at their start.
    fn open(&self) -> Pin<Box<dyn Future<Output = io::Result<Reader>> + Send + '_>>;
    /// Opens the bytes at that offset. What comes before is read and dropped, unless the source knows better.
    fn open_at(
        &self,
        offset: u64,
    ) -> Pin<Box<dyn Future<Output = io::Result<Reader>> + Send + '_>> {
        Box::pin(async move {
            let mut reader = self.open().await?;
            let mut before = (&mut reader).take(offset);
            tokio::io::copy(&mut before, &mut tokio::io::sink()).await?;
            Ok(reader)
        })
    }
}

/// Consecutive bytes of another source.
#[derive(Clone)]
pub struct Slice {
    /// Where they come from.
    pub source: Arc<dyn Source>,
    /// First byte.
    pub offset: u64,
    /// How many.
    pub length: u64,
}

impl Source for Slice {
    fn length(&self) -> u64 {
        self.length
    }

    fn open(&self) -> Pin<Box<dyn Future<Output = io::Result<Reader>> + Send + '_>> {
        Box::pin(async move {
            Ok(Box::new(self.source.open_at(self.offset).await?.take(self.length)) as Reader)
        })
    }
}

/// The body of a request.
#[derive(Clone, Default)]
pub enum Body {
    /// No body.
    #[default]
    Empty,
    /// Bytes in memory.
    Bytes {
        /// The bytes.
        bytes: Bytes,
        /// Their media type.
        media_type: String,
    },
    /// Bytes read while they are sent.
    Stream {
        /// Where they come from.
        source: Arc<dyn Source>,
        /// Their media type.
        media_type: String,
    },
}

/// Bytes in memory, as a source.
#[derive(Clone)]
pub struct BytesSource(pub Bytes);

impl Source for BytesSource {
    fn length(&self) -> u64 {
        self.0.len() as u64
    }

    fn open(&self) -> Pin<Box<dyn Future<Output = io::Result<Reader>> + Send + '_>> {
        let reader: Reader = Box::new(io::Cursor::new(self.0.clone()));
        Box::pin(async move { Ok(reader) })
    }
}

/// A file, or a slice of one.
#[derive(Debug, Clone)]
pub struct FileSource {
    /// Where the file is.
    pub path: PathBuf,
    /// First byte to send.
    pub offset: u64,
    /// How many bytes to send.
    pub length: u64,
}

impl FileSource {
    /// The whole of a file, as long as it is now.
    ///
    /// # Errors
    /// When the file cannot be seen.
    pub async fn of_file(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        let length = tokio::fs::metadata(&path).await?.len();
        Ok(Self {
            path,
            offset: 0,
            length,
        })
    }
}

impl Source for FileSource {
    fn length(&self) -> u64 {
        self.length
    }

    fn open(&self) -> Pin<Box<dyn Future<Output = io::Result<Reader>> + Send + '_>> {
        Box::pin(async move {
            use tokio::io::AsyncSeekExt as _;
            let mut file = tokio::fs::File::open(&self.path).await?;
            if self.offset > 0 {
                file.seek(io::SeekFrom::Start(self.offset)).await?;
            }
            Ok(Box::new(file.take(self.length)) as Reader)
        })
    }
}

/// The pieces of a body, counted: a source that ends early or runs on is an error, never a shorter request.
pub(crate) fn pieces(
    reader: Reader,
    length: u64,
    sending: Arc<Sending>,
) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    stream::try_unfold(
        (reader, length, sending),
        |(mut reader, remaining, sending)| async move {
            sending.moved();
            let mut piece = BytesMut::with_capacity(64 << 10);
            let read = match reader.read_buf(&mut piece).await {
                Ok(read) => read as u64,
                Err(error) => return Err(sending.broken(error)),
            };
            match (read, remaining) {
                (0, 0) => {
                    sending.sent();
                    Ok(None)
                }
                (0, _) => Err(sending.broken(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    "shorter than announced",
                ))),
                (read, remaining) if read > remaining => Err(sending.broken(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "longer than announced",
                ))),
                (read, remaining) => {
                    if read == remaining {
                        sending.sent();
                    }
                    Ok(Some((piece.freeze(), (reader, remaining - read, sending))))
                }
            }
        },
    )
}
