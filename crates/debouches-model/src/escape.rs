//! Text of others made safe to print, record or send, and the secrets of this run, which no text may hold.
//!
//! Every door (terminal, log, history, report, chat room) passes its text through [`line()`] or [`block`]; nothing else
//! escapes or hides. Secrets register themselves when they are read, so that no door can forget one.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock};

/// What stands for a secret in a text.
pub const HIDDEN: &str = "…";

/// Shorter texts are not hidden: they would turn up everywhere by chance.
const SHORTEST_SECRET: usize = 6;

static SECRETS: RwLock<BTreeSet<String>> = RwLock::new(BTreeSet::new());

/// Hides this text, and its spellings in addresses and in JSON, from every door until the end of the process.
pub fn remember_secret(secret: &str) {
    if secret.chars().count() < SHORTEST_SECRET {
        return;
    }
    let mut secrets = SECRETS.write().unwrap_or_else(PoisonError::into_inner);
    secrets.insert(secret.to_owned());
    secrets.insert(percent_encoded(secret));
    secrets.insert(secret.replace('\\', "\\\\").replace('"', "\\\""));
}

/// The text without the secrets of this run.
#[must_use]
pub fn scrub(text: &str) -> Cow<'_, str> {
    let secrets = SECRETS.read().unwrap_or_else(PoisonError::into_inner);
    let mut present: Vec<&String> = secrets
        .iter()
        .filter(|secret| text.contains(secret.as_str()))
        .collect();
    if present.is_empty() {
        return Cow::Borrowed(text);
    }
    // A secret may be a part of another one.
    present.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    let mut scrubbed = text.to_owned();
    for secret in present {
        scrubbed = scrubbed.replace(secret.as_str(), HIDDEN);
    }
    Cow::Owned(scrubbed)
}

/// One line of at most `longest` characters: no secret, no line end, no control, bidirectional or invisible character.
#[must_use]
pub fn line(text: &str, longest: usize) -> String {
    escape(&scrub(text), longest, |_| false)
}

/// As [`line()`], with the line ends and tabulations of the text kept.
#[must_use]
pub fn block(text: &str, longest: usize) -> String {
    escape(&scrub(text), longest, |c| matches!(c, '\n' | '\t'))
}

fn escape(text: &str, longest: usize, kept: impl Fn(char) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len().min(longest));
    for (index, c) in text.chars().enumerate() {
        if index == longest {
            escaped.push_str(HIDDEN);
            break;
        }
        if kept(c) || !is_unsafe(c) {
            escaped.push(c);
        } else {
            escaped.extend(c.escape_default());
        }
    }
    escaped
}

/// The text with nothing left that HTML or XML would read as markup, in content or in a quoted attribute; what XML does not
/// allow is replaced.
#[must_use]
pub fn markup(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' | '\r' | '\t' => safe.push(c),
            _ if c.is_control() => safe.push('\u{fffd}'),
            _ => safe.push(c),
        }
    }
    safe
}

/// Whether the character drives a terminal, breaks a line, turns the order of a text or hides in it.
#[must_use]
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_drives_a_terminal_or_forges_a_line_is_spelled_out() {
        assert_eq!(
            line("a\x1b[31mb\r\n2026 ERROR\u{202e}x\u{200b}", 100),
            "a\\u{1b}[31mb\\r\\n2026 ERROR\\u{202e}x\\u{200b}"
        );
        assert_eq!(block("a\n\tb\x07", 100), "a\n\tb\\u{7}");
        assert_eq!(line("été « œuf » 🎓", 100), "été « œuf » 🎓");
    }

    #[test]
    fn markup_becomes_text_in_content_and_in_attributes() {
        assert_eq!(
            markup("<a href='x' b=\"y\">&\u{1}"),
            "&lt;a href=&#39;x&#39; b=&quot;y&quot;&gt;&amp;\u{fffd}"
        );
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(line("éééé", 3), "ééé…");
        assert_eq!(line("ééé", 3), "ééé");
    }

    #[test]
    fn a_secret_is_hidden_in_each_of_its_spellings() {
        remember_secret("s3cr&t \"clé");
        remember_secret("s3cr&t \"clé-longer");
        remember_secret("ab");
        for text in [
            "key s3cr&t \"clé.",
            "key s3cr%26t%20%22cl%C3%A9.",
            "key s3cr&t \\\"clé.",
            "key s3cr&t \"clé-longer.",
        ] {
            assert_eq!(line(text, 100), "key ….", "{text}");
        }
        assert_eq!(scrub("cab"), "cab");
    }
}
