//! A portal asked without our own client, so that what it says is not read through our own eyes.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use serde_json::Value;

use crate::harness::PipelineTest;

/// A portal to publish to.
#[derive(Debug, Clone)]
pub(crate) struct Reached {
    pub(crate) url: String,
    pub(crate) key: String,
    pub(crate) organization: String,
    /// A real portal is used by one test at a time.
    _turn: Option<Arc<File>>,
}

impl Reached {
    /// A portal of one's own.
    pub(crate) fn own(url: String, key: &str, organization: &str) -> Self {
        Self {
            url,
            key: key.to_owned(),
            organization: organization.to_owned(),
            _turn: None,
        }
    }

    /// The real udata whose credentials `DEBOUCHES_UDATA_CREDENTIALS` names; waits for the tests that use it already.
    pub(crate) fn real() -> Self {
        let path = std::env::var_os("DEBOUCHES_UDATA_CREDENTIALS").expect(
            "DEBOUCHES_UDATA_CREDENTIALS names no real udata: tests/udata/start.sh starts one",
        );
        let turn = File::create(std::path::Path::new(&path).with_extension("lock")).unwrap();
        turn.lock().unwrap();
        let credentials: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Self {
            url: text(&credentials["base_url"]),
            key: text(&credentials["keys"]["editor"]),
            organization: text(&credentials["organization"]),
            _turn: Some(Arc::new(turn)),
        }
    }

    /// The same portal by another road.
    pub(crate) fn by(&self, url: &str) -> Self {
        Self {
            url: url.to_owned(),
            ..self.clone()
        }
    }

    /// That pipeline, publishing here, with these further settings of the portal.
    pub(crate) fn receives(&self, test: PipelineTest, settings: &str) -> PipelineTest {
        let config = format!(
            "[portal.tested]\nkind = \"udata\"\nurl = \"{}\"\norganization = \"{}\"\n{settings}\n",
            self.url, self.organization
        );
        test.with(&config).env("DEBOUCHES_API_KEY", &self.key)
    }

    /// Sends a request with the key; gives the status and the body.
    pub(crate) fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Vec<u8>) {
        let body = body.map(Value::to_string).unwrap_or_default();
        let (host, _) = self
            .url
            .strip_prefix("http://")
            .unwrap()
            .split_once('/')
            .unwrap_or((&self.url[7..], ""));
        let mut stream = TcpStream::connect(host).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.0\r\nHost: {host}\r\nX-API-KEY: {}\r\nAccept: application/json\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.key,
            body.len()
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .unwrap();
        let status = String::from_utf8_lossy(&answer[9..12]).parse().unwrap();
        (status, answer.split_off(end + 4))
    }

    /// A JSON document of the portal.
    pub(crate) fn get(&self, path: &str) -> Value {
        let (status, body) = self.ask("GET", path, None);
        assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).unwrap()
    }

    /// The bytes of a file of the portal, by its address.
    pub(crate) fn bytes(&self, address: &str) -> Vec<u8> {
        let path = address
            .strip_prefix("http://")
            .unwrap()
            .split_once('/')
            .unwrap()
            .1;
        let (status, body) = self.ask("GET", &format!("/{path}"), None);
        assert_eq!(status, 200, "{address}");
        body
    }

    /// The datasets with our mark of that name that are not deleted, hidden ones included.
    pub(crate) fn marked(&self, dataset: &str) -> Vec<Value> {
        let page = self.get(&format!(
            "/api/1/datasets/?organization={}&page_size=1000",
            self.organization
        ));
        let ours = |found: &&Value| {
            found["extras"]["debouches:dataset"] == dataset && found["deleted"].is_null()
        };
        page["data"]
            .as_array()
            .unwrap()
            .iter()
            .filter(ours)
            .cloned()
            .collect()
    }

    /// Deletes what is there of that dataset: a real portal is shared by the tests.
    pub(crate) fn clear(&self, dataset: &str) {
        for found in self.marked(dataset) {
            let (status, _) = self.ask(
                "DELETE",
                &format!("/api/1/datasets/{}/", found["id"].as_str().unwrap()),
                None,
            );
            assert_eq!(status, 204);
        }
    }

    /// Writes that the portal received so far.
    pub(crate) fn writes(&self) -> usize {
        let seen = self.get("/_test/requests");
        let is_write = |request: &&Value| request["method"] != "GET" && request["method"] != "HEAD";
        seen.as_array().unwrap().iter().filter(is_write).count()
    }
}
