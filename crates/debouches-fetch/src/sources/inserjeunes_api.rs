//! The InserJeunes API (DEPP and Dares): one answer for each code and vintage, kept as received, one on each line.
//!
//! A person logs in with two headers and gets a token, whose life is not told: it is asked again when the API says 401.
//! The rate of 5 requests a second is that of the client. HTTP 400 is an answer like another here: it may mean that there
//! are no data for this code, or that the question was wrong. What its body says is for `validate` to judge.
//! Source of routes and manners: the API as its known readers call it; it has no public contract.

use debouches_http::{Answer, Method, Repeat, Request, Secret, Url, is_loopback};
use serde::{Deserialize, Serialize};

use std::path::Path;
use std::sync::Arc;

use super::{Answer as Reply, Content, Glance, Kind, Reading, Received, Said, Source};
use crate::location::web_address;
use crate::{Address, AddressError, FetchError, Probe};

/// The kind, as the configuration knows it.
pub(super) static KIND: Kind = Kind {
    name: "inserjeunes-api",
    options: &["api"],
    open: |address, base| Ok(Arc::new(InserjeunesApi::of(address, base)?)),
};

/// What is asked of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct InserjeunesApi {
    /// Its address, down to the version: `https://www.inserjeunes.education.gouv.fr/api/v1.0`.
    pub base: Url,
    /// Which figures.
    pub route: ApiRoute,
    /// Which vintages: `2021_2022` for establishments and régions, `2022` for France.
    pub vintages: Vec<String>,
    /// Which establishments (UAI), régions académiques (`01` to `18`) or paths of training (`apprentissage`…).
    pub codes: Vec<String>,
    /// Name of the environment variable that holds the user.
    pub username_env: String,
    /// Name of the environment variable that holds the password.
    pub password_env: String,
}

/// The grain of the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ApiRoute {
    /// One establishment.
    Uai,
    /// One région académique.
    Region,
    /// The whole country, for one path of training.
    France,
}

impl ApiRoute {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Uai => "uai",
            Self::Region => "region",
            Self::France => "france",
        }
    }
}

impl InserjeunesApi {
    /// Reads the address, and refuses what cannot be part of a path.
    ///
    /// # Errors
    /// When the address is none, when a list is empty, or when a code or a vintage is not letters, digits and `_`.
    pub(super) fn new(
        base: &str,
        route: ApiRoute,
        (vintages, codes): (Vec<String>, Vec<String>),
        (username_env, password_env): (String, String),
    ) -> Result<Self, AddressError> {
        let base = web_address(base.trim_end_matches('/'))?;
        for (list, expected) in [
            (&vintages, "a list of vintages, as 2021_2022"),
            (&codes, "a list of codes"),
        ] {
            let is_word = |word: &String| {
                !word.is_empty()
                    && word.len() <= 60
                    && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            };
            if let Some(wrong) = list.iter().find(|word| !is_word(word)) {
                return Err(AddressError::Syntax {
                    text: wrong.clone(),
                    expected,
                });
            }
            if list.is_empty() {
                return Err(AddressError::Syntax {
                    text: String::new(),
                    expected,
                });
            }
        }
        Ok(Self {
            base,
            route,
            vintages,
            codes,
            username_env,
            password_env,
        })
    }

    /// The address of one answer.
    fn address(&self, code: &str, vintage: &str) -> Url {
        match self.route {
            ApiRoute::Uai => self.below(&format!("UAI/{code}/millesime/{vintage}")),
            ApiRoute::Region => self.below(&format!("region/{code}/millesime/{vintage}")),
            ApiRoute::France => self.below(&format!("france/millesime/{vintage}/filiere/{code}")),
        }
    }

    fn below(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!(
            "{}/{path}",
            self.base.path().trim_end_matches('/')
        ));
        url
    }

    /// Reads what was typed; a file of codes is taken from `base`.
    fn of(address: &Address, base: &Path) -> Result<Self, AddressError> {
        let api = address.api.clone().ok_or_else(|| AddressError::Syntax {
            text: address.url.clone(),
            expected: "complete: `kind = \"inserjeunes-api\"` needs an `api` table",
        })?;
        let mut codes = api.codes;
        if let Some(file) = &api.codes_file {
            let text = std::fs::read_to_string(base.join(file));
            let text = text.map_err(|_| AddressError::Syntax {
                text: file.clone(),
                expected: "a file with one code on each line",
            })?;
            let lines = text.lines().map(|line| line.trim().to_owned());
            codes.extend(lines.filter(|line| !line.is_empty()));
        }
        Self::new(
            &address.url,
            api.route,
            (api.vintages, codes),
            (api.username_env, api.password_env),
        )
    }
}

impl Source for InserjeunesApi {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn shown(&self) -> String {
        let (first, count) = (
            self.codes.first().map_or("", String::as_str),
            self.codes.len(),
        );
        format!(
            "{}#{}/{first}…({count})/{}",
            self.base,
            self.route.as_str(),
            self.vintages.join(",")
        )
    }

    fn identity(&self) -> String {
        format!(
            "{} {:?} {:?} {:?}",
            self.base, self.route, self.vintages, self.codes
        )
    }

    fn body_name(&self) -> String {
        format!("inserjeunes-{}.jsonl", self.route.as_str())
    }

    fn variables(&self) -> Vec<String> {
        vec![self.username_env.clone(), self.password_env.clone()]
    }

    fn is_plain(&self) -> bool {
        self.base.scheme() != "https" && !is_loopback(&self.base)
    }

    fn probe<'a>(&'a self, reading: &'a Reading<'a>) -> Glance<'a> {
        // One login says whether the account is good; figures are asked one by one.
        Box::pin(async move {
            reading.log_in(self).await?;
            Ok(Probe::default())
        })
    }

    fn read<'a>(&'a self, reading: &'a Reading<'a>) -> Reply<'a> {
        Box::pin(reading.inserjeunes_api(self))
    }
}

/// One line of the body.
#[derive(Serialize)]
struct Line<'a> {
    route: ApiRoute,
    code: &'a str,
    millesime: &'a str,
    status: u16,
    body: &'a str,
}

#[derive(Deserialize)]
struct Login {
    access_token: String,
}

impl Reading<'_> {
    /// Asks every code of every vintage, in the order of the configuration.
    async fn inserjeunes_api(&self, api: &InserjeunesApi) -> Result<Received, FetchError> {
        let (id, store) = (&self.request.id, &self.fetcher.store);
        let mut spool = store.spool().map_err(|error| self.store_error(error))?;
        let mut token = self.log_in(api).await?;
        let mut written = 0;
        for vintage in &api.vintages {
            for code in &api.codes {
                let url = api.address(code, vintage);
                let mut answer = self.ask(&url, &token).await?;
                if answer.status() == 401 {
                    token = self.log_in(api).await?;
                    answer = self.ask(&url, &token).await?;
                }
                let status = answer.status();
                let refused = || FetchError::Api {
                    id: id.clone(),
                    code: code.clone(),
                    vintage: vintage.clone(),
                    status,
                };
                if !matches!(status, 200 | 400) {
                    return Err(refused());
                }
                let body = std::str::from_utf8(answer.body()).map_err(|_| refused())?;
                let line = Line {
                    route: api.route,
                    code,
                    millesime: vintage,
                    status,
                    body,
                };
                let mut bytes =
                    serde_json::to_vec(&line).expect("text and numbers are written as JSON");
                bytes.push(b'\n');
                written += bytes.len() as u64;
                if written > self.request.limits.max_bytes {
                    let (file, max) = (
                        self.request.location.body_name(),
                        self.request.limits.max_bytes,
                    );
                    return Err(FetchError::TooLarge {
                        id: id.clone(),
                        file,
                        max,
                    });
                }
                spool.put(&bytes).map_err(|error| self.store_error(error))?;
                self.progress.reach(written, None);
            }
        }
        let spooled = spool.finish().map_err(|error| self.store_error(error))?;
        Ok(Received {
            content: Content::Fresh(spooled),
            said: Said::default(),
        })
    }

    async fn log_in(&self, api: &InserjeunesApi) -> Result<Secret, FetchError> {
        let secret = |name: &String| {
            let missing = || FetchError::NoSecret {
                id: self.request.id.clone(),
                variable: name.clone(),
            };
            self.fetcher
                .secrets
                .get(name)
                .filter(|secret| !secret.is_empty())
                .ok_or_else(missing)
        };
        let (username, password) = (secret(&api.username_env)?, secret(&api.password_env)?);
        // Logging in twice gives two tokens and changes nothing else.
        let request = Request::new(Method::Post, api.below("login")).repeat(Repeat::Safe);
        let answer = self
            .send(
                &request
                    .secret("username", username)
                    .secret("password", password),
            )
            .await?;
        let login = || FetchError::Login {
            id: self.request.id.clone(),
            status: answer.status(),
        };
        if answer.status() != 200 {
            return Err(login());
        }
        let token: Login = serde_json::from_slice(answer.body()).map_err(|_| login())?;
        Ok(Secret::new(&token.access_token).behind("Bearer "))
    }

    async fn ask(&self, url: &Url, token: &Secret) -> Result<Answer, FetchError> {
        self.send(
            &Request::get(url.clone())
                .header("accept", "application/json")
                .secret("authorization", token),
        )
        .await
    }

    async fn send(&self, request: &Request) -> Result<Answer, FetchError> {
        let request = request.clone().guarded(&self.request.allowed_hosts);
        let answer = self.client()?.send(&request).await;
        answer.map_err(|error| self.http_error(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_that_would_change_the_path_is_refused() {
        let api = |codes: &[&str]| {
            let codes = codes.iter().map(|code| (*code).to_owned()).collect();
            InserjeunesApi::new(
                "https://api.example/v1.0/",
                ApiRoute::Uai,
                (vec!["2021_2022".to_owned()], codes),
                ("U".to_owned(), "P".to_owned()),
            )
        };
        assert_eq!(
            api(&["0751234J"])
                .unwrap()
                .address("0751234J", "2021_2022")
                .as_str(),
            "https://api.example/v1.0/UAI/0751234J/millesime/2021_2022"
        );
        assert!(api(&["../login"]).is_err() && api(&[]).is_err());
    }
}
