//! Addresses fit for a log.

use url::Url;

/// The address without user, password or fragment, and with `…` for query values that look like keys.
#[must_use]
pub fn redact(url: &Url) -> String {
    let mut shown = url.clone();
    shown.set_fragment(None);
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown.set_query(None);
    let mut text = shown.to_string();
    for (index, (name, value)) in url.query_pairs().enumerate() {
        text.push(if index == 0 { '?' } else { '&' });
        text.push_str(&name);
        text.push('=');
        text.push_str(if looks_secret(&name, &value) {
            "…"
        } else {
            &value
        });
    }
    text
}

fn looks_secret(name: &str, value: &str) -> bool {
    const WORDS: [&str; 9] = [
        "key",
        "token",
        "secret",
        "pass",
        "pwd",
        "auth",
        "sig",
        "credential",
        "session",
    ];
    let name = name.to_lowercase();
    WORDS.iter().any(|word| name.contains(word)) || looks_random(value)
}

/// Long, without spaces, mixing letters and digits: a key more often than a word.
fn looks_random(value: &str) -> bool {
    value.len() >= 24
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_+/=.~".contains(&byte))
        && value.bytes().any(|byte| byte.is_ascii_digit())
        && value.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_passwords_are_hidden_and_the_rest_is_kept() {
        let url = "https://me:pw@h.example/a?page=2&api_key=zz&x=aB3dE5gH7jK9mN1pQ3sT5vX7#f"
            .parse()
            .unwrap();
        assert_eq!(redact(&url), "https://h.example/a?page=2&api_key=…&x=…");
    }
}
