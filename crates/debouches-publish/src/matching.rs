//! Which resource of the portal stands for which file of the release.

use debouches_udata::{Dataset, Resource};

use crate::PATH_EXTRA;
use crate::desired::{DesiredResource, Hosting};

/// The resource of the portal that stands for a file: by its mark, else by its name; the right bytes win among twins.
pub(crate) fn matching<'a>(wanted: &DesiredResource, actual: &'a Dataset) -> Option<&'a Resource> {
    let marked = |there: &&Resource| there.extra(PATH_EXTRA) == Some(wanted.path.as_str());
    let named = |there: &&Resource| {
        there.extra(PATH_EXTRA).is_none() && there.file_name() == wanted.upload_name
    };
    let same = |there: &&Resource| same_bytes(wanted, there);
    // A portal never turns a link into a file, nor a file into a link.
    let remote = matches!(wanted.hosting, Hosting::Linked { .. });
    let there = || {
        actual
            .resources
            .iter()
            .filter(move |resource| resource.remote == remote)
    };
    there()
        .find(|resource| marked(resource) && same(resource))
        .or_else(|| there().find(|resource| named(resource) && same(resource)))
        .or_else(|| there().find(marked))
        .or_else(|| there().find(named))
}

pub(crate) fn same_bytes(wanted: &DesiredResource, there: &Resource) -> bool {
    match wanted.hosting {
        Hosting::Hosted => there.sha1.as_deref() == Some(wanted.sha1.as_str()),
        Hosting::Linked { .. } => {
            there.sha256.as_deref() == Some(wanted.sha256.to_string().as_str())
        }
    }
}
