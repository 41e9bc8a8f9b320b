//! Comparing what was sent with what is there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::Difference;

/// Whether ours are all there, and nothing more under the same prefixes (the part up to `:`). What the platform keeps
/// beside them, under other prefixes, is not ours to judge.
pub(crate) fn agree(actual: &BTreeMap<String, Value>, ours: &BTreeMap<String, String>) -> bool {
    let prefixes: BTreeSet<&str> = ours.keys().filter_map(|key| prefix(key)).collect();
    let is_ours = |key: &str| {
        ours.contains_key(key) || prefix(key).is_some_and(|prefix| prefixes.contains(prefix))
    };
    let actual: BTreeMap<&str, Option<&str>> = actual
        .iter()
        .filter(|(key, _)| is_ours(key))
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    actual
        == ours
            .iter()
            .map(|(key, value)| (key.as_str(), Some(value.as_str())))
            .collect()
}

/// What differs among extras of ours, as one field; none when nothing does.
pub(crate) fn difference(
    actual: &BTreeMap<String, Value>,
    ours: &BTreeMap<String, String>,
) -> Option<Difference> {
    if agree(actual, ours) {
        return None;
    }
    let prefixes: BTreeSet<&str> = ours.keys().filter_map(|key| prefix(key)).collect();
    let stale = actual
        .keys()
        .filter(|key| prefix(key).is_some_and(|prefix| prefixes.contains(prefix)));
    let keys: BTreeSet<&String> = ours.keys().chain(stale).collect();
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for key in keys {
        let (one, other) = (actual.get(key).map(text_of), ours.get(key).cloned());
        if one != other {
            before.extend(one.map(|value| format!("{key}={value}")));
            after.extend(other.map(|value| format!("{key}={value}")));
        }
    }
    Some(Difference {
        field: "extras".to_owned(),
        actual: before.join(", "),
        wanted: after.join(", "),
    })
}

fn text_of(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
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
        let actual = |pairs: &[(&str, Value)]| {
            pairs
                .iter()
                .map(|(k, v)| ((*k).to_owned(), v.clone()))
                .collect()
        };
        assert!(agree(
            &actual(&[("debouches:run", "r1".into()), ("check:status", 200.into())]),
            &ours
        ));
        assert!(!agree(
            &actual(&[("debouches:run", "r1".into()), ("debouches:old", 1.into())]),
            &ours
        ));
        assert!(!agree(&actual(&[("debouches:run", "r2".into())]), &ours));
        assert!(!agree(&actual(&[("debouches:run", 1.into())]), &ours));
        assert!(!agree(&actual(&[]), &ours));
    }
}
