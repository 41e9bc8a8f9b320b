//! Which proxy carries a request.

use url::Url;

use crate::ClientError;
use crate::redact::redact;

/// Hosts that are always reached without a proxy: this machine.
const DIRECT: &str = "localhost,127.0.0.0/8,::1";

/// The proxies of this network; none by default.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ProxySettings {
    /// For http addresses.
    pub http: Option<Url>,
    /// For https addresses.
    pub https: Option<Url>,
    /// Hosts, domains and ranges that are reached directly, separated by commas.
    pub no_proxy: String,
}

impl ProxySettings {
    /// One proxy for every address.
    ///
    /// # Errors
    /// When it is no http or https address.
    pub fn all(proxy: &str, no_proxy: &str) -> Result<Self, ClientError> {
        let proxy = address(proxy)?;
        Ok(Self {
            http: Some(proxy.clone()),
            https: Some(proxy),
            no_proxy: no_proxy.to_owned(),
        })
    }

    /// The usual variables: `http_proxy`, `https_proxy`, `all_proxy`, `no_proxy`, in lower case, then in capitals.
    ///
    /// # Errors
    /// When one of them is no http or https address.
    pub fn from_variables(get: &dyn Fn(&str) -> Option<String>) -> Result<Self, ClientError> {
        let variable = |name: &str| {
            [name.to_owned(), name.to_uppercase()]
                .iter()
                .find_map(|name| get(name).filter(|value| !value.trim().is_empty()))
        };
        let proxy = |name: &str| {
            variable(name)
                .or_else(|| variable("all_proxy"))
                .map(|text| address(&text))
                .transpose()
        };
        Ok(Self {
            http: proxy("http_proxy")?,
            https: proxy("https_proxy")?,
            no_proxy: variable("no_proxy").unwrap_or_default(),
        })
    }

    /// The proxies, without user or password; nothing when there is none.
    #[must_use]
    pub fn describe(&self) -> Option<String> {
        match (&self.http, &self.https) {
            (None, None) => None,
            (Some(http), Some(https)) if http == https => Some(redact(https)),
            (http, https) => {
                let each = [("http", http), ("https", https)];
                let each = each.into_iter().filter_map(|(scheme, proxy)| {
                    proxy
                        .as_ref()
                        .map(|proxy| format!("{} for {scheme}", redact(proxy)))
                });
                Some(each.collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// The hosts of the proxies.
    pub(crate) fn hosts(&self) -> Vec<String> {
        let proxies = self.http.iter().chain(&self.https);
        proxies
            .filter_map(|proxy| proxy.host_str().map(str::to_owned))
            .collect()
    }

    /// The proxies for reqwest.
    pub(crate) fn build(&self) -> Result<Vec<reqwest::Proxy>, ClientError> {
        let direct = || {
            let list = [DIRECT, self.no_proxy.as_str()].join(",");
            reqwest::NoProxy::from_string(&list)
        };
        let http = self.http.clone().map(reqwest::Proxy::http);
        let https = self.https.clone().map(reqwest::Proxy::https);
        http.into_iter()
            .chain(https)
            .map(|proxy| Ok(proxy.map_err(ClientError::Setup)?.no_proxy(direct())))
            .collect()
    }
}

/// Users and passwords of proxies are secrets.
impl std::fmt::Debug for ProxySettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProxySettings")
            .field("proxies", &self.describe())
            .field("no_proxy", &self.no_proxy)
            .finish()
    }
}

/// A proxy as typed, `host:port` included.
fn address(text: &str) -> Result<Url, ClientError> {
    let text = text.trim();
    let complete = if text.contains("://") {
        text.to_owned()
    } else {
        format!("http://{text}")
    };
    let url = Url::parse(&complete).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.host_str().is_some_and(|host| !host.is_empty())
    });
    let url = url.ok_or_else(|| {
        let shown = text.rsplit_once('@').map_or(text, |(_, host)| host);
        ClientError::Proxy(shown.to_owned())
    })?;
    if let Some(password) = url.password() {
        debouches_model::escape::remember_secret(password);
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Result<ProxySettings, ClientError> {
        ProxySettings::from_variables(&|name| {
            let variable = variables.iter().find(|(known, _)| *known == name)?;
            Some(variable.1.to_owned())
        })
    }

    #[test]
    fn the_usual_variables_are_read_lower_case_first() {
        let proxies = of(&[
            ("HTTPS_PROXY", "capitals:1"),
            ("https_proxy", "http://me:pw@proxy.example:3128"),
            ("ALL_PROXY", "all.example:8080"),
            ("no_proxy", ".example.org,10.0.0.0/8"),
        ])
        .unwrap();
        assert_eq!(
            proxies.describe().as_deref(),
            Some("http://all.example:8080/ for http, http://proxy.example:3128/ for https")
        );
        assert_eq!(proxies.no_proxy, ".example.org,10.0.0.0/8");
        assert_eq!(
            of(&[("http_proxy", " ")]).unwrap(),
            ProxySettings::default()
        );
    }

    #[test]
    fn a_proxy_that_is_no_web_address_is_refused_without_its_password() {
        for text in ["socks5://me:hunter2@p.example", "me:hunter2@:1", "http://"] {
            let error = of(&[("https_proxy", text)]).unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
