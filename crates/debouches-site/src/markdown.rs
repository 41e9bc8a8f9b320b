//! Texts of a release as HTML: no raw HTML, no image, no link to anything but the web.

use maud::{Markup, PreEscaped, html};
use pulldown_cmark::{Alignment, CowStr, Event, Options, Parser, Tag, TagEnd, html as writer};

use crate::words;

/// A text whose titles begin `lower` levels under those that it has.
pub(crate) fn blocks(text: &str, lower: u8) -> Markup {
    let mut out = String::new();
    let mut table = Table::default();
    let events = Parser::new_ext(text, Options::ENABLE_TABLES)
        .filter_map(|event| tame(event, lower, &mut table));
    writer::push_html(&mut out, events);
    PreEscaped(out)
}

/// A text of one line, without its paragraph.
pub(crate) fn line(text: &str) -> Markup {
    let mut out = String::new();
    let is_paragraph = |event: &Event<'_>| {
        matches!(
            event,
            Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph)
        )
    };
    let mut table = Table::default();
    let events = Parser::new(text)
        .filter(|event| !is_paragraph(event))
        .filter_map(|event| tame(event, 4, &mut table));
    writer::push_html(&mut out, events);
    PreEscaped(out.trim_end().to_owned())
}

/// Where the parser is in a table.
#[derive(Default)]
struct Table {
    alignments: Vec<Alignment>,
    column: usize,
    in_head: bool,
}

impl Table {
    /// The opening of a cell: the first of a row names it.
    fn cell(&mut self) -> String {
        let right = matches!(self.alignments.get(self.column), Some(Alignment::Right));
        let class = if right { " class=\"n\"" } else { "" };
        let tag = match (self.in_head, self.column) {
            (true, _) => format!("<th scope=\"col\"{class}>"),
            (false, 0) => format!("<th scope=\"row\"{class}>"),
            (false, _) => format!("<td{class}>"),
        };
        self.column += 1;
        tag
    }

    fn end_of_cell(&self) -> &'static str {
        if self.in_head || self.column == 1 {
            "</th>"
        } else {
            "</td>"
        }
    }
}

fn tame<'a>(event: Event<'a>, lower: u8, table: &mut Table) -> Option<Event<'a>> {
    let raw = |text: String| Event::Html(CowStr::from(text));
    let level = |level: u8| (level + lower).min(6);
    Some(match event {
        // The parser escapes text; markup typed by the author is text.
        Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
        Event::Text(text) => Event::Text(CowStr::from(words::kept_together(&text))),
        Event::Start(Tag::Heading { level: item, .. }) => raw(format!("<h{}>", level(item as u8))),
        Event::End(TagEnd::Heading(item)) => raw(format!("</h{}>\n", level(item as u8))),
        // An image would be a request to somebody else: its text stays.
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => return None,
        Event::Start(Tag::Link { dest_url, .. }) => match is_web(&dest_url) {
            true => raw(html! { a href=(dest_url) rel="noopener noreferrer" {} }
                .into_string()
                .replace("</a>", "")),
            false => raw("<a>".to_owned()),
        },
        // Focusable, as a wide table: a long line of code is moved with the keyboard.
        Event::Start(Tag::CodeBlock(_)) => raw("<pre tabindex=\"0\"><code>".to_owned()),
        Event::End(TagEnd::CodeBlock) => raw("</code></pre>\n".to_owned()),
        Event::Start(Tag::Table(alignments)) => {
            *table = Table {
                alignments,
                ..Table::default()
            };
            // Focusable, so that a wide table can be moved with the keyboard.
            raw(
                "<div class=\"wide\" role=\"group\" tabindex=\"0\" aria-label=\"Tableau\"><table>"
                    .to_owned(),
            )
        }
        Event::End(TagEnd::Table) => raw("</tbody></table></div>\n".to_owned()),
        Event::Start(Tag::TableHead) => {
            (table.in_head, table.column) = (true, 0);
            raw("<thead><tr>".to_owned())
        }
        Event::End(TagEnd::TableHead) => {
            table.in_head = false;
            raw("</tr></thead><tbody>\n".to_owned())
        }
        Event::Start(Tag::TableRow) => {
            table.column = 0;
            raw("<tr>".to_owned())
        }
        Event::End(TagEnd::TableRow) => raw("</tr>\n".to_owned()),
        Event::Start(Tag::TableCell) => raw(table.cell()),
        Event::End(TagEnd::TableCell) => raw(table.end_of_cell().to_owned()),
        other => other,
    })
}

fn is_web(url: &str) -> bool {
    let lower = url.trim().to_lowercase();
    ["http://", "https://", "mailto:"]
        .iter()
        .any(|start| lower.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_run_anything_nor_ask_anybody() {
        let text = "# Titre\n\n<script>alert(1)</script>\n\n**gras** ![img](https://x.example/i.png) [a](javascript:b) [c](https://d.example)";
        let page = blocks(text, 2).into_string();
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

    #[test]
    fn a_table_names_its_rows_and_columns() {
        let page = blocks("| a | b |\n|---|---:|\n| `x` | 1 |\n", 0).into_string();
        assert!(
            page.contains("<th scope=\"col\">a</th><th scope=\"col\" class=\"n\">b</th>"),
            "{page}"
        );
        assert!(
            page.contains("<th scope=\"row\"><code>x</code></th><td class=\"n\">1</td>"),
            "{page}"
        );
        assert_eq!(
            line("la colonne `x` & y").into_string(),
            "la colonne <code>x</code> &amp; y"
        );
    }
}
