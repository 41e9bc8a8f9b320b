//! How other machines are reached: proxies and certificates, from what was typed and from the usual variables.

use std::path::Path;

use debouches_http::{ClientOptions, ProxySettings};

use super::file::HttpFile;

/// How other machines are reached.
#[derive(Debug, Clone, Default)]
pub struct HttpSettings {
    /// The proxies: those of `[http]`, else those of the usual variables.
    pub proxy: ProxySettings,
    /// Certificates to trust beside those of the system, in PEM.
    pub extra_ca: Option<Vec<u8>>,
}

impl HttpSettings {
    /// What the variables of this process tell, for commands that need no configuration.
    ///
    /// # Errors
    /// When a variable names a proxy that is no http or https address.
    pub fn from_environment() -> anyhow::Result<Self> {
        Ok(Self {
            proxy: ProxySettings::from_variables(&variable)?,
            extra_ca: None,
        })
    }

    /// The options of a client that names this contact.
    #[must_use]
    pub fn client_options(&self, contact: &str) -> ClientOptions {
        ClientOptions {
            proxy: self.proxy.clone(),
            extra_ca: self.extra_ca.clone(),
            ..ClientOptions::new(contact)
        }
    }
}

/// A variable of this process; one that is not text counts for nothing.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

pub(crate) fn resolve(
    typed: &HttpFile,
    base: &Path,
    variables: &dyn Fn(&str) -> Option<String>,
    problems: &mut Vec<String>,
) -> HttpSettings {
    let environment = ProxySettings::from_variables(variables);
    let proxy = match (&typed.proxy, environment) {
        (Some(proxy), _) if proxy.contains('@') => {
            problems.push(
                "[http] `proxy`: its user and password belong in the environment (`https_proxy`), not in this file"
                    .to_owned(),
            );
            ProxySettings::default()
        }
        (Some(proxy), environment) => {
            let usual = environment.map(|usual| usual.no_proxy).unwrap_or_default();
            let no_proxy = typed.no_proxy.clone().unwrap_or(usual);
            ProxySettings::all(proxy, &no_proxy).unwrap_or_else(|error| {
                problems.push(format!("[http] `proxy`: {error}"));
                ProxySettings::default()
            })
        }
        (None, Ok(usual)) => ProxySettings {
            no_proxy: typed.no_proxy.clone().unwrap_or(usual.no_proxy),
            ..usual
        },
        (None, Err(error)) => {
            problems.push(format!("environment: {error}"));
            ProxySettings::default()
        }
    };
    let extra_ca = typed.ca_file.as_ref().and_then(|path| {
        let read = std::fs::read(base.join(path));
        let is_pem = |bytes: &Vec<u8>| {
            String::from_utf8_lossy(bytes).contains("-----BEGIN CERTIFICATE-----")
        };
        match read {
            Ok(bytes) if is_pem(&bytes) => Some(bytes),
            Ok(_) => {
                problems.push(format!(
                    "[http] `ca_file`: {path} holds no certificate in PEM (-----BEGIN CERTIFICATE-----)"
                ));
                None
            }
            Err(error) => {
                problems.push(format!("[http] `ca_file`: {path} cannot be read: {error}"));
                None
            }
        }
    });
    HttpSettings { proxy, extra_ca }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(text: &str, variables: &[(&str, &str)]) -> (HttpSettings, Vec<String>) {
        let mut problems = Vec::new();
        let variables = |name: &str| {
            let matches = variables.iter().find(|(known, _)| *known == name)?;
            Some(matches.1.to_owned())
        };
        let settings = resolve(
            &toml::from_str(text).unwrap(),
            Path::new("/nowhere"),
            &variables,
            &mut problems,
        );
        (settings, problems)
    }

    #[test]
    fn the_file_wins_over_the_variables() {
        let usual = [("https_proxy", "usual:1"), ("no_proxy", "a.example")];
        let (settings, problems) = resolved("proxy = 'http://p.example:3128'", &usual);
        assert_eq!(
            settings.proxy.describe().as_deref(),
            Some("http://p.example:3128/")
        );
        assert_eq!(settings.proxy.no_proxy, "a.example");
        let (settings, _) = resolved("", &usual);
        assert_eq!(
            settings.proxy.describe().as_deref(),
            Some("http://usual:1/ for https")
        );
        assert!(problems.is_empty());
    }

    #[test]
    fn every_setting_that_cannot_be_used_is_told() {
        let (_, problems) = resolved("proxy = 'socks5://p'\nca_file = 'none.pem'", &[]);
        assert_eq!(problems.len(), 2, "{problems:?}");
        let (_, problems) = resolved("proxy = 'http://me:hunter2@p:1'", &[]);
        assert!(!problems.concat().contains("hunter2") && problems.len() == 1);
    }
}
