//! Somebody who publishes, then looks.

use std::path::Path;
use std::sync::Arc;

use debouches_http::{
    Answer, BytesSource, Client, ClientOptions, Method, Multipart, Policy, Request, Secret,
};
use debouches_portal::{PortalOptions, RunningPortal};
use serde_json::{Value, json};

pub(crate) struct Visitor {
    pub(crate) portal: RunningPortal,
    client: Client,
}

impl Visitor {
    pub(crate) async fn open(folder: &Path) -> Self {
        Self::with(PortalOptions::new(folder)).await
    }

    pub(crate) async fn with(options: PortalOptions) -> Self {
        let portal = debouches_portal::start(options).await.unwrap();
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
        Self { portal, client }
    }

    async fn send(&self, request: Request) -> Answer {
        self.client.send(&request).await.unwrap()
    }

    pub(crate) async fn page(&self, path: &str) -> (u16, String) {
        let url = format!("{}{path}", self.portal.base_url()).parse().unwrap();
        let answer = self
            .send(Request::get(url).header("accept", "text/html"))
            .await;
        (
            answer.status(),
            String::from_utf8(answer.body().to_vec()).unwrap(),
        )
    }

    pub(crate) async fn call(&self, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let url = format!("{}{path}", self.portal.base_url()).parse().unwrap();
        let answer = self
            .send(
                Request::new(method, url)
                    .json(body)
                    .secret("x-api-key", &Secret::new(self.portal.api_key())),
            )
            .await;
        (answer.status(), answer.json().unwrap_or_default())
    }

    /// Makes a public dataset and gives its path in the API.
    pub(crate) async fn publish(&self, text: Value) -> String {
        let (status, made) = self.call(Method::Post, "/api/1/datasets/", &text).await;
        assert_eq!(status, 201, "{made}");
        format!("/api/1/datasets/{}/", made["id"].as_str().unwrap())
    }

    pub(crate) async fn upload(
        &self,
        dataset: &str,
        name: &str,
        bytes: &'static [u8],
    ) -> (u16, Value) {
        let url = format!("{}{dataset}upload/", self.portal.base_url())
            .parse()
            .unwrap();
        let form = Multipart::new().file(
            "file",
            name,
            "text/csv",
            Arc::new(BytesSource(bytes.into())),
        );
        let request = Request::new(Method::Post, url)
            .body(form.into_body())
            .secret("x-api-key", &Secret::new(self.portal.api_key()));
        let answer = self.send(request).await;
        (answer.status(), answer.json().unwrap_or_default())
    }

    pub(crate) async fn read(&self, url: &str) -> Answer {
        self.send(Request::get(url.parse().unwrap())).await
    }

    pub(crate) fn text(&self) -> Value {
        json!({
            "title": "Insertion <des> sortants & \"apprentis\"",
            "description": "## Contenu\n\nUn **tableau**.\n\n<script>alert(1)</script>\n\n![image](https://example.org/i.png)",
            "description_short": "Ce que deviennent <les> jeunes",
            "organization": self.portal.organization(),
            "license": "lov2",
            "frequency": "annual",
            "tags": ["insertion"],
            "temporal_coverage": {"start": "2021-01-01", "end": "2023-12-31"},
            "spatial": {"zones": ["country:fr"], "granularity": "fr:region"},
            "extras": {"debouches:version": "1.2.0<b>"},
        })
    }
}
