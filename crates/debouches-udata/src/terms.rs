//! The closed lists of the portal: what it would refuse, or drop without a word, is known before anything is sent.

use std::collections::{BTreeMap, BTreeSet};

use debouches_http::{Method, Repeat, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::{Portal, UdataError};

/// What the portal accepts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// Extensions of files.
    pub extensions: BTreeSet<String>,
    /// Identifiers of licences. Any other is silently replaced by none.
    pub licences: BTreeSet<String>,
    /// Frequency terms.
    pub frequencies: BTreeSet<String>,
    /// Spatial granularities.
    pub granularities: BTreeSet<String>,
    /// Names of the catalogue of schemas, each with its versions; empty when the portal has no catalogue, and then any
    /// schema passes.
    pub schemas: BTreeMap<String, BTreeSet<String>>,
}

#[derive(Deserialize)]
struct TermWire {
    id: String,
}

#[derive(Deserialize)]
struct SchemaWire {
    name: String,
    #[serde(default)]
    versions: Vec<SchemaVersionWire>,
}

#[derive(Deserialize)]
struct SchemaVersionWire {
    version_name: String,
}

impl Portal {
    /// All the closed lists.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub async fn terms(&self) -> Result<Terms, UdataError> {
        let schemas: Vec<SchemaWire> = self
            .get_list("read the schemas", &["datasets", "schemas"])
            .await?;
        let versions = |schema: Vec<SchemaVersionWire>| {
            schema
                .into_iter()
                .map(|version| version.version_name)
                .collect::<BTreeSet<_>>()
        };
        Ok(Terms {
            extensions: self.extensions().await?,
            licences: self.licences().await?,
            frequencies: self
                .ids("read the frequencies", &["datasets", "frequencies"])
                .await?,
            granularities: self
                .ids("read the granularities", &["spatial", "granularities"])
                .await?,
            schemas: schemas
                .into_iter()
                .map(|schema| (schema.name, versions(schema.versions)))
                .collect(),
        })
    }

    /// Whether the portal knows a zone, such as `country:fr`.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn knows_zone(&self, zone: &str) -> Result<bool, UdataError> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':');
        if zone.is_empty() || !zone.bytes().all(plain) {
            return Ok(false);
        }
        let url = self
            .at
            .join(&["spatial", "zone"])?
            .join(&format!("./{zone}/"));
        let url = url.map_err(|_| UdataError::Address {
            address: zone.to_owned(),
            why: "it is not an address",
        })?;
        match Call::new(format!("read zone {zone}"), Method::Get, Repeat::Safe, url)
            .send(self)
            .await
        {
            Ok(_) => Ok(true),
            Err(UdataError::NotFound { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn ids(&self, doing: &str, path: &[&str]) -> Result<BTreeSet<String>, UdataError> {
        let list: Vec<TermWire> = self.get_list(doing, path).await?;
        Ok(list.into_iter().map(|term| term.id).collect())
    }

    pub(crate) async fn get_list<T: DeserializeOwned>(
        &self,
        doing: &str,
        path: &[&str],
    ) -> Result<T, UdataError> {
        let url: Url = self.at.join(path)?;
        Call::new(doing, Method::Get, Repeat::Safe, url)
            .send(self)
            .await?
            .read()
    }
}
