//! Addresses of others inside our pages.

use debouches_model::escape::markup;

/// The address if a link may go there, escaped.
pub(crate) fn link(url: &str) -> Option<String> {
    let lower = url.trim().to_lowercase();
    ["http://", "https://", "mailto:"]
        .iter()
        .any(|start| lower.starts_with(start))
        .then(|| markup(url.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_no_link() {
        assert_eq!(link("javascript:alert(1)"), None);
        assert_eq!(
            link(" https://a.example/?b&c").as_deref(),
            Some("https://a.example/?b&amp;c")
        );
    }
}
