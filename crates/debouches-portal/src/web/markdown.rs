//! Descriptions: Markdown without raw HTML, images, or links to anything but the web.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

use super::link::link;

/// The description as HTML. Titles begin under those of the page.
pub(crate) fn render(text: &str) -> String {
    let mut out = String::new();
    html::push_html(
        &mut out,
        Parser::new_ext(text, Options::ENABLE_TABLES).filter_map(tame),
    );
    out
}

fn tame(event: Event<'_>) -> Option<Event<'_>> {
    Some(match event {
        // The parser escapes text; markup typed by the author is text.
        Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
        Event::Start(Tag::Heading { level, .. }) => {
            Event::Html(CowStr::from(format!("<h{}>", lower(level as u8))))
        }
        Event::End(TagEnd::Heading(level)) => {
            Event::Html(CowStr::from(format!("</h{}>\n", lower(level as u8))))
        }
        // An image would be a request to somebody else: its text stays.
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => return None,
        Event::Start(Tag::Link { dest_url, .. }) => match link(&dest_url) {
            Some(url) => Event::Html(CowStr::from(format!(
                "<a href=\"{url}\" rel=\"noopener noreferrer\">"
            ))),
            None => Event::Html(CowStr::from("<a>")),
        },
        other => other,
    })
}

fn lower(level: u8) -> u8 {
    (level + 2).min(6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_cannot_run_anything_nor_ask_anybody() {
        let page = render(
            "# Titre\n\n<script>alert(1)</script>\n\n**gras** ![img](https://x.example/i.png) [a](javascript:b) [c](https://d.example)",
        );
        assert!(
            page.contains("<h3>Titre</h3>") && page.contains("<strong>gras</strong>"),
            "{page}"
        );
        assert!(
            !page.contains("<script") && !page.contains("<img") && !page.contains("javascript"),
            "{page}"
        );
        assert!(page.contains("<a href=\"https://d.example\""), "{page}");
    }
}
