//! Comparing what was sent with what is there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Whether ours are all there, and nothing more under the same prefixes (the part up to `:`). What the platform keeps
/// beside them, under other prefixes, is not ours to judge.
pub(crate) fn agree(found: &BTreeMap<String, Value>, ours: &BTreeMap<String, String>) -> bool {
    let prefixes: BTreeSet<&str> = ours.keys().filter_map(|key| prefix(key)).collect();
    let is_ours = |key: &str| ours.contains_key(key) || prefix(key).is_some_and(|prefix| prefixes.contains(prefix));
    let found: BTreeMap<&str, Option<&str>> =
        found.iter().filter(|(key, _)| is_ours(key)).map(|(key, value)| (key.as_str(), value.as_str())).collect();
    found == ours.iter().map(|(key, value)| (key.as_str(), Some(value.as_str()))).collect()
}

fn prefix(key: &str) -> Option<&str> {
    key.split_once(':').map(|(prefix, _)| prefix)
}

/// Whether two texts differ only by line ends and by what surrounds them.
pub(crate) fn same_text(one: &str, other: &str) -> bool {
    one.trim().lines().eq(other.trim().lines())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extras_of_others_do_not_matter_and_stale_ones_of_ours_do() {
        let ours = BTreeMap::from([("debouches:run".to_owned(), "r1".to_owned())]);
        let found = |pairs: &[(&str, Value)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
        assert!(agree(&found(&[("debouches:run", "r1".into()), ("check:status", 200.into())]), &ours));
        assert!(!agree(&found(&[("debouches:run", "r1".into()), ("debouches:old", 1.into())]), &ours));
        assert!(!agree(&found(&[("debouches:run", "r2".into())]), &ours));
        assert!(!agree(&found(&[("debouches:run", 1.into())]), &ours));
        assert!(!agree(&found(&[]), &ours));
    }
}
