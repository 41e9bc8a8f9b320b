//! Which portals a profile publishes to, and how they are reached.

use std::path::{Path, PathBuf};
use std::time::Duration;

use debouches_model::PortalId;

use super::file::{ConfigFile, PortalFile, PortalKindFile};
use super::profile::Profile;
use super::{KeyLocation, Portal, PortalKind, StaticSite};

const DEFAULT_KEY_VARIABLE: &str = "DEBOUCHES_API_KEY";

/// The portals of a profile, in the order in which it names them.
pub(crate) fn choose(
    typed: &ConfigFile,
    profile: &Profile,
    base: &Path,
    state: &str,
    problems: &mut Vec<String>,
) -> Vec<Portal> {
    let mut named = profile.portals.clone();
    let profile = profile.name.as_str();
    let mut seen = std::collections::BTreeSet::new();
    if let Some(twice) = named.iter().find(|id| !seen.insert((*id).clone())) {
        problems.push(format!("profile `{profile}` names portal `{twice}` twice"));
        return Vec::new();
    }
    let declared: Vec<&PortalId> = typed.portals.keys().collect();
    if named.is_empty() {
        match declared.as_slice() {
            [only] => named.push((*only).clone()),
            [] => named.extend("practice".parse::<PortalId>().ok()),
            _ => {
                problems.push(format!(
                    "profile `{profile}` must say which portal it publishes to: `portal = \"…\"`"
                ));
                return Vec::new();
            }
        }
    }
    named
        .into_iter()
        .filter_map(|id| resolve(typed, id, profile, base, state, problems))
        .collect()
}

fn resolve(
    typed: &ConfigFile,
    id: PortalId,
    profile: &str,
    base: &Path,
    state: &str,
    problems: &mut Vec<String>,
) -> Option<Portal> {
    let local = if state.contains("://") {
        "state"
    } else {
        state
    };
    let practice = |folder: Option<&String>| -> PathBuf {
        base.join(folder.cloned().unwrap_or_else(|| format!("{local}/portal")))
    };
    let bare = |id: PortalId, kind| Portal {
        id,
        kind,
        contact_points: Vec::new(),
        contact: None,
        announce: false,
        timeout: None,
    };
    let Some(file) = typed.portals.get(&id) else {
        if id.as_str() == "practice" {
            return Some(bare(
                id,
                PortalKind::Practice {
                    folder: practice(None),
                },
            ));
        }
        problems.push(format!(
            "profile `{profile}` publishes to portal `{id}`, which is not declared"
        ));
        return None;
    };
    let kind = match file.kind {
        PortalKindFile::Practice => PortalKind::Practice {
            folder: practice(file.folder.as_ref()),
        },
        PortalKindFile::Static => static_site(&id, file, local, problems)?,
        PortalKindFile::Udata => udata(&id, file, base, problems)?,
    };
    if file.kind != PortalKindFile::Static
        && (file.bucket.is_some() || file.public_url.is_some() || file.title.is_some())
    {
        problems.push(format!(
            "portal `{id}`: `bucket`, `public_url` and `title` are of a static catalogue"
        ));
    }
    if (!file.contact_points.is_empty() || file.contact.is_some())
        && file.organization.is_none()
        && kind_is_udata(&kind)
    {
        problems.push(format!(
            "portal `{id}`: a contact point belongs to an organization: `organization = \"…\"`"
        ));
    }
    Some(Portal {
        contact_points: file.contact_points.clone(),
        contact: file
            .contact
            .as_ref()
            .map(|contact| (contact.name.clone(), contact.email.clone())),
        announce: file.announce,
        timeout: file
            .timeout_seconds
            .map(|seconds| Duration::from_secs(seconds.max(1))),
        ..bare(id, kind)
    })
}

fn static_site(
    id: &PortalId,
    file: &PortalFile,
    state: &str,
    problems: &mut Vec<String>,
) -> Option<PortalKind> {
    let location = match (&file.folder, &file.bucket) {
        (Some(_), Some(_)) => {
            problems.push(format!(
                "portal `{id}`: `folder` and `bucket` are two places for one catalogue"
            ));
            return None;
        }
        (Some(folder), None) => folder.clone(),
        (None, Some(bucket)) if bucket.starts_with("s3://") => bucket.clone(),
        (None, Some(bucket)) => {
            problems.push(format!(
                "portal `{id}`: bucket `{bucket}` must be written `s3://bucket/prefix`"
            ));
            return None;
        }
        (None, None) => format!("{state}/{id}"),
    };
    if file
        .public_url
        .as_ref()
        .is_some_and(|url| !url.starts_with("https://") && !url.starts_with("http://"))
    {
        problems.push(format!(
            "portal `{id}`: `public_url` must be an address that readers can open (https://…)"
        ));
    }
    Some(PortalKind::Static(StaticSite {
        location,
        public_url: file
            .public_url
            .as_ref()
            .map(|url| url.trim_end_matches('/').to_owned()),
        title: file
            .title
            .clone()
            .unwrap_or_else(|| "Débouchés, données ouvertes".to_owned()),
        pages: file.pages,
        theme: file.theme,
    }))
}

fn kind_is_udata(kind: &PortalKind) -> bool {
    matches!(kind, PortalKind::Udata { .. })
}

fn udata(
    id: &PortalId,
    file: &PortalFile,
    base: &Path,
    problems: &mut Vec<String>,
) -> Option<PortalKind> {
    let url = file
        .url
        .as_ref()
        .filter(|url| url.starts_with("http://") || url.starts_with("https://"));
    let Some(url) = url else {
        problems.push(format!("portal `{id}` needs `url = \"https://…\"`"));
        return None;
    };
    if file.api_key_env.is_some() && file.api_key_file.is_some() {
        problems.push(format!(
            "portal `{id}`: `api_key_env` and `api_key_file` are two places for one key"
        ));
        return None;
    }
    let default = || KeyLocation::Variable(DEFAULT_KEY_VARIABLE.to_owned());
    let key = key_location(
        file.api_key_env.as_deref(),
        file.api_key_file.as_deref(),
        base,
    )
    .unwrap_or_else(default);
    Some(PortalKind::Udata {
        url: url.trim_end_matches('/').to_owned(),
        key,
        organization: file.organization.clone(),
    })
}

/// Where a key is, when it is said.
pub(crate) fn key_location(
    variable: Option<&str>,
    file: Option<&str>,
    base: &Path,
) -> Option<KeyLocation> {
    match (variable, file) {
        (Some(variable), _) => Some(KeyLocation::Variable(variable.to_owned())),
        (None, Some(name)) if name.contains('/') => Some(KeyLocation::File(base.join(name))),
        // A bare name is looked for among the credentials of systemd first.
        (None, Some(name)) => Some(KeyLocation::File(PathBuf::from(name))),
        (None, None) => None,
    }
}
