//! Profiles, and what one takes from another: no address is written twice.

use std::collections::BTreeMap;

use debouches_model::PortalId;

use super::file::{ConfigFile, ProfileFile};

/// The profile used when none is asked for and the configuration has it.
const DEFAULT: &str = "sample";

/// A profile with what it inherits.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    /// Its name.
    pub name: String,
    /// Its name, then those that it extends, the closest first.
    pub chain: Vec<String>,
    /// The portals that it publishes to, in order.
    pub portals: Vec<PortalId>,
    /// Its state, when it is said. A state is never inherited: it would be that of another publication.
    pub state: Option<String>,
    /// Its lock file, when it is said.
    pub lock: Option<String>,
    /// Whether releases are not signed.
    pub unsigned: bool,
    /// Whether what it publishes is made up.
    pub demo: bool,
    /// Beginnings of addresses, and what stands in their stead; the longest first.
    pub rewrite: Vec<(String, String)>,
}

impl Profile {
    /// The profile asked for.
    pub(crate) fn choose(
        typed: &ConfigFile,
        asked: Option<&str>,
        problems: &mut Vec<String>,
    ) -> Self {
        let name = asked.unwrap_or(DEFAULT);
        if asked.is_some() && !typed.profiles.contains_key(name) {
            let known: Vec<&str> = typed.profiles.keys().map(String::as_str).collect();
            let known = if known.is_empty() {
                "none".to_owned()
            } else {
                known.join(", ")
            };
            problems.push(format!("there is no profile `{name}` (known: {known})"));
        }
        let chain = chain(typed, name, problems);
        let files: Vec<&ProfileFile> = chain
            .iter()
            .filter_map(|name| typed.profiles.get(name))
            .collect();
        let portals = files.iter().find_map(|file| {
            let named: Vec<PortalId> = file.portal.iter().chain(&file.portals).cloned().collect();
            (!named.is_empty()).then_some(named)
        });
        let mut rewrite: BTreeMap<&String, &String> = BTreeMap::new();
        for (from, to) in files.iter().rev().flat_map(|file| &file.rewrite) {
            rewrite.insert(from, to);
        }
        let rewrite = addresses(rewrite, name, problems);
        let item = files.first();
        let speaks_of_portals =
            item.is_some_and(|file| file.portal.is_some() || !file.portals.is_empty());
        if item.is_some_and(|file| !file.rewrite.is_empty()) && !speaks_of_portals {
            problems.push(format!(
                "profile `{name}` reads other hosts: it must say where it publishes, `portal = \"practice\"` for a rehearsal"
            ));
        }
        let extends = item.is_some_and(|file| file.extends.is_some());
        Self {
            name: name.to_owned(),
            portals: portals.unwrap_or_default(),
            state: item
                .and_then(|file| file.state.clone())
                .or_else(|| extends.then(|| format!("state-{name}"))),
            lock: item
                .and_then(|file| file.lock.clone())
                .or_else(|| extends.then(|| format!("pipeline.{name}.lock"))),
            unsigned: files.iter().any(|file| file.unsigned),
            demo: files.iter().any(|file| file.demo),
            rewrite,
            chain,
        }
    }

    /// The address that this profile reads instead of another.
    pub(crate) fn rewritten(&self, url: &str) -> String {
        let beginning = self.rewrite.iter().find(|(from, _)| {
            url.strip_prefix(from.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
        });
        match beginning {
            Some((from, to)) => format!("{to}{}", &url[from.len()..]),
            None => url.to_owned(),
        }
    }
}

/// The profile and those that it extends.
fn chain(typed: &ConfigFile, name: &str, problems: &mut Vec<String>) -> Vec<String> {
    let mut chain = vec![name.to_owned()];
    while let Some(parent) = chain
        .last()
        .and_then(|name| typed.profiles.get(name))
        .and_then(|file| file.extends.clone())
    {
        if chain.contains(&parent) {
            problems.push(format!(
                "profile `{name}` extends itself: {} → {parent}",
                chain.join(" → ")
            ));
            break;
        }
        if !typed.profiles.contains_key(&parent) {
            problems.push(format!(
                "profile `{}` extends `{parent}`, which does not exist",
                chain[chain.len() - 1]
            ));
            break;
        }
        chain.push(parent);
    }
    chain
}

/// The addresses to rewrite, without slash at the end, the longest first.
fn addresses(
    typed: BTreeMap<&String, &String>,
    name: &str,
    problems: &mut Vec<String>,
) -> Vec<(String, String)> {
    let is_web = |url: &str| url.starts_with("https://") || url.starts_with("http://");
    let mut rewrite = Vec::new();
    for (from, to) in typed {
        if is_web(from) && is_web(to) {
            let bare = |url: &str| url.trim_end_matches('/').to_owned();
            rewrite.push((bare(from), bare(to)));
        } else {
            problems.push(format!(
                "profile `{name}`: `rewrite` takes web addresses, not `{from}` = `{to}`"
            ));
        }
    }
    rewrite.sort_by_key(|(from, _)| std::cmp::Reverse(from.len()));
    rewrite
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
        [profile.production]
        portal = "datagouv"
        state = "state-production"
        unsigned = true
        [profile.rehearsal]
        extends = "production"
        portal = "practice"
        rewrite = { "https://a.example" = "http://127.0.0.1:1", "https://a.example/deep/" = "http://127.0.0.1:2/x" }
        [profile.round]
        extends = "round"
        [profile.lost]
        extends = "nowhere"
        [profile.careless]
        extends = "production"
        rewrite = { "https://a.example" = "http://127.0.0.1:1" }
    "#;

    fn profile(name: &str) -> (Profile, Vec<String>) {
        let typed: ConfigFile = toml::from_str(TEXT).unwrap();
        let mut problems = Vec::new();
        (Profile::choose(&typed, Some(name), &mut problems), problems)
    }

    #[test]
    fn a_profile_inherits_all_but_its_state_and_its_lock_file() {
        let (profile, problems) = profile("rehearsal");
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(profile.chain, ["rehearsal", "production"]);
        assert_eq!(profile.state.as_deref(), Some("state-rehearsal"));
        assert_eq!(profile.lock.as_deref(), Some("pipeline.rehearsal.lock"));
        assert_eq!(profile.portals[0].as_str(), "practice");
        assert!(profile.unsigned);
    }

    #[test]
    fn hosts_are_rewritten_and_only_they() {
        let (profile, _) = profile("rehearsal");
        for (url, rewritten) in [
            ("https://a.example", "http://127.0.0.1:1"),
            ("https://a.example/x?y=1", "http://127.0.0.1:1/x?y=1"),
            ("https://a.example/deep/f.csv", "http://127.0.0.1:2/x/f.csv"),
            ("https://a.example.org/x", "https://a.example.org/x"),
            ("files/https://a.example", "files/https://a.example"),
        ] {
            assert_eq!(profile.rewritten(url), rewritten);
        }
    }

    #[test]
    fn a_rehearsal_that_would_publish_for_real_and_a_round_of_profiles_are_refused() {
        for (name, word) in [
            ("careless", "must say where it publishes"),
            ("round", "extends itself"),
            ("lost", "does not exist"),
            ("unknown", "there is no profile"),
        ] {
            let (_, problems) = profile(name);
            assert!(
                problems.len() == 1 && problems[0].contains(word),
                "{problems:?}"
            );
        }
    }
}
