//! Texts of others inside our pages.

/// The text with nothing left that a browser would read as markup, in content or in a quoted attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// The address if a link may go there, escaped.
pub(crate) fn link(url: &str) -> Option<String> {
    let lower = url.trim().to_lowercase();
    ["http://", "https://", "mailto:"]
        .iter()
        .any(|start| lower.starts_with(start))
        .then(|| escape(url.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_text_and_a_script_is_no_link() {
        assert_eq!(
            escape("<a href='x' b=\"y\">&"),
            "&lt;a href=&#39;x&#39; b=&quot;y&quot;&gt;&amp;"
        );
        assert_eq!(link("javascript:alert(1)"), None);
        assert_eq!(
            link(" https://a.example/?b&c").as_deref(),
            Some("https://a.example/?b&amp;c")
        );
    }
}
