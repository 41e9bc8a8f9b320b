//! `multipart/form-data` with one file and a length known beforehand (RFC 7578).

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use tokio::io::AsyncReadExt as _;

use crate::body::{Body, Reader, Source};

/// A form: text fields, then possibly a file.
#[derive(Default)]
pub struct Multipart {
    fields: Vec<(String, String)>,
    file: Option<FilePart>,
}

struct FilePart {
    field: String,
    name: String,
    media_type: String,
    source: Arc<dyn Source>,
}

impl Multipart {
    /// An empty form.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text field.
    #[must_use]
    pub fn text(mut self, field: &str, value: impl ToString) -> Self {
        self.fields.push((field.to_owned(), value.to_string()));
        self
    }

    /// Sets the file. Its bytes are read while they are sent.
    #[must_use]
    pub fn file(
        mut self,
        field: &str,
        name: &str,
        media_type: &str,
        source: Arc<dyn Source>,
    ) -> Self {
        self.file = Some(FilePart {
            field: field.to_owned(),
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            source,
        });
        self
    }

    /// The form as a body.
    #[must_use]
    pub fn into_body(self) -> Body {
        // 128 random bits: no file can be made to contain the boundary of a request that does not exist yet.
        let boundary = format!("debouches-{:032x}", rand::random::<u128>());
        let mut head = String::new();
        for (field, value) in &self.fields {
            head.push_str(&format!(
                "--{boundary}\r\ncontent-disposition: form-data; name=\"{}\"\r\n\r\n{value}\r\n",
                quoted(field)
            ));
        }
        let mut tail = format!("--{boundary}--\r\n");
        let source = self.file.map(|file| {
            head.push_str(&format!(
                "--{boundary}\r\ncontent-disposition: form-data; name=\"{}\"; filename=\"{}\"\r\ncontent-type: {}\r\n\r\n",
                quoted(&file.field),
                quoted(&file.name),
                quoted(&file.media_type),
            ));
            tail.insert_str(0, "\r\n");
            file.source
        });
        let form = Form {
            head: head.into(),
            source,
            tail: tail.into(),
        };
        Body::Stream {
            source: Arc::new(form),
            media_type: format!("multipart/form-data; boundary={boundary}"),
        }
    }
}

/// As browsers do: quotes and line breaks are percent-encoded.
fn quoted(text: &str) -> String {
    text.replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

struct Form {
    head: Bytes,
    source: Option<Arc<dyn Source>>,
    tail: Bytes,
}

impl Source for Form {
    fn length(&self) -> u64 {
        let file = self.source.as_ref().map_or(0, |source| source.length());
        self.head.len() as u64 + file + self.tail.len() as u64
    }

    fn open(&self) -> Pin<Box<dyn Future<Output = io::Result<Reader>> + Send + '_>> {
        Box::pin(async move {
            let (head, tail) = (
                io::Cursor::new(self.head.clone()),
                io::Cursor::new(self.tail.clone()),
            );
            Ok(match &self.source {
                Some(source) => Box::new(head.chain(source.open().await?).chain(tail)) as Reader,
                None => Box::new(head.chain(tail)),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BytesSource;

    #[tokio::test]
    async fn a_form_has_the_length_it_announces_and_escapes_names() {
        let file = Arc::new(BytesSource(Bytes::from_static(b"a;b\n")));
        let body = Multipart::new()
            .text("uuid", "u1")
            .file("file", "a\"\r\n.csv", "text/csv", file)
            .into_body();
        let Body::Stream { source, media_type } = body else {
            panic!("not a stream")
        };
        let mut text = String::new();
        source
            .open()
            .await
            .unwrap()
            .read_to_string(&mut text)
            .await
            .unwrap();
        assert_eq!(text.len() as u64, source.length());
        let boundary = media_type.split_once('=').unwrap().1;
        assert_eq!(text.matches(boundary).count(), 3);
        assert!(
            text.contains(
                "filename=\"a%22%0D%0A.csv\"\r\ncontent-type: text/csv\r\n\r\na;b\n\r\n--"
            ),
            "{text}"
        );
        assert!(text.ends_with("--\r\n"));
    }
}
