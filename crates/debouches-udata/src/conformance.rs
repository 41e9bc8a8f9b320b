//! A battery of checks for a real portal, or for what claims to behave as one.
//!
//! It creates private datasets and leaves them (deletion of datasets is not ours to offer), so: a test portal.

mod datasets;
mod files;
mod sample;

use debouches_http::{Client, ClientOptions, Policy, Secret};

use crate::{Portal, UdataError};

/// Runs the battery and returns the names of the checks done.
///
/// # Errors
/// The first check that fails, and why.
pub async fn run(
    base: &str,
    key: &str,
    outsider_key: Option<&str>,
    organization: &str,
) -> Result<Vec<String>, String> {
    let mut bench = Bench {
        portal: portal(base, key)?,
        outsider: outsider_key.map(|key| portal(base, key)).transpose()?,
        stranger: portal(base, "not-a-key")?,
        organization: organization.to_owned(),
        done: Vec::new(),
    };
    datasets::run(&mut bench).await?;
    files::run(&mut bench).await?;
    Ok(bench.done)
}

/// What the checks share.
struct Bench {
    portal: Portal,
    outsider: Option<Portal>,
    stranger: Portal,
    organization: String,
    done: Vec<String>,
}

impl Bench {
    fn check(&mut self, name: &str, good: bool) -> Result<(), String> {
        if !good {
            return Err(format!("{name}: it is not so"));
        }
        self.done.push(name.to_owned());
        Ok(())
    }

    /// Checks that a call fails as it should.
    fn fails<T>(
        &mut self,
        name: &str,
        got: Result<T, UdataError>,
        wanted: fn(&UdataError) -> bool,
    ) -> Result<(), String> {
        match got {
            Ok(_) => Err(format!("{name}: it succeeded")),
            Err(error) if wanted(&error) => self.check(name, true),
            Err(error) => Err(failed(name)(error)),
        }
    }
}

/// The failure of a call as text, causes included.
fn failed(name: &str) -> impl FnOnce(UdataError) -> String + '_ {
    move |error| {
        let mut text = format!("{name}: {error}");
        let mut cause = std::error::Error::source(&error);
        while let Some(inner) = cause {
            text.push_str(&format!(": {inner}"));
            cause = inner.source();
        }
        text
    }
}

fn portal(base: &str, key: &str) -> Result<Portal, String> {
    let policy = Policy {
        requests_per_second: 20.0,
        ..Policy::default()
    };
    let options = ClientOptions {
        policy,
        ..ClientOptions::new("conformance battery")
    };
    let client = Client::new(options).map_err(|error| error.to_string())?;
    Portal::new(base, Some(Secret::new(key)), client).map_err(|error| error.to_string())
}
