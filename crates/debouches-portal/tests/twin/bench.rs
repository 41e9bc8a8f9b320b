//! A portal to try, with the keys of several people, and requests as a careless client writes them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use debouches_http::{
    Answer, Body, BytesSource, Client, ClientOptions, Method, Multipart, Policy, Request, Secret,
    Url,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// The file that a portal for tests leaves when it is ready.
#[derive(Deserialize)]
pub(crate) struct Credentials {
    pub(crate) base_url: Url,
    pub(crate) organization: String,
    pub(crate) other_organization: String,
    pub(crate) contact_point: String,
    pub(crate) keys: BTreeMap<String, String>,
}

pub(crate) struct Bench {
    pub(crate) credentials: Credentials,
    client: Client,
}

/// What came back: the status, a header, the body when it is JSON.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Value,
    answer: Answer,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.answer.header(name).unwrap_or_default()
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.answer.body()
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap()
    }
}

impl Bench {
    pub(crate) fn open(credentials: &Path) -> Self {
        let credentials: Credentials =
            serde_json::from_slice(&std::fs::read(credentials).unwrap()).unwrap();
        let policy = Policy {
            requests_per_second: 1000.0,
            attempts: 1,
            ..Policy::default()
        };
        let client = Client::new(ClientOptions {
            policy,
            ..ClientOptions::new("https://example.org/tests")
        })
        .unwrap();
        Self {
            credentials,
            client,
        }
    }

    /// An address: of the API when it does not begin with a slash or `http`.
    pub(crate) fn url(&self, path: &str) -> Url {
        if path.starts_with("http") {
            return path.parse().unwrap();
        }
        let path = if path.starts_with('/') {
            path.to_owned()
        } else {
            format!("/api/1/{path}")
        };
        self.credentials.base_url.join(&path).unwrap()
    }

    /// Any request, sent once, with the key of somebody, or with a text that is nobody's key, or with none.
    pub(crate) async fn send(&self, who: &str, request: Request) -> Reply {
        let key = self.credentials.keys.get(who).map_or(who, String::as_str);
        let request = if who.is_empty() {
            request
        } else {
            request.secret("x-api-key", &Secret::new(key))
        };
        let request = request.header("accept", "application/json");
        // A server that refuses a key does not read the body, and its answer may be lost with the connection: ask again.
        let mut tries = if matches!(who, "editor" | "admin") {
            1
        } else {
            3
        };
        let answer = loop {
            tries -= 1;
            match self.client.send(&request).await {
                Err(error) if tries > 0 && error.outcome() == debouches_http::Outcome::Unknown => {}
                sent => break sent.unwrap(),
            }
        };
        Reply {
            status: answer.status(),
            body: answer.json().unwrap_or_default(),
            answer,
        }
    }

    pub(crate) async fn get(&self, who: &str, path: &str) -> Reply {
        self.send(who, Request::get(self.url(path))).await
    }

    pub(crate) async fn put(&self, who: &str, path: &str, body: &Value) -> Reply {
        self.send(who, Request::new(Method::Put, self.url(path)).json(body))
            .await
    }

    pub(crate) async fn post(&self, who: &str, path: &str, body: &Value) -> Reply {
        self.send(who, Request::new(Method::Post, self.url(path)).json(body))
            .await
    }

    pub(crate) async fn delete(&self, who: &str, path: &str) -> Reply {
        self.send(who, Request::new(Method::Delete, self.url(path)))
            .await
    }

    pub(crate) async fn form(&self, who: &str, path: &str, form: Multipart) -> Reply {
        self.send(
            who,
            Request::new(Method::Post, self.url(path)).body(form.into_body()),
        )
        .await
    }

    /// A body that is not JSON, or says that it is not.
    pub(crate) async fn put_text(&self, path: &str, media_type: &str, text: &'static str) -> Reply {
        let body = Body::Bytes {
            bytes: text.into(),
            media_type: media_type.to_owned(),
        };
        self.send(
            "editor",
            Request::new(Method::Put, self.url(path)).body(body),
        )
        .await
    }

    /// The whole text of a dataset, under a title that nobody else uses.
    pub(crate) fn text(&self, title: &str) -> Value {
        json!({
            "title": format!("{title} {}", fresh()),
            "acronym": "IJ",
            "description": "Taux d'emploi des sortants de la voie professionnelle, par établissement et par région. ".repeat(2),
            "description_short": "Insertion après un diplôme professionnel",
            "organization": self.credentials.organization,
            "license": "lov2",
            "frequency": "annual",
            "tags": ["emploi", "Insertion professionnelle"],
            "temporal_coverage": {"start": "2021-01-01", "end": "2023-12-31"},
            "spatial": {"zones": ["country:fr"], "granularity": "fr:region"},
            "contact_points": [self.credentials.contact_point],
            "private": true,
            "extras": {"essai:a": 1},
        })
    }

    /// A new draft: its path in the API, with the final slash, and its text.
    pub(crate) async fn draft(&self, title: &str) -> (String, Value) {
        let text = self.text(title);
        let made = self.post("editor", "datasets/", &text).await;
        assert_eq!(made.status, 201, "{}", made.body);
        (format!("datasets/{}/", made.text("id")), text)
    }

    /// A new file of a draft: its path and what the portal says of it.
    pub(crate) async fn file(&self, draft: &str, name: &str, bytes: &[u8]) -> (String, Value) {
        let sent = self
            .form("editor", &format!("{draft}upload/"), file(name, bytes))
            .await;
        assert_eq!(sent.status, 201, "{}", sent.body);
        (format!("{draft}resources/{}/", sent.text("id")), sent.body)
    }

    /// The next writes answer this status, as a page of some proxy.
    pub(crate) async fn disturb(&self, status: u16, times: u32) {
        let body = json!({"status": status, "left": times, "retry_after": "7"});
        assert_eq!(self.post("", "/_test/flaky", &body).await.status, 200);
    }
}

/// A text with one field changed.
pub(crate) fn with(text: &Value, name: &str, value: Value) -> Value {
    let mut text = text.clone();
    text[name] = value;
    text
}

pub(crate) fn fresh() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    std::process::id() * 1000 + NEXT.fetch_add(1, Ordering::Relaxed)
}

pub(crate) fn source(bytes: &[u8]) -> Arc<BytesSource> {
    Arc::new(BytesSource(bytes.to_vec().into()))
}

pub(crate) fn file(name: &str, bytes: &[u8]) -> Multipart {
    Multipart::new().file("file", name, "text/csv", source(bytes))
}

/// The form of the second root, from a path in the first.
pub(crate) fn second(path: &str) -> String {
    format!("/api/2/{path}")
}
